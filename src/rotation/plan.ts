import type {
  Adoption,
  Binding,
  ConsumerSighting,
  RotationOrder,
  RotationPlan,
  SecretFacts,
  StagedVersion,
} from './model';

const millis = (text: string): number => Date.parse(text);
const day = 86_400;

/** A length of time for people: days where there are any. */
function span(seconds: number): string {
  const whole = Math.abs(Math.round(seconds));
  if (whole >= 2 * day) {
    return `${Math.floor(whole / day)} days`;
  }
  return whole >= 7200 ? `${Math.floor(whole / 3600)} hours` : `${Math.floor(whole / 60)} minutes`;
}

/** The version that consumers get: the newest one, whatever its tags say. */
export function newestOf({ versions }: Pick<SecretFacts, 'versions'>): StagedVersion | undefined {
  return versions.at(-1);
}

/** The version that was in use before and is still valid; `undefined` when it was revoked, or there is none. */
export function openPrevious({ versions }: Pick<SecretFacts, 'versions'>): StagedVersion | undefined {
  return versions
    .slice(0, -1)
    .findLast(({ stage, enabled, revokedAt }) => stage === 'previous' && enabled && revokedAt === null);
}

/** Whether a secret's time has come, and why. */
export function isDue(
  { expiresAt, createdAt }: Pick<StagedVersion, 'expiresAt' | 'createdAt'>,
  { leadSeconds, validitySeconds }: Pick<Binding, 'leadSeconds' | 'validitySeconds'>,
  now: string,
): { readonly due: boolean; readonly reason: string } {
  if (expiresAt !== null) {
    const left = (millis(expiresAt) - millis(now)) / 1000;
    const text = left <= 0 ? `it expired ${span(left)} ago` : `it expires in ${span(left)}`;
    return { due: left <= leadSeconds, reason: `${text}; the lead time is ${span(leadSeconds)}` };
  }
  const age = (millis(now) - millis(createdAt)) / 1000;
  return {
    due: age >= validitySeconds,
    reason: `it has no expiry and is ${span(age)} old; it is meant to live ${span(validitySeconds)}`,
  };
}

/** What to do about a secret, from what was found. Pure. */
export function planRotation(
  order: Pick<RotationOrder, 'mode' | 'binding' | 'rotationId'>,
  facts: SecretFacts,
): RotationPlan {
  const { mode, binding } = order;
  const impossible = (reason: string): RotationPlan => ({ kind: 'impossible', reasons: [reason] });
  const nothing = (reason: string): RotationPlan => ({ kind: 'nothing-to-do', reasons: [reason] });
  if (facts.deleted) {
    return impossible('a deleted secret holds the name; recover it, or take another name: nothing is purged here');
  }
  const newest = newestOf(facts);
  if (newest === undefined) {
    return impossible('the vault has no such secret; store the first version by hand');
  }
  if (facts.standsOn !== null) {
    return impossible(`Caretaker stands on this credential and does not rotate it: ${facts.standsOn}`);
  }
  if (!newest.enabled) {
    return nothing('its newest version is disabled, and disabled secrets are not rotated');
  }
  if (mode === 'back') {
    return planBack(facts, newest);
  }
  if (newest.stage === null && facts.versions.some(({ stage }) => stage !== null)) {
    const reasons = [`version ${newest.version} was made by somebody else`];
    return { kind: 'notice', reasons, version: newest.version, since: newest.createdAt };
  }
  if (!facts.rotates) {
    // People rotate it by hand: each new version is seen through to its consumers once.
    return newest.stage === null
      ? { kind: 'notice', reasons: ['people rotate it by hand'], version: newest.version, since: newest.createdAt }
      : nothing('people rotate it by hand; they are told before it expires');
  }
  if (facts.credential === null) {
    return impossible(
      'the provider knows no credential like the one in the vault; a person has to find out what consumers use',
    );
  }
  const current = { version: newest.version, credential: facts.credential };
  const open = openPrevious(facts);
  if (open?.credential != null && mode !== 'cut' && mode !== 'leak') {
    const previous = { version: open.version, credential: open.credential };
    const reasons = [`the overlap with version ${open.version} is still open`];
    return { kind: 'finish', reasons, current, previous, since: newest.createdAt };
  }
  if (mode === 'finish') {
    return nothing('no overlap is open');
  }
  const { due, reason } = isDue(newest, binding, facts.now);
  if (mode === 'due' && !due) {
    return nothing(reason);
  }
  return {
    kind: 'rotate',
    reasons: [mode === 'due' ? reason : `ordered: ${mode}`, ...pendingReason(order, facts)],
    current,
    pending: pendingOf(order, facts),
  };
}

