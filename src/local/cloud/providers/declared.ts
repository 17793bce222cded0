import { anotherOperation, badRequest, resourceNotFound } from '../errors';
import type { EstateResource } from '../model';
import type { OperationError, OperationRecord } from '../operations';
import { operationBody, operationStatus } from '../operations';
import { parseResourceId, sameId, withinScope } from '../resource-id';
import type { ArmAnswer, ArmCall, ArmRoute } from '../router';
import type { World } from '../world';
import { page } from './listing';

/** Versions of Microsoft.Network that its routes answer to. */
export const networkVersions = ['2025-01-01', '2024-07-01', '2024-05-01'] as const;

/** Versions of its private DNS zones, which go their own way. */
export const dnsVersions = ['2024-06-01', '2020-06-01'] as const;

/** A type of resource that is kept as data: what is written is what is shown, after a while. */
export interface DeclaredType {
  /** `Microsoft.Network/networkSecurityGroups`, or nested: `Microsoft.Network/privateDnsZones/virtualNetworkLinks` */
  type: string;
  apiVersions: readonly string[];
  /** Milliseconds that each change takes. */
  duration: number;
  /** Whether it is listed and read elsewhere already. */
  writesOnly?: boolean;
  /** Refuses a change before it begins. */
  check?(world: World, next: EstateResource, call: ArmCall): void;
  /** What else becomes of the resource when a change of it has ended. */
  settle?(world: World, resource: EstateResource): void;
  /** What is shown of it, when that is more than what was written. */
  show?(world: World, resource: EstateResource): unknown;
}

interface Body {
  location?: string;
  tags?: Record<string, string>;
  sku?: Record<string, unknown>;
  zones?: string[];
  properties?: Record<string, unknown>;
}

/** `.../providers/{type}` with a parameter behind each part but the last. */
function collection(type: string): string {
  const [namespace = '', ...parts] = type.split('/');
  const path = parts.map((part, index) => (index < parts.length - 1 ? `${part}/{parent${index}}` : part)).join('/');
  return `/subscriptions/{subscriptionId}/resourceGroups/{resourceGroup}/providers/${namespace}/${path}`;
}

/** GET, list, PUT, PATCH and DELETE of a type, with operations that take their time and obey the faults of the call. */
export function declaredRoutes(world: World, declared: DeclaredType): ArmRoute[] {
  const { type, apiVersions } = declared;
  const { resources } = world.estate;
  const all = (): EstateResource[] => resources.filter((each) => sameId(each.type, type));
  const find = (id: string): EstateResource | undefined => all().find((each) => sameId(each.id, id));
  const show = (each: EstateResource): unknown => declared.show?.(world, each) ?? each;
  const items = collection(type);
  const item = `${items}/{name}`;
  const require = (call: ArmCall): EstateResource => {
    const found = find(call.resourceId);
    if (found !== undefined) return found;
    const { name = '', resourceGroup = '' } = parseResourceId(call.resourceId) ?? {};
    throw resourceNotFound(type, name, resourceGroup);
  };
  const refuseWhileBusy = (call: ArmCall): void => {
    const running = world.operations.runningOn(call.resourceId);
    if (running !== undefined) {
      throw anotherOperation(`write of ${call.resourceId}`, running.id, world.timing.retryAfterSeconds);
    }
  };
  const write = (call: ArmCall, merge: boolean): ArmAnswer => {
    const current = find(call.resourceId);
    if (merge) require(call);
    refuseWhileBusy(call);
    const body = bodyOf(call);
    const next = nextOf(call, type, merge ? current : undefined, body);
    declared.check?.(world, next, call);
    if (current === undefined) resources.push({ ...next });
    const stored = find(call.resourceId) as EstateResource;
    const before = current === undefined ? undefined : structuredClone(current);
    stored.properties = { ...stored.properties, provisioningState: 'Updating' };
    const headers = begin(world, call, declared.duration, (error, nothing) => {
      if (error !== undefined || nothing) {
        if (before === undefined) {
          if (error === undefined) resources.splice(resources.indexOf(stored), 1);
          else stored.properties = { ...stored.properties, provisioningState: 'Failed' };
          return;
        }
        Object.assign(stored, before);
        stored.properties = { ...before.properties, provisioningState: error === undefined ? 'Succeeded' : 'Failed' };
        return;
      }
      Object.assign(stored, next);
      stored.properties = { ...next.properties, provisioningState: 'Succeeded' };
      declared.settle?.(world, stored);
    });
    return { status: current === undefined ? 201 : 200, headers, body: show(stored) };
  };
  const read = { method: 'GET' as const, action: `${type}/read`, apiVersions };
  const reading: ArmRoute[] =
    declared.writesOnly === true
      ? []
      : [
          { ...read, template: item, handle: (call) => ({ status: 200, body: show(require(call)) }) },
          {
            ...read,
            template: items,
            handle: (call) =>
              page(
                call,
                world.pageSize,
                all().filter((each) => withinScope(each.id, call.path)),
                show,
              ),
          },
        ];
  return [
    ...reading,
    { method: 'PUT', template: item, action: `${type}/write`, apiVersions, handle: (call) => write(call, false) },
    { method: 'PATCH', template: item, action: `${type}/write`, apiVersions, handle: (call) => write(call, true) },
    {
      method: 'DELETE',
      template: item,
      action: `${type}/delete`,
      apiVersions,
      handle(call) {
        const found = find(call.resourceId);
        if (found === undefined) return { status: 204 };
        refuseWhileBusy(call);
        found.properties = { ...found.properties, provisioningState: 'Deleting' };
        const headers = begin(world, call, declared.duration, (error, nothing) => {
          if (error === undefined && !nothing) resources.splice(resources.indexOf(found), 1);
          else {
            found.properties = { ...found.properties, provisioningState: error === undefined ? 'Succeeded' : 'Failed' };
          }
        });
        return { status: 202, headers };
      },
    },
  ];
}

