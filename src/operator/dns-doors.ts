import type { HttpRequest, HttpResponseInit } from '@azure/functions';
import { isFromCloudflare, readNotification, type DnsDocuments, type DnsWatch } from '../dns';
import type { Clock } from '../kernel/clock';
import { InvalidInputError } from '../kernel/errors';
import type { Log } from '../kernel/log';
import type { OriginProbes, ProbeResult } from '../ports/origin-probes';
import { readJson } from '../signal';
import { answerTo, json, limitBody, problem } from './door';

/** Cloudflare's notifications are small. Bytes. */
const bodyLimit = 64 * 1024;

export interface NotificationDeps {
  readonly watch: Pick<DnsWatch, 'hear'>;
  readonly secrets: readonly string[];
  readonly log: Log;
}

/**
 * Takes a notification of Cloudflare's about the health of an origin: one more place that has seen it, and no order. Without a
 * right secret in `cf-webhook-auth` it is refused; what is not about origins is taken and means nothing.
 */
export async function takeCloudflareNotification(
  { watch, secrets, log }: NotificationDeps,
  request: HttpRequest,
): Promise<HttpResponseInit> {
  try {
    if (!isFromCloudflare(secrets, request.headers.get('cf-webhook-auth'))) {
      const detail = 'The header cf-webhook-auth carries no secret that is known here.';
      return problem(401, 'NotCloudflare', 'Who sends this is not known', detail);
    }
    const text = await request.text();
    limitBody(text, bodyLimit);
    const read = readNotification(readJson(text));
    if (read.kind === 'invalid') {
      throw new InvalidInputError('BadNotification', read.message, [{ path: '', message: read.message }]);
    }
    if (read.kind === 'other') {
      return json(200, { heard: 0 });
    }
    let heard = 0;
    for (const word of read.words) {
      heard += await watch.hear(word, `cloudflare:${word.check}`);
    }
    return json(200, { heard });
  } catch (error) {
    return answerTo(error, log);
  }
}

export interface ProbeDeps {
  readonly documents: DnsDocuments;
  readonly probes: OriginProbes;
  readonly clock: Clock;
  readonly log: Log;
}

/** An origin is looked at so often at most, however often it is asked for. Milliseconds. */
const probeLife = 5000;

/** Origins that answers are kept of. */
const mostKept = 500;

/**
 * Looks at an origin from here, for another Caretaker. Only addresses that the document names as probes are looked at, each at
 * most every five seconds, so that the door is no way to anywhere else.
 */
export function createProbeDoor({ documents, probes, clock, log }: ProbeDeps) {
  const kept = new Map<string, { readonly at: number; readonly result: Promise<ProbeResult> }>();
  return async (request: HttpRequest): Promise<HttpResponseInit> => {
    try {
      const url = request.query.get('url') ?? '';
      const { zones } = await documents.current();
      const known = zones.some((zone) =>
        zone.failover.some(({ origins }) => origins.some(({ probe }) => probe === url)),
      );
      if (!known) {
        return problem(404, 'UnknownProbe', 'There is no such probe', 'Only probes of the DNS document are looked at.');
      }
      const now = clock.now();
      let answer = kept.get(url);
      if (answer === undefined || now - answer.at >= probeLife) {
        if (kept.size >= mostKept) {
          kept.clear();
        }
        answer = { at: now, result: probes.look('direct', url) };
        kept.set(url, answer);
      }
      const { seen, detail } = await answer.result;
      return json(200, { healthy: seen === 'healthy', detail });
    } catch (error) {
      return answerTo(error, log);
    }
  };
}
