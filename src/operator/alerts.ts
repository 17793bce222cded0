import type { HttpRequest, HttpResponseInit } from '@azure/functions';
import { isoOf, type Clock } from '../kernel/clock';
import { InvalidInputError } from '../kernel/errors';
import type { Log } from '../kernel/log';
import type { DeadLetters } from '../ledger';
import type { Incidents } from '../ports/incidents';
import type { Intake } from '../run';
import { parseAzureMonitorAlert, readJson } from '../signal';
import { answerTo, json, limitBody } from './door';

export interface AlertDeps {
  readonly intake: Intake;
  readonly deadLetters: DeadLetters;
  /** Only resources of these subscriptions are taken. */
  readonly subscriptions: ReadonlySet<string>;
  readonly clock: Clock;
  readonly log: Log;
}

/** Azure Monitor keeps an alert below 256 KB; twice that is generous. Bytes. */
export const alertBodyLimit = 512 * 1024;

/**
 * Takes an alert in the common alert schema. 202 when everything that follows from it is durable, also when it was taken
 * before; 400 or 413 with a dead letter when it is not valid, and then nothing is started; 503 with `Retry-After` for every
 * failure of ours, which Azure Monitor answers by sending it again.
 */
export async function takeAzureMonitorAlert(
  deps: AlertDeps,
  request: HttpRequest,
  incidents: Incidents,
): Promise<HttpResponseInit> {
  let body = '';
  try {
    body = await request.text();
    limitBody(body, alertBodyLimit);
    const signals = parseAzureMonitorAlert(readJson(body), { subscriptions: deps.subscriptions });
    const accepted = await Promise.all(signals.map((signal) => deps.intake.accept(signal, incidents)));
    return json(202, { signals: accepted });
  } catch (error) {
    if (!(error instanceof InvalidInputError)) {
      return answerTo(error, deps.log);
    }
    try {
      const { code: reason, problems } = error;
      await deps.deadLetters.keep({
        source: 'azure-monitor',
        reason,
        problems,
        body,
        receivedAt: isoOf(deps.clock.now()),
      });
    } catch (storageError) {
      return answerTo(storageError, deps.log);
    }
    deps.log.warn('alert refused', { code: error.code, problems: error.problems.length });
    return answerTo(error, deps.log);
  }
}
