import { Command, InvalidArgumentError } from 'commander';
import { z } from 'zod';
import { parseDuration } from '../../kernel/duration';
import { CommandError, exitCodes, pathOf } from '../operator/api';
import { kitFor, thisTerminal, watchable, type Shared, type Terminal } from '../operator/kit';
import { table } from '../operator/table';
import { recordingFrom, recordingSchema, replayTables, ruleFrom, type Recorded } from './replaying';

const decisionSchema = z.looseObject({
  at: z.string(),
  action: z.string(),
  from: z.number(),
  to: z.number(),
  reasons: z.array(z.string()),
});
const shownSchema = z.looseObject({
  name: z.string(),
  rule: z.string(),
  environment: z.string(),
  pause: z.looseObject({ until: z.string(), by: z.string(), reason: z.string() }).nullable(),
  raise: z.looseObject({ until: z.string(), by: z.string(), reason: z.string(), max: z.number() }).nullable(),
  pending: z.looseObject({ runId: z.string() }).nullable(),
  forecast: z.looseObject({ reason: z.string() }).nullable(),
  last: decisionSchema.extend({ min: z.number(), max: z.number() }).nullable(),
});
type Shown = z.infer<typeof shownSchema>;

type Until = Shared & { readonly reason: string; readonly for?: string; readonly until?: string };
interface ReplayOptions extends Shared {
  readonly since: string;
  readonly file?: string;
  readonly policy: string;
  readonly rule?: string;
  readonly steps: boolean;
}

/** A duration counts back from the platform's own clock, so it is handed on as it is. */
function sinceQuery(since: string): Record<string, string> {
  return parseDuration(since) === undefined ? { from: since } : { since };
}

function whole(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) {
    throw new InvalidArgumentError('give a whole number');
  }
  return number;
}

/** How it stands, in a word or two. */
function standing({ pause, raise, pending }: Shown): string {
  return [
    ...(pause === null ? [] : [`paused until ${pause.until}`]),
    ...(raise === null ? [] : [`ceiling ${raise.max} until ${raise.until}`]),
    ...(pending === null ? [] : [`${pending.runId} under way`]),
  ].join(', ');
}

/** `caretaker scale`: what is made larger and smaller, and why. */
export function scaleCommand(terminal: Terminal = thisTerminal): Command {
  const kit = kitFor(terminal);
  const scale = new Command('scale').description('what is made larger and smaller, and why');
  const ended = (one: Command): Command =>
    one
      .requiredOption('--reason <text>', 'why')
      .option('--for <duration>', 'for so long, such as 2h')
      .option('--until <instant>', 'or until then');
  const body = ({ reason, for: length, until }: Until) => ({
    reason,
    ...(length === undefined ? {} : { for: length }),
    ...(until === undefined ? {} : { until }),
  });

  scale.addCommand(
    watchable(
      kit.command<Shared>(
        'status [name]',
        'how many there are, what was decided last, and why; of one its last decisions',
        async (api, options, name) => {
          if (name !== undefined) {
            const schema = shownSchema.extend({ decisions: z.array(decisionSchema) });
            const one = await api.get(pathOf('scaling', name), schema);
            return kit.shown(one, options, () => {
              const rows = one.decisions.map(({ at, action, from, to, reasons }) => [
                at,
                action === 'hold' ? `${from}` : `${from} to ${to}`,
                reasons.join('; '),
              ]);
              const notes = [standing(one), one.forecast?.reason].filter((text) => text !== undefined && text !== '');
              return `${one.name}: ${one.rule} in ${one.environment}\n${notes.map((text) => `${text}\n`).join('')}${table(
                ['at', 'machines', 'why'],
                rows,
              )}`;
            });
          }
          const all = await api.get('scaling', z.looseObject({ targets: z.array(shownSchema) }));
          return kit.shown(all, options, () =>
            table(
              ['name', 'rule', 'now', 'bounds', 'standing', 'last decision'],
              all.targets.map((one) => [
                one.name,
                one.rule,
                one.last === null ? undefined : String(one.last.to),
                one.last === null ? undefined : `${one.last.min} to ${one.last.max}`,
                standing(one) || undefined,
                one.last?.reasons.at(-1),
              ]),
            ),
          );
        },
      ),
    ),
  );
  const ordered = (answer: Shown, options: Shared, text: string): Shown =>
    kit.shown(answer, options, () => `${answer.name}: ${text}\n`);
  scale.addCommand(
    ended(
      kit.command<Until>('pause <name>', 'leave the number as it is until a time', async (api, options, name = '') => {
        const answer = await api.send('PUT', pathOf('scaling', name, 'pause'), shownSchema, { body: body(options) });
        return ordered(answer, options, `paused until ${answer.pause?.until ?? '?'}`);
      }),
    ),
  );
  scale.addCommand(
    kit.command<Shared>('resume <name>', 'end a pause before its time', async (api, options, name = '') => {
      const answer = await api.send('DELETE', pathOf('scaling', name, 'pause'), shownSchema);
      return ordered(answer, options, 'goes on');
    }),
  );
  scale.addCommand(
    ended(
      kit
        .command<Until & { readonly max?: number; readonly back?: boolean }>(
          'raise <name>',
          'allow more than the policy does until a time; it gives itself back',
          async (api, options, name = '') => {
            if (options.max === undefined) {
              throw new CommandError('say how many with --max', exitCodes.mistake);
            }
            const sent = { body: { ...body(options), max: options.max } };
            const answer = await api.send('PUT', pathOf('scaling', name, 'raise'), shownSchema, sent);
            return ordered(answer, options, `up to ${answer.raise?.max ?? '?'} until ${answer.raise?.until ?? '?'}`);
          },
        )
        .option('--max <number>', 'so many at most', whole),
    ),
  );
  scale.addCommand(
    kit.command<Shared>(
      'lower <name>',
      'give a raised ceiling back before its time',
      async (api, options, name = '') => {
        const answer = await api.send('DELETE', pathOf('scaling', name, 'raise'), shownSchema);
        return ordered(answer, options, "the policy's ceiling holds again");
      },
    ),
  );
  scale.addCommand(replayCommand(terminal));
  return scale;
}

/** `caretaker scale replay`: what a rule would have done on what was recorded. */
function replayCommand(terminal: Terminal): Command {
  const kit = kitFor(terminal);
  return kit
    .command<ReplayOptions>(
      'replay [name]',
      'what a rule of a policy document would have done on recorded load: of Caretaker, or of a file',
      async (api, options, name) => {
        const { rule, current } = await ruleFrom(options.policy, options.rule);
        const recorded: Recorded =
          options.file === undefined
            ? await (async () => {
                if (name === undefined) {
                  throw new CommandError('say what was recorded: a name, or --file', exitCodes.mistake);
                }
                const query = new URLSearchParams(sinceQuery(options.since)).toString();
                return api.get(`${pathOf('scaling', name, 'recording')}?${query}`, recordingSchema);
              })()
            : await recordingFrom(options.file);
        const { answer, text } = replayTables(recorded, rule, current, options.steps);
        return kit.shown(answer, options, () => text);
      },
    )
    .option('--since <when>', 'so long back, or from this instant', '30d')
    .option('--file <path>', 'a recording as the API gives it, instead of asking for one')
    .option('--policy <path>', 'policy document with the rule', 'policy/caretaker.yaml')
    .option('--rule <name>', 'which scaling rule of it; the first when left out')
    .option('--steps', 'every change, not only the sums', false);
}
