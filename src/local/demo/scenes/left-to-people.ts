import { z } from 'zod';
import { check, type Scene, type Stage, type Story } from '../stage';

const stack = 'environment-prod';
/** The machine that somebody looks at. */
const held = 'vm-web-prod-weu-06';

/** What no machine should settle: a message that makes no sense, a change made by hand, a machine that somebody works on. It stays for them. */
export const leftToPeople: Scene = {
  name: 'left-to-people',
  title: `What is not settled by itself: an alert that nobody can read, a change by hand in ${stack}, and a machine that somebody looks at.`,
  tell,
};

const deadLettersSchema = z.looseObject({
  deadLetters: z.array(z.looseObject({ id: z.string(), source: z.string(), reason: z.string() })),
});
const driftSchema = z.looseObject({ state: z.string() });
const approvalsSchema = z.looseObject({ waiting: z.array(z.looseObject({ id: z.string(), subject: z.string() })) });

async function tell(stage: Stage): Promise<Story> {
  const { control, platform } = stage;
  const refusal = await misshapenAlert(stage);
  const { out: letters } = await stage.caretaker('rae', 'dead-letters', 'list', '--json');
  const kept = deadLettersSchema.parse(JSON.parse(letters)).deadLetters[0];
  await stage.at(`The alert door: ${refusal.status}, and the message is kept (${kept?.reason}): ${refusal.said}`);

  const reported = driftSchema.parse(await changeByHand(stage));
  await stage.at(`The pipeline reports that somebody changed ${stack} by hand: ${reported.state}`);
  const waiting = await stage.until('nobody was asked about the drift', async () => {
    const { out } = await stage.caretaker('rae', 'approvals', '--json');
    return approvalsSchema.parse(JSON.parse(out)).waiting.find(({ subject }) => subject === stack);
  });
  await stage.at(`People are asked whether it shall be put back: ${waiting.id} (it stays for you)`);

  const { id } = await control.machine(held);
  const holding = await stage.caretaker('omar', 'hold', 'add', id, '--for', '30d', '--reason', 'its disk is examined');
  await stage.at(`Omar: ${(holding.out || holding.err).trim()}`);
  const guard = await fetch(`${platform.url}/api/operator/holds`, {
    headers: { authorization: `Bearer ${await platform.token('rae')}` },
  });
  const holds = await guard.text();
  return {
    checks: [
      check('a message that makes no sense is refused, with the field', refusal.status === 400, refusal.status),
      check('it is kept for people to read', kept?.source === 'azure-monitor', kept?.source),
      check('a change by hand is asked about, and not put back', reported.state === 'asked', reported.state),
      check('the hold stands', holding.code === 0 && holds.includes('its disk is examined'), holding.err),
    ],
    summary: { deadLetter: kept?.id ?? null, approval: waiting.id },
  };
}

/** An alert as it looks when a sender's template is wrong. Gives what the door says. */
async function misshapenAlert({ platform }: Stage): Promise<{ readonly status: number; readonly said: string }> {
  const response = await fetch(`${platform.url}/api/alerts/azure-monitor/key?code=${platform.key}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      schemaId: 'azureMonitorCommonAlertSchema',
      data: { essentials: { alertRule: 'alert-disk-prod', severity: 'high', monitorCondition: 'Fired' } },
    }),
  });
  const { problems } = z
    .looseObject({ problems: z.array(z.object({ path: z.string(), message: z.string() })).default([]) })
    .parse(await response.json());
  const [first, ...others] = problems.map(({ path, message }) => `${path} ${message}`);
  return { status: response.status, said: `${first ?? 'no field is named'} (and ${others.length} more)` };
}

/** Reports drift as the pipeline does: names and reasons, no values. */
async function changeByHand({ platform }: Stage): Promise<unknown> {
  const response = await fetch(`${platform.url}/api/operator/stacks/${stack}/drift`, {
    method: 'POST',
    headers: { authorization: `Bearer ${await platform.token('omar')}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      commit: '8c1f0a5be27d4c3f9a6e5d4b3c2a19087f6e5d4c',
      fields: [
        {
          address: 'module.network.azurerm_network_security_rule.web["https"]',
          field: 'source_address_prefix',
          class: 'human',
          owner: 'terraform',
          reason: 'changed by hand in the portal: no decision is known that did it',
          decision: null,
        },
      ],
    }),
  });
  return response.json();
}
