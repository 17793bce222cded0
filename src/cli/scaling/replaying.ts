import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { InvalidInputError } from '../../kernel/errors';
import { instantSchema } from '../../kernel/schemas';
import { parsePolicy } from '../../rules';
import { catalogue } from '../../runbooks';
import { replay, ruleScaler, usualWorld, type RecordedLoad, type ReplayResult, type ScalingRule } from '../../scaling';
import { CommandError, exitCodes } from '../operator/api';
import { table } from '../operator/table';

/** A recording, as the API gives it and files hold it. */
export const recordingSchema = z.looseObject({
  name: z.string(),
  from: instantSchema,
  /** Whole minutes. */
  everySeconds: z.number().int().min(60).multipleOf(60),
  /** Percent of one machine's power times machines; null where it is not known. */
  load: z.array(z.number().nullable()),
  /** How many there were, where that was recorded. */
  capacity: z.array(z.number().nullable()).optional(),
});
export type Recorded = z.infer<typeof recordingSchema>;

/** Reads a recording from a file. */
export async function recordingFrom(file: string): Promise<Recorded> {
  const text = await readFile(file, 'utf8').catch(() => {
    throw new CommandError(`${file} cannot be read; give the path of a recording`, exitCodes.mistake);
  });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new CommandError(`${file} is not JSON`, exitCodes.mistake);
  }
  const parsed = recordingSchema.safeParse(value);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    throw new CommandError(`${file} is no recording: ${problems.join('; ')}`, exitCodes.mistake);
  }
  return parsed.data;
}

/** The scaling rule of that name in a policy document, or its first. */
export async function ruleFrom(
  file: string,
  name: string | undefined,
): Promise<{ rule: ScalingRule; current: string }> {
  const text = await readFile(file, 'utf8').catch(() => {
    throw new CommandError(`${file} cannot be read; give the path of a policy document`, exitCodes.mistake);
  });
  let rules: readonly ScalingRule[];
  try {
    rules = parsePolicy(text, catalogue).scaling ?? [];
  } catch (error) {
    if (!(error instanceof InvalidInputError)) {
      throw error;
    }
    const lines = error.problems.map(
      ({ line, column, path, message }) => `${file}:${line ?? 1}:${column ?? 1} ${path}: ${message}`,
    );
    throw new CommandError([error.message, ...lines].join('\n'), exitCodes.mistake);
  }
  const rule = name === undefined ? rules[0] : rules.find((one) => one.name === name);
  if (rule === undefined) {
    const names = rules.map((one) => one.name).join(', ') || 'none';
    throw new CommandError(`${file} has no such scaling rule; it has ${names}`, exitCodes.mistake);
  }
  return { rule, current: rule.name };
}

/** What a rule would have done: sums beside those of what was, for people, and everything for programs. */
export function replayTables(recorded: Recorded, rule: ScalingRule, name: string, withSteps: boolean) {
  const minutes = minutesOf(recorded);
  if (!minutes.some(({ load }) => load !== null)) {
    throw new CommandError('nothing was recorded in that time', exitCodes.notAsWanted);
  }
  if (rule.match.kind !== 'scale-set') {
    throw new CommandError('replays are for scale sets; a cache has too few sizes to learn from', exitCodes.mistake);
  }
  const target = rule.targets?.[0]?.value ?? Math.min(...(rule.steps ?? []).flatMap(({ above }) => above ?? []));
  const initial = recorded.capacity?.find((count) => count !== null) ?? Math.ceil((minutes[0]?.load ?? 0) / target);
  const world = { ...usualWorld, initial: Math.max(rule.min, Math.min(rule.max, initial)), target };
  const proposed = replay(minutes, world, ruleScaler(rule, world));
  const was = recorded.capacity === undefined ? undefined : replay(minutes, world, asItWas(recorded));
  const row = (what: string, one: ReplayResult): string[] => [
    what,
    String(one.minutesOverTarget),
    String(one.minutesOverloaded),
    String(one.instanceHours),
    String(one.changes.length),
    String(one.most),
    String(one.flaps),
  ];
  const headings = ['', 'min over target', 'overloaded', 'instance hours', 'changes', 'most', 'flaps'];
  const rows = [...(was === undefined ? [] : [row('as it was', was)]), row(name, proposed)];
  const steps = proposed.changes.map(({ at, from, to }) => {
    const point = proposed.points.findLast((one) => one.at < at);
    return [new Date(at).toISOString(), `${from} to ${to}`, String(Math.round(point?.load ?? 0))];
  });
  const days = (minutes.length / 1440).toFixed(1);
  const span = minutes.length < 1440 ? `${(minutes.length / 60).toFixed(1)} hours` : `${days} days`;
  const text =
    `${recorded.name}: ${span} from ${recorded.from}, target ${target}\n` +
    table(headings, rows) +
    (withSteps ? `\n${table(['at', 'machines', 'load'], steps)}` : '');
  const summed = ({ points, ...sums }: ReplayResult) => ({ ...sums, instances: everyFiveMinutes(points) });
  const answer = {
    name: recorded.name,
    from: recorded.from,
    days: Number(days),
    target,
    rule: name,
    proposed: summed(proposed),
    ...(was === undefined ? {} : { asItWas: summed(was) }),
  };
  return { answer, text };
}

function minutesOf({ from, everySeconds, load }: Recorded): RecordedLoad[] {
  const start = Date.parse(from);
  return load.flatMap((value, index) =>
    Array.from({ length: everySeconds / 60 }, (_, minute) => ({
      at: start + index * everySeconds * 1000 + minute * 60_000,
      load: value,
    })),
  );
}

/** Somebody who decides what was decided then. */
function asItWas({ from, everySeconds, capacity = [] }: Recorded): Parameters<typeof replay>[2] {
  const start = Date.parse(from);
  return ({ now, capacity: held }) => {
    const then = capacity[Math.floor((now - start) / (everySeconds * 1000))];
    return { capacity: then ?? held };
  };
}

function everyFiveMinutes(points: ReplayResult['points']) {
  return points
    .filter((_, index) => index % 5 === 0)
    .map(({ at, capacity, serving, load }) => [at, capacity, serving, Math.round(load * 10) / 10]);
}
