import { z } from 'zod';
import type { Iso8601 } from '../kernel/clock';
import type { Facts, Plan, Runbook, Step, Verification } from '../runbooks/model';
import { scaleBoundsRunbook, scaleCacheRunbook, scaleRunbook, type Member, type Scalable } from './model';

/** What was seen: the resource, or that it is gone. */
export type Sight = Scalable | undefined;

/** Why it was decided, for the plan's reader. */
const whySchema = z.array(z.string().max(512)).max(20).default([]);
const countSchema = z.number().int().min(0).max(1000);
const capacityParameters = z.strictObject({
  /** What the decision was made from: with any other number it is void. */
  from: countSchema,
  to: countSchema,
  /** Machines to go, by name; none when some are added. */
  remove: z.array(z.string().min(1).max(80)).max(100).default([]),
  why: whySchema,
});
type CapacityParameters = z.infer<typeof capacityParameters>;

const gone: Plan = { kind: 'impossible', reasons: ['the resource does not exist'] };
/** Names of machines in one step: they are part of the step's effect, which is short. */
const longestEffect = 60;

const permissions = { actions: [] as readonly string[], dataActions: [] as readonly string[] };

/** Gives a scale set another number of machines. Ordered by the scaler; an operator raises, pauses, or sets the policy. */
export const scaleSetCapacity: Runbook<CapacityParameters, Sight> = {
  name: scaleRunbook,
  version: 1,
  summary: 'Add machines to a scale set, or take away named ones.',
  explanation: {
    preconditions: [
      'the set has the number of machines that the decision was made from, and no operation runs on it',
      'Azure Monitor autoscale does not decide about it',
      'machines to go are still there and not protected',
    ],
    plan: 'Out: the new capacity is asked for. In: the chosen machines are deleted by name; each drains on its termination notice.',
    verification: 'as many machines run and are healthy as were wanted, and those to go are gone',
    undo: 'after a removal the capacity before is asked for again; what was added stays, because taking it away could only harm',
  },
  impact: 'disruptive',
  resourceTypes: ['microsoft.compute/virtualmachinescalesets'],
  parameters: capacityParameters,
  permissions,
  suits: [],
  operationLimitSeconds: 1800,
  plan: planCapacity,
  verify: verifyCapacity,
  undo: (before, after) => {
    const capacity = before['capacity'];
    const removed = typeof capacity === 'number' && Number(before['wanted']) < capacity;
    return removed && after !== undefined && after.capacity !== capacity
      ? [{ id: 'undo-capacity', effect: `capacity ${capacity}`, summary: `Ask for ${capacity} machines again` }]
      : [];
  },
};

function planCapacity(seen: Sight, { from, to, remove, why }: CapacityParameters): Plan {
  if (seen === undefined) {
    return gone;
  }
  if (seen.busy !== null) {
    return { kind: 'busy', reasons: [seen.busy], retryAfterSeconds: 15 };
  }
  if (seen.capacity === to) {
    return { kind: 'nothing-to-do', reasons: [`there are ${to} already`] };
  }
  if (seen.autoscale !== null) {
    return { kind: 'impossible', reasons: ['Azure Monitor autoscale decides about it now'] };
  }
  if (seen.capacity !== from) {
    return {
      kind: 'impossible',
      reasons: [`there are ${seen.capacity}, not the ${from} that the decision was made from`],
    };
  }
  const before = { ...factsOf(seen), wanted: to, removing: remove.join(' ') };
  if (to > from) {
    const summary = `Ask for ${to} machines instead of ${from}`;
    return {
      kind: 'act',
      summary,
      reasons: why,
      steps: [{ id: 'capacity', effect: `capacity ${to}`, summary }],
      before,
      after: { capacity: to },
    };
  }
  const unfit = remove.flatMap((name) => {
    const member = seen.members.find((one) => one.name === name);
    const problem = member === undefined ? 'is gone' : member.protected ? 'is protected' : undefined;
    return problem === undefined ? [] : [`${name} ${problem}`];
  });
  if (unfit.length > 0 || remove.length !== from - to) {
    return { kind: 'impossible', reasons: [`the machines to go are not as decided: ${unfit.join(', ')}`] };
  }
  const prefix = `${seen.name}_`.toLowerCase();
  const foreign = remove.find((name) => !name.toLowerCase().startsWith(prefix) || name.length - prefix.length > 40);
  if (foreign !== undefined) {
    return { kind: 'impossible', reasons: [`${foreign} has no name that the scale set gave it`] };
  }
  return {
    kind: 'act',
    summary: `Take away ${remove.length} of ${from} machines`,
    reasons: why,
    steps: removalSteps(remove, prefix.length),
    before,
    after: { capacity: to },
  };
}

