import { HttpRequest, type HttpRequestInit, type HttpResponseInit } from '@azure/functions';
import { createApprovals } from '../../src/approvals';
import { createOutbox } from '../../src/notify';
import { TransientError } from '../../src/kernel/errors';
import { emptyGuard, type GuardState } from '../../src/guard';
import type { Log, LogFields } from '../../src/kernel/log';
import {
  createRecentChanges,
  createRecentHistory,
  joinHandlers,
  keyAccess,
  operatorRoutes,
  takeAzureMonitorAlert,
  type Access,
  type Problem,
} from '../../src/operator';
import { procedures } from '../../src/runbooks';
import { createEvidence, createFieldDecisions, verifyLedger } from '../../src/ledger';
import { createScalingDesk, createScalingMemory } from '../../src/scaling';
import { createDrifts, parseManifest, type Manifest } from '../../src/stacks';
import type { Engine, InstanceStatus } from '../../src/ports/engine';
import type { MeasuredSeries } from '../../src/ports/metrics';
import type { PolicySource } from '../../src/ports/policy-source';
import type { ResourceTags } from '../../src/ports/resource-group';
import { ScriptedMachines } from '../run/fixture';
import { hungMachine } from '../runbooks/machine';
import { manifestText } from '../stacks/manifests';
import { memoryDesk } from '../dns/memory-zones';
import { intakeWorld, policyText, subscription } from '../run/intake-world';
import { memoryBackupDesk } from './backup-desk';
import { rotationDesk } from './rotation-desk';
import { onlyMachines } from '../support/runbook-ports';

/** Keeps what was logged. */
export class KeptLog implements Log {
  readonly lines: string[] = [];
  debug = (message: string) => void this.lines.push(`debug ${message}`);
  info = (message: string) => void this.lines.push(`info ${message}`);
  warn = (message: string, fields?: LogFields) =>
    void this.lines.push(`warn ${message} ${JSON.stringify(fields ?? {})}`);
  error = (message: string, fields?: LogFields) =>
    void this.lines.push(`error ${message} ${JSON.stringify(fields ?? {})}`);
}

/** The durable engine in memory: instances by id. */
export class RememberedEngine implements Engine {
  readonly instances = new Map<string, InstanceStatus & { readonly input?: unknown }>();
  readonly killSwitches: unknown[] = [];
  guardState: GuardState = emptyGuard;
  down: Error | undefined;
  /** Environments whose guard cannot be read. */
  readonly unreadable = new Set<string>();
  /** What was read: `instances`, and the guards by environment. */
  readonly asked: string[] = [];

  add(name: string, instanceId: string, more: Partial<InstanceStatus> = {}): void {
    const time = '2026-05-04T08:00:00.000Z';
    const status = { name, instanceId, runtimeStatus: 'Running' as const, createdTime: time, lastUpdatedTime: time };
    this.instances.set(instanceId, { ...status, ...more });
  }

  async status(instanceId: string) {
    this.check();
    return this.instances.get(instanceId);
  }

  async running(...orchestrators: readonly string[]) {
    this.check();
    this.asked.push('instances');
    return [...this.instances.values()].filter(({ name }) => orchestrators.includes(name));
  }

  async start(orchestrator: string, instanceId: string, input: unknown) {
    this.check();
    if (this.instances.has(instanceId)) {
      return 'exists' as const;
    }
    this.add(orchestrator, instanceId);
    this.instances.set(instanceId, { ...(this.instances.get(instanceId) as InstanceStatus), input });
    return 'started' as const;
  }

  async guard(environment = '') {
    this.check();
    this.asked.push(`guard ${environment}`);
    if (this.unreadable.has(environment)) {
      throw new TransientError('EngineUnavailable', `the guard of ${environment} cannot be read`);
    }
    return this.guardState;
  }

  async setKillSwitch(environment: string, order: object) {
    this.check();
    this.killSwitches.push({ environment, ...order });
  }

  /** Orders to the guard that are no kill switch, as they came. */
  readonly orders: { readonly environment: string; readonly operation: string; readonly input: unknown }[] = [];

  async orderGuard(environment: string, operation: string, input: unknown) {
    this.check();
    this.orders.push({ environment, operation, input });
  }

  /** Events that were raised. */
  readonly raised: { readonly instanceId: string; readonly event: string }[] = [];

  async wake(instanceId: string, event: string) {
    this.check();
    this.raised.push({ instanceId, event });
    return 'woken' as const;
  }

  private check(): void {
    if (this.down !== undefined) {
      throw this.down;
    }
  }
}

export interface Answer {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Problem & Record<string, never>;
}

function answerOf({ status, headers, body }: HttpResponseInit): Answer {
  const kind = (headers as Record<string, string>)['content-type'] ?? '';
  const read = /json$/.test(kind) && !/ndjson$/.test(kind) ? (text: string): unknown => JSON.parse(text) : String;
  return {
    status,
    headers: headers as Record<string, string>,
    body: (body === undefined ? null : read(body as string)) as Answer['body'],
  };
}

/** What a request brings. */
export interface Given {
  readonly params?: Record<string, string>;
  readonly query?: Record<string, string>;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
  readonly text?: string;
}

