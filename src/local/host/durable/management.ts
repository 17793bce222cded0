import type { InstanceQuery, InstanceSnapshot, RuntimeStatus } from '../api';
import { json, text, type HostRequest, type HostResponse } from '../http/message';
import { managementLinks, type ManagementAddress } from './client-data';
import { InstanceExistsError, RequestError } from './errors';
import { isTerminal } from './model';
import type { DurableOperations } from './operations';
import { historyForDisplay, type DurableQueries } from './query';
import type { DurableRepairs } from './repairs';

/** What the management API works with. */
export interface ManagementParts {
  readonly operations: DurableOperations;
  readonly queries: DurableQueries;
  readonly repairs: DurableRepairs;
  readonly address: ManagementAddress;
  /** Resolves with true when the instance is terminal within so many milliseconds. */
  waitFor(instanceId: string, milliseconds: number): Promise<boolean>;
}

/** The real extension's form of an error: `HttpError` of ASP.NET Web API. */
function problem(status: number, message: string, error?: Error): HostResponse {
  return json(status, {
    Message: message,
    ...(error ? { ExceptionMessage: error.message, ExceptionType: 'System.ArgumentException' } : {}),
  });
}

const statuses: readonly RuntimeStatus[] = [
  'Pending',
  'Running',
  'Completed',
  'ContinuedAsNew',
  'Failed',
  'Canceled',
  'Terminated',
  'Suspended',
];

/** The HTTP management API of the durable extension; `path` is what follows its base, decoded segment by segment. */
export class ManagementApi {
  readonly #parts: ManagementParts;

  constructor(parts: ManagementParts) {
    this.#parts = parts;
  }

  async handle(request: HostRequest, path: readonly string[]): Promise<HostResponse> {
    const [collection = '', first, second, third] = path;
    const { method } = request;
    try {
      if (collection === 'orchestrators' && first !== undefined && method === 'POST') {
        return await this.#start(request, first, second);
      }
      if (collection === 'entities') return await this.#entities(request, first, second);
      if (collection !== 'instances') return { status: 404 };
      if (first === undefined || first === '') {
        if (method === 'GET') return this.#list(request);
        return method === 'DELETE' ? await this.#purgeBy(request) : { status: 404 };
      }
      if (second === undefined) {
        if (method === 'GET') return this.#status(request, first);
        return method === 'DELETE' ? await this.#purge(first) : { status: 404 };
      }
      if (method !== 'POST') return { status: 404 };
      if (second.toLowerCase() === 'raiseevent' && third !== undefined) {
        return await this.#raiseEvent(request, first, third);
      }
      return await this.#operate(request, first, second.toLowerCase());
    } catch (error) {
      if (error instanceof RequestError || error instanceof RangeError) {
        return problem(400, 'One or more of the arguments submitted is incorrect', error);
      }
      throw error;
    }
  }

