import type { OrchestrationContext } from 'durable-functions';
import { incidentOrchestrator, incidentOrchestratorName, runOrchestrator, runOrchestratorName } from '../../src/run';
import { EventType } from '../../src/local/host';
import { recordedHistories } from '../support/histories';
import { expectDeterministic, type OrchestratorFunction } from '../support/replay';

// Histories of released versions against the code of today: an orchestration that was in flight when a new version is
// deployed must go on where it was. What changes the order of yields is a new version of the orchestrator.

const orchestrators: Readonly<Record<string, OrchestratorFunction>> = {
  [incidentOrchestratorName]: incidentOrchestrator,
  [runOrchestratorName]: runOrchestrator,
};
const recorded = recordedHistories();

test('there are recorded histories of every orchestrator', () => {
  expect(new Set(recorded.map(([, { orchestrator }]) => orchestrator))).toEqual(new Set(Object.keys(orchestrators)));
});

test.each(recorded)('%s', async (_name, { orchestrator, instanceId, history }) => {
  const code = orchestrators[orchestrator];
  if (code === undefined) {
    throw new Error(`no code is left for ${orchestrator}: an old version stays until its instances have drained`);
  }
  await expect(expectDeterministic(code, history, instanceId)).resolves.toBeGreaterThan(0);
});

const [, repaired] = recorded.find(([name]) => name.includes('accepted-and-does-nothing')) ?? [];

test('a tampered history is found: an activity of another name', async () => {
  const index =
    repaired?.history.findIndex(
      ({ EventType: type, Name }) => type === EventType.TaskScheduled && Name === 'run-settle',
    ) ?? -1;
  const tampered =
    repaired?.history.map((event, at) => (at === index ? { ...event, Name: 'run-observe' } : event)) ?? [];
  await expect(expectDeterministic(incidentOrchestrator, tampered, repaired?.instanceId ?? '')).rejects.toThrow(
    /run-settle now and run-observe on record/,
  );
});

test('an orchestrator that decides by chance is found: turn n+1 does not begin with what turn n decided', async () => {
  let calls = 0;
  function* fickle(context: OrchestrationContext): ReturnType<OrchestratorFunction> {
    calls += 1;
    yield context.df.callActivity(calls % 2 === 0 ? 'run-observe' : 'run-look', {});
    return yield* incidentOrchestrator(context);
  }
  await expect(expectDeterministic(fickle, repaired?.history ?? [], repaired?.instanceId ?? '')).rejects.toThrow(
    /decided otherwise/,
  );
});
