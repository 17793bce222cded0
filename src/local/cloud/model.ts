/**
 * The vocabulary of the local cloud: what can be asked of it, and what it answers. Types only.
 *
 * Nothing here comes from the rest of the project: the local cloud stands for the world outside.
 */

import type { AlertState, CommonAlert, Delivery, MetricInjection, RaiseAlert } from './alert-model';
import type { DnsControl, RunningCloudflare } from './cloudflare/model';
import type { EventDelivery, GridEvent, RaisedEvent } from './events/model';
import type { Estate, PowerState, RoleAssignment, RoleDefinition } from './estate-model';
import type { ResourceControl } from './resource-model';
import type { FleetControl } from './fleet-control';
import type { Gate } from './gate';
import type { InboxMessage } from './inbox';
import type { ScaleSetControl } from './scale-set-model';
import type { SecretControl } from './secrets/model';
import type { StorageControl } from './storage/model';

export type * from './alert-model';
export type * from './cloudflare/model';
export type * from './estate-model';
export type * from './resource-model';
export type * from './scale-set-model';
export type * from './secrets/model';
export type * from './storage/model';
export type * from './events/model';

/** A timer that can be called off. */
export interface CloudTimer {
  cancel(): void;
}

/**
 * The clock of the simulated world, in epoch milliseconds. How far an operation has come, how full a throttling bucket
 * is and what a metric shows are functions of it alone, so a virtual clock makes a month pass in milliseconds.
 */
export interface CloudClock {
  now(): number;
  /** Calls `fire` once, when `now()` has reached `dueAt` (epoch ms). Timers must not keep a process alive. */
  setTimer(dueAt: number, fire: () => void): CloudTimer;
}

/** How long things take, in milliseconds of the cloud's clock unless the name says otherwise. */
export interface CloudTiming {
  restart: number;
  redeploy: number;
  start: number;
  powerOff: number;
  /** Power off with `skipShutdown=true`. */
  powerOffSkipShutdown: number;
  deallocate: number;
  /** PATCH of a virtual machine (tags). */
  update: number;
  /** Incremental snapshots and restore points, until they are provisioned. */
  snapshot: number;
  /** From the acceptance of a copy to another region to its last byte. */
  snapshotCopy: number;
  /** A disk from a snapshot, or an empty one. */
  createDisk: number;
  /** New instances of a scale set, until they run. */
  scaleOut: number;
  /** From the deletion of an instance to its end: it hears of it by its termination notification, and drains. */
  drain: number;
  /** A fresh system disk for an instance, until it runs. */
  reimage: number;
  /** From running to serving: until then an instance takes no load, and is busy with starting. */
  warmUp: number;
  /** From the machine running again to the guest agent reporting again. */
  agentReady: number;
  /** `Retry-After` of 202 answers and of operation status, in seconds. */
  retryAfterSeconds: number;
  /** Distance of the samples a metric is made of. */
  metricSample: number;
  /** Life of a token, in seconds of the token clock. Azure's managed identities: 24 h. */
  tokenLifeSeconds: number;
  /** Checks without the condition after which a metric alert is resolved. Azure: 3. */
  resolveAfterChecks: number;
  /** A webhook receiver that does not answer within this long counts as a transport error. Real time. */
  webhookTimeout: number;
}

export interface CloudOptions {
  /** Where the CA certificate is written. Created when missing; not removed by `stop()`. */
  directory: string;
  /** 0 or absent: any free port. */
  armPort?: number;
  identityPort?: number;
  clock?: CloudClock;
  /**
   * Wall clock of the tokens, epoch ms. Apart from `clock` because the SDK's token cache compares `expires_on` with the
   * real time of its own process. Default: `Date.now`.
   */
  tokenNow?: () => number;
  /** Seeds every id and every metric's noise. Default 1. */
  seed?: number;
  /** Default: `seedEstate()`. */
  estate?: Estate;
  /** Added to the built-in definitions (Reader, Contributor, Caretaker operator); one of the same name replaces it. */
  roleDefinitions?: RoleDefinition[];
  timing?: Partial<CloudTiming>;
  /** Audiences ARM accepts besides `https://management.azure.com` and `https://management.core.windows.net`. */
  audiences?: string[];
  /** Entries of a list in one answer. Default 50. */
  pageSize?: number;
  /** Evaluate alert rules by their frequency on the clock. Default true; false: only `control.evaluateAlerts()`. */
  monitor?: boolean;
}

