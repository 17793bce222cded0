// Turns the reviews of a workflow run into approvals of the plans that were shown in it:
//   gh api "repos/$REPOSITORY/actions/runs/$RUN/approvals" | node scripts/pipeline/approvals.mjs <environment> <folder with sealed plans> <folder for approvals>
//
// A review counts for the environment whose gate it opened, and only teams that are named as its reviewers can open one; those
// teams are the groups of the manifest (docs/pipeline.md says how the gates are set up). It is bound to every plan of the run
// by the plan's digest, which the summary showed.
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The same text for the same value: keys sorted, no white space. */
function canonical(value) {
  if (Array.isArray(value)) {
    return `[${value.map(canonical).join(',')}]`;
  }
  if (value !== null && typeof value === 'object') {
    return `{${Object.keys(value)
      .sort()
      .map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`)
      .join(',')}}`;
  }
  return JSON.stringify(value);
}

const [environment, plans, out] = process.argv.slice(2);
if (environment === undefined || plans === undefined || out === undefined) {
  console.error('give the environment, the folder with the sealed plans, and a folder for the approvals');
  process.exit(1);
}
const chunks = [];
for await (const chunk of process.stdin) {
  chunks.push(chunk);
}
const reviews = JSON.parse(Buffer.concat(chunks).toString('utf8'));
const manifest = JSON.parse(
  await readFile(new URL('../../infra/workspaces/stacks.generated.json', import.meta.url), 'utf8'),
);
const gates = new Set([environment, `${environment}-first`]);
await mkdir(out, { recursive: true });
for (const file of (await readdir(plans)).filter((name) => name.endsWith('.plan.json'))) {
  const { binding } = JSON.parse(await readFile(join(plans, file), 'utf8'));
  const { groups } = manifest.stacks[binding.stack].approval;
  const approvals = reviews
    .filter(({ environments }) => environments.some(({ name }) => gates.has(name)))
    .map(({ user, state }) => ({
      plan: createHash('sha256').update(canonical(binding)).digest('hex'),
      by: user.login,
      groups,
      answer: state === 'approved' ? 'approve' : 'reject',
      // The interface tells who and what, not when; the gate lies between the plan and this step, so it was in between.
      at: new Date().toISOString(),
    }));
  await writeFile(join(out, file.replace('.plan.json', '.approvals.json')), `${JSON.stringify(approvals, null, 2)}\n`);
  console.log(`${binding.stack}: ${approvals.map(({ by, answer }) => `${answer} by ${by}`).join(', ') || 'no review'}`);
}
