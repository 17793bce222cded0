import type { HostClock } from '../clock';
import { createBatch, type Store } from './store';

// How long to wait before trying the disk again, in real time: a virtual clock does not free a disk.
const RETRY_AFTER_MS = 500;
// Large enough to need new pages: a full disk often still takes a few bytes.
const PROBE = 'x'.repeat(64 * 1024);

/** Tries to write until that works, then calls `onWritable`, once. */
export function untilWritable(store: Store, clock: HostClock, onWritable: () => void): { cancel(): void } {
  let timer: NodeJS.Timeout;
  const arm = (): void => {
    timer = setTimeout(attempt, RETRY_AFTER_MS);
    timer.unref();
  };
  const attempt = (): void => {
    try {
      const batch = createBatch();
      batch.meta.set('probe', PROBE);
      store.write(batch, clock.now());
    } catch {
      // Still not. Why was logged when it began.
      arm();
      return;
    }
    onWritable();
  };
  arm();
  return { cancel: () => clearTimeout(timer) };
}
