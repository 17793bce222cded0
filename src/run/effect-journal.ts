import { z } from 'zod';
import type { Clock } from '../kernel/clock';
import { isoOf, type Iso8601 } from '../kernel/clock';
import { ConflictError, InvariantError } from '../kernel/errors';
import { instantSchema } from '../kernel/schemas';
import type { Documents } from '../ports/documents';
import { factsSchema, ticketSchema, type Facts, type Step, type Ticket } from '../runbooks';

/**
 * What is known about one effect. `intended` is written before the platform is asked, together with the pre-image, so that
 * a crash between the asking and the answer leaves a trace: whoever comes next looks before asking again.
 */
const effectSchema = z.object({
  state: z.enum(['intended', 'started', 'withdrawn']),
  runId: z.string(),
  step: z.string(),
  effect: z.string(),
  target: z.string(),
  intendedAt: instantSchema,
  before: factsSchema,
  ticket: ticketSchema.nullable(),
});
type Effect = z.infer<typeof effectSchema>;

/** What the journal says when an effect is about to be carried out. */
export type Intention =
  /** Nobody was here before: ask the platform. */
  | { readonly kind: 'new'; readonly etag: string }
  /** The platform accepted it before; poll this ticket. */
  | { readonly kind: 'started'; readonly ticket: Ticket }
  /** It was intended, and whether the platform heard is unknown: look. */
  | { readonly kind: 'unknown'; readonly etag: string; readonly intendedAt: Iso8601 };

export interface EffectJournal {
  intend(runId: string, target: string, step: Step, before: Facts): Promise<Intention>;
  /**
   * Takes over an intention that came to nothing, in order to ask the platform once more: it counts from now on. `undefined`
   * when another attempt was faster.
   */
  again(runId: string, step: Step, etag: string): Promise<string | undefined>;
  /** Notes that the platform accepted, whatever others wrote meanwhile: this alone is certain. The first ticket stays. */
  started(runId: string, step: Step, ticket: Ticket): Promise<void>;
  /** Takes an intention back: the platform certainly did not accept. */
  withdraw(runId: string, step: Step, etag: string): Promise<void>;
}

/** Lost races of one write; one attempt at a time is the rule. */
const conflictLimit = 10;

/** The journal of effects, as documents under `effects/<run>/<step>.json`. */
export function createEffectJournal(documents: Documents, clock: Clock): EffectJournal {
  const pathOf = (runId: string, step: Step): string => `effects/${runId}/${step.id}.json`;
  return {
    async intend(runId, target, step, before) {
      const path = pathOf(runId, step);
      const effect: Effect = {
        state: 'intended',
        runId,
        step: step.id,
        effect: step.effect,
        target,
        intendedAt: isoOf(clock.now()),
        before,
        ticket: null,
      };
      const created = await documents.create(path, effect);
      if (created.kind === 'created') {
        return { kind: 'new', etag: created.etag };
      }
      const stored = await documents.get(path);
      if (stored === undefined) {
        throw new InvariantError(`the effect ${path} exists and cannot be read`);
      }
      const found = effectSchema.parse(stored.value);
      if (found.state === 'started' && found.ticket !== null) {
        return { kind: 'started', ticket: found.ticket };
      }
      if (found.state === 'withdrawn') {
        const replaced = await documents.replace(path, effect, stored.etag);
        if (replaced.kind === 'replaced') {
          return { kind: 'new', etag: replaced.etag };
        }
        throw new ConflictError('EffectContended', `another attempt at ${path} is under way`);
      }
      return { kind: 'unknown', etag: stored.etag, intendedAt: found.intendedAt };
    },
    async again(runId, step, etag) {
      const path = pathOf(runId, step);
      const stored = await documents.get(path);
      if (stored === undefined || stored.etag !== etag) {
        return undefined;
      }
      const renewed: Effect = { ...effectSchema.parse(stored.value), intendedAt: isoOf(clock.now()) };
      const replaced = await documents.replace(path, renewed, etag);
      return replaced.kind === 'replaced' ? replaced.etag : undefined;
    },
    async started(runId, step, ticket) {
      const path = pathOf(runId, step);
      for (let attempt = 0; attempt < conflictLimit; attempt += 1) {
        const stored = await documents.get(path);
        if (stored === undefined) {
          throw new InvariantError(`the intention ${path} vanished while its effect was carried out`);
        }
        const found = effectSchema.parse(stored.value);
        if (found.state === 'started') {
          return;
        }
        if ((await documents.replace(path, { ...found, state: 'started', ticket }, stored.etag)).kind === 'replaced') {
          return;
        }
      }
      throw new ConflictError('EffectContended', `others keep changing ${path}`);
    },
    async withdraw(runId, step, etag) {
      const path = pathOf(runId, step);
      const stored = await documents.get(path);
      if (stored !== undefined) {
        // Only the version that was read is taken back: what another attempt started meanwhile stays.
        await documents.replace(path, { ...effectSchema.parse(stored.value), state: 'withdrawn' }, etag);
      }
    },
  };
}
