import type { InvocationContext } from '@azure/functions';
import { app, getClient, input } from 'durable-functions';
import { createCloudflareZones, createVaultToken } from '../src/adapters/cloudflare';
import { durableEngine, durableFences } from '../src/adapters/durable';
import { createHttpProbes } from '../src/adapters/http-probe';
import { createNodeResolvers } from '../src/adapters/resolver';
import {
  applyContract,
  concludeContract,
  createDnsDesk,
  createDnsDocuments,
  createDnsStore,
  createDnsWatch,
  dnsActivities,
  dnsChangeOrchestrator,
  dnsChangeOrchestratorName,
  planContract,
  restoreContract,
  verifyContract,
  type DnsDesk,
  type LimitsFor,
} from '../src/dns';
import { seconds } from '../src/kernel/duration';
import { PermanentError } from '../src/kernel/errors';
import { createProbeDoor, takeCloudflareNotification } from '../src/operator';
import { limitsOf } from '../src/rules';
import { orderLimits } from '../src/run';
import type { Foundation } from './foundation';
import { apiRoute } from './http-route';

/** How old the document in memory may be before its source is asked again. */
const documentMaxAge = seconds(30);

/** A zone may be changed so often in an hour; each change is one action of the guard's. */
const changesAnHour = 60;

/**
 * Registers DNS: the orchestration of a change with its activities, rounds of looking at origins, the sweep over the zones, the
 * door for Cloudflare's notifications, and the one that other places look at origins through. Gives the desk for the operator
 * API; `undefined` where there is no document.
 */
export function registerDns(foundation: Foundation): DnsDesk | undefined {
  const { config, clock, log, documents: storage, notifications, policies, credential, fieldDecisions } = foundation;
  const { location, api, token, webhookSecrets, locations } = config.dns;
  if (location === undefined) {
    return undefined;
  }
  const documents = createDnsDocuments({ source: foundation.documentAt(location), clock, log, maxAge: documentMaxAge });
  const store = createDnsStore(storage, clock);
  const zones = createCloudflareZones({
    endpoint: api,
    clock,
    token:
      token === undefined
        ? () => Promise.reject(new PermanentError('DnsDenied', 'no token for Cloudflare is configured'))
        : token.kind === 'value'
          ? () => Promise.resolve(token.value)
          : createVaultToken({ secretUri: token.secretUri, credential, clock }),
  });
  const resolvers = createNodeResolvers({ locations });
  const probes = createHttpProbes({ locations });

  const limitsFor: LimitsFor = async (environment, target, urgent) => {
    const policy = await policies.current();
    if (!Object.hasOwn(policy.policy.environments, environment)) {
      const message = `the DNS document names environment ${environment}, which the policy does not have`;
      throw new PermanentError('UnknownEnvironment', message);
    }
    const { limits, patienceSeconds } = orderLimits(limitsOf(policy, environment, { target, at: clock.now() }));
    const { calendar, leaseSeconds } = limits;
    return {
      limits: {
        leaseSeconds: Math.max(leaseSeconds, 300),
        // Failover has a hold-down of its own; a cooldown on top would keep a failback from happening.
        cooldownSeconds: 0,
        budgets: [{ name: 'dns', windowSeconds: 3600, maxResources: changesAnHour }],
        // What serves its users from another place does not wait for office hours.
        ...(calendar === undefined || urgent ? {} : { calendar }),
      },
      patienceSeconds: Math.max(patienceSeconds, 600),
    };
  };
  const subscription = [...config.subscriptions][0] as string;
  const desk = createDnsDesk({ documents, store, zones, clock, limitsFor, subscription });
  const watch = createDnsWatch({ documents, store, zones, clock, desk, probes, notifications, log });
  const activities = dnsActivities({ documents, store, zones, resolvers, fieldDecisions, notifications, clock });

  app.orchestration(dnsChangeOrchestratorName, dnsChangeOrchestrator);
  app.activity(planContract.name, { handler: activities.plan });
  app.activity(verifyContract.name, { handler: activities.verify });
  app.activity(concludeContract.name, { handler: activities.conclude });
  const fences = (context: InvocationContext) => durableFences(getClient(context), clock);
  app.activity(applyContract.name, {
    extraInputs: [input.durableClient()],
    handler: (raw: unknown, context: InvocationContext) => activities.apply(fences(context))(raw),
  });
  app.activity(restoreContract.name, {
    extraInputs: [input.durableClient()],
    handler: (raw: unknown, context: InvocationContext) => activities.restore(fences(context))(raw),
  });

  app.client.timer('dns-round', {
    schedule: '*/30 * * * * *',
    handler: async (_timer, client) => {
      await watch.round(durableEngine(client));
    },
  });
  app.client.timer('dns-sweep', {
    schedule: '15 */10 * * * *',
    handler: async (_timer, client) => {
      await watch.sweep(durableEngine(client));
    },
  });
  app.client.http('dns-cloudflare', {
    route: apiRoute('dns/cloudflare'),
    methods: ['POST'],
    // Cloudflare can show nothing but its secret, which the door itself checks.
    authLevel: 'anonymous',
    handler: (request) => takeCloudflareNotification({ watch, secrets: webhookSecrets, log }, request),
  });
  app.client.http('dns-probe', {
    route: apiRoute('dns/probe'),
    methods: ['GET'],
    // Looks at the document's own origins and at nothing else.
    authLevel: 'anonymous',
    handler: createProbeDoor({ documents, probes, clock, log }),
  });
  return desk;
}
