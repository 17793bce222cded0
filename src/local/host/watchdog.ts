import { existsSync, readFileSync, rmSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { createBatch, type Store } from './durable/store';
import type { Logger } from './log';

/** A piece of the app's code that runs without giving back control. */
export interface GuardedWork {
  /** Names the same work in the next process too; empty for work that nobody repeats, such as a request. */
  readonly id: string;
  /** For people: "activity 'x' of instance 'y'". */
  readonly what: string;
}

/** What a {@link Watchdog} works with. */
export interface WatchdogParts {
  readonly stateFile: string;
  /** How long the app's code may keep the thread before that is reported, in real milliseconds. */
  readonly blockedAfterMs: number;
  /** Write the report as JSON. */
  readonly json?: boolean;
  readonly store: Store;
  readonly log: Logger;
}

// After so many processes in a row that were ended inside the same work, it is failed. One may be a slow computation and an
// impatient person.
const ENDS_IN_A_ROW = 3;
const META = 'blocked';
// Room for the names of a function and of an instance (256 characters at most), with what is said around them.
const BUFFER_BYTES = 4096;
const HEAD_BYTES = 12;

/**
 * Watches from a second thread whether the first still turns. Code of the app that never gives back control cannot be interrupted:
 * a generator in the middle of a step has no state that could be gone back to. But the second thread can say whose code it is, on
 * standard error and in a file beside the state file. The next host reads that file: work in which three processes in
 * a row were ended fails instead of being run a fourth time, and everything else goes on.
 *
 * Only code up to its first `await` is known by name; what goes on after one is reported as "something", and not counted.
 */
export class Watchdog {
  readonly #parts: WatchdogParts;
  readonly #file: string;
  readonly #shared = new SharedArrayBuffer(BUFFER_BYTES);
  readonly #state = new Int32Array(this.#shared, 0, 3);
  readonly #text = Buffer.from(this.#shared, HEAD_BYTES);
  readonly #refused = new Map<string, string>();
  readonly #worker: Worker;
  #current: GuardedWork | undefined;

  constructor(parts: WatchdogParts) {
    this.#parts = parts;
    this.#file = `${parts.stateFile}-blocked`;
    this.#learn();
    const { blockedAfterMs, json = false } = parts;
    const workerData = { shared: this.#shared, blockedAfterMs, json, file: this.#file, times: ENDS_IN_A_ROW };
    this.#worker = new Worker(WATCHER, { eval: true, workerData });
    this.#worker.on('message', (asked: number) => Atomics.store(this.#state, 0, asked));
    this.#worker.on('error', (error) => parts.log.error('Host.Watchdog', 'The watchdog has stopped.', error));
    this.#worker.unref();
  }

  /** Runs the app's code; while it runs, it is what would be blamed. */
  run<T>(work: GuardedWork, action: () => T): T {
    const outer = this.#current;
    this.#mark(work);
    try {
      return action();
    } finally {
      this.#mark(outer);
    }
  }

  /** Why this work must not run; undefined when it may. Told once: whoever sets it going again wants it to be tried. */
  refusal({ id }: GuardedWork): string | undefined {
    const reason = this.#refused.get(id);
    this.#refused.delete(id);
    return reason;
  }

  /** Ends the second thread. The host stops in order: nothing counts any more. */
  async stop(): Promise<void> {
    await this.#worker.terminate();
    rmSync(this.#file, { force: true });
    if (this.#parts.store.meta(META) !== undefined) this.#save({});
  }

  #mark(work: GuardedWork | undefined): void {
    this.#current = work;
    this.#state[2] = work ? 1 : 0;
    // What was last begun stays readable when it has given back control.
    if (work) this.#state[1] = this.#text.write(`${work.id}\n${work.what}`);
  }

  /** Takes note of how the last process ended. */
  #learn(): void {
    const { log, store } = this.#parts;
    if (!existsSync(this.#file)) return;
    const [id = '', what = '', seconds = ''] = readFileSync(this.#file, 'utf8').split('\n');
    const counts = JSON.parse(store.meta(META) ?? '{}') as Record<string, number>;
    const before = `The last host was ended while ${what} had not given back control for ${seconds} s`;
    if (id === '') log.write('warning', 'Host.Watchdog', `${before}.`);
    else {
      const count = (counts[id] ?? 0) + 1;
      counts[id] = count;
      const more = ` (${count} of ${ENDS_IN_A_ROW} times in a row).`;
      if (count < ENDS_IN_A_ROW) log.write('warning', 'Host.Watchdog', before + more);
      else {
        const reason = `${what} did not give back control, and the host had to be ended, ${count} times in a row. Look for a loop in it that never ends.`;
        this.#refused.set(id, reason);
        log.write('error', 'Host.Watchdog', `${before}${more} It fails now, so that everything else can go on.`);
        delete counts[id];
      }
    }
    this.#save(counts);
    rmSync(this.#file, { force: true });
  }

  #save(counts: Readonly<Record<string, number>>): void {
    const batch = createBatch();
    batch.meta.set(META, JSON.stringify(counts));
    this.#parts.store.write(batch, Date.now());
  }
}

// Plain JavaScript in a text: the host is also run from one bundled file, which has no second file to start a thread from.
const WATCHER = `
const { parentPort, workerData } = require('node:worker_threads');
const { rmSync, writeFileSync, writeSync } = require('node:fs');
const { shared, blockedAfterMs, json, file, times } = workerData;
const state = new Int32Array(shared, 0, 3);
let asked = 0;
let since = 0;
let reported = '';
// The first thread's streams do not flow while it is blocked.
const say = (level, message) => {
  const [time, category] = [new Date().toISOString(), 'Host.Watchdog'];
  writeSync(2, (json ? JSON.stringify({ time, level, category, message }) : '[' + time + '] ' + level + ' ' + category + ': ' + message) + '\\n');
};
const seconds = () => Math.round((performance.now() - since) / 100) / 10;
setInterval(() => {
  if (Atomics.load(state, 0) === asked) {
    if (reported) {
      rmSync(file, { force: true });
      say('warning', reported + ' has given back control after ' + seconds() + ' s.');
      reported = '';
    }
    since = performance.now();
    parentPort.postMessage(++asked);
    return;
  }
  if (performance.now() - since < blockedAfterMs) return;
  const [id, what] = Buffer.from(new Uint8Array(shared, ${HEAD_BYTES}, Atomics.load(state, 1))).toString().split('\\n');
  const named = Atomics.load(state, 2) === 1;
  const who = named ? what : 'something (what was begun last is ' + what + ')';
  writeFileSync(file, (named ? id : '') + '\\n' + who + '\\n' + seconds());
  if (reported) return;
  reported = who;
  say('error', who + ' has not given back control for ' + seconds() + ' s. Nothing else runs meanwhile, and the host cannot stop by itself: ' +
    'end it with kill -9 ' + process.pid + '. What was acknowledged is kept. An orchestrator, activity or entity in which ' + times + ' hosts in a row were ended fails at the next start.');
}, blockedAfterMs / 4);
`;
