import { createHash, createHmac } from 'node:crypto';
import { z } from 'zod';
import { canonicalJson } from '../kernel/canonical-json';
import type { EpochMillis } from '../kernel/clock';
import { InvalidInputError, type InputProblem } from '../kernel/errors';
import { instantSchema } from '../kernel/schemas';
import { open, publicKeyFor, seal } from './hpke';

const digestSchema = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits');
const commitSchema = z.string().regex(/^[0-9a-f]{40}$/, 'must be a full commit id');

/** All that a plan is bound to. Whoever approves approves this, by its digest. */
export const bindingSchema = z.strictObject({
  version: z.literal(1),
  stack: z.string(),
  environment: z.string(),
  commit: commitSchema,
  /** Who wrote the change: no approval counts that is theirs. */
  author: z.string().min(1).max(200),
  /** The state that the plan was made from; `lineage` is empty for a state that did not exist. */
  state: z.strictObject({ lineage: z.string(), serial: z.number().int().min(0) }),
  /** SHA-256 of the lock file; null when the project has none. */
  lockFile: digestSchema.nullable(),
  /** SHA-256 over the files of the project and of each module it uses. */
  digests: z.strictObject({ project: digestSchema, modules: z.record(z.string(), digestSchema) }),
  /** What the plan took from other stacks, by input; see {@link inputDigests}. */
  inputs: z.record(z.string(), digestSchema),
  /** SHA-256 of the plan file, and of what `terraform show -json` says of it. */
  planFile: digestSchema,
  planJson: digestSchema,
  createdAt: instantSchema,
  expiresAt: instantSchema,
});
export type Binding = z.output<typeof bindingSchema>;

const sealedSchema = z.strictObject({
  binding: bindingSchema,
  recipient: z.string(),
  enc: z.string(),
  ciphertext: z.string(),
});

/** A plan file that only the apply identity can read, with its binding in the open. */
export type SealedPlan = z.output<typeof sealedSchema>;

const info = Buffer.from('caretaker sealed plan v1');

export const sha256Of = (content: Buffer | string): string => createHash('sha256').update(content).digest('hex');

/** The digest that approvals name: of the binding, and through it of the plan. */
export function bindingDigest(binding: Binding): string {
  return sha256Of(canonicalJson(binding));
}

/**
 * A digest for each value that a plan took from other stacks. The plan file is the key: only who can read the plan can try
 * values, so that the digest of a short secret gives nothing away.
 */
export function inputDigests(planFile: Buffer, values: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([input, value]) => [
      input,
      createHmac('sha256', planFile)
        .update(canonicalJson([input, value ?? null]))
        .digest('hex'),
    ]),
  );
}

/** Encrypts a plan file to the apply identity. The binding is authenticated with it: changing either makes it unreadable. */
export function sealPlan(planFile: Buffer, binding: Binding, recipient: Buffer): SealedPlan {
  if (sha256Of(planFile) !== binding.planFile) {
    throw new InvalidInputError('PlanMismatch', 'the plan file is not the one that the binding names', [
      { path: 'binding.planFile', message: 'must be the SHA-256 of the plan file' },
    ]);
  }
  const { enc, ciphertext } = seal(recipient, planFile, { info, aad: Buffer.from(canonicalJson(binding)) });
  return {
    binding,
    recipient: recipient.toString('base64'),
    enc: enc.toString('base64'),
    ciphertext: ciphertext.toString('base64'),
  };
}

/** Reads the stored form of a sealed plan. @throws InvalidInputError `InvalidSealedPlan` for anything else. */
export function parseSealedPlan(text: string): SealedPlan {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  const parsed = sealedSchema.safeParse(value);
  if (!parsed.success) {
    throw new InvalidInputError(
      'InvalidSealedPlan',
      'this is not a sealed plan; make one with: caretaker stacks plan --out <folder>',
      parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message })),
    );
  }
  return parsed.data;
}

/** Opens a sealed plan. @throws InvalidInputError `PlanUnreadable` when the key is another or anything was changed. */
export function openPlan(sealed: SealedPlan, privateKey: Buffer): Buffer {
  const unreadable = (message: string): never => {
    throw new InvalidInputError('PlanUnreadable', message, [{ path: 'ciphertext', message }]);
  };
  if (publicKeyFor(privateKey).toString('base64') !== sealed.recipient) {
    unreadable('the plan is sealed to another identity; apply it as the apply identity of its environment');
  }
  let plan: Buffer;
  try {
    plan = open(
      privateKey,
      { enc: Buffer.from(sealed.enc, 'base64'), ciphertext: Buffer.from(sealed.ciphertext, 'base64') },
      { info, aad: Buffer.from(canonicalJson(sealed.binding)) },
    );
  } catch {
    return unreadable('the plan or its binding was changed after it was sealed; plan again');
  }
  return sha256Of(plan) === sealed.binding.planFile
    ? plan
    : unreadable('the plan is not the one that the binding names; plan again');
}

/** What is true now, where the plan is about to be applied. */
export interface Present {
  readonly stack: string;
  readonly environment: string;
  readonly commit: string;
  readonly state: { readonly lineage: string; readonly serial: number };
  readonly lockFile: string | null;
  readonly digests: Binding['digests'];
  /** Of what the other stacks hand over now. */
  readonly inputs: Binding['inputs'];
  readonly now: EpochMillis;
}

/** Everything in which the present differs from what a plan is bound to; empty when it may be applied. */
export function deviations(binding: Binding, present: Present): InputProblem[] {
  const found: InputProblem[] = [];
  const say = (path: string, message: string): void => void found.push({ path, message });
  if (binding.stack !== present.stack || binding.environment !== present.environment) {
    say(
      'stack',
      `the plan is for ${binding.stack} in ${binding.environment}, not for ${present.stack} in ${present.environment}`,
    );
  }
  if (binding.commit !== present.commit) {
    say(
      'commit',
      `the plan was made from commit ${binding.commit.slice(0, 12)}, and this is ${present.commit.slice(0, 12)}; plan again`,
    );
  }
  if (binding.state.lineage !== present.state.lineage) {
    say('state.lineage', 'the state is another one than the plan was made from; plan again');
  } else if (binding.state.serial !== present.state.serial) {
    say(
      'state.serial',
      `the state moved on from serial ${binding.state.serial} to ${present.state.serial}; plan again`,
    );
  }
  if (binding.lockFile !== present.lockFile) {
    say('lockFile', 'the lock file of the providers is another one; plan again');
  }
  if (binding.digests.project !== present.digests.project) {
    say('digests.project', "the project's files are not those that were planned; plan again");
  }
  for (const folder of new Set([...Object.keys(binding.digests.modules), ...Object.keys(present.digests.modules)])) {
    if (binding.digests.modules[folder] !== present.digests.modules[folder]) {
      say(`digests.modules.${folder}`, `the files of module ${folder} are not those that were planned; plan again`);
    }
  }
  for (const input of new Set([...Object.keys(binding.inputs), ...Object.keys(present.inputs)])) {
    if (binding.inputs[input] !== present.inputs[input]) {
      say(
        `inputs.${input}`,
        'another stack hands over another value than the plan was made with; apply that stack first, or plan again',
      );
    }
  }
  if (Date.parse(binding.expiresAt) <= present.now) {
    say('expiresAt', `the plan expired at ${binding.expiresAt}; plan again`);
  }
  if (Date.parse(binding.createdAt) > present.now) {
    say('createdAt', `the plan says it was made at ${binding.createdAt}, which is still to come`);
  }
  return found;
}
