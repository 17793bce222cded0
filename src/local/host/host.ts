import type { HostKeys, HostOptions, QuiescenceOptions, QuiescenceResult, RunningHost } from './api';
import { loadApp } from './app-loader';
import { createBindings } from './bindings';
import { Busy } from './busy';
import { createSystemClock, type HostClock, type VirtualClock } from './clock';
import type { FunctionsCore, RegisteredFunction } from './core';
import { clientInputData, type ManagementAddress } from './durable/client-data';
import { DurableEngine } from './durable/engine';
import { RequestError } from './durable/errors';
import { ManagementApi } from './durable/management';
import { isTerminal } from './durable/model';
import { DurableOperations } from './durable/operations';
import { DurableQueries } from './durable/query';
import { DurableRepairs } from './durable/repairs';
import { readDurableSettings } from './durable/settings';
import { createBatch, Store } from './durable/store';
import { AdminApi } from './http/admin';
import { HttpFunctionCaller, httpFunctions } from './http/functions';
import { text } from './http/message';
import { HttpStreams } from './http/streams';
import { HostServer } from './http/server';
import { Invoker } from './invoker';
import { Logger } from './log';
import { Metrics } from './metrics';
import { createSeededRandom, createSystemRandom, randomHex, type Random } from './random';
import { TimerFunctions, type ScheduleStatus } from './schedule/timer-functions';
import { readAppSettings } from './settings';
import { blobBindings, queueBindings } from './storage/bindings';
import { EventGridWebhook } from './triggers/event-grid';
import { QueueTriggers } from './triggers/queue';
import { Watchdog } from './watchdog';

// How long a stopping host lets running invocations finish, in real time.
const STOP_GRACE_MS = 10_000;

/**
 * Starts a host: opens the state file, loads the app, listens, goes on with unfinished orchestrations, starts schedules. Rejects
 * with a message for the person who started it when any of that cannot be done; nothing is left open then.
 */
export async function startHost(options: HostOptions): Promise<RunningHost> {
  const clock = options.clock ?? createSystemClock();
  const random = options.random ?? createSystemRandom();
  const directory = 'directory' in options.app ? options.app.directory : undefined;
  const settings = readAppSettings(directory, options.hostJson);
  const durable = readDurableSettings(settings.extensions.durableTask ?? {}, options.replay ?? 'auto');
  const log = new Logger(options.log ?? (() => undefined), clock, settings.logLevels);
  const env = { ...settings.values, ...process.env, ...options.env };
  Object.assign(process.env, { ...settings.values, ...withoutUndefined(process.env), ...options.env });
  const hostname = options.hostname ?? '127.0.0.1';
  const store = Store.open(options.stateFile);
  let server: HostServer | undefined;
  let watchdog: Watchdog | undefined;
  try {
    server = await HostServer.listen(options.port ?? 0, hostname);
    const url = `http://${nameInUrl(hostname)}:${server.port}`;
    // The SDK's client rewrites its links to port 7071 when this is not set.
    process.env.WEBSITE_HOSTNAME = url.slice('http://'.length);
    const core = 'core' in options.app ? options.app.core : await loadApp(options.app);
    core.registry.onLog = (level, category, message) => log.write(level, `Host.${category}`, message);
    const keys = loadKeys(store, random, clock, options.keys);
    if (options.watchdog) watchdog = new Watchdog({ ...options.watchdog, stateFile: options.stateFile, store, log });
    const parts = { options, core, clock, random, settings, durable, log, env, store, server, url, keys, watchdog };
    return await runApp(parts);
  } catch (error) {
    await server?.close(0);
    await watchdog?.stop();
    store.close();
    throw error;
  }
}

interface HostParts {
  readonly options: HostOptions;
  readonly core: FunctionsCore;
  readonly clock: HostClock;
  readonly random: Random;
  readonly settings: ReturnType<typeof readAppSettings>;
  readonly durable: ReturnType<typeof readDurableSettings>;
  readonly log: Logger;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly store: Store;
  readonly server: HostServer;
  readonly url: string;
  readonly keys: HostKeys;
  readonly watchdog: Watchdog | undefined;
}

