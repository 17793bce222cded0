// Builds, then runs the command line in this very process, so that signals sent to an npm script reach it.
//   node scripts/run.mjs <command> [arguments]
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const [, , ...given] = process.argv;
const tool = fileURLToPath(new URL('../dist/caretaker.js', import.meta.url));
process.argv.splice(2);
await import('./build.mjs');
process.argv = [process.execPath, tool, ...given];
createRequire(import.meta.url)(tool);
