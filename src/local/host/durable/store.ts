import { closeSync, openSync } from 'node:fs';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { RuntimeStatus } from '../api';
import { migrate } from './schema';
import type { HistoryEvent } from './history';
import type { EntityState, Instance, Message } from './model';

/** A row of `instances`. */
export interface InstanceRow {
  readonly key: number;
  readonly id: string;
  readonly name: string;
  readonly version: string | null;
  readonly execution: number;
  readonly execution_id: string;
  readonly status: RuntimeStatus;
  readonly created: number;
  readonly updated: number;
  readonly input: string;
  readonly output: string | null;
  readonly custom_status: string | null;
  readonly parent: string | null;
  readonly trace_parent: string;
  readonly caller_trace: string | null;
  readonly first_turn: number;
  readonly carried: string | null;
}

/** A row of `entities`. */
export interface EntityRow {
  readonly address: string;
  /** 0 for one that does not exist, but is locked. */
  readonly present: number;
  readonly state: string | null;
  readonly updated: number;
  readonly locked_by: string | null;
}

/** A message on disk. */
export interface InboxRow {
  readonly seq: number;
  readonly target: string;
  readonly message: Message;
  readonly due: number | undefined;
}

/** Everything that one commit carries. */
export interface Batch {
  /** Keys of instances to delete with all that belongs to them. */
  readonly purged: Set<number>;
  readonly instances: Set<Instance>;
  /** History rows older than `firstTurn` go. */
  readonly trimmed: Set<Instance>;
  readonly turns: { readonly key: number; readonly turn: number; readonly events: readonly HistoryEvent[] }[];
  readonly received: {
    readonly seq: number;
    readonly target: string;
    readonly message: Message;
    readonly due?: number;
  }[];
  readonly consumed: number[];
  readonly entities: Map<string, EntityState | undefined>;
  readonly meta: Map<string, string>;
  readonly kinds: Set<string>;
  readonly instanceIds: Set<string>;
}

/** An empty batch. */
export function createBatch(): Batch {
  return {
    purged: new Set(),
    instances: new Set(),
    trimmed: new Set(),
    turns: [],
    received: [],
    consumed: [],
    entities: new Map(),
    meta: new Map(),
    kinds: new Set(),
    instanceIds: new Set(),
  };
}

/** Whether there is nothing to write. */
export function isEmptyBatch(batch: Batch): boolean {
  return (
    batch.purged.size + batch.instances.size + batch.trimmed.size + batch.entities.size + batch.meta.size === 0 &&
    batch.turns.length + batch.received.length + batch.consumed.length === 0
  );
}

/** The state file cannot be used, and why. */
export class StateFileError extends Error {
  override readonly name = 'StateFileError';
}

/**
 * The state file: SQLite in WAL mode with `synchronous=FULL`, so a commit that returned is on the disk. The connection holds
 * the file exclusively: a second host on the same file is refused when it opens it.
 */
export class Store {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  private constructor(db: DatabaseSync) {
    this.#db = db;
  }

  /** Opens or creates the file. Throws {@link StateFileError} when it is in use, damaged or from a newer host. */
  static open(path: string): Store {
    let db: DatabaseSync | undefined;
    try {
      closeSync(openSync(path, 'a'));
      db = new (loadSqlite().DatabaseSync)(path);
      db.exec('PRAGMA locking_mode=EXCLUSIVE; PRAGMA busy_timeout=0;');
      db.exec(
        'PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=4000; PRAGMA cache_size=-32000;',
      );
      db.exec('BEGIN EXCLUSIVE; COMMIT;');
      migrate(db, path);
      return new Store(db);
    } catch (error) {
      db?.close();
      throw explainOpen(error, path);
    }
  }

  close(): void {
    this.#statements.clear();
    this.#db.close();
  }

