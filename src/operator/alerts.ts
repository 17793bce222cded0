import type { HttpRequest, HttpResponseInit } from '@azure/functions';
import { isoOf, type Clock } from '../kernel/clock';
import { InvalidInputError } from '../kernel/errors';
import type { Log } from '../kernel/log';
import type { DeadLetters } from '../ledger';
import type { Incidents } from '../ports/incidents';
import type { Intake } from '../run';
import { parseAzureMonitorAlert, readJson, type Signal } from '../signal';
import type { Access } from './access';
import { answerTo, json, limitBody, unavailable } from './door';

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
  let signals: readonly Signal[];
  try {
    body = await request.text();
    limitBody(body, alertBodyLimit);
    signals = parseAzureMonitorAlert(readJson(body), { subscriptions: deps.subscriptions });
  } catch (error) {
    return error instanceof InvalidInputError ? refuse(deps, body, error) : unavailable(error, deps.log);
  }
  // From here on nothing is the sender's fault, whatever the error is called: a policy document that is refused, for one, is an
  // `InvalidInputError` too. All are waited for, so that nothing goes on behind an answer that was given.
  const results = await Promise.allSettled(signals.map((signal) => deps.intake.accept(signal, incidents)));
  const failed = results.find((result) => result.status === 'rejected');
  return failed === undefined
    ? json(202, { signals: results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : [])) })
    : unavailable(failed.reason, deps.log);
}

/**
 * The same for a sender who has to show a token: 401 without one that is genuine, 403 for somebody who may not send alerts,
 * 503 when it cannot be told. Nothing is kept of what a stranger sent.
 */
export async function takeSecureAzureMonitorAlert(
  deps: AlertDeps,
  access: Access,
  request: HttpRequest,
  incidents: Incidents,
): Promise<HttpResponseInit> {
  const admission = await access.alertSender(request);
  return admission.kind === 'refused' ? admission.answer : takeAzureMonitorAlert(deps, request, incidents);
}

/** Keeps what is not valid as a dead letter, and says what is wrong with it. */
async function refuse(deps: AlertDeps, body: string, error: InvalidInputError): Promise<HttpResponseInit> {
  const { code: reason, problems } = error;
  try {
    const receivedAt = isoOf(deps.clock.now());
    await deps.deadLetters.keep({ source: 'azure-monitor', reason, problems, body, receivedAt });
  } catch (storageError) {
    return unavailable(storageError, deps.log);
  }
  deps.log.warn('alert refused', { code: reason, problems: problems.length });
  return answerTo(error, deps.log);
}
