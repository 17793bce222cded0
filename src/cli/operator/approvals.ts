import type { Command } from 'commander';
import { z } from 'zod';
import { CommandError, exitCodes, pathOf, type Api } from './api';
import { listing, more, pageQuery, watchable, type Kit, type Paged, type Shared } from './kit';
import { shortName, table } from './table';

const factsSchema = z.record(z.string(), z.unknown());
const approvalSchema = z.looseObject({
  id: z.string(),
  state: z.string(),
  environment: z.string(),
  scope: z.string(),
  subject: z.string(),
  summary: z.string(),
  reasons: z.array(z.string()),
  planHash: z.string(),
  steps: z.array(z.string()),
  before: factsSchema,
  after: factsSchema,
  requestedBy: z.looseObject({ name: z.string() }),
  asked: z.array(z.string()),
  stageEndsAt: z.string(),
  outcome: z.array(z.string()),
  answers: z.array(z.looseObject({ name: z.string(), answer: z.string(), reason: z.string(), at: z.string() })),
});
type Approval = z.infer<typeof approvalSchema>;
const approvalsSchema = z.looseObject({
  waiting: z.array(approvalSchema),
  approvals: z.array(approvalSchema),
  cursor: z.string().nullable(),
});

interface Answering extends Shared {
  readonly reason: string;
  readonly plan?: string;
}

/** `caretaker approvals`, `approve` and `reject`. */
export function approvalCommands({ command, shown, terminal }: Kit): readonly Command[] {
  /** Answers an approval as it stands: one is about one plan for ever, so what is shown is what is answered. */
  async function answer(api: Api, id: string, verb: 'approve' | 'reject', { reason, plan }: Answering) {
    const { planHash } = await api.get(`approvals/${pathOf(id)}`, approvalSchema);
    if (plan !== undefined && (plan.length < 12 || !planHash.startsWith(plan.toLowerCase()))) {
      const message =
        plan.length < 12
          ? 'give at least 12 digits of the plan that you saw'
          : `${id} is about the plan ${planHash.slice(0, 16)}, not the one you saw; look again, then decide`;
      throw new CommandError(message, exitCodes.mistake);
    }
    return api.send('POST', `approvals/${pathOf(id)}/${verb}`, approvalSchema, { body: { reason, planHash } });
  }
  const answering = (one: Command): Command =>
    one
      .requiredOption('--reason <text>', 'why; it is kept, and shown to whoever asks')
      .option('--plan <digits>', 'the plan that you saw, or its first 12 digits: refused when it is another one');

  return [
    watchable(
      listing(
        command<Paged>(
          'approvals [id]',
          'what people are asked, or one of it with its plan, from which state it starts, and who has answered',
          async (api, options, id) => {
            if (id !== undefined) {
              const one = await api.get(`approvals/${pathOf(id)}`, approvalSchema);
              return shown(one, options, () => detail(one));
            }
            const answered = await api.get(`approvals?${pageQuery(options)}`, approvalsSchema);
            return shown(answered, options, () => {
              const open = new Set(answered.waiting.map((one) => one.id));
              const all = [...answered.waiting, ...answered.approvals.filter((one) => !open.has(one.id))];
              const rows = all.map(({ id: name, environment, summary, subject, state, stageEndsAt }) => [
                name,
                environment,
                shortName(subject),
                summary,
                state === 'waiting' ? `waiting until ${stageEndsAt}` : state,
              ]);
              return `${table(['approval', 'environment', 'about', 'what', 'state'], rows)}${more(answered.cursor)}`;
            });
          },
        ),
      ),
    ),
    answering(
      command<Answering>(
        'approve <id>',
        'say yes to a plan; not to what one has asked for oneself. Exit code 2 when more people are needed',
        async (api, options, id = '') => {
          const one = await answer(api, id, 'approve', options);
          if (one.state === 'waiting') {
            terminal.exit(exitCodes.notAsWanted);
          }
          return shown(one, options, () =>
            one.state === 'waiting'
              ? `Noted. It still needs ${one.asked.join(' and ')}, with you among them where you fit.\n`
              : `${one.summary}: ${one.state}. Plan ${one.planHash.slice(0, 16)}.\n`,
          );
        },
      ),
    ),
    answering(
      command<Answering>(
        'reject <id>',
        'say no to a plan, or take back what one has asked for',
        async (api, options, id = '') => {
          const one = await answer(api, id, 'reject', options);
          return shown(one, options, () => `${one.summary}: ${one.state}.\n`);
        },
      ),
    ),
  ];
}

/** One approval for people. */
function detail(one: Approval): string {
  const facts = (name: string, all: Readonly<Record<string, unknown>>): string[] =>
    Object.entries(all).map(([fact, value]) => `  ${name} ${fact}: ${String(value)}`);
  return [
    `${one.summary} (${one.state})`,
    `  about ${one.subject}`,
    `  asked for by ${one.requestedBy.name}`,
    ...one.reasons.map((reason) => `  because ${reason}`),
    ...one.steps.map((step, index) => `  ${index + 1}. ${step}`),
    ...facts('before', one.before),
    ...facts('after', one.after),
    `  plan ${one.planHash}`,
    ...one.answers.map(({ name, answer, reason, at }) => `  ${name}: ${answer}, ${reason} (${at})`),
    ...one.outcome.map((text) => `  ${text}`),
    ...(one.state === 'waiting'
      ? [
          `  needs ${one.asked.join(' and ')} until ${one.stageEndsAt}`,
          `  caretaker approve ${one.id} --plan ${one.planHash.slice(0, 16)} --reason TEXT`,
        ]
      : []),
    '',
  ].join('\n');
}