function planBack(facts: SecretFacts, newest: StagedVersion): RotationPlan {
  const open = openPrevious(facts);
  return open?.credential == null || newest.credential === null
    ? { kind: 'impossible', reasons: ['there is no previous version that is still valid'] }
    : {
        kind: 'back',
        reasons: ['ordered: back'],
        current: { version: newest.version, credential: newest.credential },
        previous: { version: open.version, credential: open.credential },
      };
}

/** What becomes of a pending version that an earlier rotation left. */
function pendingOf(
  { binding }: Pick<RotationOrder, 'binding'>,
  { pending }: SecretFacts,
): 'none' | 'take-over' | 'replace' {
  if (pending?.stage !== 'pending') {
    return 'none';
  }
  return pending.tries < binding.attempts && pending.credential !== null ? 'take-over' : 'replace';
}

function pendingReason(order: Pick<RotationOrder, 'binding'>, facts: SecretFacts): string[] {
  const { pending } = facts;
  const what = pendingOf(order, facts);
  if (pending === null || what === 'none') {
    return [];
  }
  const since = `rotation ${pending.rotation ?? 'unknown'} left a pending version at ${pending.createdAt}, tried ${pending.tries} times`;
  return [`${since}: ${what === 'replace' ? 'it is given up and replaced' : 'it is taken up'}`];
}

/** Whether the old credential may be revoked. Silence is no proof: somebody has to have been seen. */
export function judgeAdoption(consumers: readonly ConsumerSighting[], usage: Adoption['usage']): Adoption {
  const failing = consumers.filter(({ kind }) => kind === 'failing');
  const lagging = consumers.filter(({ kind }) => kind === 'lagging');
  const unseen = consumers.filter(({ kind }) => kind === 'unknown');
  const told = (found: readonly ConsumerSighting[]): string[] =>
    found.map(({ name, reason }) => `${name}: ${reason}`.slice(0, 500));
  const base = { consumers: [...consumers], usage };
  if (failing.length > 0) {
    return { ...base, verdict: 'failing', reasons: told(failing) };
  }
  if (lagging.length > 0) {
    return { ...base, verdict: 'waiting', reasons: told(lagging) };
  }
  if (usage.kind === 'used') {
    return {
      ...base,
      verdict: 'waiting',
      reasons: [`the old credential was used at ${usage.lastUsedAt ?? 'an unknown time'}`],
    };
  }
  if (usage.kind === 'unused') {
    return {
      ...base,
      verdict: 'proven',
      reasons: ['the provider has seen no use of the old credential', ...told(unseen)],
    };
  }
  if (unseen.length > 0 || consumers.length === 0) {
    const reasons =
      consumers.length === 0 ? ['no consumer is written down, and the provider keeps no record of use'] : told(unseen);
    return { ...base, verdict: 'waiting', reasons };
  }
  return { ...base, verdict: 'proven', reasons: [`all ${consumers.length} consumers use the new version`] };
}

/** How long until the next look at consumers, in seconds: twice as long each time, up to six hours. */
export function nextLook(lookSeconds: number, looks: number): number {
  return Math.min(lookSeconds * 2 ** Math.min(looks, 16), Math.max(lookSeconds, 6 * 3600));
}

/** What is wrong with a secret's stages at the end of a rotation; empty when they are as they must be. */
export function stageProblems({ versions, pending }: Pick<SecretFacts, 'versions' | 'pending'>): string[] {
  const count = (stage: string): number => versions.filter((one) => one.stage === stage).length;
  const newest = versions.at(-1);
  return [
    ...(count('current') === 1 ? [] : [`${count('current')} versions are marked as current`]),
    ...(newest?.stage === 'current' && newest.enabled ? [] : ['the newest version is not the current one']),
    ...(count('previous') <= 1 ? [] : [`${count('previous')} versions are marked as previous`]),
    ...(pending?.stage === 'pending' || count('pending') > 0 ? ['a version is still pending'] : []),
    ...(pending?.enabled === true ? ['the pending version is enabled'] : []),
  ];
}

/** The tiers of warning that a secret has reached, the most urgent first. Seconds before the expiry. */
export function warningsReached(
  expiresAt: string | null,
  warnSeconds: readonly number[],
  now: string,
): readonly number[] {
  if (expiresAt === null) {
    return [];
  }
  const left = (millis(expiresAt) - millis(now)) / 1000;
  return [...warnSeconds].sort((a, b) => a - b).filter((tier) => left <= tier);
}
