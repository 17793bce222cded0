import type { Now } from '../../api/types';

type Incident = NonNullable<Now['incidents']>[number];
type Change = NonNullable<Now['changes']>[number];

const counted = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;

/** Scopes whose kill switch is engaged: everything, environments, rules. */
export function switchedOff({ killSwitch, environments }: Pick<Now, 'killSwitch' | 'environments'>) {
  return [
    ...(killSwitch?.engaged === true ? [{ environment: null, rule: null, killSwitch }] : []),
    ...(environments ?? []).flatMap(({ name, killSwitch: own, rulesOff }) => [
      ...(own.engaged ? [{ environment: name, rule: null, killSwitch: own }] : []),
      ...rulesOff
        .filter((one) => one.killSwitch.engaged)
        .map((one) => ({ environment: name, rule: one.rule, killSwitch: one.killSwitch })),
    ]),
  ];
}

/** How it stands, as a heading, and whether it is a calm time: nothing is open, nobody waits, nothing is stopped, everything could be read. */
export function standing(now: Now, waitForYou: number): { readonly text: string; readonly isCalm: boolean } {
  const { incidents, approvals, missing } = now;
  const off = switchedOff(now);
  const unread = [incidents, approvals, now.killSwitch, now.environments].includes(null) || missing.length > 0;
  const waiting = approvals?.length ?? 0;
  const parts = [
    ...(off.length === 0 ? [] : [`${counted(off.length, 'kill switch is', 'kill switches are')} engaged`]),
    ...(waiting === 0
      ? []
      : waitForYou > 0
        ? [`${counted(waitForYou, 'approval waits', 'approvals wait')} for you`]
        : [`${counted(waiting, 'approval waits', 'approvals wait')} for others`]),
    ...(incidents === null || incidents.length === 0
      ? []
      : [`${counted(incidents.length, 'incident is', 'incidents are')} open`]),
  ];
  if (parts.length > 0) return { text: `${parts.join(', ')}.`, isCalm: false };
  return unread
    ? { text: 'Part of this cannot be read right now.', isCalm: false }
    : { text: 'Nothing is open, nothing waits for you.', isCalm: true };
}

/** Incidents, the most severe first, then the oldest: an order that stays while they last. What told no severity yet comes after the rest. */
export function mostUrgent(incidents: readonly Incident[]): readonly Incident[] {
  return [...incidents].sort(
    (left, right) =>
      (left.severity ?? 'Sev9').localeCompare(right.severity ?? 'Sev9') ||
      left.since.localeCompare(right.since) ||
      left.id.localeCompare(right.id),
  );
}

const severities: Readonly<Record<string, string>> = {
  Sev0: 'critical',
  Sev1: 'error',
  Sev2: 'warning',
  Sev3: 'informational',
  Sev4: 'verbose',
};

/** A severity of Azure Monitor with its word. */
export const severityText = (severity: string): string =>
  severities[severity] === undefined ? severity : `${severity} ${severities[severity]}`;

/** The page of what an entry of the ledger is about. Undefined where that is no page of its own. */
export function subjectHref({ kind, subject }: Pick<Change, 'kind' | 'subject'>): string | undefined {
  const part = encodeURIComponent(subject);
  const isResource = /^\/subscriptions\//i.test(subject);
  if (kind.startsWith('incident.')) return `/incidents/${part}`;
  if (kind === 'run.finished') return `/runs/${part}`;
  if (kind.startsWith('approval.')) return `/approvals/${part}`;
  if (kind.startsWith('drift.')) return `/stacks/${part}`;
  if (kind.startsWith('policy.')) return '/policy';
  if (kind === 'kill-switch.set') return '/guard';
  return isResource ? `/resources/${part}` : undefined;
}

/** What something under way says of itself, where it does. */
export function toldBy(custom: unknown): { readonly target: string | undefined; readonly stage: string | undefined } {
  const { target, stage } = (typeof custom === 'object' && custom !== null ? custom : {}) as Readonly<
    Record<string, unknown>
  >;
  const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
  return { target: text(target), stage: text(stage) };
}

const parts: Readonly<Record<string, string>> = {
  killSwitch: 'the kill switch of everything',
  environments: 'the environments',
  holds: 'the holds',
  incidents: 'the incidents',
  runs: 'the runs',
  rotations: 'the rotations',
  drills: 'the drills',
  restores: 'the restores',
  approvals: 'the approvals',
  changes: 'what changed',
  'counts.deadLetters': 'the dead letters',
  'counts.undelivered': 'the undelivered notifications',
};

/** A part of how it stands by its name for people: `environments/prod` is the environment prod. */
export function partName(part: string): string {
  const environment = /^environments\/(.+)$/.exec(part)?.[1];
  return environment === undefined ? (parts[part] ?? part) : `the environment ${environment}`;
}