/** Deletions in as few steps as their names fit into; a name is told by what follows the set's own. */
function removalSteps(names: readonly string[], prefix: number): Step[] {
  const chunks: string[][] = [];
  for (const name of names) {
    const tail = name.slice(prefix);
    const last = chunks.at(-1);
    if (last !== undefined && ['remove', ...last, tail].join(' ').length <= longestEffect) {
      last.push(tail);
    } else {
      chunks.push([tail]);
    }
  }
  return chunks.map((tails, index) => ({
    id: `remove-${index + 1}`,
    effect: ['remove', ...tails].join(' '),
    summary: `Take away ${tails.join(', ')}`,
  }));
}

const running = (members: readonly Member[]): number => members.filter(({ state }) => state === 'running').length;
const healthy = (members: readonly Member[]): number => members.filter((member) => member.healthy).length;

function factsOf(seen: Scalable): Facts {
  const zones = seen.zones.map((zone) => `${zone}:${seen.members.filter((member) => member.zone === zone).length}`);
  return {
    capacity: seen.capacity,
    members: seen.members.length,
    running: running(seen.members),
    healthy: healthy(seen.members),
    zones: zones.join(' '),
  };
}

function verifyCapacity(before: Facts, after: Sight, _actedAt: Iso8601): Verification {
  if (after === undefined) {
    return { verdict: 'worse', reasons: ['the scale set no longer exists'], facts: { exists: false } };
  }
  const facts = factsOf(after);
  const [wanted, had] = [Number(before['wanted']), Number(before['running'])];
  const removing =
    typeof before['removing'] === 'string' && before['removing'] !== '' ? before['removing'].split(' ') : [];
  const up = running(after.members);
  if (after.busy === null && up < Math.min(had, wanted)) {
    return { verdict: 'worse', reasons: [`${up} machines run; ${had} did before, and ${wanted} were wanted`], facts };
  }
  const complaints = [
    ...(after.capacity === wanted ? [] : [`its capacity is ${after.capacity}, not ${wanted}`]),
    ...(after.busy === null ? [] : [after.busy]),
    ...(healthy(after.members) >= wanted ? [] : [`${healthy(after.members)} of ${wanted} machines are healthy`]),
    ...removing
      .filter((name) => after.members.some((one) => one.name === name))
      .map((name) => `${name} is still there`),
  ];
  return complaints.length > 0
    ? { verdict: 'pending', reasons: complaints, facts }
    : { verdict: 'healthy', reasons: [`${wanted} machines run and are healthy`], facts };
}

const sizeParameters = z.strictObject({
  from: z.string().min(1).max(64),
  to: z.string().min(1).max(64),
  why: whySchema,
});