  /** Writes a batch in one transaction; `beforeCommit` is called with all statements done, just before COMMIT. */
  write(batch: Batch, now: number, beforeCommit?: () => void): void {
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      this.#apply(batch, now);
      beforeCommit?.();
      this.#db.exec('COMMIT');
    } catch (error) {
      // A full disk may already have rolled the transaction back.
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      throw error;
    }
  }

  #apply(batch: Batch, now: number): void {
    for (const key of batch.purged) {
      this.#run('DELETE FROM turns WHERE instance=?', key);
      this.#run('DELETE FROM instances WHERE key=?', key);
    }
    for (const instance of batch.instances) {
      if (!batch.purged.has(instance.key)) this.#saveInstance(instance);
    }
    for (const { key, firstTurn } of batch.trimmed) {
      this.#run('DELETE FROM turns WHERE instance=? AND turn<?', key, firstTurn);
    }
    for (const { key, turn, events } of batch.turns) {
      if (batch.purged.has(key)) continue;
      this.#run('INSERT INTO turns(instance, turn, events) VALUES(?,?,?)', key, turn, JSON.stringify(events));
    }
    for (const { seq, target, message, due } of batch.received) {
      const text = JSON.stringify(message);
      this.#run('INSERT INTO inbox(seq, target, message, due) VALUES(?,?,?,?)', seq, target, text, due ?? null);
    }
    for (const seq of batch.consumed) this.#run('DELETE FROM inbox WHERE seq=?', seq);
    for (const [address, entity] of batch.entities) {
      if (!entity) this.#run('DELETE FROM entities WHERE address=?', address);
      else {
        this.#run(
          'INSERT INTO entities(address, present, state, updated, locked_by) VALUES(?,?,?,?,?) ON CONFLICT(address) DO UPDATE SET present=excluded.present, state=excluded.state, updated=excluded.updated, locked_by=excluded.locked_by',
          address,
          entity.exists ? 1 : 0,
          entity.state,
          now,
          entity.lockedBy,
        );
      }
    }
    for (const [key, value] of batch.meta) {
      this.#run(
        'INSERT INTO meta(key, value) VALUES(?,?) ON CONFLICT(key) DO UPDATE SET value=excluded.value',
        key,
        value,
      );
    }
  }

  #saveInstance(instance: Instance): void {
    const parent = instance.parent ? JSON.stringify(instance.parent) : null;
    const carried = instance.carried.length > 0 ? JSON.stringify(instance.carried) : null;
    if (instance.stored) {
      this.#run(
        'UPDATE instances SET execution=?, execution_id=?, status=?, updated=?, input=?, output=?, custom_status=?, first_turn=?, carried=? WHERE key=?',
        instance.execution,
        instance.executionId,
        instance.status,
        instance.updatedAt,
        instance.input,
        instance.output ?? null,
        instance.customStatus ?? null,
        instance.firstTurn,
        carried,
        instance.key,
      );
    } else {
      this.#run(
        'INSERT INTO instances(key, id, name, version, execution, execution_id, status, created, updated, input, output, custom_status, parent, trace_parent, caller_trace, first_turn, carried) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)',
        instance.key,
        instance.id,
        instance.name,
        instance.version ?? null,
        instance.execution,
        instance.executionId,
        instance.status,
        instance.createdAt,
        instance.updatedAt,
        instance.input,
        instance.output ?? null,
        instance.customStatus ?? null,
        parent,
        instance.traceParent,
        instance.callerTrace ?? null,
        instance.firstTurn,
        carried,
      );
    }
  }

  instance(id: string): InstanceRow | undefined {
    return this.#one('SELECT * FROM instances WHERE id=?', id);
  }

  liveInstances(): InstanceRow[] {
    return this.#all(`SELECT * FROM instances WHERE ${LIVE} ORDER BY key`);
  }

  /** Instances in order of creation, beginning after row `after`. */
  instances(filter: InstanceFilter): InstanceRow[] {
    const conditions = ['key > ?'];
    const values: (string | number)[] = [filter.after];
    const add = (condition: string, ...more: (string | number)[]): void => {
      conditions.push(condition);
      values.push(...more);
    };
    if (filter.statuses?.length) add(`status IN (${filter.statuses.map(() => '?').join(',')})`, ...filter.statuses);
    if (filter.prefix) add('id >= ? AND id < ?', filter.prefix, `${filter.prefix}\u{10ffff}`);
    if (filter.from !== undefined) add('created >= ?', filter.from);
    if (filter.to !== undefined) add('created <= ?', filter.to);
    const sql = `SELECT * FROM instances WHERE ${conditions.join(' AND ')} ORDER BY key LIMIT ${filter.limit}`;
    return this.#db.prepare(sql).all(...values) as unknown as InstanceRow[];
  }

  /** History of an instance from row `firstTurn` on, as one list per turn. */
  turns(key: number, firstTurn: number): { turn: number; events: HistoryEvent[] }[] {
    const rows = this.#all<{ turn: number; events: string }>(
      'SELECT turn, events FROM turns WHERE instance=? AND turn>=? ORDER BY turn',
      key,
      firstTurn,
    );
    return rows.map(({ turn, events }) => ({ turn, events: JSON.parse(events) as HistoryEvent[] }));
  }

  inbox(): InboxRow[] {
    const rows = this.#all<{ seq: number; target: string; message: string; due: number | null }>(
      'SELECT seq, target, message, due FROM inbox ORDER BY seq',
    );
    return rows.map(({ seq, target, message, due }) => ({
      seq,
      target,
      message: JSON.parse(message) as Message,
      due: due ?? undefined,
    }));
  }

  entity(address: string): EntityRow | undefined {
    return this.#one('SELECT * FROM entities WHERE address=?', address);
  }

  /** Entities in order of address, beginning after `after`. */
  entities(prefix: string, after: string, limit: number): EntityRow[] {
    return this.#all(
      `SELECT * FROM entities WHERE present=1 AND address > ? AND address >= ? AND address < ? ORDER BY address LIMIT ${limit}`,
      after,
      prefix,
      `${prefix}\u{10ffff}`,
    );
  }

  meta(key: string): string | undefined {
    return this.#one<{ value: string }>('SELECT value FROM meta WHERE key=?', key)?.value;
  }

  /** How writes reach the disk: journal mode, and `synchronous` (2 is FULL). */
  durability(): { journal: string; synchronous: number } {
    const journal = this.#one<{ journal_mode: string }>('PRAGMA journal_mode')?.journal_mode ?? '';
    return { journal, synchronous: this.#one<{ synchronous: number }>('PRAGMA synchronous')?.synchronous ?? 0 };
  }

  /** The highest numbers in use. */
  highest(): { instance: number; message: number } {
    const instance = this.#one<{ high: number | null }>('SELECT max(key) AS high FROM instances')?.high ?? 0;
    const message = this.#one<{ high: number | null }>('SELECT max(seq) AS high FROM inbox')?.high ?? 0;
    return { instance, message };
  }

  #statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) this.#statements.set(sql, (statement = this.#db.prepare(sql)));
    return statement;
  }

  #run(sql: string, ...values: (string | number | null)[]): void {
    this.#statement(sql).run(...values);
  }

  #one<Row>(sql: string, ...values: (string | number)[]): Row | undefined {
    return this.#statement(sql).get(...values) as unknown as Row | undefined;
  }

  #all<Row>(sql: string, ...values: (string | number)[]): Row[] {
    return this.#statement(sql).all(...values) as unknown as Row[];
  }
}

