import { createRestError, type Client, type PathUncheckedResponse } from '@azure-rest/core-client';
import { z } from 'zod';
import { isoOf, type Clock } from '../../kernel/clock';
import { TransientError } from '../../kernel/errors';
import { longestToken, type PollResult } from '../../ports/machines';
import type { ChangeResult, ChangeTicket } from '../../ports/operations';
import { classify, failureOf, isAbsence, startFailure } from './classify';

/** One change of a resource, as ARM takes it. */
export interface ArmChange {
  /** Name of the change in the words of its port; goes into the ticket. */
  readonly operation: string;
  readonly method: 'PUT' | 'PATCH' | 'POST' | 'DELETE';
  readonly path: string;
  readonly version: string;
  readonly body?: unknown;
  /** Only when the resource is still at this version. */
  readonly ifMatch?: string;
}

/** Requests to Azure Resource Manager for what no installed client package covers, through the pipeline of Azure's own core client. */
export interface ArmRequests {
  /** A resource's body; `undefined` when ARM says for certain that there is none. */
  read(path: string, version: string, abort: AbortSignal, query?: Record<string, string>): Promise<unknown>;
  /** What a reading operation answers that ARM wants as a POST. */
  ask(path: string, version: string, abort: AbortSignal, query?: Record<string, string>): Promise<unknown>;
  /** Starts a change and returns at once. */
  change(change: ArmChange, requestId: string, abort: AbortSignal): Promise<ChangeResult>;
  /** Asks once; `undefined` when ARM knows the operation no more, or its address was never known. */
  poll(ticket: ChangeTicket, abort: AbortSignal): Promise<PollResult | undefined>;
}

/** Where a started change is followed: its status document, the place of its result, or the resource itself. */
const trackSchema = z
  .string()
  .transform((text, context): unknown => {
    try {
      return JSON.parse(text);
    } catch {
      context.addIssue({ code: 'custom', message: 'is not JSON' });
      return z.NEVER;
    }
  })
  .pipe(z.object({ by: z.enum(['status', 'location', 'resource', 'done']), url: z.string() }));
type Track = z.infer<typeof trackSchema>;

const errorSchema = z.object({ code: z.string().default('Failed'), message: z.string().default('') });
const statusSchema = z.object({ status: z.string(), error: errorSchema.optional() });
const provisioningSchema = z.object({ properties: z.object({ provisioningState: z.string() }) });

const finalStates: ReadonlySet<string> = new Set(['succeeded', 'failed', 'canceled']);

/** `endpoint` is ARM's address, the only one that is asked. */
export function createArmRequests(options: {
  readonly arm: Client;
  readonly endpoint: string;
  readonly clock: Pick<Clock, 'now'>;
}): ArmRequests {
  const { arm: client, endpoint, clock } = options;

  async function answered(call: () => PromiseLike<PathUncheckedResponse>): Promise<PathUncheckedResponse> {
    const response = await call();
    if (Number(response.status) >= 400) {
      throw createRestError(response);
    }
    return response;
  }

  return {
    async read(path, version, abort, query = {}) {
      try {
        const response = await answered(() =>
          client.pathUnchecked(path).get({ queryParameters: { 'api-version': version, ...query }, abortSignal: abort }),
        );
        return response.body as unknown;
      } catch (error) {
        if (isAbsence(error)) {
          return undefined;
        }
        throw classify(error);
      }
    },

    async ask(path, version, abort, query = {}) {
      try {
        const response = await answered(() =>
          client
            .pathUnchecked(path)
            .post({ queryParameters: { 'api-version': version, ...query }, abortSignal: abort }),
        );
        return response.body as unknown;
      } catch (error) {
        throw classify(error);
      }
    },

    async change({ operation, method, path, version, body, ifMatch }, requestId, abort) {
      try {
        const call = client.pathUnchecked(path);
        const verb = method.toLowerCase() as 'put' | 'patch' | 'post' | 'delete';
        const response = await answered(() =>
          call[verb]({
            queryParameters: { 'api-version': version },
            headers: {
              'x-ms-client-request-id': requestId,
              'x-ms-correlation-request-id': requestId,
              ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }),
            },
            ...(body === undefined ? {} : { body }),
            abortSignal: abort,
          }),
        );
        const token = JSON.stringify(trackOf(response, path, version));
        return {
          kind: 'started',
          ticket: {
            operation,
            token: token.length <= longestToken ? token : '',
            startedAt: isoOf(clock.now()),
            retryAfterSeconds: waitOf(response.headers['retry-after']) ?? 5,
          },
        };
      } catch (error) {
        return startFailure(error);
      }
    },

    async poll(ticket, abort) {
      const track = trackSchema.safeParse(ticket.token);
      if (!track.success) {
        return undefined;
      }
      const { by, url } = track.data;
      if (by === 'done') {
        return { kind: 'succeeded' };
      }
      // The token of Azure goes to Azure: an address elsewhere is not asked, whoever gave it.
      if (!url.startsWith('/') && new URL(url).origin !== new URL(endpoint).origin) {
        return undefined;
      }
      let response: PathUncheckedResponse;
      try {
        response = await client.pathUnchecked(url).get({ abortSignal: abort });
      } catch (error) {
        throw classify(error);
      }
      const status = Number(response.status);
      const running = (fallback: number): PollResult => ({
        kind: 'running',
        retryAfterSeconds: waitOf(response.headers['retry-after']) ?? fallback,
      });
      if (status === 429) {
        return running(30);
      }
      if (status === 404 && by !== 'location') {
        return undefined;
      }
      if (status === 401 || status === 408 || status >= 500 || (status >= 400 && by !== 'location')) {
        throw classify(createRestError(response));
      }
      return resultOf(by, status, response.body, () => running(ticket.retryAfterSeconds));
    },
  };
}