/** Gives a managed cache another size. */
export const scaleCache: Runbook<z.infer<typeof sizeParameters>, Sight> = {
  name: scaleCacheRunbook,
  version: 1,
  summary: 'Give a managed Redis cache the next larger or smaller size.',
  explanation: {
    preconditions: ['the cache has the size that the decision was made from, and no operation runs on it'],
    plan: 'the new size is asked for',
    verification: 'the cache has the new size, and nothing runs on it any more',
    undo: 'none: a size that failed to change is the old one',
  },
  impact: 'disruptive',
  resourceTypes: ['microsoft.cache/redisenterprise'],
  parameters: sizeParameters,
  permissions,
  suits: [],
  operationLimitSeconds: 3600,
  plan(seen, { from, to, why }) {
    if (seen === undefined) {
      return gone;
    }
    if (seen.busy !== null) {
      return { kind: 'busy', reasons: [seen.busy], retryAfterSeconds: 30 };
    }
    if (seen.capacity === to) {
      return { kind: 'nothing-to-do', reasons: [`its size is ${to} already`] };
    }
    if (seen.capacity !== from) {
      return { kind: 'impossible', reasons: [`its size is ${seen.capacity}, not ${from}, from which was decided`] };
    }
    const summary = `Change the size from ${from} to ${to}`;
    const steps = [{ id: 'size', effect: `size ${to}`, summary }];
    return {
      kind: 'act',
      summary,
      reasons: why,
      steps,
      before: { capacity: from, wanted: to },
      after: { capacity: to },
    };
  },
  verify(before, after) {
    if (after === undefined) {
      return { verdict: 'worse', reasons: ['the cache no longer exists'], facts: { exists: false } };
    }
    const facts = { capacity: after.capacity };
    return after.capacity === before['wanted'] && after.busy === null
      ? { verdict: 'healthy', reasons: [`its size is ${after.capacity}`], facts }
      : { verdict: 'pending', reasons: [after.busy ?? `its size is ${after.capacity}`], facts };
  },
  undo: () => [],
};

const boundsParameters = z.strictObject({ min: countSchema, max: countSchema, why: whySchema });

/** Moves the bounds of Azure Monitor autoscale, where it decides about a scale set. */
export const autoscaleBounds: Runbook<z.infer<typeof boundsParameters>, Sight> = {
  name: scaleBoundsRunbook,
  version: 1,
  summary: 'Move the bounds within which Azure Monitor autoscale decides about a scale set.',
  explanation: {
    preconditions: ['a setting of autoscale is enabled for the scale set'],
    plan: "least and most of the setting's first profile are replaced; its rules stay",
    verification: 'the setting shows the new bounds',
    undo: 'none: the bounds are read again a minute later',
  },
  impact: 'none',
  resourceTypes: ['microsoft.compute/virtualmachinescalesets'],
  parameters: boundsParameters,
  permissions,
  suits: [],
  operationLimitSeconds: 300,
  plan(seen, { min, max, why }) {
    if (seen === undefined) {
      return gone;
    }
    if (seen.autoscale === null) {
      return { kind: 'impossible', reasons: ['no setting of autoscale is enabled for it'] };
    }
    if (seen.autoscale.min === min && seen.autoscale.max === max) {
      return { kind: 'nothing-to-do', reasons: [`the bounds are ${min} to ${max} already`] };
    }
    const summary = `Let autoscale decide between ${min} and ${max}, not ${seen.autoscale.min} and ${seen.autoscale.max}`;
    const before = { min: seen.autoscale.min, max: seen.autoscale.max, wantedMin: min, wantedMax: max };
    return {
      kind: 'act',
      summary,
      reasons: why,
      steps: [{ id: 'bounds', effect: `bounds ${min} ${max}`, summary }],
      before,
      after: { min, max },
    };
  },
  verify(before, after) {
    const bounds = after?.autoscale ?? null;
    const facts = { min: bounds?.min ?? null, max: bounds?.max ?? null };
    return bounds !== null && bounds.min === before['wantedMin'] && bounds.max === before['wantedMax']
      ? { verdict: 'healthy', reasons: [`the bounds are ${bounds.min} to ${bounds.max}`], facts }
      : { verdict: 'pending', reasons: ['the setting does not show the new bounds'], facts };
  },
  undo: () => [],
};
