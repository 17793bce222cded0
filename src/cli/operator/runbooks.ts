import { Command, InvalidArgumentError } from 'commander';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { CommandError, exitCodes, pathOf, type Api } from './api';
import type { Kit, Shared, Terminal } from './kit';
import { shortName, table } from './table';

const planSchema = z.looseObject({
  environment: z.string(),
  target: z.string(),
  plan: z.looseObject({
    kind: z.string(),
    summary: z.string().optional(),
    reasons: z.array(z.string()),
    steps: z.array(z.looseObject({ summary: z.string() })).optional(),
  }),
});
function parametersOf(text: string): Record<string, unknown> {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(text));
  } catch {
    throw new InvalidArgumentError('give a JSON object such as {"name": "value"}');
  }
}

const runSchema = z.looseObject({
  run: z
    .looseObject({
      result: z.looseObject({ kind: z.string(), outcome: z.string().optional(), why: z.string().optional() }),
      reasons: z.array(z.string()),
    })
    .nullable(),
  live: z.looseObject({ custom: z.looseObject({ stage: z.string() }).nullish().catch(null) }).nullable(),
});

/** Between two looks at a run. Milliseconds. */
const lookEvery = 2_000;

/** A run once it has ended; tells each stage as it comes. */
async function ended(api: Api, { err, pause }: Terminal, id: string) {
  let told = '';
  for (;;) {
    const { run, live } = await api.get(`runs/${pathOf(id)}`, runSchema);
    if (run !== null) {
      return run;
    }
    const stage = live?.custom?.stage ?? 'waiting';
    if (stage !== told) {
      told = stage;
      err(`${stage} ...\n`);
    }
    if (!(await pause(lookEvery))) {
      throw new CommandError(`run ${id} goes on; see: caretaker runs ${id}`, exitCodes.unavailable);
    }
  }
}

/** `caretaker runbook`: what Caretaker can do, and doing it. */
export function runbookCommand({ command, shown, terminal }: Kit): Command {
  const runbook = new Command('runbook').description('what Caretaker can do, and doing it');
  const withTarget = (one: Command): Command =>
    one
      .requiredOption('--target <resource id>', 'the resource')
      .option('--parameters <json>', 'parameters of the runbook', parametersOf, {});
  runbook.addCommand(
    command('list', 'every runbook there is', async (api, options) => {
      const schema = z.looseObject({
        runbooks: z.array(z.looseObject({ name: z.string(), impact: z.string(), summary: z.string() })),
      });
      const answer = await api.get('runbooks', schema);
      return shown(answer, options, () =>
        table(
          ['runbook', 'impact', 'summary'],
          answer.runbooks.map(({ name, impact, summary }) => [name, impact, summary]),
        ),
      );
    }),
  );
  runbook.addCommand(
    command('show <name>', 'one runbook, with its parameters and permissions', async (api, options, name = '') => {
      const one = await api.get(`runbooks/${pathOf(name)}`, z.looseObject({}));
      return shown(one, options, () => `${JSON.stringify(one, null, 2)}\n`);
    }),
  );
  runbook.addCommand(
    withTarget(
      command<Shared & { target: string; parameters: Record<string, unknown> }>(
        'plan <name>',
        'what the runbook would do to a resource; changes nothing. Exit code 2 when it could not act',
        async (api, options, name = '') => {
          const { target, parameters } = options;
          const path = `runbooks/${pathOf(name)}/plan`;
          const answer = await api.send('POST', path, planSchema, { body: { target, parameters } });
          const { kind, summary, steps = [], reasons } = answer.plan;
          if (kind === 'impossible' || kind === 'busy') {
            terminal.exit(exitCodes.notAsWanted);
          }
          return shown(answer, options, () =>
            [
              `${shortName(answer.target)} in ${answer.environment}: ${summary ?? kind}`,
              ...reasons.map((reason) => `  because ${reason}`),
              ...steps.map((step, index) => `  ${index + 1}. ${step.summary}`),
              '',
            ].join('\n'),
          );
        },
      ),
    ),
  );
  runbook.addCommand(
    withTarget(
      command<
        Shared & { target: string; parameters: Record<string, unknown>; idempotencyKey?: string; wait?: boolean }
      >(
        'start <name>',
        'start a runbook on a resource. With --wait: exit code 2 when it ends otherwise than verified or with nothing to do',
        async (api, options, name = '') => {
          const { target, parameters, idempotencyKey = randomUUID(), wait = false } = options;
          const answer = await api.send('POST', 'runs', z.looseObject({ runId: z.string() }), {
            body: { runbook: name, target, parameters },
            headers: { 'idempotency-key': idempotencyKey },
          });
          if (!wait) {
            return shown(answer, options, () => `Started. Watch it: caretaker runs ${answer.runId}\n`);
          }
          const run = await ended(api, terminal, answer.runId);
          const result = run.result.outcome ?? run.result.why ?? run.result.kind;
          if (result !== 'verified' && result !== 'nothing-to-do') {
            terminal.exit(exitCodes.notAsWanted);
          }
          return shown({ ...answer, run }, options, () =>
            [`${name} on ${shortName(target)}: ${result}`, ...run.reasons.map((reason) => `  ${reason}`), ''].join(
              '\n',
            ),
          );
        },
      ),
    )
      .option('--wait', 'tell each stage on standard error, until it has ended')
      .option('--idempotency-key <key>', 'the same key starts the same run once, such as the number of a ticket'),
  );
  return runbook;
}