  async #start(request: HostRequest, name: string, instanceId: string | undefined): Promise<HostResponse> {
    const { searchParams } = request.url;
    const body = (await request.body()).toString('utf8');
    if (body !== '' && !isJson(body)) return problem(400, 'Invalid JSON content');
    try {
      const version = searchParams.get('version') ?? undefined;
      const { traceparent } = request.headers;
      const id = await this.#parts.operations.start(name, instanceId || undefined, body, version, traceparent);
      return await this.#answerStart(request, id);
    } catch (error) {
      if (error instanceof InstanceExistsError) return problem(409, error.message);
      if (error instanceof RequestError) return problem(400, error.message);
      throw error;
    }
  }

  /** 202 with links, or the outcome when the caller gave a time to wait. */
  async #answerStart(request: HostRequest, id: string): Promise<HostResponse> {
    const { searchParams } = request.url;
    const timeout = Number(searchParams.get('timeout') ?? Number.NaN);
    const waits = !Number.isNaN(timeout) && searchParams.has('pollingInterval');
    if (waits && (await this.#parts.waitFor(id, timeout * 1000))) {
      const instance = this.#parts.queries.instance(id);
      if (instance?.runtimeStatus === 'Completed') return json(200, instance.output);
      if (instance) return json(instance.runtimeStatus === 'Failed' ? 500 : 200, payload(instance, {}));
    }
    const links = managementLinks(this.#parts.address, id);
    return json(202, links, { location: links.statusQueryGetUri ?? '', 'retry-after': '10' });
  }

  #status(request: HostRequest, id: string): HostResponse {
    const { queries } = this.#parts;
    const instance = queries.instance(id);
    if (!instance) return { status: 404 };
    const flag = (name: string): string | undefined => request.url.searchParams.get(name)?.toLowerCase();
    const running = !isTerminal(instance.runtimeStatus);
    const body = payload(instance, {
      showInput: flag('showInput') !== 'false',
      ...(flag('showHistory') === 'true'
        ? { history: historyForDisplay(queries.history(id) ?? [], flag('showHistoryOutput') === 'true') }
        : {}),
    });
    if (running) return json(202, body, { location: request.url.href, 'retry-after': '5' });
    const failed = instance.runtimeStatus === 'Failed' && flag('returnInternalServerErrorOnFailure') === 'true';
    return json(failed ? 500 : 200, body);
  }

  #list(request: HostRequest): HostResponse {
    const { searchParams } = request.url;
    const query: InstanceQuery = {
      ...readFilter(searchParams),
      ...(searchParams.has('instanceIdPrefix') ? { instanceIdPrefix: searchParams.get('instanceIdPrefix') ?? '' } : {}),
      ...(Number(searchParams.get('top')) > 0 ? { top: Number(searchParams.get('top')) } : {}),
      continuationToken: request.headers['x-ms-continuation-token'] ?? '',
    };
    const showInput = searchParams.get('showInput')?.toLowerCase() !== 'false';
    const { items, continuationToken = '' } = this.#parts.queries.instances(query);
    const bodies = items.map((instance) => payload(instance, { showInput }));
    return json(200, bodies, { 'x-ms-continuation-token': continuationToken });
  }

  async #purge(id: string): Promise<HostResponse> {
    const { queries, repairs } = this.#parts;
    if (!id.startsWith('@')) {
      const instance = queries.instance(id);
      if (!instance) return { status: 404 };
      if (!isTerminal(instance.runtimeStatus)) {
        const message = `Only orchestrations in a terminal state can be purged, but the orchestration with instance ID ${id} has status ${instance.runtimeStatus}`;
        return json(412, message);
      }
    }
    return json(200, { instancesDeleted: await repairs.purge(id) });
  }

  async #purgeBy(request: HostRequest): Promise<HostResponse> {
    const filter = readFilter(request.url.searchParams);
    if (filter.createdFrom === undefined) return json(400, "Please provide value for 'createdTimeFrom' parameter.");
    const instancesDeleted = await this.#parts.repairs.purgeBy(filter);
    return instancesDeleted === 0 ? { status: 404 } : json(200, { instancesDeleted });
  }

  async #raiseEvent(request: HostRequest, id: string, name: string): Promise<HostResponse> {
    const instance = this.#parts.queries.instance(id);
    if (!instance) return { status: 404 };
    if (isTerminal(instance.runtimeStatus)) return { status: 410 };
    const body = (await request.body()).toString('utf8');
    const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
    // The SDK's client sends no type when there is no payload.
    if (body !== '' && type !== 'application/json') {
      return problem(400, 'Only application/json request content is supported');
    }
    if (body !== '' && !isJson(body)) return problem(400, 'Invalid JSON content');
    await this.#parts.operations.raiseEvent(id, name, body);
    return { status: 202 };
  }

  async #operate(request: HostRequest, id: string, operation: string): Promise<HostResponse> {
    const { queries, operations, repairs } = this.#parts;
    const { searchParams } = request.url;
    const instance = queries.instance(id);
    const reason = searchParams.get('reason') ?? '';
    switch (operation) {
      case 'terminate':
      case 'suspend':
      case 'resume':
        if (!instance) return { status: 404 };
        if (isTerminal(instance.runtimeStatus)) return { status: 410 };
        await operations.control(operation, id, reason);
        return { status: 202 };
      case 'rewind':
        if (!instance) return json(404, `No orchestration with instance ID "${id}" found.`);
        if (instance.runtimeStatus !== 'Failed') {
          const message = `This orchestration has status ${instance.runtimeStatus}, but only orchestrations in the "Failed" state can be rewound.`;
          return json(412, message);
        }
        await repairs.rewind(id, reason);
        return { status: 202 };
      case 'restart': {
        if (!instance) return problem(400, 'InstanceId does not match a valid orchestration instance.');
        const fresh = searchParams.get('restartWithNewInstanceId')?.toLowerCase() !== 'false';
        if (!fresh && !isTerminal(instance.runtimeStatus)) {
          return problem(409, 'A non-terminal instance with this instance ID already exists.');
        }
        const input = instance.input === null ? '' : JSON.stringify(instance.input);
        const next = await operations.start(instance.name, fresh ? undefined : id, input, instance.version, undefined);
        return this.#answerStart(request, next);
      }
      default:
        return { status: 404 };
    }
  }

  async #entities(request: HostRequest, name: string | undefined, key: string | undefined): Promise<HostResponse> {
    const { queries, operations } = this.#parts;
    const { searchParams } = request.url;
    if (request.method === 'GET' && (key === undefined || name === undefined)) {
      const top = Number(searchParams.get('top')) || undefined;
      const token = request.headers['x-ms-continuation-token'];
      const from = readTime(searchParams, 'lastOperationTimeFrom') ?? 0;
      const to = readTime(searchParams, 'lastOperationTimeTo') ?? Number.MAX_SAFE_INTEGER;
      const withState = searchParams.get('fetchState')?.toLowerCase() !== 'false';
      const { items, continuationToken = '' } = queries.entities(name || undefined, top, token);
      const bodies = items
        .filter(({ lastOperationAt }) => lastOperationAt >= from && lastOperationAt <= to)
        .map((entity) => ({
          entityId: { name: entity.name, key: entity.key },
          lastOperationTime: new Date(entity.lastOperationAt).toISOString(),
          ...(withState ? { state: entity.state } : {}),
        }));
      return json(200, bodies, { 'x-ms-continuation-token': continuationToken });
    }
    if (name === undefined || key === undefined) return { status: 404 };
    // How the real extension writes an empty key.
    const realKey = key === '$' ? '' : key;
    if (request.method === 'GET') {
      const entity = queries.entity(name, realKey);
      return entity ? json(200, entity.state) : { status: 404 };
    }
    if (request.method !== 'POST' && request.method !== 'DELETE') return { status: 404 };
    const operation = request.method === 'DELETE' ? 'delete' : (searchParams.get('op') ?? '');
    const body = (await request.body()).toString('utf8');
    const isJsonBody = request.headers['content-type']?.toLowerCase().startsWith('application/json');
    if (body !== '' && isJsonBody && !isJson(body)) return problem(400, 'Could not parse JSON content.');
    const input = body === '' || isJsonBody ? body : JSON.stringify(body);
    const due = readTime(searchParams, 'scheduledTime');
    try {
      await operations.signal(name, realKey, operation, input, due);
    } catch (error) {
      if (error instanceof RequestError) return problem(400, error.message);
      throw error;
    }
    return { status: 202 };
  }
}

