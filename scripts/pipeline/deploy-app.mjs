// Deploys a package of the function app, tries it with a synthetic alert, and puts the one before back when that fails:
//   node scripts/pipeline/deploy-app.mjs --group RG --app NAME --package app.zip --previous before.zip --subscription ID [--slot candidate]
// With --slot the package gets to the slot first, is tried there, and is swapped in: nobody sees one that does not work. Plans
// without slots (Flex Consumption) replace their instances one by one, so there the package before is what a rollback needs.
// Exit code 0: the new package runs. 1: it does not, and what ran before does. 2: neither was shown to run; look at once.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: Object.fromEntries(
    ['group', 'app', 'package', 'previous', 'subscription', 'slot'].map((name) => [name, { type: 'string' }]),
  ),
});
const { group, app, package: file, previous, subscription, slot = '' } = values;
const missing = Object.entries({ group, app, package: file, subscription }).filter(([, value]) => value === undefined);
if (missing.length > 0 || !existsSync(file)) {
  console.error(
    missing.length > 0 ? `give ${missing.map(([name]) => `--${name}`).join(', ')}` : `${file} does not exist`,
  );
  process.exit(1);
}

/** Runs the Azure command line; says whether it went well. */
function az(...args) {
  console.log(`az ${args.slice(0, 4).join(' ')}`);
  return (
    spawnSync('az', [...args, '--resource-group', group, '--name', app, '--output', 'none'], { stdio: 'inherit' })
      .status === 0
  );
}

function deploy(what, where) {
  return az(
    'functionapp',
    'deployment',
    'source',
    'config-zip',
    '--src',
    what,
    ...(where === '' ? [] : ['--slot', where]),
  );
}

function swap() {
  return az('functionapp', 'deployment', 'slot', 'swap', '--slot', slot, '--target-slot', 'production');
}

/** Whether the app answers a synthetic alert as it should. */
function works(where) {
  const url = `https://${app}${where === '' ? '' : `-${where}`}.azurewebsites.net`;
  const env = { ...process.env, CARETAKER_URL: process.env.CARETAKER_URL ?? url };
  return (
    spawnSync(
      process.execPath,
      [process.env.CARETAKER_SMOKE ?? new URL('smoke.mjs', import.meta.url).pathname, subscription],
      { stdio: 'inherit', env },
    ).status === 0
  );
}

function rolledBack(back) {
  if (back() && works('')) {
    console.error('the new package does not work; the one before is back');
    process.exit(1);
  }
  console.error('the new package does not work, and the one before is not back; look at once');
  process.exit(2);
}

if (slot !== '') {
  if (!deploy(file, slot) || !works(slot)) {
    console.error('the new package does not work in the slot; nobody has seen it');
    process.exit(1);
  }
  if (!swap() || !works('')) {
    rolledBack(swap);
  }
} else if (!deploy(file, '') || !works('')) {
  if (previous === undefined || !existsSync(previous)) {
    console.error('the new package does not work, and there is none before it to go back to; look at once');
    process.exit(2);
  }
  rolledBack(() => deploy(previous, ''));
}
console.log('the new package runs');
