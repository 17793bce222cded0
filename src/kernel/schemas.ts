import { z } from 'zod';
import type { Iso8601 } from './clock';
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

/** An instant in any ISO 8601 form, kept as UTC with milliseconds. */
export const instantSchema = z.string().transform((text, context): Iso8601 => {
  const epoch = Date.parse(text);
  if (Number.isNaN(epoch)) {
    context.addIssue({ code: 'custom', message: 'is not an ISO 8601 date and time' });
    return z.NEVER;
  }
  return new Date(epoch).toISOString() as Iso8601;
});
