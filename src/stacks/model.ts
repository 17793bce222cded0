import { z } from 'zod';

const name = (what: string) =>
  z
    .string()
    .regex(
      /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/,
      `must be ${what}: lower-case letters, digits and inner hyphens, at most 63`,
    );
/** Names of stacks. */
export const stackNameSchema = name("a stack's name");
const environmentNameSchema = name("an environment's name");
const groupSchema = z.string().min(1).max(120);

/** A path below the repository's root, with `/`, that does not leave it. */
const pathSchema = z
  .string()
  .max(260)
  .regex(
    /^(?!\/)(?!.*\/\/)(?!.*(?:^|\/)\.{1,2}(?:\/|$))[\w.@/-]+[\w]$/,
    'must be a path below the root, without . and ..',
  );

/** A Terraform identifier: a variable or an output. */
const identifierSchema = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_-]{0,127}$/, 'must be the name of a Terraform variable or output');

/** Five fields of cron, in the range of each; names of days and months are left out because the vendors differ in them. */
const cronField = (minimum: number, maximum: number): RegExp => {
  const number = Array.from({ length: maximum - minimum + 1 }, (_, index) => String(minimum + index))
    .sort((a, b) => b.length - a.length)
    .join('|');
  const part = `(?:\\*|(?:${number})(?:-(?:${number}))?)(?:/[1-9][0-9]?)?`;
  return new RegExp(`^${part}(?:,${part})*$`);
};
const cronFields = [cronField(0, 59), cronField(0, 23), cronField(1, 31), cronField(1, 12), cronField(0, 6)];
const cronSchema = z.string().refine((text) => {
  const fields = text.split(' ');
  return (
    fields.length === cronFields.length && cronFields.every((pattern, index) => pattern.test(fields[index] as string))
  );
}, 'must be five fields of cron in UTC, such as "0 6 * * *"');

const approvalSchema = z.strictObject({
  /** How many people other than the author must agree. */
  people: z.number().int().min(0).max(5),
  /** Groups that they must be of. */
  groups: z.array(groupSchema).max(20).default([]),
});

const driftSchema = z.strictObject({
  schedule: cronSchema,
  /** Whether the vendor may put back what drifted without asking. Caretaker asks for it when it is false. */
  reconcile: z.boolean().default(false),
});

const environmentSchema = z.strictObject({
  /** The one branch whose commits are planned and applied here. */
  branch: z.string().regex(/^[A-Za-z0-9][\w./-]{0,99}$/, "must be a branch's name"),
  approval: approvalSchema,
  drift: driftSchema,
  azure: z.strictObject({
    tenant: z.guid(),
    subscription: z.guid(),
    /** Identity that may look but not change: plans run as it. */
    planClient: z.guid(),
    /** Identity that applies, and the only one that can open sealed plans. */
    applyClient: z.guid(),
    /** X25519 public key of that identity, 32 bytes in base64: plans are sealed to it. */
    applyKey: z.string().regex(/^[A-Za-z0-9+/]{43}=$/, 'must be 32 bytes in base64'),
  }),
  /** Groups of the identity provider by what they may do here. */
  access: z.strictObject({
    read: z.array(groupSchema).max(20).default([]),
    plan: z.array(groupSchema).max(20).default([]),
    apply: z.array(groupSchema).max(20).default([]),
    admin: z.array(groupSchema).max(20).default([]),
  }),
});

const stackSchema = z.strictObject({
  project: pathSchema,
  environment: environmentNameSchema,
  /** `foundation` carries an environment; `unit` belongs to a business unit and stands on it. */
  layer: z.enum(['foundation', 'unit']),
  unit: name("a business unit's name").optional(),
  owners: z.array(groupSchema).min(1).max(20).optional(),
  /** Variable files, from the project's folder. */
  variables: z.array(pathSchema).max(20).default([]),
  /** Backend settings, from the project's folder. */
  backend: pathSchema.optional(),
  contexts: z.array(name("a context's name")).max(20).default([]),
  /** What this stack builds on; nothing else of another stack is readable. */
  needs: z
    .array(
      z.strictObject({
        stack: stackNameSchema,
        /** Variable here to output there. */
        inputs: z.record(identifierSchema, identifierSchema).default({}),
      }),
    )
    .max(50)
    .default([]),
  /** Outputs that others may take. */
  outputs: z.array(identifierSchema).max(100).default([]),
  approval: approvalSchema.optional(),
  drift: driftSchema.optional(),
  /** Names that this stack had before; its state and evidence are found under them. */
  formerly: z.array(stackNameSchema).max(10).default([]),
});

