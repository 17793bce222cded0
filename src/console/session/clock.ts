import { signal } from '@preact/signals';

/**
 * The platform's clock: the API's answers say what time it is there. The local platform's runs faster than this machine's, and a
 * laptop's own may be wrong.
 */
let base = { platform: Date.now(), here: performance.now(), speed: 1 };

/** Sets the clock by an answer of the API. */
export function setClock(at: string, speed = base.speed): void {
  const platform = Date.parse(at);
  if (!Number.isFinite(platform)) return;
  base = { platform, here: performance.now(), speed };
  // What was shown by this machine's clock until now is not shown so for another second.
  if (Math.abs(platformNow() - tick.peek()) > 2_000 * speed) tick.value = platformNow();
}

/** Epoch milliseconds on the platform. */
export function platformNow(): number {
  return base.platform + (performance.now() - base.here) * base.speed;
}

/** Platform time that moves once a second, for what shows how long ago or how long still. */
export const tick = signal(platformNow());

setInterval(() => {
  if (document.visibilityState === 'visible') tick.value = platformNow();
}, 1000);
document.addEventListener('visibilitychange', () => {
  tick.value = platformNow();
});
