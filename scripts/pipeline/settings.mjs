// What a job has to know of the environment that a branch stands for, as `name=value` for $GITHUB_OUTPUT:
//   node scripts/pipeline/settings.mjs --branch main      or --environment prod
// Everything comes from the manifest's generated form, so that a workflow holds no second copy of it.
import { readFile } from 'node:fs/promises';

const [kind, value] = process.argv.slice(2);
const manifest = JSON.parse(
  await readFile(new URL('../../infra/workspaces/stacks.generated.json', import.meta.url), 'utf8'),
);
const found = Object.entries(manifest.environments).find(([name, { branch }]) =>
  kind === '--environment' ? name === value : kind === '--branch' && branch === value,
);
if (found === undefined) {
  console.error(
    `there is no environment for ${kind ?? 'nothing'} ${value ?? ''}; give --branch or --environment of ${Object.keys(manifest.environments).join(', ')}`,
  );
  process.exit(1);
}
const [environment, { azure, approval }] = found;
const before = manifest.promotion[manifest.promotion.indexOf(environment) - 1] ?? '';
const settings = {
  environment,
  from: before,
  terraform: manifest.terraform,
  tenant: azure.tenant,
  subscription: azure.subscription,
  plan_client: azure.planClient,
  apply_client: azure.applyClient,
  from_client: before === '' ? '' : manifest.environments[before].azure.planClient,
  from_subscription: before === '' ? '' : manifest.environments[before].azure.subscription,
  // GitHub asks one reviewer for each environment; for two people there is an environment before the one of the apply.
  two_people: String(approval.people >= 2),
};
for (const [name, text] of Object.entries(settings)) {
  console.log(`${name}=${text}`);
}
