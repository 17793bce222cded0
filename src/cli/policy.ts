import { readFile } from 'node:fs/promises';
import { InvalidInputError } from '../kernel/errors';
import { parsePolicy, policyVersion } from '../rules';
import { catalogue } from '../runbooks';

/** Checks a policy document; prints every problem as `file:line:column path: message`. Returns the exit code. */
export async function checkPolicy(file: string): Promise<number> {
  const text = await readFile(file, 'utf8').catch(() => {
    throw new Error(`${file} cannot be read; give the path of a policy document`);
  });
  try {
    const policy = parsePolicy(text, catalogue);
    process.stdout.write(
      `${file}: ${policy.rules.length} rules, ${Object.keys(policy.environments).length} environments, version ${policyVersion(policy).slice(0, 12)}\n`,
    );
    return 0;
  } catch (error) {
    if (!(error instanceof InvalidInputError)) {
      throw error;
    }
    for (const { path, message, line, column } of error.problems) {
      process.stderr.write(`${file}:${line ?? 1}:${column ?? 1} ${path === '' ? '' : `${path}: `}${message}\n`);
    }
    return 1;
  }
}
