import { spawnSync } from 'node:child_process';

/** Programs that are on the PATH of this machine. */
function has(program: string): boolean {
  return spawnSync(program, ['version'], { stdio: 'ignore' }).error === undefined;
}

/**
 * `describe` for tests that need programs which are not npm packages. Where one is missing the tests are skipped with that
 * reason in their name; in CI they run and fail, so that nobody takes a skipped check for a passed one.
 */
export function describeWith(programs: readonly string[], name: string, tests: () => void): void {
  const missing = programs.filter((program) => !has(program));
  if (missing.length === 0 || process.env['CI'] === 'true') {
    describe(name, tests);
  } else {
    // eslint-disable-next-line no-restricted-properties -- these programs are no npm packages; the name says which is missing
    describe.skip(`${name} (skipped: ${missing.join(', ')} not on the PATH)`, tests);
  }
}
