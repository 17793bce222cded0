import { z } from 'zod';
import { check, type Check, type Scene, type Stage, type Story } from '../stage';

const group = 'rg-web-load-weu-001';
const machineCount = 40;
const alertCount = 500;
/** Alerts on their way to the door at the same time. */
const atOnce = 16;
/** The budgets of the environment in the policy: distinct machines within so many milliseconds. */
const budgets = [
  { name: 'burst', most: 4, windowMillis: 2 * 60_000 },
  { name: 'share', most: 16, windowMillis: 60 * 60_000 },
] as const;
/** The machine that somebody holds. */
const heldName = 'vm-web-load-40';

const acceptedSchema = z.object({
  signals: z.array(z.object({ signalId: z.string(), action: z.string(), incidentId: z.string().nullable() })),
});
type Accepted = z.infer<typeof acceptedSchema>['signals'][number];

const guardSchema = z.object({
  queue: z.array(z.object({ run: z.string(), target: z.string() })),
  budgets: z.array(z.object({ key: z.string(), used: z.number(), limit: z.number() })),
});

/** Many alerts at once: few machines are touched, in turn, and for each of the others there is an answer. */
export const storm: Scene = {
  name: 'storm',
  title: `${machineCount} machines hang at once and ${alertCount} alerts come. The guard lets ${budgets[0].most} in two minutes through and ${budgets[1].most} in an hour.`,
  tell: async (stage) => {
    try {
      return await tell(stage);
    } finally {
      await stage.control.removeFleet(group);
    }
  },
};

async function tell(stage: Stage): Promise<Story> {
  const { control, screen } = stage;
  const machines = await control.addFleet({ resourceGroup: group, prefix: 'vm-web-load', count: machineCount });
  await Promise.all(
    machines.map(({ name }) => control.breakMachine(name, { kind: 'guest-hung', healedBy: 'restart' })),
  );
  const held = machines.find(({ name }) => name === heldName);
  const holding = await stage.caretaker(
    'omar',
    ...['hold', 'add', held?.id ?? '', '--for', '2h', '--reason', 'its disk is being looked at'],
  );
  await stage.at(`${machineCount} machines hang; Omar: ${(holding.out || holding.err).trim()}`);

  const sending = sent(stage, machines);
  await stage.until('nobody waits in the queue', async () => {
    const { queue } = await guardOf(stage);
    return queue.length >= budgets[0].most ? queue : undefined;
  });
  const shown = await stage.caretaker('rae', 'guard', 'load');
  await stage.at('The queue, while alerts still come (caretaker guard load):');
  for (const line of shown.out.split('\n').slice(0, 14)) {
    screen.say(`    ${line}`);
  }
  const accepted = await sending;
  const counted = (...actions: string[]): number => accepted.filter((one) => actions.includes(one.action)).length;
  await stage.at(
    `${accepted.length} alerts taken in: ${counted('open-incident')} open an incident, for ${counted('held', 'joined')} another stands`,
  );
  const incidents = [...new Set(accepted.flatMap(({ incidentId }) => incidentId ?? []))];

  const operator = await stage.as('rae');
  const ended = await stage.until('the incidents did not all end', async () => {
    const { queue } = await guardOf(stage);
    if (queue.length > 0) {
      return undefined;
    }
    const found = await Promise.all(incidents.map((id) => operator.incident(id)));
    return found.every(({ incident }) => incident !== null) ? found : undefined;
  });
  const ends = ended.map(({ incident }) => incident?.end ?? 'open');
  const repaired = ends.filter((end) => end === 'repaired').length;
  await stage.at(`${repaired} machines are repaired, ${ends.length - repaired} incidents are handed over to a person`);

  const at = new Date(await control.now()).toISOString();
  const whyHeld = await stage.caretaker('rae', 'why-not', heldName, '--at', at);
  const kept = machines.find(({ id }) =>
    ended.some(
      ({ incident }) =>
        incident?.end === 'handed-over' && incident.order.target === id.toLowerCase() && !id.endsWith(heldName),
    ),
  );
  const whyKept = await stage.caretaker('rae', 'why-not', kept?.name ?? heldName, '--at', at);
  for (const [name, { out }] of [[heldName, whyHeld] as const, [kept?.name ?? '', whyKept] as const]) {
    screen.say();
    screen.say(`  caretaker why-not ${name}:`);
    for (const line of out
      .split('\n')
      .filter((one) => /nothing was changed|hold:|budget:/.test(one))
      .slice(0, 3)) {
      screen.say(`    ${line.length > 200 ? `${line.slice(0, 199)}…` : line}`);
    }
  }
  const runs = ended.flatMap((one) => one.runs);
  // A budget counts when the guard lets a run through; the request to Azure follows as soon as the machine here has time.
  const granted = runs.flatMap(({ guard, target }) =>
    guard?.lease === undefined ? [] : [{ at: Date.parse(guard.lease.acquiredAt), machine: target }],
  );
  const restarted = (await control.journal({ path: `**/${group}/**` }))
    .filter(({ method, status }) => method === 'POST' && status < 300)
    .map(({ at: when, path }) => ({ at: when, machine: path.split('/')[8] ?? '' }));
  return {
    checks: [
      ...checksOf(accepted, incidents, granted, restarted),
      check('every incident of a machine that was let through ended repaired', repaired === budgets[1].most, repaired),
      check(
        `why-not tells that ${heldName} is held, and by whom`,
        /its disk is being looked at/.test(whyHeld.out) && /Omar/.test(whyHeld.out),
        whyHeld.out.slice(0, 300) || whyHeld.err,
      ),
      check(
        'why-not tells of another that the budget was used up',
        /budget share: 16 of 16 \(40% of 40\)/.test(whyKept.out),
        whyKept.out.slice(0, 300) || whyKept.err,
      ),
    ],
    summary: {
      alerts: accepted.length,
      incidents: incidents.length,
      stoodFor: counted('held', 'joined'),
      repaired,
      restarts: restarted.length,
    },
  };
}

