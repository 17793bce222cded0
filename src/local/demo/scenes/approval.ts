import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { localWebhookSecret } from '../../platform';
import type { InboxMessage } from '../../cloud';
import { check, type Scene, type Stage, type Story } from '../stage';

/** The machine whose host fails. */
const victim = 'vm-web-prod-weu-05';

const approvalSchema = z.object({
  id: z.string(),
  state: z.string(),
  subject: z.string(),
  summary: z.string(),
  planHash: z.string(),
  steps: z.array(z.string()),
  before: z.record(z.string(), z.unknown()),
  asked: z.array(z.string()),
  answers: z.array(z.object({ name: z.string(), answer: z.string() })),
});
type Approval = z.infer<typeof approvalSchema>;
const messageSchema = z.object({
  data: z.object({ title: z.string(), facts: z.array(z.object({ value: z.string() })) }),
});

/** An incident in production asks two people; one of them twice is one; then it proceeds. */
export const approval: Scene = {
  name: 'approval',
  title: `The platform says that the host of ${victim} fails. Moving it takes two people's yes, to this very plan.`,
  tell: async (stage) => {
    try {
      return await tell(stage);
    } finally {
      await stage.control.healMachine(victim);
    }
  },
};

async function tell(stage: Stage): Promise<Story> {
  const { control, screen } = stage;
  const { id: target } = await control.machine(victim);
  await control.clearJournal();
  // At once: if its metric were evaluated in between, that alert would open the incident, under a rule that asks nobody.
  await Promise.all([
    control.breakMachine(victim, { kind: 'host-failing', healedBy: 'redeploy' }),
    control.raiseAlert({ kind: 'resource-health', target, description: 'The host of the machine fails.' }),
  ]);
  await stage.at(`Resource Health: ${victim} is unavailable`);

  const waiting = await stage.until('nobody was asked', () => asked(stage));
  await stage.at(`People are asked: ${waiting.summary}`);
  screen.say(`             plan ${waiting.planHash.slice(0, 16)}: ${waiting.steps.join('; then ')}`);
  screen.say(`             from ${factsOf(waiting.before)}`);
  screen.say(`             needs ${waiting.asked.join(' and ')}`);
  const message = await stage.until('nobody was told', () => told(stage, waiting.id));
  await stage.at(
    `The channel ops was told, in a signed message: ${messageSchema.parse(JSON.parse(message.body)).data.title}`,
  );

  const answer = async (person: string, ...more: string[]) => {
    const result = await stage.caretaker(person, 'approve', waiting.id, '--reason', 'seen on the board', ...more);
    const said = (result.code === 0 || result.code === 2 ? result.out : result.err).trim();
    await stage.at(`$ caretaker approve (${person}): ${said} [${result.code}]`);
    return result;
  };
  const omar = await answer('omar');
  const otherPlan = await answer('ava', '--plan', 'f'.repeat(16));
  const first = await answer('ava', '--plan', waiting.planHash.slice(0, 16));
  const again = await answer('ava', '--plan', waiting.planHash.slice(0, 16));
  const writesBefore = (await writes(stage)).length;
  const second = await answer('ada', '--plan', waiting.planHash.slice(0, 16));

  const operator = await stage.as('rae');
  const incidentId = waiting.id.replace(/-r\d+-a\d+$/, '');
  const ended = await stage.until('the incident did not end', async () => {
    const { incident, runs } = await operator.incident(incidentId);
    return incident === null ? undefined : { end: incident.end, run: runs[0] };
  });
  await stage.at(`Incident closed: ${ended.end}`);
  const machine = await control.machine(victim);
  const done = await writes(stage);
  const shown = approvalSchema.parse(JSON.parse((await stage.caretaker('rae', 'approvals', waiting.id, '--json')).out));
  const plan = ended.run?.planHash ?? '';

  return {
    checks: [
      check('people were asked before anything was done', writesBefore === 0, `${writesBefore} writes`),
      check(
        'the message about it is signed',
        isSigned(message),
        message.headers['webhook-signature'] ?? 'no signature',
      ),
      check('an operator may not approve', omar.code === 3, omar.code),
      check('a yes to another plan is refused', otherPlan.code === 1, otherPlan.code),
      check('one person twice is one', first.code === 2 && again.code === 2, `${first.code} and ${again.code}`),
      check(
        'a second person decides',
        second.code === 0 && shown.state === 'approved',
        `${second.code}, ${shown.state}`,
      ),
      check(
        'what was approved is what was done',
        plan === waiting.planHash && done.length === 1,
        `${plan}, ${done.length} writes`,
      ),
      check(
        'the machine is healthy, and the incident repaired',
        machine.healthy && ended.end === 'repaired',
        ended.end,
      ),
    ],
    summary: { plan: waiting.planHash, approvedBy: shown.answers.map(({ name }) => name), end: ended.end },
  };
}

async function asked(stage: Stage): Promise<Approval | undefined> {
  const { out } = await stage.caretaker('rae', 'approvals', '--json');
  const { waiting } = z.object({ waiting: z.array(approvalSchema) }).parse(JSON.parse(out));
  return waiting.find(({ subject }) => subject.endsWith(`/${victim}`));
}

/** The message about an approval, once it has come. */
async function told({ control }: Stage, id: string): Promise<InboxMessage | undefined> {
  return (await control.messages()).find(({ body }) => {
    const parsed = messageSchema.safeParse(JSON.parse(body));
    return parsed.success && parsed.data.data.facts.some(({ value }) => value === id);
  });
}

/** Checks a message as its receiver would: the HMAC of id, time and body. */
function isSigned({ headers, body }: InboxMessage): boolean {
  const key = Buffer.from(localWebhookSecret.slice('whsec_'.length), 'base64');
  const text = `${headers['webhook-id'] ?? ''}.${headers['webhook-timestamp'] ?? ''}.${body}`;
  return headers['webhook-signature'] === `v1,${createHmac('sha256', key).update(text).digest('base64')}`;
}

async function writes({ control }: Stage) {
  const all = await control.journal({ path: `**/${victim}/**` });
  return all.filter(({ method }) => method !== 'GET');
}

function factsOf(before: Readonly<Record<string, unknown>>): string {
  return ['powerState', 'agent', 'resourceHealth', 'zone'].map((name) => `${name} ${String(before[name])}`).join(', ');
}
