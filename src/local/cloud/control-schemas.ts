import { z } from 'zod';
import { dnsParameters } from './cloudflare/levers';
import { CloudControlError } from './errors';
import { fleetParameters } from './fleet-control';
import type { CloudControl } from './model';
import { secretParameters } from './secrets/lever-schemas';
import { resourceParameters } from './resource-control';
import { scaleSetParameters } from './scale-set-control';

const text = z.string().min(1);
const tags = z.record(z.string(), z.string());
const power = z.enum(['running', 'starting', 'stopping', 'stopped', 'deallocating', 'deallocated']);
const severity = z.union([z.literal(0), z.literal(1), z.literal(2), z.literal(3), z.literal(4)]);
const count = z.number().int().min(0);

const effect = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('accept-and-do-nothing') }),
  z.strictObject({ kind: z.literal('fail-late'), code: text.optional(), message: text.optional() }),
  z.strictObject({ kind: z.literal('timeout-after-effect') }),
  z.strictObject({ kind: z.literal('connection-reset') }),
  z.strictObject({
    kind: z.literal('status'),
    status: z.number().int().min(400).max(599),
    code: text.optional(),
    message: text.optional(),
    retryAfterSeconds: count.optional(),
  }),
  z.strictObject({ kind: z.literal('allocation-failed') }),
  z.strictObject({ kind: z.literal('slow'), delay: count.optional(), factor: z.number().positive().optional() }),
  z.strictObject({ kind: z.literal('disappear') }),
]);

const filter = z.strictObject({ after: count, method: text, operation: text, path: text, principal: text }).partial();

const assignment = z.strictObject({ principal: text, role: text, scope: text });

/** What each lever takes, checked where it is pulled from another process. */
const parameters: Record<keyof CloudControl, z.ZodType<unknown[]>> = {
  ...dnsParameters,
  ...fleetParameters,
  ...scaleSetParameters,
  now: z.tuple([]),
  machines: z.tuple([]),
  machine: z.tuple([text]),
  setMachine: z.tuple([text, z.strictObject({ power: power.optional(), tags: tags.optional() })]),
  breakMachine: z.tuple([
    text,
    z.strictObject({
      kind: z.enum(['guest-hung', 'memory-exhausted', 'agent-silent', 'host-failing', 'boot-loop']),
      healedBy: z.enum(['restart', 'redeploy', 'replace', 'nothing', 'time']),
      healsAfter: count.optional(),
    }),
  ]),
  healMachine: z.tuple([text]),
  replaceMachine: z.tuple([text]),
  addFault: z.tuple([
    z.strictObject({
      effect,
      operation: text.optional(),
      resource: text.optional(),
      principal: text.optional(),
      skip: count.optional(),
      times: count.optional(),
    }),
  ]),
  removeFault: z.tuple([text]),
  faults: z.tuple([]),
  clearFaults: z.tuple([]),
  injectMetric: z.tuple([
    z.strictObject({
      resourceId: text,
      metricName: text,
      value: z.number(),
      from: z.number().optional(),
      until: z.number().optional(),
    }),
  ]),
  clearMetrics: z.tuple([]),
  journal: z.union([z.tuple([]), z.tuple([filter])]),
  counts: z.union([z.tuple([]), z.tuple([filter])]),
  clearJournal: z.tuple([]),
  evaluateAlerts: z.tuple([]),
  alertStates: z.tuple([]),
  raiseAlert: z.tuple([
    z.strictObject({
      kind: z.enum(['log', 'activity-log', 'resource-health', 'service-health', 'metric']),
      target: text,
      monitorCondition: z.enum(['Fired', 'Resolved']).optional(),
      rule: text.optional(),
      severity: severity.optional(),
      description: z.string().optional(),
      key: text.optional(),
      context: z.record(z.string(), z.unknown()).optional(),
      actionGroupIds: z.array(text).optional(),
    }),
  ]),
  setWebhook: z.tuple([z.strictObject({ url: z.url({ protocol: /^https?$/ }), actionGroupId: text.optional() })]),
  deliveries: z.tuple([]),
  messages: z.tuple([]),
  setEventWebhook: z.tuple([z.strictObject({ url: z.url({ protocol: /^https?$/ }) })]),
  raiseEvent: z.tuple([
    z.strictObject({
      topic: text,
      subject: z.string(),
      eventType: text,
      data: z.record(z.string(), z.unknown()),
      copies: z.number().int().min(1).max(100).optional(),
    }),
  ]),
  events: z.tuple([]),
  eventDeliveries: z.tuple([]),
  token: z.tuple([
    z.strictObject({
      name: text,
      audience: text,
      roles: z.array(text).optional(),
      tenantId: text.optional(),
      issuer: text.optional(),
      lifeSeconds: z.number().optional(),
      claims: z.record(z.string(), z.unknown()).optional(),
    }),
  ]),
  assignRole: z.tuple([assignment]),
  removeRole: z.tuple([assignment]),
  ...resourceParameters,
  snapshots: z.union([z.tuple([]), z.tuple([text])]),
  setSnapshot: z.tuple([
    text,
    z
      .strictObject({
        data: z.string(),
        boots: z.boolean(),
        damaged: z.boolean(),
        stuckAt: z.number().min(0).max(99).nullable(),
        removed: z.literal(true),
      })
      .partial(),
  ]),
  setDisk: z.tuple([
    text,
    z
      .strictObject({
        data: z.string(),
        boots: z.boolean(),
        damaged: z.boolean(),
        sizeGB: count,
        removed: z.literal(true),
      })
      .partial(),
  ]),
  stickSnapshots: z.tuple([text, z.number().min(0).max(99).nullable()]),
  ...secretParameters,
};

export function isControlMethod(name: string): name is keyof CloudControl {
  return Object.hasOwn(parameters, name);
}

export const controlMethods = Object.keys(parameters).filter(isControlMethod);

/** The arguments as they must be, or an error that names every wrong one. */
export function checkedParameters(method: keyof CloudControl, given: unknown[]): unknown[] {
  const checked = parameters[method].safeParse(given);
  if (checked.success) return checked.data;
  const problems = checked.error.issues.map((issue) => {
    const [index, ...path] = issue.path;
    const where = index === undefined ? 'arguments' : [`argument ${Number(index) + 1}`, ...path].join('.');
    return `${where}: ${issue.message}`;
  });
  throw new CloudControlError(`${method}: ${problems.join('; ')}`);
}
