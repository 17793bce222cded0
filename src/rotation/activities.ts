import { handler } from '../kernel/activity';
import { epochOf, isoOf, type Clock, type EpochMillis, type Iso8601 } from '../kernel/clock';
import { describeError, PermanentError } from '../kernel/errors';
import type { ResourceId } from '../kernel/resource-id';
import type { Fences } from '../ports/fences';
import type { Notifications } from '../ports/notifications';
import type { Secrets } from '../ports/secrets';
import type { Consumers } from './consumers';
import {
  lookContract,
  noticeContract,
  observeSecretContract,
  prepareContract,
  promoteContract,
  propagateContract,
  recordRotationContract,
  revokeContract,
  rollBackContract,
  testContract,
} from './contract';
import { laggardNotice, observedFacts, type Standing } from './facts';
import type { Adoption, Binding } from './model';
import { judgeAdoption, planRotation, stageProblems } from './plan';
import type { RotationRecords } from './records';
import { rollBack, type Step } from './roll-back';
import { makeRotator, type Occasion, type Rotator, type RotatorPorts } from './rotators';
import { marksOf, openStages } from './stages';

export interface RotationActivityPorts {
  readonly secrets: Secrets;
  readonly rotators: RotatorPorts;
  readonly consumers: Consumers;
  readonly standing: Standing;
  readonly records: RotationRecords;
  readonly notifications: Notifications;
  readonly clock: Clock;
}

interface Key {
  readonly rotationId: string;
  readonly environment: string;
  readonly target: ResourceId;
  readonly token: number;
  readonly binding: Binding;
}

type Stopped =
  | { readonly kind: 'fenced'; readonly reason: string }
  | { readonly kind: 'refused'; readonly code: string; readonly reason: string };

/** A refusal that another look may settle differently; nothing was changed. */
const movedOn = (reason: string) => ({ kind: 'refused' as const, code: 'MovedOn', reason });

/**
 * The activities of a rotation. Each asks the vault what is done already, does what is missing, and marks it: the vault's tags
 * are the journal, so a step that is carried out again after a crash comes to the same end.
 */
