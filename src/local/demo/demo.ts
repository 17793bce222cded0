import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createBlobStorage } from '../../adapters/blob';
import { verifyLedger, type Verification } from '../../ledger';
import { incidentEndSchema, type RunReport } from '../../run';
import { askedToStop, scaledTimeFromNow, startPlatform, type Platform } from '../platform';
import type { Delivery, JournalEntry, MachineState } from '../cloud';
import { operatorClient, type DecisionAnswer, type IncidentAnswer, type OperatorClient } from './client';
import { createScreen, elapsed, type Screen } from './screen';

export interface DemoOptions {
  readonly root: string;
  readonly json: boolean;
  readonly keep: boolean;
  /** Seconds of the platform in a real one. */
  readonly speed: number;
  readonly port: number;
}

/** One thing the demo promises, and whether it came true. */
interface Check {
  readonly what: string;
  readonly ok: boolean;
  readonly found: string;
}

/** The machine that is broken. */
const victim = 'vm-web-prod-weu-01';
/** How long, in real time, the demo waits for anything before it gives up. Milliseconds. */
const patience = 150_000;
const glance = 150;
/** The last stage an incident shows is how it ended; that has a line of its own. */
const incidentEnds: readonly string[] = incidentEndSchema.options;

/**
 * Boots the local platform, breaks a machine in a way that a restart is accepted and does nothing, and shows the incident
 * until it is closed. Returns the exit code: 0 when every outcome is what it should be.
 */
export async function runDemo(options: DemoOptions): Promise<number> {
  const { root, json, keep, speed, port } = options;
  const screen = createScreen(json);
  const folder = join(root, '.caretaker');
  await mkdir(folder, { recursive: true });
  const directory = await mkdtemp(join(folder, 'demo-'));
  const bootedAt = Date.now();
  screen.say(
    `Starting a platform on this machine: Azure's APIs, blob storage and the function app (${speed} s pass in one) ...`,
  );
  const platform = await startPlatform({
    directory,
    root,
    policyFile: join(root, 'policy/caretaker.yaml'),
    time: scaledTimeFromNow(speed),
    port,
  }).catch(async (error: unknown) => {
    await rm(directory, { recursive: true, force: true });
    throw error;
  });
  const interrupted = new AbortController();
  const stop = askedToStop();
  void stop.asked.then(() => interrupted.abort(new Error('interrupted')));
  try {
    screen.say(
      `Ready after ${((Date.now() - bootedAt) / 1000).toFixed(1)} s: ${platform.functions.length} functions at ${platform.url}/api`,
    );
    const story = await tell(platform, screen, interrupted.signal);
    const failed = story.checks.filter(({ ok }) => !ok);
    screen.say();
    for (const { ok, what, found } of story.checks) {
      screen.say(`  ${ok ? 'ok  ' : 'FAIL'}  ${what}${ok ? '' : ` (found: ${found})`}`);
    }
    screen.say();
    screen.say(
      failed.length === 0
        ? 'Every outcome is what it should be.'
        : `${failed.length} outcome(s) are not what they should be.`,
    );
    if (keep && !interrupted.signal.aborted) {
      screen.say(`The platform keeps running: ${platform.url}/api. Stop with Ctrl+C.`);
      await new Promise<void>((resolve) =>
        interrupted.signal.addEventListener('abort', () => resolve(), { once: true }),
      );
    }
    if (json) {
      process.stdout.write(`${JSON.stringify({ ok: failed.length === 0, ...story.summary, checks: story.checks })}\n`);
    }
    return failed.length === 0 ? 0 : 1;
  } finally {
    stop.dispose();
    await platform.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

interface Story {
  readonly checks: readonly Check[];
  readonly summary: Readonly<Record<string, unknown>>;
}

async function tell(platform: Platform, screen: Screen, signal: AbortSignal): Promise<Story> {
  const { control } = platform;
  const operator = operatorClient(platform.url, await platform.token('rae'));
  screen.say();
  screen.say(`Scene: ${victim} hangs. A restart will be accepted and do nothing; only another host heals it.`);
  const begin = await control.now();
  await control.breakMachine(victim, { kind: 'guest-hung', healedBy: 'redeploy' });
  await control.addFault({
    effect: { kind: 'accept-and-do-nothing' },
    operation: 'Microsoft.Compute/virtualMachines/restart/action',
  });
  screen.at(0, `${victim}: the guest stops answering`);

  const delivery = await until('the monitor raised no alert', signal, async () =>
    (await control.deliveries()).find(
      ({ monitorCondition, state }) => monitorCondition === 'Fired' && state === 'delivered',
    ),
  );
  const firedAt = Date.parse(delivery.payload.data.essentials.firedDateTime);
  screen.at(
    firedAt - begin,
    `Azure Monitor: ${delivery.rule} fired, delivered to Caretaker (attempt ${delivery.attempts.length})`,
  );

  const answer = await watch(operator, control, screen, begin, signal);
  const { incident, runs } = answer;
  const decision = incident === null ? undefined : await operator.decision(incident.order.signalId);
  showDecision(screen, decision);

  const resolved = await until('the alert was not resolved', signal, async () =>
    (await control.deliveries()).find(
      ({ monitorCondition, state }) => monitorCondition === 'Resolved' && state === 'delivered',
    ),
  );
  screen.at((await control.now()) - begin, `Azure Monitor: ${resolved.rule} resolved`);

  const machine = await control.machine(victim);
  const writes = (await control.journal({ path: '**/virtualmachines/**' })).filter(({ method }) => method !== 'GET');
  const calls = await control.counts();
  const ledger = await verify(platform);
  screen.say();
  screen.say(
    `Ledger: ${ledger.entries} entries, chain ${ledger.valid ? 'holds' : 'is broken'}. ARM: ${calls.reads} reads, ${calls.writes} writes. ` +
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
async function watch(
  operator: OperatorClient,
  control: Platform['control'],
  screen: Screen,
  begin: number,
  signal: AbortSignal,
): Promise<IncidentAnswer> {
  const open = await until('no incident was opened', signal, async () => (await operator.openIncidents())[0]);
  screen.at(
    (await control.now()) - begin,
    `Incident ${open.id} opened; ladder: ${open.custom?.ladder.join(' -> ') ?? ''}`,
  );
  let shown = '';
  let rungs = 0;
  return until('the incident was not closed', signal, async () => {
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
  const check = (what: string, ok: boolean, found: unknown): Check => ({ what, ok, found: String(found) });
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

/** Looks again and again until there is something; gives up after {@link patience} or when interrupted. */
async function until<Thing>(
  otherwise: string,
  signal: AbortSignal,
  look: () => Promise<Thing | undefined>,
): Promise<Thing> {
  const giveUpAt = Date.now() + patience;
  for (;;) {
    const found = await look();
    if (found !== undefined) {
      return found;
    }
    signal.throwIfAborted();
    if (Date.now() > giveUpAt) {
      throw new Error(`${otherwise} within ${patience / 1000} seconds`);
    }
    await new Promise((resolve) => setTimeout(resolve, glance));
  }
}
