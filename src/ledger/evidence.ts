import { z } from 'zod';
import { isoOf, type Clock } from '../kernel/clock';
import { hashOf } from '../kernel/hash';
import { instantSchema } from '../kernel/schemas';
import type { Documents } from '../ports/documents';
import type { Evidence, EvidenceReading } from '../ports/evidence';
import { redactSecrets } from './redact';

const bundleSchema = z.object({
  target: z.string(),
  keptAt: instantSchema,
  redactions: z.number().int(),
  hash: z.string(),
  texts: z.record(z.string(), z.string()),
});

/** Of one text so much is kept, its end: a document takes 4 MiB, and what matters is what happened last. Characters. */
const longestText = 400_000;

/** Evidence as documents under `evidence/`. */
export function createEvidence(options: {
  readonly documents: Documents;
  readonly clock: Clock;
}): Evidence & EvidenceReading {
  const { documents, clock } = options;
  const pathOf = (name: string): string => `evidence/${name}.json`;
  return {
    async keep(name, { target, texts }) {
      const cleaned = Object.entries(texts).map(
        ([part, text]) => [part, redactSecrets(text.slice(-longestText))] as const,
      );
      const kept = Object.fromEntries(cleaned.map(([part, { text }]) => [part, text]));
      await documents.create(pathOf(name), {
        target,
        keptAt: isoOf(clock.now()),
        redactions: cleaned.reduce((sum, [, { count }]) => sum + count, 0),
        hash: hashOf(kept),
        texts: kept,
      });
    },
    async find(name) {
      const parsed = bundleSchema.safeParse((await documents.get(pathOf(name)))?.value);
      if (!parsed.success) {
        return undefined;
      }
      const { target, keptAt, redactions, hash, texts } = parsed.data;
      return { target, keptAt, redactions, texts, whole: hashOf(texts) === hash };
    },
    async check(name) {
      const stored = await documents.get(pathOf(name));
      const parsed = bundleSchema.safeParse(stored?.value);
      if (!parsed.success) {
        return stored === undefined
          ? undefined
          : { name, parts: [], length: 0, redactions: 0, whole: false, clean: false };
      }
      const { texts, hash, redactions } = parsed.data;
      const all = Object.values(texts);
      return {
        name,
        parts: Object.keys(texts).sort(),
        length: all.reduce((sum, text) => sum + text.length, 0),
        redactions,
        whole: hashOf(texts) === hash,
        clean: all.every((text) => redactSecrets(text).text === text),
      };
    },
  };
}
