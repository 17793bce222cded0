import { join, resolve } from 'node:path';
import { Argument, Command, InvalidArgumentError } from 'commander';
import type { EpochMillis, ScaledTime } from '../kernel/clock';
import { runHostCommand } from '../local/host';
import { runDemo } from '../local/demo';
import { roleFromInfra, runCloudProcess, runHostProcess, startLocally } from '../local/platform';
import { backupCommands } from './backup';
import { generate } from './generate';
import { verifyStoredLedger } from './ledger';
import { checkPolicy } from './policy';
import { dnsCommand } from './dns';
import { secretsCommand } from './rotation';
import { operatorCommands } from './operator';
import { cliReference, completion } from './reference';
import { rehearseCommand } from './rehearse';
import { scaleCommand } from './scaling';
import { stacksCommand } from './stacks';
import { whyCommands } from './why';

/** Root of the project: the built command line is in its dist folder. */
const root = resolve(__dirname, '..');

function whole(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 0) {
    throw new InvalidArgumentError('give a whole number');
  }
  return number;
}

function portNumber(text: string): number {
  const number = whole(text);
  if (number > 65_535) {
    throw new InvalidArgumentError('a port is at most 65535');
  }
  return number;
}

function factor(text: string): number {
  const number = Number(text);
  if (!(number >= 1 && number <= 1000)) {
    throw new InvalidArgumentError('give a number from 1 to 1000');
  }
  return number;
}

function scaledTime(text: string): ScaledTime {
  const [origin, startedAt, speed] = text.split('/').map(Number);
  if (origin === undefined || startedAt === undefined || speed === undefined || !(speed > 0)) {
    throw new InvalidArgumentError('give <origin>/<real start>/<speed>');
  }
  return { origin: origin as EpochMillis, startedAt: startedAt as EpochMillis, speed };
}

/** The command line. Commands that a person does not call are hidden. */
export function createProgram(): Command {
  const program = new Command('caretaker')
    .description(
      'Looks after a cloud platform on Azure: from a signal to a verified outcome, with a reason for every action.',
    )
    .showHelpAfterError();

  program
    .command('demo')
    .description('run a whole platform on this machine, break it in several ways and watch it being looked after')
    .option('--scene <names...>', 'show only these; a name that is none lists them all', [])
    .option('--json', 'print one machine-readable summary as the last line', false)
    .option('--keep', 'leave the platform running afterwards', false)
    .option('--speed <factor>', 'how many seconds of the platform pass in a real one', factor, 20)
    .option('--port <number>', 'port of the function app (0: any free one)', portNumber, 0)
    .action(async (options: { scene: string[]; json: boolean; keep: boolean; speed: number; port: number }) => {
      const { scene: only, ...rest } = options;
      process.exitCode = await runDemo({ ...rest, only, root });
    });

  program
    .command('start')
    .description('run the local platform until stopped')
    .option('--port <number>', 'port of the function app', portNumber, 7071)
    .option('--speed <factor>', 'how many seconds of the platform pass in a real one', factor, 1)
    .option('--directory <path>', 'where it keeps its state', join(root, '.caretaker'))
    .option('--policy <file>', 'policy document', join(root, 'policy/caretaker.yaml'))
    .action(async (options: { port: number; speed: number; directory: string; policy: string }) => {
      await startLocally({ ...options, policy: resolve(options.policy), directory: resolve(options.directory), root });
    });

  const policy = program.command('policy').description('work on a policy document');
  policy
    .command('check')
    .description('check a policy document and list every problem with its line')
    .argument('<file>')
    .action(async (file: string) => {
      process.exitCode = await checkPolicy(file);
    });

  const ledger = program.command('ledger').description('the account of what was decided and done');
  ledger
    .command('verify')
    .description('check the hash chain and say where it is broken')
    .requiredOption('--environment <name>', 'whose ledger', process.env['CARETAKER_ENVIRONMENT'])
    .option('--anchor <sequence:hash>', 'a position noted earlier that must still be in the chain')
    .action(async (options: { environment: string; anchor?: string }) => {
      process.exitCode = await verifyStoredLedger(options);
    });

  program
    .command('host')
    .description(
      'run any compiled Azure Functions app for Node on this machine: host start --app DIR --port N (host --help says more)',
    )
    .helpOption(false)
    .allowUnknownOption()
    .argument('[arguments...]')
    .action(async (given: string[]) => {
      // The library under an app may keep a stream open, so the process is ended rather than left to end.
      process.exit(await runHostCommand(given));
    });

  program.addCommand(rehearseCommand());
  whyCommands().forEach((one) => program.addCommand(one));
  operatorCommands().forEach((one) => program.addCommand(one));
  program.addCommand(dnsCommand());
  program.addCommand(secretsCommand());
  program.addCommand(stacksCommand());
  program.addCommand(scaleCommand());
  backupCommands().forEach((one) => program.addCommand(one));

  program
    .command('completion')
    .description('print a script that completes commands and options in a shell (docs/cli.md says how)')
    .addArgument(new Argument('<shell>').choices(['bash', 'zsh', 'fish']))
    .action((shell: 'bash' | 'zsh' | 'fish') => {
      process.stdout.write(completion(program, shell));
    });

  program
    .command('generate', { hidden: true })
    .description('write the files that are generated from the code')
    .option('--check', 'change nothing; fail when a file differs', false)
    .action(async (options: { check: boolean }) => {
      const reference = { path: 'docs/cli.md', content: cliReference(program) };
      process.exitCode = await generate(root, options.check, [reference]);
    });

  program
    .command('local-cloud', { hidden: true })
    .requiredOption('--directory <path>')
    .requiredOption('--time <text>', '', scaledTime)
    .requiredOption('--root <path>')
    .action(async (options: { directory: string; time: ScaledTime; root: string }) => {
      await runCloudProcess({ ...options, roleDefinitions: [await roleFromInfra(options.root)] });
    });

  program
    .command('local-host', { hidden: true })
    .requiredOption('--app <path>')
    .requiredOption('--state <file>')
    .requiredOption('--port <number>', '', portNumber)
    .requiredOption('--time <text>', '', scaledTime)
    .action(async (options: { app: string; state: string; port: number; time: ScaledTime }) => {
      await runHostProcess({ app: options.app, stateFile: options.state, port: options.port, time: options.time });
    });

  return program;
}
