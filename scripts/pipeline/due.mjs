// The stacks whose drift schedule names an hour, as JSON for a matrix: node scripts/pipeline/due.mjs <hour|all>
import { readFile } from 'node:fs/promises';

const [asked] = process.argv.slice(2);
const manifest = JSON.parse(
  await readFile(new URL('../../infra/workspaces/stacks.generated.json', import.meta.url), 'utf8'),
);

/** Whether a field of cron (`*`, `5`, `1-4`, each with `/step`, and lists of them) names a number from 0 to `last`. */
export function names(field, number, last) {
  return field.split(',').some((part) => {
    const [range, step = '1'] = part.split('/');
    const [low, high = part.includes('/') ? String(last) : low] =
      range === '*' ? ['0', String(last)] : range.split('-');
    return number >= Number(low) && number <= Number(high) && (number - Number(low)) % Number(step) === 0;
  });
}

if (asked !== 'all' && !/^([01]?\d|2[0-3])$/.test(asked ?? '')) {
  console.error('give an hour from 0 to 23, or all');
  process.exit(1);
}
const due = Object.entries(manifest.stacks)
  .filter(([, { drift }]) => asked === 'all' || names(drift.schedule.split(' ')[1], Number(asked), 23))
  .map(([name, { environment, branch }]) => ({ name, environment, branch }));
console.log(JSON.stringify(due));
