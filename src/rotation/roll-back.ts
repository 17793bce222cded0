import { PermanentError } from '../kernel/errors';
import type { Binding } from './model';
import type { Occasion, Rotator } from './rotators';
import { marksOf, type StageBook } from './stages';

/** What a step of a rotation works with. */
export interface Step {
  readonly binding: Binding;
  readonly occasion: Occasion;
  readonly stages: StageBook;
}

interface Held {
  readonly version: string;
  readonly credential: string;
}

type Back =
  | { readonly kind: 'pending'; readonly pending: Held }
  | { readonly kind: 'promoted'; readonly bad: Held; readonly good: Held };

/**
 * Takes a rotation back; gives the version that consumers get, null when they never got another one. Idempotent.
 *
 * A credential that consumers may hold already stays valid: it is marked as previous, and revoked when all of them were seen to be
 * back, as in any overlap.
 */
export async function rollBack({ occasion, stages }: Step, rotator: Rotator, what: Back): Promise<string | null> {
  const { versions, pending } = await stages.read();
  if (what.kind === 'pending') {
    await rotator.discard(what.pending.credential, occasion);
    if (pending?.version === what.pending.version && pending.stage === 'pending') {
      await stages.mark('pending', pending.version, { ...marksOf(pending), stage: 'failed' }, false);
    }
    return null;
  }
  const { bad, good } = what;
  const newest = versions.at(-1);
  const bySelf =
    newest?.stage === 'current' && newest.credential === good.credential && newest.version !== good.version;
  const source = versions.find(({ version }) => version === good.version);
  if (source === undefined || (!bySelf && newest?.version !== bad.version)) {
    throw new PermanentError('MovedOn', 'somebody else changed the secret meanwhile');
  }
  let made = newest?.version ?? '';
  if (!bySelf) {
    const value = await stages.value(good.version);
    const marks = { stage: 'current', rotation: occasion.rotationId, credential: good.credential } as const;
    made = (await stages.add('secret', value, marks, source.expiresAt)).version;
  }
  for (const one of versions.filter(({ version }) => version !== made)) {
    if (one.version === bad.version) {
      const { rotation } = one;
      await stages.mark('secret', one.version, { stage: 'previous', rotation, credential: bad.credential }, true);
    } else if (one.stage === 'previous' || one.stage === 'current') {
      await stages.mark('secret', one.version, { ...marksOf(one), stage: 'retired' }, false);
    }
  }
  return made;
}
