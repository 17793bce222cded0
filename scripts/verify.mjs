// Every check the project has, with a closing line that counts tests. `npm test` is this; `npm run verify`
// adds the release bundle and the demo (--all). A step that fails does not keep the others from running.
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';

const root = new URL('..', import.meta.url).pathname;
const all = process.argv.includes('--all');
const folder = await mkdtemp(join(tmpdir(), 'caretaker-verify-'));
const jestReport = join(folder, 'jest.json');

const bin = (name) => join(root, 'node_modules/.bin', name);
/**
 * Stages, one after the other; the steps of a stage run side by side, as many as there are processors. Steps that only look come
 * first: they are quick, and what they find is quickly mended.
 */
const stages = [
  [{ name: 'build', command: [process.execPath, 'scripts/build.mjs'] }],
  [
    { name: 'lint', command: [bin('eslint'), '--max-warnings', '0', '.'] },
    { name: 'types', command: [bin('tsc'), '-p', 'tsconfig.json'] },
    { name: 'console types', command: [bin('tsc'), '-p', 'src/console/tsconfig.json'] },
    { name: 'format', command: [bin('prettier'), '--check', '--log-level', 'warn', '.'] },
    { name: 'dependencies', command: [bin('depcruise'), 'functions', 'src'] },
    { name: 'generated files', command: [process.execPath, 'dist/caretaker.js', 'generate', '--check'] },
  ],
  [
    {
      name: 'tests',
      // On two processors: a third one works while others wait for a browser, a process or a disk.
      command: [bin('jest'), '--maxWorkers=3', '--json', `--outputFile=${jestReport}`],
      counts: countJest,
    },
  ],
  [{ name: 'infrastructure', command: [process.execPath, 'scripts/infra/run.mjs', 'test'], counts: countLine }],
  ...(all
    ? [
        [{ name: 'bundle', command: [process.execPath, 'scripts/build.mjs', '--bundle'] }],
        [
          {
            name: 'demo',
            command: ['sh', '-c', 'node scripts/build.mjs && node dist/caretaker.js demo --json --speed 60'],
          },
        ],
      ]
    : []),
];

async function countJest() {
  const {
    numPassedTests: passed,
    numFailedTests: failed,
    numPendingTests: skipped,
    numRuntimeErrorTestSuites: broken,
  } = JSON.parse(
    await readFile(jestReport, 'utf8').catch(
      () => '{"numPassedTests":0,"numFailedTests":1,"numPendingTests":0,"numRuntimeErrorTestSuites":0}',
    ),
  );
  return { passed, failed: failed + broken, skipped };
}

/** The plain closing line of a runner: `N passed, N failed`, perhaps `, N skipped`. */
function countLine(output) {
  const match = [...output.matchAll(/^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/gm)].at(-1);
  return match === undefined || match === null
    ? { passed: 0, failed: 0, skipped: 0 }
    : { passed: Number(match[1]), failed: Number(match[2]), skipped: Number(match[3] ?? 0) };
}

/** Runs a command. What it says goes out as it comes, or, where others run beside it, all at once when it has ended. */
function run([command, ...argv], isAlone) {
  return new Promise((resolve) => {
    const path = `${join(root, 'node_modules/.bin')}:${process.env.PATH}`;
    const child = spawn(command, argv, {
      cwd: root,
      stdio: ['ignore', 'pipe', isAlone ? 'inherit' : 'pipe'],
      env: { ...process.env, PATH: path },
    });
    let output = '';
    const take = (chunk) => {
      output += chunk;
      if (isAlone) {
        process.stdout.write(chunk);
      }
    };
    child.stdout.setEncoding('utf8').on('data', take);
    child.stderr?.setEncoding('utf8').on('data', take);
    child.once('error', ({ message }) => resolve({ code: 127, output: `${output}${message}\n` }));
    child.once('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

const total = { passed: 0, failed: 0, skipped: 0 };
const table = [];

async function carryOut({ name, command, counts }, isAlone) {
  if (isAlone) {
    console.log(`\n== ${name}`);
  }
  const begin = Date.now();
  const { code, output } = await run(command, isAlone);
  if (!isAlone) {
    console.log(`\n== ${name}\n${output}`.trimEnd());
  }
  const counted =
    counts === undefined
      ? { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 }
      : await counts(output);
  // A runner that ended badly without naming a failed test has failed all the same.
  const failed = counted.failed === 0 && code !== 0 ? 1 : counted.failed;
  total.passed += counted.passed;
  total.failed += failed;
  total.skipped += counted.skipped;
  const seconds = ((Date.now() - begin) / 1000).toFixed(0).padStart(4);
  table.push(
    `${failed === 0 ? 'ok  ' : 'FAIL'} ${seconds} s  ${name}${counts === undefined ? '' : `: ${counted.passed} passed, ${failed} failed${counted.skipped > 0 ? `, ${counted.skipped} skipped` : ''}`}`,
  );
}

try {
  for (const steps of stages) {
    const waiting = [...steps];
    const lanes = Math.min(availableParallelism(), steps.length);
    const lane = async () => {
      for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) {
        await carryOut(step, steps.length === 1);
      }
    };
    await Promise.all(Array.from({ length: lanes }, lane));
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
console.log(`\n${table.join('\n')}\n`);
console.log(`${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`);
process.exit(total.failed === 0 ? 0 : 1);