/** Which instances to read. */
export interface InstanceFilter {
  readonly after: number;
  readonly limit: number;
  readonly statuses?: readonly string[] | undefined;
  readonly prefix?: string | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

// The same words as in the partial index of the schema, or SQLite will not use it.
const LIVE = "status IN ('Pending','Running','ContinuedAsNew','Suspended')";

/** `node:sqlite` warns that it is experimental; whoever runs a host can do nothing about that. */
function loadSqlite(): { readonly DatabaseSync: typeof DatabaseSync } {
  const emitWarning = process.emitWarning.bind(process);
  process.emitWarning = () => undefined;
  try {
    return process.getBuiltinModule('node:sqlite');
  } finally {
    process.emitWarning = emitWarning;
  }
}

/** Whether an error says that the file could not be written: full, read-only, failing. */
export function isStorageFailure(error: unknown): boolean {
  return (error as { code?: unknown } | undefined)?.code === 'ERR_SQLITE_ERROR';
}

function explainOpen(error: unknown, path: string): StateFileError {
  if (error instanceof StateFileError) return error;
  const { errcode, message, code } = error as { errcode?: number; message: string; code?: string };
  // Primary result codes of SQLite: 5 BUSY, 11 CORRUPT, 13 FULL, 26 NOTADB; extended ones carry them in the low byte.
  const primary = (errcode ?? 0) & 0xff;
  if (primary === 5 || primary === 6) {
    return new StateFileError(
      `The state file ${path} is in use by another host. Stop that host, or give this one a state file of its own.`,
    );
  }
  if (primary === 11 || primary === 26) {
    return new StateFileError(
      `The state file ${path} is damaged or not a state file (${message}). Restore it from a copy, or move it away to start with empty state.`,
    );
  }
  return new StateFileError(`The state file ${path} cannot be opened: ${message}${code ? ` (${code})` : ''}.`);
}
