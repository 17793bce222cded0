import type { RunReport } from '../../../src/run';
import { startLocalApp, type AppHost, type LocalApp } from '../../support/local-app';
import type { Scenario } from './scenarios';

/** A stage on which one scenario after another is played, a day apart. */
export interface Stage {
  readonly local: LocalApp;
  readonly app: AppHost;
  /** Prepares the situation, lets `before` change it, orders the runbook, and waits until all is quiet. */
  play(scenario: Scenario, before?: (target: string) => Promise<void>): Promise<Played>;
  stop(): Promise<void>;
}

export interface Played {
  readonly runId: string;
  readonly target: string;
  readonly report: RunReport;
  /** What it came to, in one word: `verified`, `refused`, ... and whether something was undone. */
  readonly outcome: string;
}

const day = 86_400_000;

/** Starts a cloud, blobs and the app. */
export async function setStage(): Promise<Stage> {
  const local = await startLocalApp();
  const app = await local.start();
  const { control } = local.cloud;
  let orders = 0;
  return {
    local,
    app,
    async play(scenario, before) {
      await control.clearFaults();
      await control.clearMetrics();
      await control.clearScriptOutcomes();
      local.clock.advanceBy(day);
      for (const { name, power } of await control.machines()) {
        await control.healMachine(name);
        if (power !== 'running') {
          await control.setMachine(name, { power: 'running' });
        }
      }
      local.clock.advanceBy(600_000);
      const target = await scenario.prepare(control);
      local.clock.advanceBy(180_000);
      await before?.(target);
      await control.clearJournal();
      const key = `order-${(orders += 1)}`;
      const { runbook, parameters = {} } = scenario;
      const { status, body } = await app.operator('POST', 'runs', { key, runbook, target, parameters });
      if (status !== 202) {
        throw new Error(`${scenario.name}: the order was answered ${status}: ${JSON.stringify(body)}`);
      }
      const { runId } = body as { runId: string };
      await app.host.runToQuiescence();
      const instance = app.host.instance(runId);
      if (instance?.runtimeStatus !== 'Completed') {
        throw new Error(
          `${scenario.name}: the run is ${String(instance?.runtimeStatus)}: ${JSON.stringify(instance?.output)}`,
        );
      }
      const report = instance.output as RunReport;
      const word = report.result.kind === 'applied' ? report.result.outcome : report.result.why;
      const undone = report.undo === null ? '' : report.undo.done ? ', undone' : ', not undone';
      return { runId, target, report, outcome: `${word}${undone}` };
    },
    stop: async () => {
      await app.host.stop();
      await local.stop();
    },
  };
}
