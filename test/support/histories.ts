import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HistoryEvent } from '../../src/local/host';

const folder = join(__dirname, '../fixtures/histories');

/** A history as it was recorded when a version was released: replayed against every later one. */
export interface RecordedHistory {
  /** Version of the app that wrote it. */
  readonly version: string;
  readonly orchestrator: string;
  readonly instanceId: string;
  readonly story: string;
  readonly history: readonly HistoryEvent[];
}

/**
 * Writes a history for keeping when CARETAKER_RECORD_HISTORIES names the version that is being released; otherwise does
 * nothing. Run once for a release: `CARETAKER_RECORD_HISTORIES=0.2.0 npx jest test/e2e/incident`.
 */
export function recordHistory(
  orchestrator: string,
  instanceId: string,
  story: string,
  history: readonly HistoryEvent[],
): void {
  const version = process.env['CARETAKER_RECORD_HISTORIES'];
  if (version === undefined) {
    return;
  }
  mkdirSync(folder, { recursive: true });
  const slug = story
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 60)
    .replace(/^-|-$/g, '');
  const recorded: RecordedHistory = { version, orchestrator, instanceId, story, history };
  const suffix = readdirSync(folder).filter((name) => name.startsWith(`${orchestrator}@${version}-${slug}`)).length;
  writeFileSync(
    join(folder, `${orchestrator}@${version}-${slug}${suffix === 0 ? '' : `-${suffix + 1}`}.json`),
    // Stack traces name the folder in which the recording was made; the recording is for every folder.
    `${JSON.stringify(recorded).replaceAll(join(__dirname, '../..'), '')}\n`,
  );
}

/** Every recorded history, by file name. */
export function recordedHistories(): readonly (readonly [string, RecordedHistory])[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => [name, JSON.parse(readFileSync(join(folder, name), 'utf8')) as RecordedHistory] as const);
}
