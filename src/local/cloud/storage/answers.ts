import { ArmError, authorizationFailed } from '../errors';
import { operationBody, operationStatus, type OperationError, type OperationRecord } from '../operations';
import type { ArmAnswer, ArmCall, ArmRoute } from '../router';
import type { World } from '../world';

/** Versions that the disk part of Compute answers to; restore points go with the machines' versions. */
export const diskApiVersions = ['2026-03-02', '2026-04-01', '2025-01-02', '2024-03-02', '2023-10-02'] as const;

const provider = 'Microsoft.Compute/disks';

/** Notes a long operation on a disk or a snapshot and gives its headers. A fault may make it fail, or take longer. */
export function startOperation(
  world: World,
  call: ArmCall,
  options: { resourceId: string; location: string; action: string; duration: number; error?: OperationError },
): { record: OperationRecord; headers: Record<string, string>; pretended: boolean } {
  const now = world.clock.now();
  const effect = call.fault?.effect;
  const factor = effect?.kind === 'slow' ? (effect.factor ?? 1) : 1;
  const error =
    effect?.kind === 'fail-late'
      ? {
          code: effect.code ?? 'InternalExecutionError',
          message: effect.message ?? 'An internal execution error occurred.',
        }
      : options.error;
  const record = world.operations.start({
    provider,
    subscriptionId: call.subscriptionId,
    location: options.location,
    action: options.action,
    principal: call.principal.name,
    resourceId: options.resourceId,
    startedAt: now,
    endsAt: now + Math.round(options.duration * factor),
    ...(error === undefined ? {} : { error }),
  });
  const pretended = effect?.kind === 'accept-and-do-nothing';
  return { record, headers: operationHeaders(world, call, record), pretended };
}

function operationHeaders(world: World, call: ArmCall, record: OperationRecord): Record<string, string> {
  const version = call.query.get('api-version') ?? '';
  const url =
    `${call.origin}/subscriptions/${record.subscriptionId}/providers/Microsoft.Compute/locations/${record.location}` +
    `/DiskOperations/${record.id}?p=${world.random.guid(`partition ${record.id}`)}`;
  return {
    'Azure-AsyncOperation': `${url}&api-version=${version}`,
    Location: `${url}&monitor=true&api-version=${version}`,
    'Retry-After': String(world.timing.retryAfterSeconds),
  };
}

/** Status of the operations above. */
export function diskOperationRoute(world: World): ArmRoute {
  return {
    method: 'GET',
    template:
      '/subscriptions/{subscriptionId}/providers/Microsoft.Compute/locations/{location}/DiskOperations/{operationId}',
    action: 'Microsoft.Compute/locations/diskOperations/read',
    authorizesItself: true,
    apiVersions: diskApiVersions,
    handle(call): ArmAnswer {
      const id = call.params['operationId'] ?? '';
      const record = world.operations.find(provider, call.subscriptionId, id);
      if (record === undefined || record.principal !== call.principal.name) {
        throw new ArmError(404, 'NotFound', `The operation '${id}' could not be found.`);
      }
      const now = world.clock.now();
      const inProgress = operationStatus(record, now) === 'InProgress';
      const headers: Record<string, string> = inProgress ? operationHeaders(world, call, record) : {};
      if (call.query.get('monitor') !== 'true') return { status: 200, headers, body: operationBody(record, now) };
      if (inProgress) return { status: 202, headers };
      if (record.error !== undefined) throw new ArmError(409, record.error.code, record.error.message);
      return { status: 200 };
    },
  };
}

/** Azure checks what a request links to as well: reading a disk out needs a right on the disk, not only on its snapshot. */
export function requireLinked(world: World, call: ArmCall, action: string, scope: string): void {
  if (!world.access.allows(call.principal.name, action, scope)) {
    const { clientId, objectId } = call.principal;
    const { status, message } = authorizationFailed(clientId, objectId, action, scope);
    throw new ArmError(status, 'LinkedAuthorizationFailed', message);
  }
}

/** The body of a write as an object, or ARM's error for anything else. */
export function objectBody(call: ArmCall): Record<string, unknown> & { properties: Record<string, unknown> } {
  const body = call.body;
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new ArmError(400, 'InvalidRequestContent', 'The request content was invalid and could not be deserialized.');
  }
  const properties = (body as { properties?: unknown }).properties;
  return { ...body, properties: typeof properties === 'object' && properties !== null ? { ...properties } : {} };
}

export function tagsOf(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null) return {};
  const entries = Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  if (entries.length > 50) throw new ArmError(400, 'InvalidTagCount', 'A resource can have at most 50 tags.');
  return Object.fromEntries(entries);
}

/** A text, or the empty one for anything else. */
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

export const stamp = (instant: number): string => new Date(instant).toISOString().replace('Z', '0000+00:00');