/** The manifest as it is written: every stack, once, for every rendering. */
export const manifestSchema = z.strictObject({
  version: z.literal(1),
  organization: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9-]{0,38}$/, "must be the organization's name"),
  repository: z.string().regex(/^[\w.-]{1,100}$/, "must be the repository's name"),
  terraform: z.string().regex(/^\d+\.\d+\.\d+$/, 'must be one version of Terraform, such as 1.11.4'),
  /** Folder of the module registry. */
  modules: pathSchema,
  /** Order in which a commit passes through the environments. */
  promotion: z.array(environmentNameSchema).min(1).max(10),
  environments: z.record(environmentNameSchema, environmentSchema),
  units: z
    .record(name("a business unit's name"), z.strictObject({ owners: z.array(groupSchema).min(1).max(20) }))
    .default({}),
  contexts: z
    .record(
      name("a context's name"),
      z.strictObject({
        description: z.string().min(1).max(300),
        /** Left out: stacks of every environment may use it. */
        environment: environmentNameSchema.optional(),
        /** Plain values only; a secret belongs into a vault. */
        variables: z.record(
          z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, 'must be the name of a variable'),
          z.string().max(2000),
        ),
      }),
    )
    .default({}),
  stacks: z.record(stackNameSchema, stackSchema),
  /** Stacks that are gone for good: their resources were destroyed. */
  retired: z.array(stackNameSchema).max(1000).default([]),
});
export type ManifestDocument = z.output<typeof manifestSchema>;
export type Approval = z.output<typeof approvalSchema>;
export type DriftSchedule = z.output<typeof driftSchema>;
export type StackEnvironment = z.output<typeof environmentSchema>;

/** What a stack takes from another. */
export interface Need {
  readonly stack: string;
  /** Variable here to output there. */
  readonly inputs: Readonly<Record<string, string>>;
}

/** A stack with everything that follows from its environment and its unit filled in. */
export interface Stack {
  readonly name: string;
  readonly project: string;
  readonly environment: string;
  readonly layer: 'foundation' | 'unit';
  readonly unit: string | null;
  /** What the stack is in every environment: the same component is promoted from one to the next. */
  readonly component: string;
  readonly branch: string;
  readonly owners: readonly string[];
  readonly variables: readonly string[];
  readonly backend: string | null;
  readonly contexts: readonly string[];
  readonly needs: readonly Need[];
  readonly outputs: readonly string[];
  readonly approval: Approval;
  readonly drift: DriftSchedule;
  readonly formerly: readonly string[];
}

/** The manifest as it is used: checked, with inheritance resolved, stacks sorted by name. */
export interface Manifest {
  readonly organization: string;
  readonly repository: string;
  readonly terraform: string;
  readonly modules: string;
  readonly promotion: readonly string[];
  readonly environments: Readonly<Record<string, StackEnvironment>>;
  readonly units: ManifestDocument['units'];
  readonly contexts: ManifestDocument['contexts'];
  readonly stacks: readonly Stack[];
  readonly retired: readonly string[];
}

/** What a project's configuration says of itself. */
export interface ProjectFacts {
  /** Variables by name, with whether the project refuses to go without. */
  readonly variables: Readonly<Record<string, { readonly required: boolean }>>;
  readonly outputs: Readonly<Record<string, { readonly sensitive: boolean }>>;
  /** Data sources that read another stack's state, as `type.name`. */
  readonly remoteStates: readonly string[];
  /** Folders of the modules that it uses, directly and through others, with the way that leads to each. */
  readonly modules: Readonly<Record<string, readonly string[]>>;
  /** Other files below the repository's root that it reads. */
  readonly files: readonly string[];
}
