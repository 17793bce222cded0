import type { Iso8601 } from '../kernel/clock';
import type { Notification } from '../ports/notifications';
import type { Secrets } from '../ports/secrets';
import { rotatorKind, type Rotator } from './rotators';
import type { Adoption, Binding, SecretFacts } from './model';
import type { Step } from './roll-back';

/**
 * What Caretaker itself stands on, in the words of rotators' subjects: `storage-account:<name>` for its own storage,
 * `application:<client id>` for its own identities. Rotating one of these would saw off the branch it sits on.
 */
export interface Standing {
  readonly subjects: ReadonlySet<string>;
}

interface Look extends Step {
  readonly rotator: Rotator | null;
  readonly secrets: Secrets;
  readonly standing: Standing;
  readonly now: () => Iso8601;
}

/** Looks at a secret: its versions, what is pending, and which credential of the provider is in use. Changes nothing. */
export async function observedFacts(look: Look): Promise<SecretFacts> {
  const { binding, occasion, stages, rotator, secrets, standing, now } = look;
  const { versions, pending } = await stages.read();
  const newest = versions.at(-1);
  const base = { now: now(), versions: [...versions], pending, rotates: rotator !== null };
  if (newest === undefined) {
    const deleted = await secrets.isDeleted(binding.vault, binding.secret, occasion.abort);
    return { ...base, deleted, credential: null, standsOn: null };
  }
  if (rotator === null || !newest.enabled) {
    return { ...base, deleted: false, credential: null, standsOn: null };
  }
  const standsOn = (await standsOnIt(binding, rotator, look, standing)) ?? null;
  if (standsOn !== null) {
    return { ...base, deleted: false, credential: null, standsOn };
  }
  const marked = newest.stage === 'current' ? newest.credential : null;
  const credential = marked ?? (await rotator.identify(await stages.value(newest.version), occasion));
  return { ...base, deleted: false, credential, standsOn: null };
}

async function standsOnIt(
  { rotator: settings, secret }: Binding,
  rotator: Rotator,
  { occasion }: Look,
  { subjects }: Standing,
): Promise<string | undefined> {
  const checked = rotatorKind(settings.kind)?.bind(settings);
  if (checked !== undefined && 'bound' in checked && checked.bound.uses.includes(secret)) {
    return `the rotator itself uses the secret ${secret}`;
  }
  return (await rotator.subjects(occasion)).find((one) => subjects.has(one.toLowerCase()));
}

/** The notification about consumers that have not taken a new version. */
export function laggardNotice(environment: string, binding: Binding, seen: Adoption, warning: number): Notification {
  const { secret, owner } = binding;
  const laggards = seen.consumers.filter(({ kind }) => kind !== 'adopted');
  return {
    key: `rotation-laggard:${binding.vault}/${secret}:${laggards.map(({ name }) => name).join(',')}:${warning}`,
    kind: 'rotation',
    severity: 'warning',
    environment,
    title: `${secret}: the old credential stays valid, because consumers have not taken the new one`.slice(0, 200),
    text: `${seen.reasons.join('; ')}. The overlap goes on until every consumer is seen with the new version. Make it load the secret anew.`.slice(
      0,
      2000,
    ),
    facts: [
      { name: 'secret', value: secret },
      { name: 'owner', value: owner ?? 'nobody' },
      ...laggards.slice(0, 10).map(({ name, kind }) => ({ name, value: kind })),
    ],
  };
}