/**
 * What is wrong with a machine.
 *
 * - `guest-hung`: power state running, agent not reporting, availability metric 0, no CPU used.
 * - `memory-exhausted`: agent reports, availability 1, available memory near 0, CPU near 100.
 * - `agent-silent`: the machine works (availability 1) but the agent does not report.
 * - `host-failing`: as `guest-hung`, and resource health says Unavailable for a platform reason.
 * - `boot-loop`: availability flaps between 0 and 1, agent not reporting.
 */
export type BreakageKind = 'guest-hung' | 'memory-exhausted' | 'agent-silent' | 'host-failing' | 'boot-loop';

/**
 * The mildest action that heals a breakage. A stronger action heals too: restart (or power off and start) < redeploy
 * (or deallocate and start: another host) < replace. `nothing`: no action does; `time`: heals by itself.
 */
export type HealedBy = 'restart' | 'redeploy' | 'replace' | 'nothing' | 'time';

export interface Breakage {
  kind: BreakageKind;
  healedBy: HealedBy;
  /** With `healedBy: 'time'`: after how many ms of the clock. */
  healsAfter?: number;
}

export interface MachineState {
  id: string;
  name: string;
  resourceGroup: string;
  power: PowerState;
  provisioning: 'Succeeded' | 'Updating' | 'Failed';
  /** Whether the guest agent reports. */
  agent: 'ready' | 'not-ready' | 'absent';
  healthy: boolean;
  breakage?: Breakage;
  tags: Record<string, string>;
  /** How often each action took effect (not: was accepted) since the cloud started. */
  effects: Record<MachineAction, number>;
  zone?: string;
  /** The scale set that it is an instance of. */
  scaleSetId?: string;
}

export type MachineAction = 'restart' | 'redeploy' | 'start' | 'powerOff' | 'deallocate' | 'update';

/** What a fault does to the calls it matches. */
export type FaultEffect =
  /** 202, the operation ends Succeeded, and nothing has changed. */
  | { kind: 'accept-and-do-nothing' }
  /** 202, then the operation ends Failed with this error, and nothing has changed. */
  | { kind: 'fail-late'; code?: string; message?: string }
  /** Accepted and carried out, but the caller's connection is cut instead of an answer. */
  | { kind: 'timeout-after-effect' }
  /** The connection is cut and nothing happens. */
  | { kind: 'connection-reset' }
  /** Answered with this status and error, nothing happens. 429 and 503 carry `Retry-After`. */
  | { kind: 'status'; status: number; code?: string; message?: string; retryAfterSeconds?: number }
  /** 202, then the operation ends Failed with ZonalAllocationFailed (zonal machine) or AllocationFailed. */
  | { kind: 'allocation-failed' }
  /** The answer is late by `delay` ms of real time, and operations take `factor` times as long. */
  | { kind: 'slow'; delay?: number; factor?: number }
  /** 404 ResourceNotFound. */
  | { kind: 'disappear' };

export interface Fault {
  effect: FaultEffect;
  /** Glob over the authorization action, case-insensitive: `Microsoft.Compute/virtualMachines/restart/action`, `**restart**`. */
  operation?: string;
  /** Glob over the resource id (or the request path), case-insensitive. */
  resource?: string;
  /** Name of a principal. */
  principal?: string;
  /** Let this many matching calls pass first. */
  skip?: number;
  /** Then act on this many calls. Absent: until removed. */
  times?: number;
}

export interface ActiveFault extends Fault {
  id: string;
  /** How many calls it has acted on. */
  used: number;
  /** How many matching calls it has let pass. */
  skipped: number;
}

/** One call that reached ARM. */
export interface JournalEntry {
  sequence: number;
  /** Epoch ms on the cloud's clock. */
  at: number;
  method: string;
  path: string;
  query: string;
  /** The authorization action, when a route was found. */
  operation?: string;
  resourceId?: string;
  principal?: string;
  /** 0: the connection was cut. */
  status: number;
  errorCode?: string;
  fault?: string;
  requestId: string;
  correlationId: string;
  clientRequestId?: string;
  /** Remaining counts as answered in headers, by header name. */
  rateLimits: Record<string, string>;
}

export interface CallCounts {
  reads: number;
  writes: number;
  deletes: number;
  throttled: number;
  /** Calls by authorization action. */
  byOperation: Record<string, number>;
}

export interface JournalFilter {
  /** Only entries with a greater sequence number. */
  after?: number;
  method?: string;
  /** Glob over the authorization action. */
  operation?: string;
  /** Glob over the path. */
  path?: string;
  principal?: string;
}

export interface TokenRequest {
  /** Name of a principal of kind `person`, or any name: a person is made for it. */
  name: string;
  audience: string;
  roles?: string[];
  tenantId?: string;
  issuer?: string;
  /** Seconds; negative makes a token that has expired. */
  lifeSeconds?: number;
  /** Extra claims, overriding the generated ones. */
  claims?: Record<string, unknown>;
}