function bodyOf(call: ArmCall): Body {
  if (typeof call.body !== 'object' || call.body === null || Array.isArray(call.body)) {
    throw badRequest('InvalidRequestContent', 'The request content was invalid and could not be deserialized.');
  }
  return call.body;
}

function nextOf(call: ArmCall, type: string, current: EstateResource | undefined, body: Body): EstateResource {
  const { location, tags, sku, zones, properties } = body;
  const name = parseResourceId(call.resourceId)?.name ?? '';
  const base: EstateResource = current ?? {
    id: call.resourceId,
    type,
    name,
    location: location ?? 'global',
    tags: {},
    properties: {},
  };
  return {
    ...base,
    ...(tags === undefined ? {} : { tags }),
    ...(sku === undefined ? {} : { sku: { ...base.sku, ...sku } }),
    ...(zones === undefined ? {} : { zones }),
    properties: { ...base.properties, ...properties },
  };
}

/**
 * Starts an operation that ends after so long, as the fault of the call wants it: `end` is told the error, or that nothing is
 * to change. Answers the headers to follow it by.
 */
export function begin(
  world: World,
  call: ArmCall,
  duration: number,
  end: (error: OperationError | undefined, nothing: boolean) => void,
): Record<string, string> {
  const effect = call.fault?.effect;
  const now = world.clock.now();
  const endsAt = now + Math.round(duration * (effect?.kind === 'slow' ? (effect.factor ?? 1) : 1));
  const error: OperationError | undefined =
    effect?.kind === 'fail-late'
      ? { code: effect.code ?? 'InternalServerError', message: effect.message ?? 'An error occurred.' }
      : effect?.kind === 'allocation-failed'
        ? { code: 'AllocationFailed', message: 'Allocation failed. There is not enough capacity in this region.' }
        : undefined;
  const record = world.operations.start({
    provider: namespaceOf(call.resourceId),
    subscriptionId: call.subscriptionId,
    location: 'westeurope',
    action: call.method,
    principal: call.principal.name,
    resourceId: call.resourceId,
    startedAt: now,
    endsAt,
    ...(error === undefined ? {} : { error }),
  });
  world.schedule.at(endsAt, () => end(error, effect?.kind === 'accept-and-do-nothing'));
  return followHeaders(world, call, record);
}

function followHeaders(world: World, call: ArmCall, record: OperationRecord): Record<string, string> {
  const version = call.query.get('api-version') ?? '';
  return {
    'Azure-AsyncOperation':
      `${call.origin}/subscriptions/${record.subscriptionId}/providers/${record.provider}/locations/${record.location}` +
      `/operations/${record.id}?api-version=${version}`,
    'Retry-After': String(world.timing.retryAfterSeconds),
  };
}

function namespaceOf(id: string): string {
  return /\/providers\/([^/]+)\//i.exec(id)?.[1] ?? '';
}

/** The status documents of one provider's operations. Who started one may ask for it. */
export function operationRoute(world: World, namespace: string, apiVersions: readonly string[]): ArmRoute {
  return {
    method: 'GET',
    template: `/subscriptions/{subscriptionId}/providers/${namespace}/locations/{location}/operations/{operationId}`,
    action: `${namespace}/locations/operations/read`,
    authorizesItself: true,
    apiVersions,
    handle(call) {
      const record = world.operations.find(namespace, call.subscriptionId, call.params['operationId'] ?? '');
      if (record === undefined || record.principal !== call.principal.name) {
        throw resourceNotFound(`${namespace}/operations`, call.params['operationId'] ?? '', '');
      }
      const now = world.clock.now();
      const running = operationStatus(record, now) === 'InProgress';
      return {
        status: 200,
        headers: running ? { 'Retry-After': String(world.timing.retryAfterSeconds) } : {},
        body: operationBody(record, now),
      };
    },
  };
}
