// Reads every workflow as GitHub itself does (its own parser and expression engine) and prints what it would refuse:
//   node scripts/pipeline/lint-workflows.mjs [file...]
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { build } from 'esbuild';

const root = new URL('../..', import.meta.url).pathname;
// The package imports its JSON without saying so, which node refuses and a bundler does not.
const work = await mkdtemp(join(tmpdir(), 'caretaker-lint-'));
const outfile = join(work, 'parser.cjs');
await build({
  stdin: {
    contents:
      "export * from '@actions/workflow-parser'; export { ErrorPolicy } from '@actions/workflow-parser/model/convert';",
    resolveDir: root,
  },
  bundle: true,
  platform: 'node',
  format: 'cjs',
  outfile,
  logLevel: 'error',
});
const { convertWorkflowTemplate, ErrorPolicy, NoOperationTraceWriter, parseWorkflow } = createRequire(import.meta.url)(
  outfile,
);
await rm(work, { recursive: true });
const folder = join(root, '.github/workflows');
const given = process.argv.slice(2);
const files =
  given.length > 0
    ? given
    : (await readdir(folder)).filter((name) => /\.ya?ml$/.test(name)).map((name) => join(folder, name));
let problems = 0;
for (const file of files) {
  const parsed = parseWorkflow({ name: file, content: await readFile(file, 'utf8') }, new NoOperationTraceWriter());
  if (parsed.value !== undefined) {
    await convertWorkflowTemplate(parsed.context, parsed.value, undefined, { errorPolicy: ErrorPolicy.TryConversion });
  }
  const seen = new Set();
  for (const { rawMessage, message, range } of parsed.context.errors.getErrors()) {
    const line = `${relative(root, file)}:${range?.start.line ?? 1}:${range?.start.column ?? 1} ${rawMessage ?? message}`;
    if (!seen.has(line)) {
      seen.add(line);
      problems += 1;
      console.log(line);
    }
  }
}
console.log(`${files.length} workflows, ${problems} problems`);
process.exit(problems === 0 ? 0 : 1);