export interface IssuedToken {
  access_token: string;
  token_type: 'Bearer';
  /** Epoch seconds. */
  expires_on: number;
}

/**
 * Levers on the world. In process they are methods; other processes use the same ones as
 * `POST {controlEndpoint}/_local/{method}` with the arguments as a JSON array, or a single object argument as it is (see
 * `connectCloudControl`), hence everything is a promise.
 * An unknown machine, alert rule or fault is an error that names it.
 */
export interface CloudControl
  extends FleetControl, ScaleSetControl, StorageControl, DnsControl, ResourceControl, SecretControl {
  now(): Promise<number>;
  machines(): Promise<MachineState[]>;
  /** By name (if unique) or resource id. */
  machine(idOrName: string): Promise<MachineState>;
  setMachine(idOrName: string, state: { power?: PowerState; tags?: Record<string, string> }): Promise<MachineState>;
  breakMachine(idOrName: string, breakage: Breakage): Promise<MachineState>;
  healMachine(idOrName: string): Promise<MachineState>;
  /** Puts a new machine in place of the old one under the same name: heals all but `nothing`. */
  replaceMachine(idOrName: string): Promise<MachineState>;
  addFault(fault: Fault): Promise<string>;
  removeFault(id: string): Promise<void>;
  faults(): Promise<ActiveFault[]>;
  clearFaults(): Promise<void>;
  injectMetric(injection: MetricInjection): Promise<void>;
  clearMetrics(): Promise<void>;
  journal(filter?: JournalFilter): Promise<JournalEntry[]>;
  counts(filter?: JournalFilter): Promise<CallCounts>;
  clearJournal(): Promise<void>;
  /** Evaluates every enabled metric alert rule now; answers the alerts that changed. */
  evaluateAlerts(): Promise<AlertState[]>;
  alertStates(): Promise<AlertState[]>;
  raiseAlert(alert: RaiseAlert): Promise<CommonAlert>;
  /** Wires the webhook receivers of one action group (or all) to a URL. */
  setWebhook(target: { url: string; actionGroupId?: string }): Promise<void>;
  deliveries(): Promise<Delivery[]>;
  /** What was posted to `POST {controlEndpoint}/inbox/{channel}`, the oldest first: messages that people were sent. */
  messages(): Promise<InboxMessage[]>;
  /** Subscribes a webhook to every event of the cloud, after Event Grid's handshake. */
  setEventWebhook(target: { url: string }): Promise<void>;
  /** Raises an event as the platform would. */
  raiseEvent(event: RaisedEvent): Promise<GridEvent>;
  /** The newest events, delivered or not. */
  events(): Promise<GridEvent[]>;
  eventDeliveries(): Promise<EventDelivery[]>;

  token(request: TokenRequest): Promise<IssuedToken>;
  /** Gives a role to a principal at a scope while running. */
  assignRole(assignment: RoleAssignment): Promise<void>;
  removeRole(assignment: RoleAssignment): Promise<void>;
}

export interface RunningCloud {
  /** `https://127.0.0.1:PORT`: the `endpoint` of ARM clients. */
  armEndpoint: string;
  /** `http://127.0.0.1:PORT/msi/token`: the value of `IDENTITY_ENDPOINT`. */
  identityEndpoint: string;
  /** The value of `IDENTITY_HEADER`: the system-assigned identity of principal `caretaker`. */
  identityHeader: string;
  /** Base URL of `/_local/` and of the OpenID metadata: `http://127.0.0.1:PORT`. */
  controlEndpoint: string;
  /** OpenID issuer of the tokens, as in their `iss` claim. */
  issuer: string;
  tenantId: string;
  /** Cloudflare: its API, its name servers, and the resolvers of the world. */
  cloudflare: RunningCloudflare;
  /** What stands in front of every server, for tests in the same process. */
  gate: Gate;
  /** Where data planes are: `graph`, `login`, `services`. Vaults and storage accounts say it themselves. */
  endpoints: Readonly<Record<string, string>>;
  /** PEM file of the CA that signed ARM's certificate. */
  caFile: string;
  /**
   * Environment for a child process whose managed identity is `principal` (default `caretaker`): `IDENTITY_ENDPOINT`,
   * `IDENTITY_HEADER`, `NODE_EXTRA_CA_CERTS`, `CARETAKER_ARM_ENDPOINT`, `CARETAKER_LOCAL_CLOUD`, `AZURE_TENANT_ID`.
   */
  environment(principal?: string): Record<string, string>;
  control: CloudControl;
  /** Closes both servers and every timer. Safe to call twice. */
  stop(): Promise<void>;
}
