import { createBlobStorage } from '../../../adapters/blob';
import { verifyLedger, type Verification } from '../../../ledger';
import { incidentEndSchema, type RunReport } from '../../../run';
import type { Delivery, JournalEntry, MachineState } from '../../cloud';
import type { Platform } from '../../platform';
import type { DecisionAnswer, IncidentAnswer, OperatorClient } from '../client';
import { elapsed, type Screen } from '../screen';
import { check, type Check, type Scene, type Stage, type Story } from '../stage';

/** The machine that is broken. */
const victim = 'vm-web-prod-weu-01';
/** The last stage an incident shows is how it ended; that has a line of its own. */
const incidentEnds: readonly string[] = incidentEndSchema.options;

/** A machine hangs; a restart is accepted and does nothing; a redeploy heals it. */
export const hungMachine: Scene = {
  name: 'hung-machine',
  title: `${victim} hangs. A restart will be accepted and do nothing; only another host heals it.`,
  tell,
};

async function tell(stage: Stage): Promise<Story> {
  const { platform, control, screen } = stage;
  const operator = await stage.as('rae');
  const begin = await control.now();
  await control.breakMachine(victim, { kind: 'guest-hung', healedBy: 'redeploy' });
  await control.addFault({
    effect: { kind: 'accept-and-do-nothing' },
    operation: 'Microsoft.Compute/virtualMachines/restart/action',
  });
  screen.at(0, `${victim}: the guest stops answering`);

  const delivery = await stage.until('the monitor raised no alert', async () =>
    (await control.deliveries()).find(
      ({ monitorCondition, state }) => monitorCondition === 'Fired' && state === 'delivered',
    ),
  );
  const firedAt = Date.parse(delivery.payload.data.essentials.firedDateTime);
  screen.at(
    firedAt - begin,
    `Azure Monitor: ${delivery.rule} fired, delivered to Caretaker (attempt ${delivery.attempts.length})`,
  );

  const answer = await watch(stage, operator, begin);
  const { incident, runs } = answer;
  const decision = incident === null ? undefined : await operator.decision(incident.order.signalId);
  showDecision(screen, decision);

  const resolved = await stage.until('the alert was not resolved', async () =>
    (await control.deliveries()).find(
      ({ monitorCondition, state }) => monitorCondition === 'Resolved' && state === 'delivered',
    ),
  );
  screen.at((await control.now()) - begin, `Azure Monitor: ${resolved.rule} resolved`);

  await control.clearFaults();
  const machine = await control.machine(victim);
  // Others look after other things meanwhile: only what is about this machine is its story's.
  const about = { path: `**/virtualmachines/${victim}**` };
  const writes = (await control.journal(about)).filter(({ method }) => method !== 'GET');
  const calls = await control.counts(about);
  const ledger = await verify(platform);
  screen.say();
  screen.say(
    `Ledger: ${ledger.entries} entries, chain ${ledger.valid ? 'holds' : 'is broken'}. ARM: ${calls.reads} reads and ${calls.writes} writes of this machine. ` +
      `Time to repair: ${incident?.timeToRepairSeconds == null ? 'none' : elapsed(incident.timeToRepairSeconds * 1000).slice(1)} (platform time).`,
  );
  return {
    checks: checksOf(answer, runs, machine, writes, resolved, ledger),
    summary: {
      incident: incident?.id ?? null,
      end: incident?.end ?? null,
      timeToRepairSeconds: incident?.timeToRepairSeconds ?? null,
      outcomes: runs.map(({ runbook, result }) => ({ runbook, result: resultOf(result) })),
      decision: decision?.decision.sentence ?? null,
      armReads: calls.reads,
      armWrites: calls.writes,
      ledger: { valid: ledger.valid, entries: ledger.entries, end: ledger.end },
    },
  };
}

function resultOf(result: RunReport['result']): string {
  return result.kind === 'applied' ? result.outcome : result.why;
}

/** Prints each stage and each finished rung as it comes, until the incident is recorded. */
async function watch(stage: Stage, operator: OperatorClient, begin: number): Promise<IncidentAnswer> {
  const { control, screen } = stage;
  const open = await stage.until('no incident was opened', async () => (await operator.openIncidents())[0]);
  screen.at(
    (await control.now()) - begin,
    `Incident ${open.id} opened; ladder: ${open.custom?.ladder.join(' -> ') ?? ''}`,
  );
  let shown = '';
  let rungs = 0;
  return stage.until('the incident was not closed', async () => {
    const answer = await operator.incident(open.id);
    const custom = answer.live?.custom;
    const now = (await control.now()) - begin;
    for (const { runbook, result, reasons } of custom?.runs.slice(rungs) ?? []) {
      rungs += 1;
      screen.at(now, `${runbook}: ${result.toUpperCase()} (${reasons.join('; ')})`);
    }
    const stage = custom == null ? '' : `${custom.ladder[custom.rung] ?? ''}: ${custom.stage}`;
    if (custom != null && stage !== shown && answer.incident === null && !incidentEnds.includes(custom.stage)) {
      shown = stage;
      screen.at(now, stage);
    }
    if (answer.incident === null) {
      return undefined;
    }
    screen.at(now, `Incident closed: ${answer.incident.end}`);
    return answer;
  });
}

function showDecision(screen: Screen, answer: DecisionAnswer | undefined): void {
  if (answer === undefined) {
    return;
  }
  screen.say();
  screen.say(`Why: ${answer.decision.sentence}`);
  for (const { rule, matched, reasons } of answer.decision.considered) {
    screen.say(`  rule ${rule}: ${matched ? 'fits' : 'does not fit'}: ${reasons.join('; ')}`);
  }
  screen.say();
}

async function verify(platform: Platform): Promise<Verification> {
  const account = { connectionString: platform.blobConnectionString };
  const { ledgerLogs } = createBlobStorage({ account, container: 'caretaker-ledger' });
  const { documents } = createBlobStorage({ account, container: 'caretaker-state' });
  return verifyLedger({ logs: ledgerLogs, documents, environment: 'local' });
}

function checksOf(
  { incident }: IncidentAnswer,
  runs: readonly RunReport[],
  machine: MachineState,
  writes: readonly JournalEntry[],
  resolved: Delivery,
  ledger: Verification,
): Check[] {
  const asked = writes.map(({ operation }) => operation?.split('/').at(-2) ?? 'unknown').join(', ');
  const [first, second] = runs;
  return [
    check(
      'restart-vm was accepted, did nothing, and ended ineffective',
      first?.runbook === 'restart-vm' && resultOf(first.result) === 'ineffective',
      first && resultOf(first.result),
    ),
    check(
      'redeploy-vm ended verified',
      second?.runbook === 'redeploy-vm' && resultOf(second.result) === 'verified',
      second && resultOf(second.result),
    ),
    check('the incident was closed as repaired', incident?.end === 'repaired', incident?.end),
    check('the machine is healthy, by the cloud itself', machine.healthy, machine.power),
    check('ARM was asked for one restart and one redeploy, and nothing else', asked === 'restart, redeploy', asked),
    check('the alert was resolved', resolved.monitorCondition === 'Resolved', resolved.monitorCondition),
    check(
      'the ledger holds, with decisions, runs and the incident',
      ledger.valid && ledger.entries >= 4,
      `${ledger.entries} entries, ${ledger.problemCount} problems`,
    ),
  ];
}
