import type { HttpRequest, HttpResponseInit } from '@azure/functions';
import { isoOf, type Clock } from '../kernel/clock';
import type { Seconds } from '../kernel/duration';
import { InvalidInputError } from '../kernel/errors';
import type { Log } from '../kernel/log';
import type { ResourceId } from '../kernel/resource-id';
import type { DeadLetters } from '../ledger';
import type { Incidents } from '../ports/incidents';
import type { Intake } from '../run';
import { parseStackRun, stackRunSignatures, type Signal, type StackRunSource } from '../signal';
import type { ManifestStore } from '../stacks';
import { answerTo, json, limitBody, problem, unavailable } from './door';

export interface StackRunDeps {
  readonly intake: Pick<Intake, 'accept'>;
  readonly deadLetters: DeadLetters;
  readonly manifests: ManifestStore;
  /** Secrets that sign each vendor's webhooks; none means that nothing of that vendor is taken. */
  readonly secrets: Readonly<Record<StackRunSource, readonly string[]>>;
  readonly clock: Clock;
  readonly log: Log;
}

/** Both vendors' webhooks are a few KiB. Bytes. */
const bodyLimit = 256 * 1024;

/** Both vendors try again for some minutes at most; a clock may be off by as much. Seconds. */
const maximumAge = 3600 as Seconds;

/** Codes of refusals that say who called and not what was sent: nothing of a stranger's is kept. */
const strangers: readonly string[] = ['ForgedWebhook'];

/**
 * Takes a webhook about a stack's run. 202 when everything that follows is durable, also for what means nothing yet and for a
 * repetition; 401 for a signature that is none of ours; 400 or 413 with a dead letter for what is not valid, too old, or about
 * a stack that is in no manifest; 503 with `Retry-After` for every failure of ours.
 */
export async function takeStackRun(
  deps: StackRunDeps,
  source: StackRunSource,
  request: HttpRequest,
  incidents: Incidents,
): Promise<HttpResponseInit> {
  let body = '';
  let signals: readonly Signal[];
  let stacks: ReadonlyMap<string, ResourceId>;
  try {
    stacks = await stacksOf(deps.manifests);
  } catch (error) {
    // A manifest that is refused is an `InvalidInputError`, and none of the sender's doing.
    return unavailable(error, deps.log);
  }
  try {
    body = await request.text();
    limitBody(body, bodyLimit);
    signals = parseStackRun(source, body, request.headers.get(stackRunSignatures[source].header), {
      secrets: deps.secrets[source],
      stacks,
      now: deps.clock.now(),
      maximumAge,
    });
  } catch (error) {
    return error instanceof InvalidInputError ? refuse(deps, source, body, error) : unavailable(error, deps.log);
  }
  const results = await Promise.allSettled(signals.map((signal) => deps.intake.accept(signal, incidents)));
  const failed = results.find((result) => result.status === 'rejected');
  return failed === undefined
    ? json(202, { signals: results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : [])) })
    : unavailable(failed.reason, deps.log);
}

/** Every stack, with the subscription of its environment: what a signal about it is about. Former names are known too. */
async function stacksOf(manifests: ManifestStore): Promise<ReadonlyMap<string, ResourceId>> {
  const { environments, stacks } = await manifests.current();
  return new Map(
    stacks.flatMap(({ name, formerly, environment }) => {
      const subscription = environments[environment]?.azure.subscription;
      return subscription === undefined
        ? []
        : [name, ...formerly].map((one) => [one, `/subscriptions/${subscription}` as ResourceId] as const);
    }),
  );
}

async function refuse(
  deps: StackRunDeps,
  source: StackRunSource,
  body: string,
  error: InvalidInputError,
): Promise<HttpResponseInit> {
  const { code: reason, problems } = error;
  deps.log.warn('webhook refused', { source, code: reason });
  if (strangers.includes(reason)) {
    return problem(401, reason, 'The webhook is not signed by anybody known', error.message, { problems });
  }
  try {
    const receivedAt = isoOf(deps.clock.now());
    await deps.deadLetters.keep({ source, reason, problems, body, receivedAt });
  } catch (storageError) {
    return unavailable(storageError, deps.log);
  }
  return answerTo(error, deps.log);
}
