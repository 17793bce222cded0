import { z } from 'zod';
import { parseDuration, type Seconds } from './duration';

/** A duration without its unit is a number to YAML; say what is missing. */
function durationMessage({ input }: { readonly input?: unknown }): string | undefined {
  return input === undefined ? undefined : 'must be a duration with its unit, like 90s, 10m, 1h30m or 2d';
}

/** A duration as people write it (`90s`, `10m`, `1h30m`), held as seconds. */
export const durationSchema = z.string({ error: durationMessage }).transform((text, context): Seconds => {
  const duration = parseDuration(text);
  if (duration === undefined || duration <= 0) {
    context.addIssue({ code: 'custom', message: `"${text}" is not a duration; write it like 90s, 10m, 1h30m or 2d` });
    return z.NEVER;
  }
  return duration;
});

/** A name that people give to a part of the policy. */
export const nameSchema = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/, 'must be lower-case letters, digits and inner hyphens, at most 64');

/** Globs (`*` and `?`), without regard to case. */
export const globsSchema = z.array(z.string().min(1).max(260)).min(1).max(100);

/** A share as people write it (`20%`), held as a number from 0 to 1. */
export const shareSchema = z.string().transform((text, context): number => {
  const match = /^(\d{1,3}(?:\.\d{1,3})?)%$/.exec(text.trim());
  const percent = Number(match?.[1]);
  if (match === null || percent <= 0 || percent > 100) {
    context.addIssue({
      code: 'custom',
      message: `"${text}" is not a share; write it like 20%, above 0% and at most 100%`,
    });
    return z.NEVER;
  }
  return percent / 100;
});
