import { z } from 'zod';
import type { Report } from '../ledger';
import { json } from './door';
import { found, operatorRoute, type OperatorRoute } from './route';
import type { OperatorDeps } from './routes';

/** Names that evidence is kept under: a kind, and one or two parts that nobody can lead elsewhere. */
const nameSchema = z
  .string()
  .max(200)
  .regex(/^[a-z]+(?:\/[a-z0-9-]+){1,2}$/, 'is the name of a bundle of evidence, such as diagnostics/4f2a');
const judgedSchema = z.looseObject({
  verification: z.looseObject({ facts: z.looseObject({ evidence: nameSchema }) }),
});
const bundleSchema = z.object({
  name: z.string(),
  target: z.string(),
  keptAt: z.string(),
  /** Secrets that were taken out before it was kept. */
  redactions: z.int(),
  /** Whether it is what was kept, by its hash. */
  whole: z.boolean(),
});

/** The evidence that a run kept, by what it found when it looked again. */
export function evidenceOf(report: Report): string | undefined {
  return judgedSchema.safeParse(report).data?.verification.facts.evidence;
}

/** Routes of the evidence that runs keep: what the platform knew, and what scripts said. */
export function evidenceRoutes(deps: OperatorDeps): readonly OperatorRoute[] {
  const read = async (name: string) => {
    const kept = await deps.evidence.find(name);
    return kept === undefined ? undefined : { ...kept, name };
  };
  return [
    operatorRoute(deps, {
      name: 'evidence',
      method: 'GET',
      path: 'evidence',
      role: 'Caretaker.Reader',
      summary: 'The evidence that a run kept: its bundle, and how long each of its texts is; empty when it kept none',
      query: z.object({ run: z.string().min(1).max(300) }),
      answers: {
        200: z.object({
          evidence: z.array(bundleSchema.extend({ parts: z.array(z.object({ name: z.string(), length: z.int() })) })),
        }),
      },
      refusals: [404],
      work: async ({ query: { run } }) => {
        const name = evidenceOf(found(await deps.runs.find(run), `run ${run}`));
        const kept = name === undefined ? undefined : await read(name);
        if (kept === undefined) {
          return json(200, { evidence: [] });
        }
        const { texts, ...rest } = kept;
        const parts = Object.entries(texts).map(([part, text]) => ({ name: part, length: text.length }));
        return json(200, { evidence: [{ ...rest, parts }] });
      },
    }),

    operatorRoute(deps, {
      name: 'evidence-bundle',
      method: 'GET',
      path: 'evidence/bundle',
      role: 'Caretaker.Reader',
      summary: 'One bundle of evidence with its texts, secrets taken out before it was kept',
      query: z.object({ name: nameSchema }),
      answers: { 200: bundleSchema.extend({ texts: z.record(z.string(), z.string()) }) },
      refusals: [404],
      work: async ({ query: { name } }) => json(200, found(await read(name), `evidence ${name}`)),
    }),
  ];
}
