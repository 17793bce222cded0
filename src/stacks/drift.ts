import { z } from 'zod';
import type { InputProblem } from '../kernel/errors';
import { fieldDecisionSchema, type FieldDecision } from '../ledger';

/** Who may change a field beside Terraform; what is read of `infra/ownership.yaml`. */
export const ownershipSchema = z.object({
  version: z.literal(1),
  fields: z.array(
    z.object({
      /** `type.name` in its module. */
      resource: z.string().regex(/^[a-z0-9_]+\.[A-Za-z0-9_-]+$/),
      module: z.string(),
      fields: z.array(z.string()).min(1),
      owner: z.string(),
      reason: z.string(),
    }),
  ),
});
export type Ownership = z.output<typeof ownershipSchema>;

/** The parts of `terraform show -json` of a refresh-only plan that are about drift. */
export interface RefreshPlan {
  readonly resource_drift?: readonly {
    readonly address: string;
    readonly type: string;
    readonly name: string;
    readonly change: {
      readonly actions: readonly string[];
      readonly before: unknown;
      readonly after: unknown;
      readonly after_unknown?: unknown;
    };
  }[];
}

/** One field that is not what Terraform last saw. */
export interface DriftedField {
  readonly address: string;
  /** Path in the resource; empty when the resource as a whole is gone. */
  readonly field: string;
  readonly class: 'automation' | 'human' | 'unknown';
  readonly owner: string;
  /** The decision that set it, for automation. */
  readonly decision: FieldDecision | null;
  readonly reason: string;
}

/** What a stack's drift comes to. */
export interface DriftReport {
  readonly fields: readonly DriftedField[];
  /** `none`; `close` with the records of automation; `ask` a person to reconcile; `look` at what nobody can account for. */
  readonly action: 'none' | 'close' | 'ask' | 'look';
  readonly sentence: string;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object';
}

/** Paths at which two values differ, to the last member that both sides have. */
function differences(before: unknown, after: unknown, path = ''): string[] {
  if (Object.is(before, after)) {
    return [];
  }
  if (!isObject(before) || !isObject(after) || Array.isArray(before) !== Array.isArray(after)) {
    return [path];
  }
  const list = Array.isArray(before);
  if (list && Object.keys(before).length !== Object.keys(after).length) {
    return [path];
  }
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) =>
    differences(before[key], after[key], list ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`),
  );
}

/** Whether a field as written in the ownership manifest covers a path: itself, or anything inside it. */
function covers(field: string, path: string): boolean {
  return path === field || path.startsWith(`${field}.`) || path.startsWith(`${field}[`);
}

function lastDecision(
  decisions: readonly FieldDecision[],
  keys: ReadonlySet<string>,
  field: string,
): FieldDecision | null {
  const fitting = decisions
    .filter((one) => keys.has(one.resource.toLowerCase()) && covers(one.field, field))
    .sort((left, right) => Date.parse(left.at) - Date.parse(right.at));
  return fitting.at(-1) ?? null;
}

function classify(
  address: string,
  field: string,
  owned: { readonly owner: string; readonly reason: string } | undefined,
  decision: FieldDecision | null,
): DriftedField {
  if (owned === undefined) {
    return {
      address,
      field,
      class: 'human',
      owner: 'terraform',
      decision: null,
      reason: "the field is Terraform's; somebody changed it past Terraform",
    };
  }
  if (owned.owner === 'human') {
    return { address, field, class: 'human', owner: 'human', decision: null, reason: owned.reason };
  }
  return decision === null
    ? {
        address,
        field,
        class: 'unknown',
        owner: owned.owner,
        decision: null,
        reason: `the field is the ${owned.owner}'s, but no decision on record set it`,
      }
    : { address, field, class: 'automation', owner: owned.owner, decision, reason: decision.sentence };
}

/**
 * Tells apart what drifted: by automation that owns the field and has a decision on record for it; by a person (a field that
 * is Terraform's, or one that people may change, or a resource that is gone); or by nobody known. Reads the ownership
 * manifest by `type.name`; the module is not part of it, because a plan does not say which module an address came from.
 */
export function classifyDrift(
  plan: RefreshPlan,
  ownership: Ownership,
  decisions: readonly FieldDecision[],
): DriftReport {
  const fields = (plan.resource_drift ?? []).flatMap(({ address, type, name, change }): DriftedField[] => {
    if (change.actions.includes('delete') && !change.actions.includes('create')) {
      return [
        {
          address,
          field: '',
          class: 'human',
          owner: 'terraform',
          decision: null,
          reason: 'the resource is gone; no automation deletes it',
        },
      ];
    }
    const ids = [change.before, change.after].flatMap((value) =>
      // A secret's id in a state has its version in it; decisions name the secret itself.
      isObject(value)
        ? [value['id'], value['resource_versionless_id']].filter((one): one is string => typeof one === 'string')
        : [],
    );
    const keys = new Set([address, ...ids].map((key) => key.toLowerCase()));
    const owners = ownership.fields.filter(({ resource }) => resource === `${type}.${name}`);
    return differences(change.before, change.after).map((field) => {
      const owned = owners.find((entry) => entry.fields.some((one) => covers(one, field)));
      return classify(address, field, owned, owned === undefined ? null : lastDecision(decisions, keys, field));
    });
  });
  const count = (kind: DriftedField['class']): number => fields.filter((one) => one.class === kind).length;
  const [automation, human, unknown] = [count('automation'), count('human'), count('unknown')];
  const parts = `${automation} by automation, ${human} by people, ${unknown} by nobody known`;
  if (fields.length === 0) {
    return { fields, action: 'none', sentence: 'nothing drifted' };
  }
  if (unknown > 0) {
    return { fields, action: 'look', sentence: `${parts}: find out who did it before anything is put back` };
  }
  return human > 0
    ? { fields, action: 'ask', sentence: `${parts}: a person decides whether to put it back or to take it over` }
    : { fields, action: 'close', sentence: `${parts}: closed, with the decisions that set it` };
}

/** Reads decisions from a ledger's export. @throws nothing; what does not fit is in `problems`. */
export function readDecisions(value: unknown): {
  readonly decisions: FieldDecision[];
  readonly problems: InputProblem[];
} {
  const parsed = z.array(fieldDecisionSchema).safeParse(value);
  return parsed.success
    ? { decisions: parsed.data, problems: [] }
    : { decisions: [], problems: parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message })) };
}
