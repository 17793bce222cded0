import { z } from 'zod';
import { epochOf, isoOf, type Iso8601 } from './clock';
import { parseResourceId, type ResourceId } from './resource-id';

/** A resource id in our one spelling; anything that is not an ARM resource id is refused. */
export const resourceIdSchema = z.string().transform((text, context): ResourceId => {
  const parsed = parseResourceId(text);
  if (parsed === undefined) {
    context.addIssue({
      code: 'custom',
      message:
        'is not an Azure resource id; expected /subscriptions/<uuid>/resourceGroups/<name>/providers/<namespace>/<type>/<name>',
    });
    return z.NEVER;
  }
  return parsed.id;
});

/** An instant as {@link epochOf} reads it, kept as UTC with milliseconds. */
export const instantSchema = z.string().transform((text, context): Iso8601 => {
  const instant = epochOf(text);
  if (instant === undefined) {
    context.addIssue({
      code: 'custom',
      message: 'is not a date and time with its zone; expected one such as 2026-01-31T09:00:00.000Z',
    });
    return z.NEVER;
  }
  return isoOf(instant);
});