function trackOf(response: PathUncheckedResponse, path: string, version: string): Track {
  const status = response.headers['azure-asyncoperation'];
  if (status !== undefined) {
    return { by: 'status', url: status };
  }
  const location = response.headers['location'];
  if (response.status === '202' && location !== undefined) {
    return { by: 'location', url: location };
  }
  const body = provisioningSchema.safeParse(response.body);
  return body.success && !finalStates.has(body.data.properties.provisioningState.toLowerCase())
    ? { by: 'resource', url: `${path}?api-version=${encodeURIComponent(version)}` }
    : { by: 'done', url: '' };
}

function resultOf(by: Track['by'], status: number, body: unknown, running: () => PollResult): PollResult {
  const failed = (error: unknown): PollResult => {
    const known = errorSchema.safeParse(error);
    const { code, message } = known.success ? known.data : { code: 'Failed', message: '' };
    return { kind: 'failed', refusal: { code, message: message.slice(0, 1024) } };
  };
  if (by === 'location') {
    return status === 202
      ? running()
      : status >= 400
        ? failed((body as { error?: unknown } | undefined)?.error)
        : { kind: 'succeeded' };
  }
  if (by === 'resource') {
    const parsed = provisioningSchema.safeParse(body);
    const state = parsed.success ? parsed.data.properties.provisioningState.toLowerCase() : 'succeeded';
    return state === 'failed' || state === 'canceled'
      ? failed({ code: state, message: `the provisioning state is ${state}` })
      : finalStates.has(state)
        ? { kind: 'succeeded' }
        : running();
  }
  const parsed = statusSchema.safeParse(body);
  if (!parsed.success) {
    throw new TransientError('AzureUnclear', 'Azure: the status of the operation cannot be read');
  }
  switch (parsed.data.status.toLowerCase()) {
    case 'succeeded':
      return { kind: 'succeeded' };
    case 'failed':
    case 'canceled':
      return failed(parsed.data.error ?? { code: parsed.data.status });
    default:
      return running();
  }
}

/** A `Retry-After` in seconds; `undefined` when there is none that can be used. */
function waitOf(header: string | undefined): number | undefined {
  const asked = Number(header ?? Number.NaN);
  return Number.isFinite(asked) && asked > 0 ? Math.min(asked, 3600) : undefined;
}

/** Reads with a schema; `undefined` stays. What does not fit is Azure's doing and passes for unreachable. */
export function readAs<Schema extends z.ZodType>(schema: Schema, body: unknown): z.infer<Schema> | undefined {
  if (body === undefined) {
    return undefined;
  }
  const parsed = schema.safeParse(body);
  if (!parsed.success) {
    const text = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
    throw new TransientError('AzureUnclear', `Azure: the answer cannot be read: ${text}`.slice(0, 500));
  }
  return parsed.data;
}

/** The status of an error that came back, for callers that know what a 404 means to them. */
export function statusOf(error: unknown): number | undefined {
  return failureOf(error).status;
}
