import { z } from 'zod';
import { InvalidInputError } from '../kernel/errors';
import { instantSchema } from '../kernel/schemas';
import { findingsOf, pathText } from './problems';

/**
 * An event of the platform, whichever of Event Grid's two schemas it came in. Delivery is at least once and in no order:
 * whoever handles one is idempotent by `id`, and reads the resource again instead of trusting `data`.
 */
export interface PlatformEvent {
  /** The same for every delivery of one event. */
  readonly id: string;
  /** Such as `Microsoft.KeyVault.SecretNearExpiry`. */
  readonly type: string;
  /** Resource id of what the event came from: a vault, a subscription. */
  readonly source: string;
  /** What it is about within the source: a secret's name, a resource id. Empty when it says nothing. */
  readonly subject: string;
  readonly time: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Event Grid sends at most so many in one request; its limit is in bytes (1 MB), so this is generous. */
export const maximumEvents = 5_000;

const text = z.string().min(1).max(2_048);
const data = z
  .record(z.string(), z.unknown())
  .nullish()
  .transform((value) => value ?? {});

/** Event Grid event schema (Microsoft Learn, "Azure Event Grid event schema"). */
const eventGridSchema = z
  .object({
    id: text,
    eventType: text,
    topic: z.string().max(2_048).default(''),
    subject: z.string().max(2_048).default(''),
    eventTime: instantSchema,
    data,
  })
  .transform(({ id, eventType, topic, subject, eventTime, data }): PlatformEvent => ({
    ...{ id, type: eventType, source: topic, subject, time: eventTime, data },
  }));

/** CloudEvents 1.0, JSON event format (cloudevents.io). */
const cloudEventSchema = z
  .object({
    specversion: z.literal('1.0'),
    id: text,
    type: text,
    source: text,
    subject: z.string().max(2_048).default(''),
    time: instantSchema,
    data,
  })
  .transform(({ id, type, source, subject, time, data }): PlatformEvent => ({ id, type, source, subject, time, data }));

/**
 * Reads one event or a list of them, each in either schema; which one is told by `specversion`.
 * @throws InvalidInputError `InvalidEvent` with every problem.
 */
export function parsePlatformEvents(value: unknown): readonly PlatformEvent[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (list.length === 0 || list.length > maximumEvents) {
    const message = `has ${list.length} events; send 1 to ${maximumEvents}`;
    throw new InvalidInputError('InvalidEvent', `the list ${message}`, [{ path: '', message }]);
  }
  const read = list.map((one, index) => {
    const isCloudEvent = typeof one === 'object' && one !== null && 'specversion' in one;
    const parsed = (isCloudEvent ? cloudEventSchema : eventGridSchema).safeParse(one);
    const base = Array.isArray(value) ? [index] : [];
    return parsed.success
      ? { event: parsed.data, problems: [] }
      : {
          event: undefined,
          problems: findingsOf(parsed.error, one).map(({ path, message }) => ({
            path: pathText([...base, ...path]),
            message,
          })),
        };
  });
  const problems = read.flatMap((one) => one.problems);
  if (problems.length > 0) {
    const told = problems.map(({ path, message }) => `${path || 'the event'} ${message}`).join('; ');
    throw new InvalidInputError('InvalidEvent', told, problems);
  }
  return read.flatMap(({ event }) => (event === undefined ? [] : [event]));
}
