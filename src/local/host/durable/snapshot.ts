import type { EntitySnapshot, InstanceSnapshot } from '../api';
import { parseEntityAddress, type Instance, type Parent } from './model';
import type { EntityRow, InstanceRow } from './store';

/** JSON text as a value; null for none. */
export function parseJson(text: string | null | undefined): unknown {
  return text === null || text === undefined || text === '' ? null : (JSON.parse(text) as unknown);
}

/** An instance in memory as callers see it. */
export function snapshot(instance: Instance): InstanceSnapshot {
  return {
    instanceId: instance.id,
    name: instance.name,
    runtimeStatus: instance.status,
    input: parseJson(instance.input),
    output: parseJson(instance.output),
    customStatus: parseJson(instance.customStatus),
    createdAt: instance.createdAt,
    updatedAt: instance.updatedAt,
    ...(instance.parent ? { parentInstanceId: instance.parent.instanceId } : {}),
    ...(instance.version === undefined ? {} : { version: instance.version }),
  };
}

/** An instance on disk as callers see it. */
export function rowSnapshot(row: InstanceRow, updatedAt = row.updated): InstanceSnapshot {
  const parent = parseJson(row.parent) as Parent | null;
  return {
    instanceId: row.id,
    name: row.name,
    runtimeStatus: row.status,
    input: parseJson(row.input),
    output: parseJson(row.output),
    customStatus: parseJson(row.custom_status),
    createdAt: row.created,
    updatedAt,
    ...(parent ? { parentInstanceId: parent.instanceId } : {}),
    ...(row.version === null ? {} : { version: row.version }),
  };
}

/** An entity on disk as callers see it. */
export function entitySnapshot(row: EntityRow): EntitySnapshot {
  const { name = '', key = '' } = parseEntityAddress(row.address) ?? {};
  return { name, key, state: parseJson(row.state), lastOperationAt: row.updated };
}
