import { z } from 'zod';
import { fieldDecisionSchema } from '../ledger';
import { driftRecordSchema, driftReportSchema, type DriftRecord, type Manifest } from '../stacks';
import { problem, json } from './door';
import { found, operatorRoute, pageOf, pageSchema, type OperatorRoute } from './route';
import type { OperatorDeps } from './routes';

const stackSchema = z.object({
  name: z.string(),
  environment: z.string(),
  project: z.string(),
  layer: z.enum(['foundation', 'unit']),
  unit: z.string().nullable(),
  /** The same in every environment: what is promoted from one to the next. */
  component: z.string(),
  branch: z.string(),
  owners: z.array(z.string()),
  needs: z.array(z.string()),
  approval: z.object({ people: z.int(), groups: z.array(z.string()) }),
  drift: driftRecordSchema
    .pick({ state: true, sentence: true, since: true, validUntil: true, commit: true })
    .extend({ fields: z.object({ automation: z.int(), human: z.int(), unknown: z.int() }) })
    .nullable(),
});

/** What is told of each stack's drift; its own route has the whole. */
const briefly = ({ state, sentence, since, validUntil, commit, fields }: DriftRecord) => {
  const count = (kind: DriftRecord['fields'][number]['class']): number =>
    fields.filter((one) => one.class === kind).length;
  return {
    ...{ state, sentence, since, validUntil, commit },
    fields: { automation: count('automation'), human: count('human'), unknown: count('unknown') },
  };
};

/** A report names every field that drifted, so it may be longer than other bodies. Bytes. */
const reportLimit = 512 * 1024;

/** Routes over the stacks, their drift, and the fields that automation set. */
export function stackRoutes(deps: OperatorDeps): readonly OperatorRoute[] {
  const noManifest = () =>
    problem(
      404,
      'NotFound',
      'The stacks are not known here',
      'Caretaker was given no manifest of the stacks; set CARETAKER_STACKS_URL.',
    );
  const manifest = async (): Promise<Manifest | undefined> => await deps.stacks.manifests?.current();

  return [
    operatorRoute(deps, {
      name: 'stacks',
      method: 'GET',
      path: 'stacks',
      role: 'Caretaker.Reader',
      summary:
        'The stacks of the manifest, the order in which commits pass through environments, and what is known of drift',
      answers: { 200: z.object({ promotion: z.array(z.string()), stacks: z.array(stackSchema) }) },
      refusals: [404],
      work: async () => {
        const known = await manifest();
        if (known === undefined) {
          return noManifest();
        }
        const stacks = await Promise.all(
          known.stacks.map(async ({ name, environment, project, layer, unit, component, branch, owners, ...stack }) => {
            const drift = await deps.stacks.drifts.find(name);
            return {
              ...{ name, environment, project, layer, unit, component, branch, owners, approval: stack.approval },
              needs: stack.needs.map(({ stack: need }) => need),
              drift: drift === undefined ? null : briefly(drift),
            };
          }),
        );
        return json(200, { promotion: known.promotion, stacks });
      },
    }),

    operatorRoute(deps, {
      name: 'stack-drift',
      method: 'GET',
      path: 'stacks/{stack}/drift',
      role: 'Caretaker.Reader',
      summary: "What is known of a stack's drift: who did it, whether it is closed, asked about, or may be put back",
      answers: { 200: driftRecordSchema },
      work: async ({ param }) =>
        json(200, found(await deps.stacks.drifts.find(param('stack')), `drift of stack ${param('stack')}`)),
    }),

    operatorRoute(deps, {
      name: 'report-stack-drift',
      method: 'POST',
      path: 'stacks/{stack}/drift',
      role: 'Caretaker.Operator',
      summary:
        "Report what drifted in a stack: automation's is closed with its records, people are asked about the rest; idempotent",
      body: driftReportSchema,
      bodyLimit: reportLimit,
      answers: { 200: driftRecordSchema },
      work: async ({ param, body, caller, engine }) => {
        const known = await manifest();
        if (known === undefined) {
          return noManifest();
        }
        const name = param('stack');
        found(
          known.stacks.find((one) => one.name === name),
          `stack ${name}`,
        );
        const reporter = { name: caller.text, id: caller.kind === 'person' ? caller.id : null };
        return json(200, await deps.stacks.drifts.take(known, name, body, reporter, engine));
      },
    }),

    operatorRoute(deps, {
      name: 'field-decisions',
      method: 'GET',
      path: 'field-decisions',
      role: 'Caretaker.Reader',
      summary: 'The last decision about each field that automation owns and Terraform also knows',
      query: pageSchema,
      answers: { 200: z.object({ decisions: z.array(fieldDecisionSchema), cursor: z.string().nullable() }) },
      work: async ({ query }) => {
        const page = await pageOf(query, (one) => deps.stacks.fieldDecisions.list(one));
        return json(200, { decisions: page.decisions, cursor: page.cursor ?? null });
      },
    }),
  ];
}
