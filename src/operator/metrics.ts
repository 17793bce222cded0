import { z } from 'zod';
import { isoOf, type EpochMillis, type Iso8601 } from '../kernel/clock';
import { PermanentError } from '../kernel/errors';
import { parseResourceId } from '../kernel/resource-id';
import { instantSchema, resourceIdSchema } from '../kernel/schemas';
import type { MeasuredSeries } from '../ports/metrics';
import { json } from './door';
import { operatorRoute, wrong, type OperatorRoute } from './route';
import type { OperatorDeps } from './routes';

const hourMillis = 3_600_000;
/** The platform may take so long. Milliseconds. */
const readMillis = 15_000;

/** So fine that a chart has a few hundred points. */
export function minutesFor(hours: number): 1 | 5 | 15 {
  return hours <= 4 ? 1 : hours <= 24 ? 5 : 15;
}

/** The route of a resource's metrics around a time. */
export function metricRoutes(deps: OperatorDeps): readonly OperatorRoute[] {
  return [
    operatorRoute(deps, {
      name: 'metrics',
      method: 'GET',
      path: 'metrics',
      role: 'Caretaker.Reader',
      summary:
        'What the platform measured of a resource in so many hours around a time (before now, when there is none); one point a minute up to 4 hours, then every 5, beyond a day every 15',
      query: z.object({
        resource: resourceIdSchema,
        at: instantSchema.optional(),
        hours: z.coerce.number().int().min(1).max(48).default(2),
      }),
      answers: {
        200: z.object({
          resource: z.string(),
          series: z.array(
            z.object({
              name: z.string(),
              /** As the platform names it, such as `Percent` or `Bytes`. */
              unit: z.string(),
              /** `value` is the average of the time that begins at `at`; null where nobody reported. */
              points: z.array(z.object({ at: instantSchema, value: z.number().nullable() })),
            }),
          ),
          /** Why there is nothing, or less than was asked for. */
          problems: z.array(z.string()),
        }),
      },
      work: async ({ query: { resource, at, hours } }) => {
        if (!deps.subscriptions.has(parseResourceId(resource)?.parts.subscriptionId ?? '')) {
          const message = 'is in no subscription that is looked after here';
          throw wrong('UnknownSubscription', [{ path: 'resource', message }]);
        }
        const now = deps.clock.now();
        const around = at === undefined ? now : Date.parse(at);
        if (around > now) {
          throw wrong('BadRequest', [{ path: 'at', message: 'is yet to come; give a time that has been' }]);
        }
        const until = Math.min(around + (hours * hourMillis) / 2, now);
        const iso = (instant: number): Iso8601 => isoOf(instant as EpochMillis);
        const span = { from: iso(until - hours * hourMillis), until: iso(until), minutes: minutesFor(hours) };
        let series: readonly MeasuredSeries[] | undefined = [];
        const problems: string[] = [];
        try {
          series = await deps.metrics.read(resource, span, AbortSignal.timeout(readMillis));
        } catch (error) {
          // What cannot be asked right now is our failure. That the platform has nothing to say is an answer.
          if (!(error instanceof PermanentError)) {
            throw error;
          }
          problems.push(error.message);
        }
        if (series === undefined) {
          const type = parseResourceId(resource)?.parts.type || 'none';
          problems.push(`it is not known what to look at of a resource of type ${type}`);
        } else if (series.length > 0 && series.every(({ points }) => points.every(({ value }) => value === null))) {
          problems.push('nothing was reported in this time; Azure Monitor keeps metrics for 93 days');
        }
        return json(200, { resource, series: series ?? [], problems });
      },
    }),
  ];
}