let read: Manifest | undefined;
/** The manifest of the stacks: read once, and nothing changes it. */
const manifest = (): Manifest => (read ??= parseManifest(manifestText({ units: 2, projects: 1 })).manifest);

/** The doors over everything in memory. */
export function doors(
  source: PolicySource = { read: async () => ({ kind: 'document', text: policyText, etag: '1' }) },
  access: Access = keyAccess(),
) {
  const world = intakeWorld(source);
  const log = new KeptLog();
  const engine = new RememberedEngine();
  const { policies, decisions, deadLetters, runs, clock, incidents, logs } = world;
  const { intake, ledger } = world.start();
  const subscriptions = new Set([subscription]);
  const machines = new ScriptedMachines(world.clock, world.breaker, hungMachine(0));
  const approvals = createApprovals({
    documents: world.documents,
    ledger,
    notifications: { tell: async () => undefined },
    clock,
    log,
  });
  const fieldDecisions = createFieldDecisions({ documents: world.documents, ledger });
  const outbox = createOutbox({
    documents: world.documents,
    settings: async () => ({
      channels: { ops: { kind: 'teams', windowSeconds: 60, burst: 10, perSeconds: 60 } },
      routes: [{ to: ['ops'] }],
    }),
    channels: { named: () => ({ send: async () => ({ kind: 'refused', reason: 'it answers 400' }) }) },
    linkOf: () => undefined,
    clock,
    log,
  });
  const dns = memoryDesk(world.documents, clock);
  /** Tags that were set, by resource. */
  const tags = new Map<string, Record<string, string>>();
  const tagBook: ResourceTags = {
    read: async (id) => tags.get(id) ?? {},
    merge: async (id, given) => void tags.set(id, { ...tags.get(id), ...given }),
    remove: async (id) => void tags.delete(id),
  };
  const evidence = createEvidence({ documents: world.documents, clock });
  /** What the platform measured, and what was asked of it. */
  const metrics = {
    asked: [] as unknown[],
    answer: async (): Promise<readonly MeasuredSeries[] | undefined> => [],
    async read(id: string, span: object) {
      this.asked.push({ id, ...span });
      return this.answer();
    },
  };
  const handledEvents: string[] = [];
  const account = { logs, documents: world.documents, environment: 'test', clock };
  const routes = operatorRoutes({
    access,
    approvals,
    rotation: rotationDesk({ documents: world.documents, clock, log }),
    outbox,
    backup: memoryBackupDesk(world.documents, clock, log),
    scaling: createScalingDesk({ memory: createScalingMemory(world.documents), clock }),
    dns: dns.desk,
    stacks: {
      manifests: { current: async () => manifest() },
      drifts: createDrifts({ documents: world.documents, ledger, fieldDecisions, clock }),
      fieldDecisions,
    },
    intake,
    subscriptions,
    procedures: procedures(onlyMachines(machines)),
    verifyLedger: () =>
      verifyLedger({ logs: world.storage.ledgerLogs, documents: world.documents, environment: 'test' }),
    ledger,
    recentChanges: createRecentChanges(account),
    recentHistory: createRecentHistory(account),
    documents: world.documents,
    tags: tagBook,
    inventory: {
      find: async (id) => ({ kind: 'unseen', readAt: clock.text(), chain: [id] }),
      remembered: async () =>
        world.resources.map(({ tags: own, zones, ...one }) => ({ ...one, tags: { ...own }, zones: [...zones] })),
    },
    metrics,
    evidence,
    policies,
    decisions,
    runs,
    incidents: world.incidentReports,
    deadLetters,
    deployment: { environment: 'test', clockSpeed: 1 },
    eventHandlers: joinHandlers([{ 'Test.Event': async ({ id }) => void handledEvents.push(id) }]),
    clock,
    log,
  });
  const alertDeps = { intake, deadLetters, subscriptions, clock, log };

  return {
    ...world,
    approvals,
    outbox,
    dns,
    fieldDecisions,
    metrics,
    evidence,
    /** Ids of events of the type Test.Event that were handled. */
    handledEvents,
    log,
    engine,
    tags,
    machines,
    routes,
    alertDeps,
    /** Posts a body to the alert door. */
    alert: async (body: string, deps = alertDeps): Promise<Answer> =>
      answerOf(
        await takeAzureMonitorAlert(
          deps,
          new HttpRequest({ method: 'POST', url: 'http://localhost/api/alerts/azure-monitor', body: { string: body } }),
          incidents,
        ),
      ),
    /** Calls an operator route by its name, such as `order-run`. */
    call: async (name: string, given: Given = {}): Promise<Answer> => {
      const route = routes.find((one) => one.name === `operator-${name}`);
      if (route === undefined) {
        throw new Error(`no route ${name}`);
      }
      const text = given.text ?? (given.body === undefined ? undefined : JSON.stringify(given.body));
      const init: HttpRequestInit = {
        method: route.method,
        url: `http://localhost/api/${route.route}`,
        params: given.params ?? {},
        query: given.query ?? {},
        headers: given.headers ?? {},
        ...(text === undefined ? {} : { body: { string: text } }),
      };
      return answerOf(await route.handle(new HttpRequest(init), engine, incidents));
    },
  };
}

/** Paths of the problems that an answer names. */
export const pathsOf = ({ body }: Answer): string[] => (body.problems ?? []).map(({ path }) => path);