export function rotationActivities(ports: RotationActivityPorts) {
  const { secrets, consumers, standing, records, notifications, clock } = ports;
  const now = (): Iso8601 => isoOf(clock.now());
  const later = (seconds: number): Iso8601 => isoOf((clock.now() + seconds * 1000) as EpochMillis);

  const stepOf = ({ rotationId, binding }: Pick<Key, 'rotationId' | 'binding'>, abort: AbortSignal): Step => {
    const { vault, secret } = binding;
    const occasion: Occasion = { vault, secret, rotationId, abort };
    return { binding, occasion, stages: openStages(secrets, vault, secret, abort) };
  };
  const rotatorOf = ({ rotator }: Binding): Rotator => {
    const made = makeRotator(rotator, ports.rotators);
    if (made === null) {
      throw new PermanentError('NotRotated', `${rotator.kind} makes no credentials`);
    }
    return made;
  };
  /** Asks the fence right before effects; what is refused for good is a result, and what may pass is thrown. */
  const allowed = async <Result>(
    fences: Fences,
    { environment, target, token }: Key,
    work: () => Promise<Result>,
  ): Promise<Result | Stopped> => {
    const reason = await fences.problem(environment, target, token);
    if (reason !== undefined) {
      return { kind: 'fenced', reason };
    }
    try {
      return await work();
    } catch (error) {
      if (error instanceof PermanentError) {
        return { kind: 'refused', code: error.code, reason: describeError(error).slice(0, 500) };
      }
      throw error;
    }
  };
  /** Those that change something, made for one invocation: the fence is read through its durable client. */
  const fenced = (fences: Fences) => ({
    prepare: handler(prepareContract, (input, abort) =>
      allowed(fences, input, async () => {
        const { binding, rotationId, current } = input;
        const { stages, occasion } = stepOf(input, abort);
        const rotator = rotatorOf(binding);
        const { pending } = await stages.read();
        const mine = pending?.stage === 'pending' && pending.rotation === rotationId;
        if (pending?.stage === 'pending' && pending.credential !== null && (mine || input.pending === 'take-over')) {
          const { version, credential } = pending;
          if (!mine) {
            await stages.mark('pending', version, { ...marksOf(pending), rotation: rotationId }, false);
          }
          if (rotator.install !== undefined) {
            await rotator.install({ credential, value: await stages.pendingValue(version) }, occasion);
          }
          return { kind: 'ready' as const, version, credential };
        }
        if (pending?.stage === 'pending') {
          if (pending.credential !== null) {
            await rotator.discard(pending.credential, occasion);
          }
          await stages.mark('pending', pending.version, { ...marksOf(pending), stage: 'failed' }, false);
        }
        const expiresAt = later(binding.validitySeconds);
        const issued = await rotator.issue(current.credential, expiresAt, occasion);
        const { credential } = issued;
        const marks = { stage: 'pending', rotation: rotationId, credential } as const;
        const { version } = await stages.add('pending', issued.value, marks, expiresAt);
        await rotator.install?.(issued, occasion);
        return { kind: 'ready' as const, version, credential };
      }),
    ),

    test: handler(testContract, (input, abort) =>
      allowed(fences, input, async () => {
        const { binding, pending } = input;
        const { stages, occasion } = stepOf(input, abort);
        const { pending: found } = await stages.read();
        if (found?.version !== pending.version || found.stage !== 'pending') {
          return movedOn(`version ${pending.version} is no longer pending`);
        }
        await stages.mark('pending', found.version, { ...marksOf(found), tries: found.tries + 1 }, false);
        const value = await stages.pendingValue(found.version);
        const trial = await rotatorOf(binding).test({ credential: pending.credential, value }, occasion);
        return trial.works
          ? { kind: 'works' as const }
          : { kind: 'fails' as const, reason: trial.reason.slice(0, 300) };
      }),
    ),

    promote: handler(promoteContract, (input, abort) =>
      allowed(fences, input, async () => {
        const { binding, rotationId, pending, current } = input;
        const { stages } = stepOf(input, abort);
        const before = await stages.read();
        const newest = before.versions.at(-1);
        let made: { readonly version: string; readonly createdAt: Iso8601 };
        if (newest?.rotation === rotationId && newest.stage === 'current') {
          made = newest;
        } else if (newest?.version !== current.version) {
          return movedOn(`version ${newest?.version ?? 'none'} came in between; somebody else changed the secret`);
        } else {
          const value = await stages.pendingValue(pending.version);
          const marks = { stage: 'current', rotation: rotationId, credential: pending.credential } as const;
          made = await stages.add('secret', value, marks, later(binding.validitySeconds));
        }
        for (const older of before.versions.filter(({ version }) => version !== made.version)) {
          if (older.version === current.version) {
            const { rotation, revokedAt, enabled } = older;
            await stages.mark(
              'secret',
              older.version,
              { stage: 'previous', rotation, credential: current.credential, revokedAt },
              enabled,
            );
          } else if (older.stage === 'previous' || older.stage === 'current') {
            await stages.mark('secret', older.version, { ...marksOf(older), stage: 'retired' }, false);
          }
        }
        if (before.pending?.version === pending.version && before.pending.stage === 'pending') {
          await stages.mark('pending', pending.version, { ...marksOf(before.pending), stage: 'spent' }, false);
        }
        return { kind: 'promoted' as const, version: made.version, at: made.createdAt };
      }),
    ),

    rollBack: handler(rollBackContract, (input, abort) =>
      allowed(fences, input, async () => {
        const step = stepOf(input, abort);
        return { kind: 'rolled-back' as const, version: await rollBack(step, rotatorOf(input.binding), input.what) };
      }),
    ),

    revoke: handler(revokeContract, (input, abort) =>
      allowed(fences, input, async () => {
        const { binding, old, keep } = input;
        const { stages, occasion } = stepOf(input, abort);
        const before = await stages.read();
        const newest = before.versions.at(-1);
        const held = before.versions.find(({ version }) => version === old.version);
        if (keep !== null && (old.credential === keep || newest?.credential !== keep || newest.stage !== 'current')) {
          return movedOn('the version in use is not the one that was seen to be adopted; nothing is revoked');
        }
        let at = held?.revokedAt ?? null;
        if (at === null) {
          await rotatorOf(binding).revoke(old.credential, occasion);
          at = now();
          if (held !== undefined) {
            const { rotation } = held;
            await stages.mark(
              'secret',
              held.version,
              { stage: 'previous', rotation, credential: old.credential, revokedAt: at },
              false,
            );
          }
        }
        const problems = keep === null ? [] : stageProblems(await stages.read());
        return { kind: 'revoked' as const, at, problems };
      }),
    ),
  });

  return {
    fenced,

    observe: handler(observeSecretContract, async (input, abort) => {
      const { binding } = input;
      const { occasion, stages } = stepOf(input, abort);
      try {
        const rotator = makeRotator(binding.rotator, ports.rotators);
        return planRotation(input, await observedFacts({ binding, occasion, stages, rotator, secrets, standing, now }));
      } catch (error) {
        if (error instanceof PermanentError) {
          return { kind: 'impossible' as const, reasons: [describeError(error).slice(0, 500)] };
        }
        throw error;
      }
    }),

    notice: handler(noticeContract, async (input, abort) => {
      const { stages } = stepOf(input, abort);
      const { versions } = await stages.read();
      const newest = versions.at(-1);
      if (newest?.version !== input.version) {
        return { marked: false };
      }
      for (const older of versions.slice(0, -1)) {
        if (older.stage === 'current' || older.stage === 'previous') {
          const stage = older.stage === 'current' ? 'previous' : 'retired';
          await stages.mark('secret', older.version, { ...marksOf(older), stage }, older.enabled);
        }
      }
      await stages.mark(
        'secret',
        newest.version,
        { stage: 'current', rotation: null, credential: null },
        newest.enabled,
      );
      return { marked: true };
    }),

    propagate: handler(propagateContract, async ({ binding, version }, abort) => {
      const { vault, secret: name } = binding;
      const told: string[] = [];
      const notTold: { name: string; reason: string }[] = [];
      for (const consumer of binding.consumers) {
        const reason = await consumers.tell(consumer, { vault, name, version }, abort);
        if (reason === null) {
          told.push(consumer.name);
        } else {
          notTold.push({ name: consumer.name, reason });
        }
      }
      return { told, notTold };
    }),

    look: handler(lookContract, async (input, abort): Promise<Adoption> => {
      const { binding, version, old, since, warning, environment } = input;
      const { occasion } = stepOf(input, abort);
      const wanted = { vault: binding.vault, name: binding.secret, version };
      const sightings = await Promise.all(binding.consumers.map((consumer) => consumers.look(consumer, wanted, abort)));
      let usage: Adoption['usage'] = { kind: 'unknown', lastUsedAt: null };
      if (old !== null) {
        // Consumers used the old credential until they were told of the new one; what counts is whether it has been quiet since.
        const quiet = (clock.now() - binding.overlap.soakSeconds * 1000) as EpochMillis;
        const from = isoOf(Math.max(epochOf(since) ?? quiet, quiet) as EpochMillis);
        const found = await rotatorOf(binding).usage(old, from, occasion);
        usage = { kind: found.kind, lastUsedAt: found.kind === 'used' ? found.lastUsedAt : null };
      }
      const judged = judgeAdoption(sightings, usage);
      for (const consumer of binding.consumers) {
        if (sightings.some(({ name, kind }) => name === consumer.name && kind === 'lagging')) {
          await consumers.tell(consumer, wanted, abort);
        }
      }
      if (warning !== null && judged.verdict === 'waiting') {
        await notifications.tell(laggardNotice(environment, binding, judged, warning));
      }
      return judged;
    }),

    record: handler(recordRotationContract, async ({ report }) => {
      await records.record(report);
      return { recorded: true as const };
    }),
  };
}

export type RotationActivities = ReturnType<typeof rotationActivities>;
