import { z } from 'zod';
import type { Json } from '../kernel/canonical-json';
import { InvariantError, TransientError } from '../kernel/errors';
import { hashOf } from '../kernel/hash';
import { instantSchema } from '../kernel/schemas';
import type { Documents } from '../ports/documents';
import type { Ledger } from './ledger';

/** A decision of Caretaker that set a field which Terraform also knows: what tells its drift from a person's. */
export const fieldDecisionSchema = z.object({
  /** What decided: id of a run, a rotation, a failover. */
  id: z.string().min(1).max(200),
  /** Azure resource id, or the address in a state. */
  resource: z.string().min(1).max(2048),
  /** Path of the field as `infra/ownership.yaml` writes it, such as `instances`. */
  field: z.string().min(1).max(200),
  /** The value that it set; left out when it is a secret. */
  value: z.unknown().optional(),
  at: instantSchema,
  /** Why, for people: what a refused plan and a closed drift show. */
  sentence: z.string().min(1).max(1024),
});
export type FieldDecision = z.output<typeof fieldDecisionSchema>;

/** The last decision about each field that automation owns. */
export interface FieldDecisions {
  /** Enters it in the ledger and keeps it as the last one of its field, unless a later one is kept. Idempotent. */
  record(decision: FieldDecision): Promise<void>;
  /** The last decision about a field of a resource; `undefined` when none is on record. Ids are compared without case. */
  last(resource: string, field: string): Promise<FieldDecision | undefined>;
  /** Last decisions in no particular order, a page of at most `limit` (1 to 100, 100 when not given). */
  list(options?: { readonly cursor?: string; readonly limit?: number }): Promise<{
    readonly decisions: readonly FieldDecision[];
    readonly cursor?: string;
  }>;
}

const folder = 'field-decisions';
/** Two decisions about one field seldom come in the same instant. */
const conflictLimit = 10;

export function createFieldDecisions(ports: {
  readonly documents: Documents;
  readonly ledger: Pick<Ledger, 'append'>;
}): FieldDecisions {
  const { documents, ledger } = ports;
  const pathOf = (resource: string, field: string): string =>
    `${folder}/${hashOf([resource.toLowerCase(), field]).slice(0, 40)}.json`;
  const read = (value: unknown, path: string): FieldDecision => {
    const parsed = fieldDecisionSchema.safeParse(value);
    if (!parsed.success) {
      throw new InvariantError(`${path} does not fit its schema`);
    }
    return parsed.data;
  };
  const asJson = (decision: FieldDecision): Json => JSON.parse(JSON.stringify(decision)) as Json;

  return {
    async record(given) {
      const decision = fieldDecisionSchema.parse(given);
      const { resource, field } = decision;
      const path = pathOf(resource, field);
      await ledger.append([
        {
          id: `field.set:${hashOf([decision.id, resource.toLowerCase(), field]).slice(0, 40)}`,
          kind: 'field.set',
          subject: resource,
          data: asJson(decision),
        },
      ]);
      for (let attempt = 0; attempt < conflictLimit; attempt += 1) {
        const stored = await documents.get(path);
        if (stored === undefined) {
          if ((await documents.create(path, asJson(decision))).kind === 'created') {
            return;
          }
          continue;
        }
        if (Date.parse(read(stored.value, path).at) > Date.parse(decision.at)) {
          return;
        }
        if ((await documents.replace(path, asJson(decision), stored.etag)).kind === 'replaced') {
          return;
        }
      }
      throw new TransientError('FieldDecisionConflict', `the last decision about ${field} is being changed by others`);
    },
    async last(resource, field) {
      const path = pathOf(resource, field);
      const stored = await documents.get(path);
      return stored === undefined ? undefined : read(stored.value, path);
    },
    async list({ cursor, limit = 100 } = {}) {
      const page = await documents.list(`${folder}/`, { limit, ...(cursor === undefined ? {} : { cursor }) });
      const decisions = await Promise.all(
        page.paths.map(async (path) => {
          const stored = await documents.get(path);
          return stored === undefined ? [] : [read(stored.value, path)];
        }),
      );
      return { decisions: decisions.flat(), ...(page.cursor === undefined ? {} : { cursor: page.cursor }) };
    },
  };
}
