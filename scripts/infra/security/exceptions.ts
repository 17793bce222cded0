import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

/** An accepted deviation from a rule. */
export const exceptionSchema = z.strictObject({
  /** The rule's name starts with it, for example `CKV_AZURE_221`. */
  rule: z.string().min(3),
  /** End of the resource's address, with `*` for any part. */
  resource: z.string().min(3),
  reason: z.string().min(40),
  owner: z.string().regex(/^[^@\s]+@[^@\s]+$/),
  /** Last day on which the exception holds. */
  expires: z.iso.date(),
});
export type Exception = z.infer<typeof exceptionSchema>;

/** Reads `infra/security/exceptions.yaml`. @throws with every problem. */
export async function readExceptions(repository: string): Promise<readonly Exception[]> {
  const text = await readFile(join(repository, 'infra', 'security', 'exceptions.yaml'), 'utf8');
  const result = z.strictObject({ exceptions: z.array(exceptionSchema) }).safeParse(parse(text));
  if (!result.success) throw new Error(`infra/security/exceptions.yaml:\n${z.prettifyError(result.error)}`);
  return result.data.exceptions;
}

/** Whether the exception speaks of that rule and that address. */
export function covers(exception: Exception, rule: string, address: string): boolean {
  if (!rule.startsWith(`${exception.rule} `)) return false;
  const pattern = exception.resource
    .split('*')
    .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
    .join('.*');
  return new RegExp(`(^|\\.)${pattern}$`).test(address);
}

/** Exceptions that no longer hold on that day (`YYYY-MM-DD`). */
export function expired(exceptions: readonly Exception[], today: string): readonly Exception[] {
  return exceptions.filter((exception) => exception.expires < today);
}
