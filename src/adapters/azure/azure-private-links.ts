import { z } from 'zod';
import { isoOf, type Clock } from '../../kernel/clock';
import { hashOf } from '../../kernel/hash';
import { parseResourceId, type ResourceId } from '../../kernel/resource-id';
import type { Documents } from '../../ports/documents';
import type { DnsLinks, PrivateEndpoints } from '../../ports/private-links';
import { readAs, type ArmRequests } from './arm-requests';

/** Stable versions (Azure REST API specifications). */
const networkVersion = '2024-07-01';
const dnsVersion = '2024-06-01';
/** Of the services whose connections can be approved. */
const serviceVersions: Readonly<Record<string, string>> = {
  'microsoft.cache/redisenterprise': '2025-04-01',
  'microsoft.keyvault/vaults': '2024-11-01',
  'microsoft.storage/storageaccounts': '2024-01-01',
};

const connectionSchema = z.looseObject({
  name: z.string(),
  properties: z.looseObject({
    privateLinkServiceId: z.string(),
    // Missing while the endpoint is being made.
    privateLinkServiceConnectionState: z.object({ status: z.string() }).default({ status: 'Pending' }),
  }),
});

const endpointSchema = z.object({
  location: z.string(),
  tags: z.record(z.string(), z.string()).default({}),
  properties: z.looseObject({
    provisioningState: z.string(),
    subnet: z.object({ id: z.string() }).optional(),
    privateLinkServiceConnections: z.array(connectionSchema).default([]),
    customDnsConfigs: z
      .array(z.looseObject({ fqdn: z.string().optional(), ipAddresses: z.array(z.string()).default([]) }))
      .default([]),
  }),
});

/** Private endpoints. What one was is kept as a document before it is deleted, so that a crash in between loses nothing. */
export function createAzurePrivateEndpoints(options: {
  readonly arm: ArmRequests;
  readonly documents: Documents;
  readonly clock: Clock;
}): PrivateEndpoints {
  const { arm, documents, clock } = options;
  const pathOf = (id: ResourceId): string => `kept-resources/${hashOf(id).slice(0, 32)}.json`;
  const read = async (id: ResourceId, abort: AbortSignal) =>
    readAs(endpointSchema, await arm.read(id, networkVersion, abort));

  return {
    async observe(id, abort) {
      const [endpoint, kept] = await Promise.all([read(id, abort), documents.get(pathOf(id))]);
      const observedAt = isoOf(clock.now());
      const one = endpoint?.properties.privateLinkServiceConnections[0];
      return {
        observedAt,
        exists: endpoint !== undefined,
        provisioningState: endpoint?.properties.provisioningState.toLowerCase() ?? 'unknown',
        connection:
          one === undefined
            ? null
            : {
                name: one.name,
                service: one.properties.privateLinkServiceId.toLowerCase(),
                state: one.properties.privateLinkServiceConnectionState.status.toLowerCase(),
              },
        address: endpoint?.properties.customDnsConfigs[0]?.ipAddresses[0] ?? null,
        kept: kept !== undefined,
      };
    },

    async start(id, change, requestId, abort) {
      if (change.effect === 'approve') {
        const version = serviceVersions[parseResourceId(change.service)?.parts.type ?? ''];
        if (version === undefined) {
          const message = `connections of ${change.service} cannot be approved by Caretaker`;
          return { kind: 'refused', refusal: { code: 'UnknownService', message } };
        }
        const state = { status: 'Approved', description: 'Approved by Caretaker' };
        return arm.change(
          {
            operation: 'approve',
            method: 'PUT',
            path: `${change.service}/privateEndpointConnections/${change.connection}`,
            version,
            body: { properties: { privateLinkServiceConnectionState: state } },
          },
          requestId,
          abort,
        );
      }
      if (change.effect === 'remove') {
        const found = await read(id, abort);
        if (found === undefined) {
          return { kind: 'refused', refusal: { code: 'ResourceNotFound', message: 'the endpoint is gone' } };
        }
        const { location, tags, properties } = found;
        const connections = properties.privateLinkServiceConnections.map(({ name, properties: one }) => ({
          name,
          properties: { privateLinkServiceId: one.privateLinkServiceId, groupIds: one['groupIds'] ?? [] },
        }));
        const body = JSON.parse(
          JSON.stringify({
            location,
            tags,
            properties: {
              subnet: properties.subnet,
              privateLinkServiceConnections: connections,
              customDnsConfigs: properties.customDnsConfigs.map(({ fqdn }) => ({ fqdn })),
            },
          }),
        ) as { readonly [key: string]: string };
        const stored = await documents.get(pathOf(id));
        const written =
          stored === undefined
            ? (await documents.create(pathOf(id), body)).kind === 'created'
            : (await documents.replace(pathOf(id), body, stored.etag)).kind === 'replaced';
        return written
          ? arm.change({ operation: 'remove', method: 'DELETE', path: id, version: networkVersion }, requestId, abort)
          : { kind: 'later', retryAfterSeconds: 5, reason: 'another attempt keeps what the endpoint is' };
      }
      const stored = await documents.get(pathOf(id));
      return stored === undefined
        ? { kind: 'refused', refusal: { code: 'NothingKept', message: 'nobody kept what the endpoint was' } }
        : arm.change(
            { operation: 'create', method: 'PUT', path: id, version: networkVersion, body: stored.value },
            requestId,
            abort,
          );
    },

    async poll(id, ticket, abort) {
      const known = await arm.poll(ticket, abort);
      if (known !== undefined) {
        return known;
      }
      const { provisioningState } = await this.observe(id, abort);
      return ['updating', 'deleting', 'creating'].includes(provisioningState)
        ? { kind: 'running', retryAfterSeconds: ticket.retryAfterSeconds }
        : { kind: 'succeeded' };
    },
  };
}

const linkSchema = z.object({
  properties: z.object({
    provisioningState: z.string().default('Succeeded'),
    virtualNetworkLinkState: z.string().default('Unknown'),
    virtualNetwork: z.object({ id: z.string() }),
  }),
});

/** Links of private DNS zones to networks. */
export function createAzureDnsLinks(options: { readonly arm: ArmRequests; readonly clock: Clock }): DnsLinks {
  const { arm, clock } = options;
  return {
    async observe(id, abort) {
      const link = readAs(linkSchema, await arm.read(id, dnsVersion, abort));
      return {
        observedAt: isoOf(clock.now()),
        exists: link !== undefined,
        provisioningState: link?.properties.provisioningState.toLowerCase() ?? 'unknown',
        state: link?.properties.virtualNetworkLinkState.toLowerCase() ?? 'none',
        network: link?.properties.virtualNetwork.id.toLowerCase() ?? null,
      };
    },
    start: (id, { network }, requestId, abort) =>
      arm.change(
        {
          operation: 'link',
          method: 'PUT',
          path: id,
          version: dnsVersion,
          body: { location: 'global', properties: { virtualNetwork: { id: network }, registrationEnabled: false } },
        },
        requestId,
        abort,
      ),
    async poll(id, ticket, abort) {
      const known = await arm.poll(ticket, abort);
      if (known !== undefined) {
        return known;
      }
      const { provisioningState } = await this.observe(id, abort);
      return ['updating', 'creating'].includes(provisioningState)
        ? { kind: 'running', retryAfterSeconds: ticket.retryAfterSeconds }
        : { kind: 'succeeded' };
    },
  };
}
