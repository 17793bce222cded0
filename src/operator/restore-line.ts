import { z } from 'zod';
import type { RestoreDocument } from '../backup';

/** A restore in a line: what was asked, and what became of it. */
export const restoreLineSchema = z.object({
  id: z.string(),
  environment: z.string(),
  item: z.string(),
  kind: z.string(),
  /** Null where none was named and none is planned yet. */
  point: z.string().nullable(),
  /** Set for an undo: the restore that it takes back. */
  undoes: z.string().nullable(),
  askedBy: z.string(),
  notedAt: z.string(),
  /** Null while it is not over. */
  result: z.string().nullable(),
  finishedAt: z.string().nullable(),
  restoreSeconds: z.number().nullable(),
});
export type RestoreLine = z.infer<typeof restoreLineSchema>;

/** The line of a restore on record. */
export function restoreLineOf({ order, plan, notedAt, report }: RestoreDocument): RestoreLine {
  const { restoreId, environment, request, undoes, askedBy } = order;
  return {
    id: restoreId,
    environment,
    item: request.item,
    kind: request.kind,
    point: plan?.point ?? request.point ?? null,
    undoes,
    askedBy: askedBy.name,
    notedAt,
    result: report?.result ?? null,
    finishedAt: report?.finishedAt ?? null,
    restoreSeconds: report?.restoreSeconds ?? null,
  };
}
