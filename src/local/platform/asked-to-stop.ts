/** How often to look whether the starter still lives. Milliseconds. */
const glance = 500;

/**
 * Resolves when this process should stop: SIGINT, SIGTERM, or, under an npm script, when npm is gone. npm does not pass a
 * SIGTERM on to what its shell started (npm 11), so a script that is ended that way would leave its processes behind.
 * `dispose` takes the listeners away.
 */
export function askedToStop(): { readonly asked: Promise<void>; dispose(): void } {
  const parent = process.ppid;
  let timer: NodeJS.Timeout | undefined;
  let listener: (() => void) | undefined;
  const asked = new Promise<void>((resolve) => {
    listener = () => resolve();
    process.once('SIGINT', listener).once('SIGTERM', listener);
    if (process.env['npm_lifecycle_event'] !== undefined) {
      timer = setInterval(() => process.ppid !== parent && resolve(), glance).unref();
    }
  });
  return {
    asked,
    dispose() {
      clearInterval(timer);
      if (listener !== undefined) {
        process.off('SIGINT', listener).off('SIGTERM', listener);
      }
    },
  };
}