function isJson(body: string): boolean {
  try {
    JSON.parse(body);
    return true;
  } catch {
    // Told to the caller by the answer.
    return false;
  }
}

function readTime(params: URLSearchParams, name: string): number | undefined {
  const value = params.get(name);
  if (value === null || value === '') return undefined;
  const time = Date.parse(value);
  return Number.isNaN(time) ? undefined : time;
}

function readFilter(params: URLSearchParams): InstanceQuery {
  const createdFrom = readTime(params, 'createdTimeFrom');
  const createdTo = readTime(params, 'createdTimeTo');
  const wanted = params.getAll('runtimeStatus').flatMap((value) => value.split(','));
  const runtimeStatus = statuses.filter((status) => wanted.some((name) => name.toLowerCase() === status.toLowerCase()));
  return {
    ...(createdFrom === undefined ? {} : { createdFrom }),
    ...(createdTo === undefined ? {} : { createdTo }),
    ...(runtimeStatus.length > 0 ? { runtimeStatus } : {}),
  };
}

function payload(
  instance: InstanceSnapshot,
  { showInput = true, history }: { showInput?: boolean; history?: unknown },
): Record<string, unknown> {
  const seconds = (time: number): string => `${new Date(time).toISOString().slice(0, 19)}Z`;
  return {
    name: instance.name,
    instanceId: instance.instanceId,
    runtimeStatus: instance.runtimeStatus,
    input: showInput ? instance.input : null,
    customStatus: instance.customStatus,
    output: instance.output,
    createdTime: seconds(instance.createdAt),
    lastUpdatedTime: seconds(instance.updatedAt),
    ...(history === undefined ? {} : { historyEvents: history }),
  };
}

/** Answer for a management request that carries no valid key. */
export function unauthorized(): HostResponse {
  return text(
    401,
    'The durable management API needs the key "durabletask", as query parameter "code" or header "x-functions-key".',
  );
}
