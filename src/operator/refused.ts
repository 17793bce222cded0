import { z } from 'zod';
import { InvalidInputError } from '../kernel/errors';
import { instantSchema } from '../kernel/schemas';
import { parseAzureMonitorAlert, parsePlatformEvents, readJson } from '../signal';
import { json, problem } from './door';
import { eventSource, handleEvents } from './events';
import { enterOrder } from './ordered';
import { found, operatorRoute, pageOf, pageSchema, type OperatorRoute } from './route';
import type { OperatorDeps } from './routes';

const deadLetterSchema = z.looseObject({
  id: z.string(),
  source: z.string(),
  reason: z.string(),
  receivedAt: instantSchema,
});

/** What the alert doors keep their dead letters under. */
const alertSource = 'azure-monitor';

/** Routes over messages that were refused. */
export function deadLetterRoutes(deps: OperatorDeps): readonly OperatorRoute[] {
  return [
    operatorRoute(deps, {
      name: 'dead-letters',
      method: 'GET',
      path: 'dead-letters',
      role: 'Caretaker.Reader',
      summary: 'A page of the messages that were refused, newest first',
      query: pageSchema,
      answers: { 200: z.object({ deadLetters: z.array(deadLetterSchema), cursor: z.string().nullable() }) },
      work: async ({ query }) => {
        const page = await pageOf(query, (one) => deps.deadLetters.list(one));
        return json(200, { deadLetters: page.deadLetters, cursor: page.cursor ?? null });
      },
    }),

    operatorRoute(deps, {
      name: 'dead-letter',
      method: 'GET',
      path: 'dead-letters/{id}',
      role: 'Caretaker.Reader',
      summary: 'One refused message, with what was wrong with it',
      answers: { 200: deadLetterSchema },
      work: async ({ param }) =>
        json(200, found(await deps.deadLetters.find(param('id')), `dead letter ${param('id')}`)),
    }),

    operatorRoute(deps, {
      name: 'replay-dead-letter',
      method: 'POST',
      path: 'dead-letters/{id}/replay',
      role: 'Caretaker.Admin',
      summary:
        'Take a refused message as if it came now; idempotent, because a signal that is known already is decided no second time',
      answers: {
        200: z.object({
          signals: z.array(z.looseObject({ signalId: z.string(), duplicate: z.boolean() })),
          /** Events of the platform that were handled, and those that nobody asked for. */
          events: z.object({ taken: z.number(), ignored: z.number() }).optional(),
        }),
      },
      refusals: [409],
      work: async ({ param, caller, engine, incidents }) => {
        const id = param('id');
        const letter = found(await deps.deadLetters.find(id), `dead letter ${id}`);
        if (letter.cut || letter.redactions > 0) {
          const detail = 'It is not kept as it came (cut, or with secrets replaced); ask its sender to send it again.';
          return problem(409, 'NotAsItCame', 'This message cannot be replayed', detail);
        }
        const enter = (more: Readonly<Record<string, string[]>>): Promise<void> =>
          enterOrder(deps.ledger, caller, {
            ...{ order: 'replay-dead-letter', subject: id, environment: null, reason: null, more },
          });
        if (letter.source !== alertSource && letter.source !== eventSource) {
          const detail = `It came from ${letter.source}, whose signature counts only when it comes; ask there to send it again.`;
          return problem(409, 'NotReplayable', 'This message cannot be replayed', detail);
        }
        let signals: ReturnType<typeof parseAzureMonitorAlert> = [];
        let events: ReturnType<typeof parsePlatformEvents> = [];
        try {
          const value = readJson(letter.body);
          if (letter.source === eventSource) {
            events = parsePlatformEvents(value);
          } else {
            signals = parseAzureMonitorAlert(value, { subscriptions: deps.subscriptions });
          }
        } catch (error) {
          if (error instanceof InvalidInputError) {
            const { problems } = error;
            return problem(409, 'StillRefused', 'The message is refused as before', error.message, { problems });
          }
          throw error;
        }
        if (letter.source === eventSource) {
          const outcome = await handleEvents({ ...deps, handlers: deps.eventHandlers }, events, engine);
          await enter({ events: events.slice(0, 100).map((event) => event.id) });
          return json(200, { signals: [], events: outcome });
        }
        const results = await Promise.allSettled(signals.map((signal) => deps.intake.accept(signal, incidents)));
        const failed = results.find((result) => result.status === 'rejected');
        if (failed !== undefined) {
          // Not the caller's mistake, whatever it is called: a refused policy document is an `InvalidInputError` too.
          throw new Error('a signal of a dead letter could not be taken', { cause: failed.reason });
        }
        await enter({ signals: signals.slice(0, 100).map((signal) => signal.id) });
        return json(200, {
          signals: results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : [])),
        });
      },
    }),

    operatorRoute(deps, {
      name: 'discard-dead-letter',
      method: 'DELETE',
      path: 'dead-letters/{id}',
      role: 'Caretaker.Admin',
      summary: 'Remove a refused message for good; idempotent',
      answers: { 204: null },
      work: async ({ param, caller }) => {
        const id = param('id');
        const letter = await deps.deadLetters.find(id);
        if (letter !== undefined) {
          // Entered first: a message never goes without an account of who removed it.
          const more = { source: letter.source, refusedFor: letter.reason, bodySha256: letter.bodySha256 };
          await enterOrder(deps.ledger, caller, {
            order: 'discard-dead-letter',
            subject: id,
            environment: null,
            reason: null,
            more,
          });
          await deps.deadLetters.discard(id);
        }
        return { status: 204, headers: { 'cache-control': 'no-store' } };
      },
    }),
  ];
}
