import { z } from 'zod';
import { durationSchema, policySchema, rungSchema } from './model';
import type { RunbookCatalogue } from './policy-checks';

/** Where the published schema is found; editors name it in the first line of a policy. */
export const policySchemaId = 'urn:caretaker:policy:1';

type JsonSchema = Record<string, unknown>;

/** A runbook's parameters as they are written; without the dialect, which the whole schema names once. */
function parametersOf(catalogue: RunbookCatalogue, runbook: string): JsonSchema {
  const schema = catalogue.parameters(runbook);
  const { $schema: _dialect, ...rest } = schema === undefined ? {} : z.toJSONSchema(schema, { io: 'input' });
  return rest;
}

/**
 * The JSON Schema (draft 2020-12) of a policy document as people write it, for editors. It accepts whatever the policy's own
 * checks accept, and more: names given twice, rules that can never be chosen and conditions in CEL are beyond a schema.
 */
export function policyJsonSchema(catalogue: RunbookCatalogue): JsonSchema {
  const names = [...(catalogue.names ?? [])].sort();
  const generated = z.toJSONSchema(policySchema, {
    io: 'input',
    target: 'draft-2020-12',
    override: ({ zodSchema, jsonSchema }) => {
      if ((zodSchema as unknown) === durationSchema.in) {
        Object.assign(jsonSchema, {
          description: 'A duration with its units in falling order: 90s, 10m, 1h30m, 2d, 1w.',
          pattern: '^(?=.)(?:\\d{1,6}w)?(?:\\d{1,6}d)?(?:\\d{1,6}h)?(?:\\d{1,6}m)?(?:\\d{1,6}s)?$',
        });
      }
      if ((zodSchema as unknown) === rungSchema) {
        const { properties } = jsonSchema as { properties: Record<string, JsonSchema> };
        properties['runbook'] = { enum: names };
        Object.assign(jsonSchema, {
          allOf: names.map((name) => ({
            if: { properties: { runbook: { const: name } }, required: ['runbook'] },
            then: { properties: { parameters: parametersOf(catalogue, name) } },
          })),
        });
      }
    },
  });
  return { $id: policySchemaId, title: 'Policy of Caretaker', ...generated };
}
