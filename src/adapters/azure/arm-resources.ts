import {
  createRestError,
  type Client,
  type PathUncheckedResponse,
  type RequestParameters,
} from '@azure-rest/core-client';
import { z } from 'zod';
import { InvariantError } from '../../kernel/errors';
import type { ResourceId } from '../../kernel/resource-id';
import { classify, failureOf, startFailure, type StartFailure } from './classify';

/** Stable versions of the providers whose resources are read and written by path (Azure REST API specifications). */
const versions: Readonly<Record<string, string>> = {
  'microsoft.compute/disks': '2025-01-02',
  'microsoft.compute/snapshots': '2025-01-02',
  'microsoft.compute/restorepointcollections/restorepoints/diskrestorepoints': '2025-01-02',
  'microsoft.compute/virtualmachines': '2025-04-01',
  'microsoft.compute/virtualmachines/runcommands': '2025-04-01',
  'microsoft.network/networkinterfaces': '2024-07-01',
  'microsoft.network/networksecuritygroups': '2024-07-01',
  'microsoft.network/virtualnetworks': '2024-07-01',
};

/** What was asked for was taken, or certainly was not. */
export type Asked = { readonly kind: 'asked' } | StartFailure;

/** Resources of ARM by id, in the versions that the adapters here speak. */
export interface ArmResources {
  /** The resource's body; `undefined` when there is certainly none. Throws what {@link classify} makes of a failure. */
  get<Body>(
    id: string,
    schema: z.ZodType<Body>,
    abort: AbortSignal,
    query?: Readonly<Record<string, string>>,
  ): Promise<Body | undefined>;
  /** Asks for a change and does not wait for it. Throws only when it cannot be told whether it was taken. */
  ask(
    method: 'put' | 'patch' | 'post' | 'delete',
    path: string,
    options: {
      readonly requestId: string;
      readonly abort: AbortSignal;
      readonly body?: unknown;
      readonly type?: string;
    },
  ): Promise<Asked>;
  /** Everything in a resource group: id and tags. */
  inGroup(
    group: ResourceId,
    abort: AbortSignal,
  ): Promise<readonly { readonly id: string; readonly tags: Readonly<Record<string, string>> }[]>;
}

/** Type of the resource at a path, in lower case: every second part behind the namespace. */
export function typeAt(path: string): string {
  const [namespace = '', ...pairs] = (path.toLowerCase().split('/providers/').at(-1) ?? '').split('/');
  return [namespace, ...pairs.filter((_, index) => index % 2 === 0)].join('/');
}

const absenceCodes: ReadonlySet<string> = new Set(['ResourceNotFound', 'ResourceGroupNotFound', 'NotFound']);

const listSchema = z.object({
  value: z.array(z.object({ id: z.string(), tags: z.record(z.string(), z.string()).nullish() })),
  nextLink: z.string().nullish(),
});

/** A list that does not end is a defect of the other side; so many pages are read. */
const mostPages = 200;

async function read(arm: Client, path: string, options: RequestParameters): Promise<PathUncheckedResponse> {
  try {
    return await arm.pathUnchecked(path).get(options);
  } catch (error) {
    throw classify(error);
  }
}

/** See {@link ArmResources}. */
export function armResources(arm: Client): ArmResources {
  const versionOf = (type: string): string => {
    const found = versions[type];
    if (found === undefined) {
      throw new InvariantError(`no api-version is known for ${type}; add it to arm-resources.ts`);
    }
    return found;
  };
  return {
    async get(id, schema, abort, query = {}) {
      const queryParameters = { 'api-version': versionOf(typeAt(id)), ...query };
      const response = await read(arm, id, { queryParameters, abortSignal: abort });
      if (response.status === '200') {
        return schema.parse(response.body);
      }
      const error = createRestError(response);
      if (response.status === '404' && absenceCodes.has(failureOf(error).code)) {
        return undefined;
      }
      throw classify(error);
    },
    async ask(method, path, { requestId, abort, body, type }) {
      try {
        const response = await arm.pathUnchecked(path)[method]({
          queryParameters: { 'api-version': versionOf(type ?? typeAt(path)) },
          headers: { 'x-ms-client-request-id': requestId, 'x-ms-correlation-request-id': requestId },
          abortSignal: abort,
          ...(body === undefined ? {} : { body, contentType: 'application/json' }),
        });
        if (['200', '201', '202', '204'].includes(response.status)) {
          return { kind: 'asked' };
        }
        throw createRestError(response);
      } catch (error) {
        return startFailure(error);
      }
    },
    async inGroup(group, abort) {
      const found: { id: string; tags: Record<string, string> }[] = [];
      let path = `${group}/resources?api-version=2021-04-01`;
      for (let pages = 0; pages < mostPages; pages += 1) {
        const response = await read(arm, path, { abortSignal: abort });
        if (response.status !== '200') {
          const error = createRestError(response);
          if (response.status === '404' && failureOf(error).code === 'ResourceGroupNotFound') {
            return [];
          }
          throw classify(error);
        }
        const { value, nextLink } = listSchema.parse(response.body);
        found.push(...value.map(({ id, tags }) => ({ id, tags: tags ?? {} })));
        if (nextLink === undefined || nextLink === null) {
          return found;
        }
        path = nextLink.replace(/^https:\/\/[^/]+/, '');
      }
      throw new InvariantError(`the list of ${group} has more than ${mostPages} pages`);
    },
  };
}