async function guardOf(stage: Stage): Promise<z.infer<typeof guardSchema>> {
  const response = await fetch(`${stage.platform.url}/api/operator/environments/load/guard`, {
    headers: { authorization: `Bearer ${await stage.platform.token('rae')}` },
  });
  return guardSchema.parse(await response.json());
}

/** Hands all alerts to the door as an action group does: what is sent away with 503 comes again. */
async function sent(stage: Stage, machines: readonly { readonly id: string }[]): Promise<readonly Accepted[]> {
  const { control, platform } = stage;
  const payloads = await Promise.all(
    Array.from({ length: alertCount }, (_, index) =>
      control.raiseAlert({
        kind: 'metric',
        target: machines[index % machines.length]?.id ?? '',
        rule: 'alert-vm-availability-load',
        severity: 1,
        key: `storm ${index}`,
        // Built here and posted below, so that each answer is seen.
        actionGroupIds: [],
      }),
    ),
  );
  const waiting = payloads.map((payload) => JSON.stringify(payload));
  const accepted: Accepted[] = [];
  const post = async (): Promise<void> => {
    for (let body = waiting.pop(); body !== undefined; body = waiting.pop()) {
      stage.signal.throwIfAborted();
      const response = await fetch(`${platform.url}/api/alerts/azure-monitor/key?code=${platform.key}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      });
      const text = await response.text();
      if (response.status === 202) {
        accepted.push(...acceptedSchema.parse(JSON.parse(text)).signals);
      } else if (response.status === 503) {
        waiting.unshift(body);
        await new Promise((resolve) => setTimeout(resolve, 250));
      } else {
        throw new Error(`the door answers ${response.status} to an alert: ${text.slice(0, 300)}`);
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, post));
  return accepted;
}

/** A machine, and when something was done to it. */
interface Touch {
  readonly at: number;
  readonly machine: string;
}

/** Most distinct machines within any window of that length. */
function mostWithin(touches: readonly Touch[], windowMillis: number): number {
  const from = (begin: number): number =>
    new Set(touches.flatMap(({ at, machine }) => (at >= begin && at < begin + windowMillis ? [machine] : []))).size;
  return Math.max(0, ...touches.map(({ at }) => from(at)));
}

function checksOf(
  accepted: readonly Accepted[],
  incidents: readonly string[],
  granted: readonly Touch[],
  restarted: readonly Touch[],
): Check[] {
  const signals = new Set(accepted.map(({ signalId }) => signalId));
  const [burst, share] = budgets;
  const inBurst = mostWithin(granted, burst.windowMillis);
  const inHour = mostWithin(restarted, share.windowMillis);
  return [
    check(`${alertCount} alerts have a decision each`, signals.size === alertCount, signals.size),
    check(`they are ${machineCount} incidents, one a machine`, incidents.length === machineCount, incidents.length),
    check(`the guard let ${burst.most} machines through in two minutes, never more`, inBurst === burst.most, inBurst),
    check(`Azure was asked to restart ${share.most} machines in the hour, and no other`, inHour === share.most, inHour),
  ];
}