async function runApp(parts: HostParts): Promise<RunningHost> {
  const { options, core, clock, random, settings, durable, log, store, server, url, keys, watchdog } = parts;
  const busy = new Busy();
  const startedAt = clock.now();
  const { functions } = core.registry;
  // A secret path must not come from a seed.
  const rpcToken = randomHex(createSystemRandom(), 32);
  const address: ManagementAddress = { url, hubName: durable.hubName, key: keys.durabletask, rpcToken };
  // Ids that no history shows come from a source of their own, so that they do not change those that it does.
  const sideRandom = options.random ? createSeededRandom(Math.floor(random() * 2 ** 32)) : random;
  const expressions = { env: parts.env, random: sideRandom, now: () => clock.now() };
  const bindings = createBindings([
    {
      types: new Set(['durableclient', 'orchestrationclient']),
      read: (_binding, _values, traceParent) =>
        Promise.resolve({ json: JSON.stringify(clientInputData(address, traceParent)) }),
    },
    blobBindings(expressions),
    queueBindings(expressions),
  ]);
  const metrics = new Metrics();
  const tracing = options.onSpan ? { onSpan: options.onSpan } : {};
  const invoker = new Invoker({ core, log, metrics, random: sideRandom, clock, bindings, watchdog, ...tracing });
  const engine = new DurableEngine({
    store,
    core,
    invoker,
    clock,
    random,
    settings: durable,
    log,
    busy,
    onCommit: options.onCommit,
    traceRandom: sideRandom,
    ...tracing,
  });
  const operations = new DurableOperations(engine);
  const queries = new DurableQueries(engine);
  const repairs = new DurableRepairs(engine);
  const timers = new TimerFunctions(functions.values(), {
    clock,
    invoker,
    log,
    busy,
    env: parts.env,
    load: (name) => parseStatus(store.meta(`schedule/${name}`)),
    save: (name, status) =>
      engine.write('schedule', (batch) => batch.meta.set(`schedule/${name}`, JSON.stringify(status))),
  });
  const routes = httpFunctions(functions.values(), settings.routePrefix);
  const urlOf = (fn: RegisteredFunction): string | undefined => {
    const route = routes.find((candidate) => candidate.fn === fn);
    return route && `${url}/${route.template}`;
  };
  const waitFor = (instanceId: string, milliseconds: number): Promise<boolean> => {
    const ended = new Promise<boolean>((resolve) => {
      const instance = queries.instance(instanceId);
      if (!instance || isTerminal(instance.runtimeStatus)) return resolve(true);
      const timeout = setTimeout(() => {
        withdraw();
        resolve(false);
      }, milliseconds);
      const withdraw = engine.watchers.add(instanceId, () => {
        clearTimeout(timeout);
        resolve(true);
      });
    });
    return busy.outside(ended);
  };
  const admin = new AdminApi({
    functions,
    keys,
    invokeUrl: urlOf,
    uptimeMs: () => clock.now() - startedAt,
    hostId: durable.hubName,
    run: (fn, input) => void runManually(fn, input),
  });
  const runManually = async (fn: RegisteredFunction, input: unknown): Promise<void> => {
    if (fn.trigger.type.toLowerCase() === 'timertrigger') return timers.runNow(fn);
    const end = busy.begin();
    try {
      const data = typeof input === 'string' ? { string: input } : { json: JSON.stringify(input ?? null) };
      await invoker.call(fn, { data });
    } catch (error) {
      log.error(`Function.${fn.name}`, `'${fn.name}' could not be run.`, error, { functionName: fn.name });
    } finally {
      end();
    }
  };

  for (const hook of core.registry.hooks('appStart')) await hook({ hookData: {} });
  const capabilities = await core.getProgrammingModel()?.getCapabilities({});
  const { HttpUri: streamUri } = capabilities ?? {};
  const streams = streamUri === undefined ? undefined : new HttpStreams(invoker, streamUri, sideRandom);
  const eventGrid = new EventGridWebhook({ functions: functions.values(), invoker, keys, clock, log, busy });
  const queueSettings = settings.extensions.queues ?? {};
  const queues = new QueueTriggers(functions.values(), {
    invoker,
    clock,
    log,
    busy,
    expressions,
    settings: queueSettings,
  });
  describeEngine(metrics, engine);
  engine.recover();
  server.serve({
    functions: routes,
    caller: new HttpFunctionCaller(invoker, keys, streams),
    management: new ManagementApi({ operations, queries, repairs, address, waitFor }),
    admin,
    endpoints: [
      (request) => eventGrid.handle(request),
      ({ url: { pathname } }) =>
        pathname === '/metrics'
          ? text(200, metrics.text(), { 'content-type': 'text/plain; version=0.0.4' })
          : undefined,
    ],
    keys,
    rpcToken,
    log,
    busy,
  });
  if (options.queues !== false) queues.start();
  if (options.schedules !== false) timers.start();
  for (const fn of functions.values()) {
    if (fn.trigger.type.toLowerCase() === 'warmuptrigger') await runManually(fn, {});
  }

  let stopping: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    timers.stop();
    await queues.stop();
    await server.close(STOP_GRACE_MS);
    await engine.stop();
    for (const hook of core.registry.hooks('appTerminate')) await hook({ hookData: {} });
    await watchdog?.stop();
    store.close();
  };
  return {
    url,
    port: server.port,
    functions: [...functions.values()],
    keys,
    clock,
    functionUrl(name) {
      const fn = functions.get(name);
      return fn && urlOf(fn);
    },
    stop: () => (stopping ??= stop()),
    idle: () => busy.idle(),
    runToQuiescence: (limits) => runToQuiescence(engine, clock, busy, limits),
    history: (id) => queries.history(id),
    instance: (id) => queries.instance(id),
    instances: (query) => queries.instances({ top: 100_000, ...query }).items,
    entity: (name, key) => queries.entity(name, key),
    entities: (name) => queries.entities(name, 100_000).items,
    startOrchestration: (name, { instanceId, input, version } = {}) =>
      operations.start(name, instanceId, input === undefined ? '' : JSON.stringify(input), version, undefined),
    async raiseEvent(instanceId, eventName, payload) {
      const instance = queries.instance(instanceId);
      if (!instance || isTerminal(instance.runtimeStatus)) {
        throw new RequestError(`No running instance with ID '${instanceId}' found.`);
      }
      await operations.raiseEvent(instanceId, eventName, payload === undefined ? '' : JSON.stringify(payload));
    },
    waitForInstance: (instanceId) =>
      new Promise((resolve, reject) => {
        const instance = queries.instance(instanceId);
        if (!instance) reject(new RequestError(`No instance with ID '${instanceId}' found.`));
        else if (isTerminal(instance.runtimeStatus)) resolve(instance);
        else engine.watchers.add(instanceId, resolve);
      }),
    statistics: () => engine.statistics(),
  };
}

