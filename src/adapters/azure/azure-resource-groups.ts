import { createRestError, type Client, type PathUncheckedResponse } from '@azure-rest/core-client';
import { z } from 'zod';
import { TransientError } from '../../kernel/errors';
import { parseResourceId, type ResourceId } from '../../kernel/resource-id';
import type { ListedResource, ResourceGroups, ResourceTags } from '../../ports/resource-group';
import { classify, failureOf } from './classify';

/** Versions of Microsoft.Resources and Microsoft.Network (Azure REST API specifications). */
const resourcesVersion = '2021-04-01';
const tagsVersion = '2021-04-01';
const networkVersion = '2024-05-01';

/** Pages of a list that are read: ARM gives up to a thousand resources a page. */
const mostPages = 50;

const tagsSchema = z.record(z.string(), z.string()).nullish();
const resourceSchema = z.object({
  id: z.string(),
  location: z.string().nullish(),
  tags: tagsSchema,
  zones: z.array(z.string()).nullish(),
  managedBy: z.string().nullish(),
});
const interfaceSchema = z.object({
  id: z.string(),
  properties: z.object({ virtualMachine: z.object({ id: z.string() }).nullish() }).nullish(),
});
const pageSchema = z.object({ value: z.array(z.unknown()), nextLink: z.string().nullish() });
const tagsBodySchema = z.object({ properties: z.object({ tags: tagsSchema }) });

const interfaceType = 'microsoft.network/networkinterfaces';

const isAbsent = (error: unknown): boolean => failureOf(error).status === 404;

function idOf(text: string | null | undefined): ResourceId | null {
  return text === null || text === undefined ? null : (parseResourceId(text)?.id ?? null);
}

/**
 * `ResourceGroups` and `ResourceTags` over Azure Resource Manager. A list costs a read a page, and one more where there are network
 * interfaces: ARM's generic list says whose a disk is (`managedBy`), and not whose an interface is.
 */
export function createAzureResourceGroups(options: {
  readonly arm: Client;
  /** ARM's address; a list is followed nowhere else. */
  readonly endpoint: string;
}): ResourceGroups & ResourceTags {
  const { arm, endpoint } = options;

  async function asked(call: () => PromiseLike<PathUncheckedResponse>): Promise<unknown> {
    const response = await call();
    if (Number(response.status) >= 400) {
      throw createRestError(response);
    }
    return response.body;
  }

  async function listed(path: string, version: string, abort: AbortSignal): Promise<unknown[]> {
    const found: unknown[] = [];
    let next: string | null | undefined;
    for (let pages = 0; pages < mostPages; pages += 1) {
      const from = next;
      const body = await asked(() =>
        from === undefined || from === null
          ? arm.pathUnchecked(path).get({ queryParameters: { 'api-version': version }, abortSignal: abort })
          : arm.pathUnchecked(from).get({ abortSignal: abort }),
      );
      const page = pageSchema.parse(body);
      found.push(...page.value);
      next = page.nextLink;
      if (next === undefined || next === null) {
        return found;
      }
      if (!next.startsWith(`${endpoint.replace(/\/$/, '')}/`)) {
        throw new TransientError('AzureUnexpected', 'Azure continues a list at an address that is not its own');
      }
    }
    throw new TransientError('AzureUnexpected', `a list of Azure has more than ${mostPages} pages`);
  }

  const tagsPath = (id: ResourceId): string => `${id}/providers/Microsoft.Resources/tags/default`;
  const patch = (
    id: ResourceId,
    operation: 'Merge' | 'Delete',
    tags: Readonly<Record<string, string>>,
    abort: AbortSignal,
  ) =>
    asked(() =>
      arm.pathUnchecked(tagsPath(id)).patch({
        queryParameters: { 'api-version': tagsVersion },
        body: { operation, properties: { tags } },
        abortSignal: abort,
      }),
    );

  return {
    async list(subscriptionId, resourceGroup, abort) {
      const group = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}`;
      try {
        const resources = z.array(resourceSchema).parse(await listed(`${group}/resources`, resourcesVersion, abort));
        const owners = new Map<string, ResourceId | null>();
        if (resources.some(({ id }) => parseResourceId(id)?.parts.type === interfaceType)) {
          const path = `${group}/providers/Microsoft.Network/networkInterfaces`;
          for (const { id, properties } of z.array(interfaceSchema).parse(await listed(path, networkVersion, abort))) {
            owners.set(id.toLowerCase(), idOf(properties?.virtualMachine?.id));
          }
        }
        return resources.flatMap(({ id, tags, location, zones, managedBy }): ListedResource[] => {
          const parsed = parseResourceId(id);
          return parsed === undefined
            ? []
            : [
                {
                  id: parsed.id,
                  tags: tags ?? {},
                  location: location ?? '',
                  zones: zones ?? [],
                  owner: idOf(managedBy) ?? owners.get(parsed.id) ?? null,
                },
              ];
        });
      } catch (error) {
        if (isAbsent(error)) {
          return [];
        }
        throw classify(error);
      }
    },

    async read(id, abort) {
      try {
        const query = { 'api-version': tagsVersion };
        const body = await asked(() =>
          arm.pathUnchecked(tagsPath(id)).get({ queryParameters: query, abortSignal: abort }),
        );
        return tagsBodySchema.parse(body).properties.tags ?? {};
      } catch (error) {
        if (isAbsent(error)) {
          return {};
        }
        throw classify(error);
      }
    },

    async merge(id, tags, abort) {
      await patch(id, 'Merge', tags, abort).catch((error: unknown) => {
        throw classify(error);
      });
    },

    async remove(id, tags, abort) {
      await patch(id, 'Delete', tags, abort).catch((error: unknown) => {
        if (!isAbsent(error)) {
          throw classify(error);
        }
      });
    },
  };
}
