import type { DatabaseSync } from 'node:sqlite';

/**
 * Each entry takes the schema from the version that is its index to the next. What has been released is never edited:
 * a change is a new entry.
 */
const migrations: readonly string[] = [
  `
  CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE instances(
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    version TEXT,
    execution INTEGER NOT NULL,
    execution_id TEXT NOT NULL,
    status TEXT NOT NULL,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    input TEXT NOT NULL,
    output TEXT,
    custom_status TEXT,
    parent TEXT,
    trace_parent TEXT NOT NULL,
    caller_trace TEXT,
    first_turn INTEGER NOT NULL,
    carried TEXT
  );
  CREATE INDEX live_instances ON instances(key) WHERE status IN ('Pending','Running','ContinuedAsNew','Suspended');
  CREATE TABLE turns(instance INTEGER NOT NULL, turn INTEGER NOT NULL, events TEXT NOT NULL, PRIMARY KEY(instance, turn)) WITHOUT ROWID;
  CREATE TABLE inbox(seq INTEGER PRIMARY KEY, target TEXT NOT NULL, message TEXT NOT NULL, due INTEGER);
  CREATE TABLE entities(
    address TEXT PRIMARY KEY,
    present INTEGER NOT NULL,
    state TEXT,
    updated INTEGER NOT NULL,
    locked_by TEXT
  ) WITHOUT ROWID;
  `,
  // Finding failed instances among many that completed is what operators do most.
  'CREATE INDEX instances_by_status ON instances(status, key);',
];

/** The version that this host writes. */
export const SCHEMA_VERSION = migrations.length;

// Tells a state file from any other SQLite file: "LFH1" as a number.
const APPLICATION_ID = 0x4c464831;

/** Brings the file to {@link SCHEMA_VERSION}, in one transaction. Throws when it is from a newer host or from another program. */
export function migrate(db: DatabaseSync, path: string, target = SCHEMA_VERSION): void {
  const read = (pragma: string): number => Number(Object.values(db.prepare(`PRAGMA ${pragma}`).get() ?? {})[0] ?? 0);
  const version = read('user_version');
  const owner = read('application_id');
  const tables = Number(db.prepare('SELECT count(*) AS n FROM sqlite_schema').get()?.n ?? 0);
  if (owner !== APPLICATION_ID && tables > 0) {
    throw new Error(`${path} belongs to another program`);
  }
  if (version > target) {
    throw new Error(`it was written by a newer host (schema ${version}; this host knows ${target}). Use that host`);
  }
  if (version === target) return;
  db.exec('BEGIN EXCLUSIVE');
  try {
    for (const step of migrations.slice(version, target)) db.exec(step);
    db.exec(`PRAGMA user_version=${target}; PRAGMA application_id=${APPLICATION_ID};`);
    db.exec('COMMIT');
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}