async function runToQuiescence(
  engine: DurableEngine,
  clock: HostClock,
  busy: Busy,
  { until = Number.MAX_SAFE_INTEGER, maxSteps = 100_000, when, schedules = false }: QuiescenceOptions = {},
): Promise<QuiescenceResult> {
  if (!clock.virtual) throw new Error('runToQuiescence needs a virtual clock (createVirtualClock).');
  const virtual = clock as VirtualClock;
  const result = (reason: QuiescenceResult['reason'], steps: number): QuiescenceResult => ({
    reason,
    steps,
    now: clock.now(),
  });
  for (let steps = 0; ; steps++) {
    await busy.idle();
    if (when?.()) return result('when', steps);
    const next = virtual.nextDue();
    // The clock may carry timers of others; they matter only while an orchestration waits for time to pass.
    if (next === undefined || (!schedules && engine.due.next() === undefined)) return result('quiet', steps);
    if (next > until) return result('until', steps);
    if (steps >= maxSteps) return result('maxSteps', steps);
    virtual.advanceTo(next);
  }
}

function describeEngine(metrics: Metrics, engine: DurableEngine): void {
  const { counters } = engine;
  metrics.read('durabletask_instances_live', 'gauge', () => engine.live.size);
  metrics.read('durabletask_activities_running', 'gauge', () => engine.work.runningActivities);
  metrics.read('durabletask_commits_total', 'counter', () => counters.commits);
  metrics.read('durabletask_turns_total', 'counter', () => counters.turns);
  metrics.read('durabletask_replays_total', 'counter', () => counters.replays);
  metrics.read('durabletask_activities_total', 'counter', () => counters.activities);
  metrics.read('durabletask_entity_batches_total', 'counter', () => counters.entityBatches);
}

function loadKeys(store: Store, random: Random, clock: HostClock, fixed: Partial<HostKeys> = {}): HostKeys {
  const known = JSON.parse(store.meta('keys') ?? '{}') as Partial<HostKeys>;
  const make = (): string => Buffer.from(randomHex(random, 64), 'hex').toString('base64url');
  const keys: HostKeys = {
    master: fixed.master ?? known.master ?? make(),
    default: fixed.default ?? known.default ?? make(),
    durabletask: fixed.durabletask ?? known.durabletask ?? make(),
    eventgrid: fixed.eventgrid ?? known.eventgrid ?? make(),
  };
  const text = JSON.stringify(keys);
  if (text !== store.meta('keys')) {
    const batch = createBatch();
    batch.meta.set('keys', text);
    store.write(batch, clock.now());
  }
  return keys;
}

/** The host part of links: every address is reached by this machine's own, and IPv6 goes into brackets. */
function nameInUrl(hostname: string): string {
  if (hostname === '0.0.0.0' || hostname === '::') return '127.0.0.1';
  return hostname.includes(':') ? `[${hostname}]` : hostname;
}

function parseStatus(text: string | undefined): ScheduleStatus | undefined {
  return text === undefined ? undefined : (JSON.parse(text) as ScheduleStatus);
}

function withoutUndefined(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
}
