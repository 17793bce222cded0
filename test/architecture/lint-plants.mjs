// Lints planted texts with the project's own configuration, in one process: the tool is an ES module and slow to start.
// Standard input: JSON, a list of { path, code }. Standard output: JSON, for each the names of the rules that it breaks.
import { text } from 'node:stream/consumers';
import { ESLint } from 'eslint';

const eslint = new ESLint({ cwd: new URL('../..', import.meta.url).pathname });
const found = [];
for (const { path, code } of JSON.parse(await text(process.stdin))) {
  const results = await eslint.lintText(code, { filePath: path, warnIgnored: true });
  found.push(results.flatMap(({ messages }) => messages.map(({ ruleId, message }) => ruleId ?? message)));
}
process.stdout.write(JSON.stringify(found));
