import { randomUUID } from 'node:crypto';
import { Command, InvalidArgumentError } from 'commander';
import { z } from 'zod';
import { CommandError, connect, exitCodes, pathOf, type Api, type Connection } from './api';
import { shortName, table } from './table';

/** What the commands stand on; tests give their own. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly fetch: typeof globalThis.fetch;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly exit: (code: number) => void;
}

const thisTerminal: Terminal = {
  env: process.env,
  fetch: globalThis.fetch,
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  exit: (code) => {
    process.exitCode = code;
  },
};

const statusSchema = z.looseObject({
  policy: z.looseObject({ version: z.string().nullable(), refused: z.unknown(), unreachable: z.unknown() }),
  environments: z.array(
    z.looseObject({
      name: z.string(),
      killSwitch: z.looseObject({ engaged: z.boolean(), reason: z.string(), by: z.string() }),
      leases: z.array(z.looseObject({ target: z.string(), runbook: z.string() })),
    }),
  ),
});
const customSchema = z.looseObject({ target: z.string(), stage: z.string() }).nullish().catch(null);
const openSchema = z.array(z.looseObject({ id: z.string(), since: z.string(), custom: customSchema }));
const incidentSchema = z.looseObject({
  id: z.string(),
  startedAt: z.string(),
  end: z.string().optional(),
  order: z.looseObject({ target: z.string() }).optional(),
  timeToRepairSeconds: z.number().nullish(),
});
const runSchema = z.looseObject({
  id: z.string(),
  startedAt: z.string(),
  runbook: z.string().optional(),
  target: z.string().optional(),
  result: z.looseObject({ kind: z.string(), outcome: z.string().optional(), why: z.string().optional() }).optional(),
});
const incidentsSchema = z.looseObject({
  open: openSchema,
  incidents: z.array(incidentSchema),
  cursor: z.string().nullable(),
});
const runsSchema = z.looseObject({ open: openSchema, runs: z.array(runSchema), cursor: z.string().nullable() });
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
const deadLettersSchema = z.looseObject({
  deadLetters: z.array(
    z.looseObject({ id: z.string(), receivedAt: z.string(), source: z.string(), reason: z.string() }),
  ),
  cursor: z.string().nullable(),
});
const replaySchema = z.looseObject({
  signals: z.array(z.looseObject({ signalId: z.string(), action: z.string(), duplicate: z.boolean() })),
});

interface Shared {
  readonly url?: string;
  readonly token?: string;
  readonly key?: string;
  readonly json: boolean;
}

const explained = `
Exit codes: 0 done; 1 the command or its input is wrong, or there is no such thing; 2 done, and not as wanted;
3 not allowed; 4 Caretaker cannot be reached or cannot do it right now.`;

function count(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1 || number > 100) {
    throw new InvalidArgumentError('give a whole number from 1 to 100');
  }
  return number;
}

function parametersOf(text: string): Record<string, unknown> {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(text));
  } catch {
    throw new InvalidArgumentError('give a JSON object such as {"name": "value"}');
  }
}

const pageQuery = ({ limit, cursor }: { readonly limit: number; readonly cursor?: string }): string =>
  new URLSearchParams({ limit: String(limit), ...(cursor === undefined ? {} : { cursor }) }).toString();

const more = (cursor: string | null): string => (cursor === null ? '' : `More: --cursor ${cursor}\n`);

function resultText({ result }: z.infer<typeof runSchema>): string {
  return result === undefined ? '-' : (result.outcome ?? result.why ?? result.kind);
}

/** The commands over the operator API. */
export function operatorCommands(terminal: Terminal = thisTerminal): readonly Command[] {
  const { env, out } = terminal;

  /** A command that asks the API. What it throws becomes one line and an exit code. */
  function command<Options extends Shared>(
    usage: string,
    description: string,
    work: (api: Api, options: Options, ...given: string[]) => Promise<unknown>,
  ): Command {
    const [name, ...wanted] = usage.split(' ');
    const made = new Command(name);
    wanted.forEach((argument) => made.argument(argument));
    return made
      .description(description)
      .option('--url <url>', 'where Caretaker is (CARETAKER_URL)')
      .option('--token <token>', 'access token of Entra (CARETAKER_TOKEN)')
      .option('--key <key>', 'function key, where no tokens are set up (CARETAKER_KEY)')
      .option('--json', 'print the answer as JSON', false)
      .addHelpText('after', explained)
      .action(async (...all: unknown[]) => {
        const self = all.at(-1) as Command;
        const options = self.opts<Options>();
        const connection: Connection = {
          url: options.url ?? env['CARETAKER_URL'],
          token: options.token ?? env['CARETAKER_TOKEN'],
          key: options.key ?? env['CARETAKER_KEY'],
        };
        try {
          const answer = await work(connect(connection, terminal.fetch), options, ...self.args);
          if (options.json) {
            out(`${JSON.stringify(answer, null, 2)}\n`);
          }
        } catch (error) {
          if (!(error instanceof CommandError)) {
            throw error;
          }
          terminal.err(`caretaker: ${error.message}\n`);
          terminal.exit(error.exitCode);
        }
      });
  }

  /** Prints for people, and hands the answer on for programs. */
  const shown = <Answer>(answer: Answer, { json }: Shared, text: () => string): Answer => {
    if (!json) {
      out(text());
    }
    return answer;
  };
  const listing = (one: Command): Command =>
    one
      .option('--limit <number>', 'so many of those on record', count, 20)
      .option('--cursor <text>', 'where the page before ended');

  const status = command('status', 'how it stands: policy, kill switches, leases', async (api, options) => {
    const answer = await api.get('status', statusSchema);
    return shown(answer, options, () => {
      const { version, refused, unreachable } = answer.policy;
      const notes = [
        refused == null ? '' : ' (a newer document is refused)',
        unreachable == null ? '' : ' (its source cannot be read)',
      ];
      const rows = answer.environments.map(({ name, killSwitch, leases }) => [
        name,
        leases.map(({ target, runbook }) => `${shortName(target)} (${runbook})`).join(', ') || 'none',
        killSwitch.engaged ? `ENGAGED by ${killSwitch.by}: ${killSwitch.reason}` : 'off',
      ]);
      return `Policy ${version?.slice(0, 12) ?? 'none'}${notes.join('')}\n${table(['environment', 'leases', 'kill switch'], rows)}`;
    });
  });

  const incidents = listing(
    command<Shared & { limit: number; cursor?: string }>(
      'incidents [id]',
      'incidents that are open or on record, or one of them',
      async (api, options, id) => {
        if (id !== undefined) {
          const one = await api.get(`incidents/${pathOf(id)}`, z.looseObject({}));
          return shown(one, options, () => `${JSON.stringify(one, null, 2)}\n`);
        }
        const answer = await api.get(`incidents?${pageQuery(options)}`, incidentsSchema);
        return shown(answer, options, () => {
          const known = new Set(answer.open.map((one) => one.id));
          const rows = [
            ...answer.open.map(({ id: open, since, custom }) => [
              open,
              shortName(custom?.target ?? '-'),
              since,
              custom?.stage ?? 'open',
            ]),
            ...answer.incidents
              .filter((one) => !known.has(one.id))
              .map((one) => [one.id, shortName(one.order?.target ?? '-'), one.startedAt, one.end]),
          ];
          return `${table(['incident', 'resource', 'since', 'state'], rows)}${more(answer.cursor)}`;
        });
      },
    ),
  );

  const runs = listing(
    command<Shared & { limit: number; cursor?: string }>(
      'runs [id]',
      'runs that are under way or on record, or one of them',
      async (api, options, id) => {
        if (id !== undefined) {
          const one = await api.get(`runs/${pathOf(id)}`, z.looseObject({}));
          return shown(one, options, () => `${JSON.stringify(one, null, 2)}\n`);
        }
        const answer = await api.get(`runs?${pageQuery(options)}`, runsSchema);
        return shown(answer, options, () => {
          const known = new Set(answer.runs.map((one) => one.id));
          const rows = [
            ...answer.open
              .filter((one) => !known.has(one.id))
              .map(({ id: open, since, custom }) => [open, '-', shortName(custom?.target ?? '-'), since, 'under way']),
            ...answer.runs.map((one) => [
              one.id,
              one.runbook,
              shortName(one.target ?? '-'),
              one.startedAt,
              resultText(one),
            ]),
          ];
          return `${table(['run', 'runbook', 'resource', 'since', 'result'], rows)}${more(answer.cursor)}`;
        });
      },
    ),
  );

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
      command<Shared & { target: string; parameters: Record<string, unknown>; idempotencyKey?: string }>(
        'start <name>',
        'start a runbook on a resource',
        async (api, options, name = '') => {
          const { target, parameters, idempotencyKey = randomUUID() } = options;
          const answer = await api.send('POST', 'runs', z.looseObject({ runId: z.string() }), {
            body: { runbook: name, target, parameters },
            headers: { 'idempotency-key': idempotencyKey },
          });
          return shown(answer, options, () => `Started. Watch it: caretaker runs ${answer.runId}\n`);
        },
      ),
    ).option('--idempotency-key <key>', 'the same key starts the same run once, such as the number of a ticket'),
  );

  const killSwitch = (name: string, engaged: boolean, description: string): Command =>
    command<Shared & { reason: string }>(
      `${name} <environment>`,
      description,
      async (api, options, environment = '') => {
        const { reason } = options;
        const path = `environments/${pathOf(environment)}/kill-switch`;
        const answer = await api.send('PUT', path, z.looseObject({}), { body: { engaged, reason } });
        return shown(answer, options, () =>
          engaged
            ? `Nothing more is started in ${environment}. Go on with: caretaker resume ${environment} --reason TEXT\n`
            : `Caretaker acts in ${environment} again.\n`,
        );
      },
    ).requiredOption('--reason <text>', 'why; it is kept, and shown to whoever asks');

  const deadLetters = new Command('dead-letters').description('messages that were refused');
  deadLetters.addCommand(
    listing(
      command<Shared & { limit: number; cursor?: string }>(
        'list',
        'those that are kept, newest first',
        async (api, options) => {
          const answer = await api.get(`dead-letters?${pageQuery(options)}`, deadLettersSchema);
          return shown(answer, options, () => {
            const rows = answer.deadLetters.map(({ id, receivedAt, source, reason }) => [
              id,
              receivedAt,
              source,
              reason,
            ]);
            return `${table(['id', 'received', 'from', 'reason'], rows)}${more(answer.cursor)}`;
          });
        },
      ),
    ),
    { isDefault: true },
  );
  deadLetters.addCommand(
    command('show <id>', 'one of them, with what is wrong with it', async (api, options, id = '') => {
      const one = await api.get(`dead-letters/${pathOf(id)}`, z.looseObject({}));
      return shown(one, options, () => `${JSON.stringify(one, null, 2)}\n`);
    }),
  );
  deadLetters.addCommand(
    command(
      'replay <id>',
      'take it as if it came now; what is known already is decided no second time',
      async (api, options, id = '') => {
        const answer = await api.send('POST', `dead-letters/${pathOf(id)}/replay`, replaySchema);
        return shown(answer, options, () =>
          table(
            ['signal', 'action', 'known before'],
            answer.signals.map(({ signalId, action, duplicate }) => [signalId, action, duplicate ? 'yes' : 'no']),
          ),
        );
      },
    ),
  );
  deadLetters.addCommand(
    command('discard <id>', 'remove it for good', async (api, options, id = '') => {
      await api.send('DELETE', `dead-letters/${pathOf(id)}`, z.null());
      return shown({ id, discarded: true }, options, () => `${id} is gone.\n`);
    }),
  );

  return [
    status,
    incidents,
    runs,
    runbook,
    killSwitch('stop', true, 'engage the kill switch of an environment: nothing more is started there'),
    killSwitch('resume', false, 'clear the kill switch of an environment'),
    deadLetters,
  ];
}
