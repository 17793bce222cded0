import type { Clock, EpochMillis } from '../kernel/clock';
import type { Seconds } from '../kernel/duration';
import { describeError, InvalidInputError, PermanentError, type InputProblem } from '../kernel/errors';
import type { Log } from '../kernel/log';
import { parseResourceId } from '../kernel/resource-id';
import type { PolicySource } from '../ports/policy-source';
import { readPolicyText } from '../rules';
import { findingsOf, pathText } from '../signal';
import { bindingSchema, isPendingName, type Binding } from './model';
import { rotationPolicySchema, type RotationPolicy } from './policy.model';
import { rotatorKind, rotatorNames } from './rotators';

/** The secrets that are looked after, and the vaults that are looked at. */
export interface RotationBook {
  readonly bindings: readonly Binding[];
  readonly vaults: readonly Binding['vault'][];
}

/**
 * Reads the document `rotation.yaml`. Defaults are filled in and durations are seconds.
 *
 * @throws InvalidInputError `InvalidRotationPolicy` with every problem: of YAML, of the schema, and of what no schema sees (vaults
 *   and names given twice, rotators that do not exist, a secret that its own rotator uses). Each has a path and, where it stands
 *   in the text, line and column.
 */
export function parseRotationPolicy(text: string): RotationBook {
  const read = readPolicyText(text);
  const problems: InputProblem[] = [...read.problems];
  const report = (path: readonly PropertyKey[], message: string, onKey = false): void => {
    problems.push({ path: pathText(path), message, ...read.positionOf(path, onKey) });
  };
  let bindings: Binding[] = [];
  let vaults: Binding['vault'][] = [];
  if (read.readable) {
    const parsed = rotationPolicySchema.safeParse(read.value);
    if (parsed.success) {
      checkVaults(parsed.data, report);
      vaults = parsed.data.vaults.map(({ id }) => id);
      bindings = bindingsOf(parsed.data);
    } else {
      for (const { path, message, onKey } of findingsOf(parsed.error, read.value)) {
        report(path, message, onKey);
      }
    }
  }
  if (problems.length > 0) {
    const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
    throw new InvalidInputError('InvalidRotationPolicy', `the rotation policy is refused: ${count}`, problems);
  }
  return { bindings, vaults };
}

type Report = (path: readonly PropertyKey[], message: string, onKey?: boolean) => void;

function checkVaults({ vaults }: RotationPolicy, report: Report): void {
  const known = new Set<string>();
  vaults.forEach(({ id, secrets }, at) => {
    if (parseResourceId(id)?.parts.type !== 'microsoft.keyvault/vaults') {
      report(['vaults', at, 'id'], 'is not the id of a key vault');
    }
    if (known.has(id)) {
      report(['vaults', at, 'id'], 'is given twice');
    }
    known.add(id);
    const names = new Set<string>();
    secrets.forEach((secret, index) => {
      const path = ['vaults', at, 'secrets', index];
      const name = secret.name.toLowerCase();
      if (names.has(name)) {
        report([...path, 'name'], 'is given twice');
      }
      names.add(name);
      if (isPendingName(name)) {
        report([...path, 'name'], 'ends in --pending, which is kept for versions that are not in use yet');
      }
      checkSecret(secret, path, report);
    });
  });
}

function checkSecret(
  secret: RotationPolicy['vaults'][number]['secrets'][number],
  path: PropertyKey[],
  report: Report,
): void {
  const kind = rotatorKind(secret.rotator.kind);
  if (kind === undefined) {
    report([...path, 'rotator', 'kind'], `names no rotator there is; there are ${rotatorNames.join(', ')}`);
    return;
  }
  const checked = kind.bind(secret.rotator);
  if ('error' in checked) {
    for (const { path: inner, message, onKey } of findingsOf(checked.error, secret.rotator)) {
      report([...path, 'rotator', ...inner], message, onKey);
    }
  } else if (checked.bound.uses.includes(secret.name)) {
    report([...path, 'rotator'], 'uses the secret that it is to rotate; give it another one');
  }
  const consumers = new Set<string>();
  secret.consumers.forEach((consumer, index) => {
    if (consumers.has(consumer.name)) {
      report([...path, 'consumers', index, 'name'], 'is given twice');
    }
    consumers.add(consumer.name);
    if (consumer.kind === 'service' && consumer.signing === secret.name) {
      report([...path, 'consumers', index, 'signing'], 'is the secret that is rotated; sign with another one');
    }
  });
}

function bindingsOf({ defaults, vaults }: RotationPolicy): Binding[] {
  return vaults.flatMap(({ id, secrets }) =>
    secrets.map((secret) => {
      const overlap = { ...defaults.overlap, ...secret.overlap };
      return bindingSchema.parse({
        vault: id,
        secret: secret.name,
        owner: secret.owner ?? null,
        rotator: secret.rotator,
        consumers: secret.consumers,
        leadSeconds: secret.lead ?? defaults.lead,
        validitySeconds: secret.validity ?? defaults.validity,
        warnSeconds: secret.warn ?? defaults.warn,
        overlap: {
          soakSeconds: overlap.soak,
          lookSeconds: overlap.look,
          warnSeconds: overlap.warn,
          longestSeconds: overlap.longest,
        },
        attempts: secret.attempts ?? defaults.attempts,
      });
    }),
  );
}

/** Where the rotation policy is: beside the policy of actions, under the name `rotation.yaml`. */
export function rotationPolicyLocation(policyLocation: string): string {
  return policyLocation.replace(/[^/\\]*$/, 'rotation.yaml');
}

/** The rotation policy, read again when it is old. */
export interface RotationPolicies {
  /**
   * The last good document. A refused document or a source that cannot be read never takes it away. Where there is none, nothing
   * is looked after.
   * @throws InvalidInputError with every problem when the first document is refused; whatever the source throws.
   */
  current(): Promise<RotationBook>;
}

/** Keeps the last good rotation policy in memory. */
export function createRotationPolicies(options: {
  readonly source: PolicySource;
  readonly clock: Clock;
  readonly log: Log;
  readonly maxAge: Seconds;
}): RotationPolicies {
  const { source, clock, log, maxAge } = options;
  let good: RotationBook | undefined;
  let etag: string | undefined;
  let checkedAt: EpochMillis | undefined;
  return {
    async current() {
      if (good !== undefined && checkedAt !== undefined && clock.now() - checkedAt < maxAge * 1000) {
        return good;
      }
      try {
        const answer = await source.read(good === undefined ? undefined : etag);
        if (answer.kind === 'document') {
          good = parseRotationPolicy(answer.text);
          etag = answer.etag;
        }
        checkedAt = clock.now();
      } catch (error) {
        if (good === undefined && error instanceof PermanentError && error.code === 'PolicyMissing') {
          // No document: secrets are nobody's business here. Not kept, so that one that is uploaded is taken.
          return { bindings: [], vaults: [] };
        }
        if (good === undefined) {
          throw error;
        }
        checkedAt = clock.now();
        log.warn('the rotation policy cannot be taken; the last good one stays in use', {
          error: describeError(error),
        });
      }
      return good as RotationBook;
    },
  };
}
