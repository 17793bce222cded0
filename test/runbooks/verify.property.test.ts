import fc from 'fast-check';
import type { MachineObservation } from '../../src/ports/machines';
import { redeployVm } from '../../src/runbooks/redeploy-vm';
import { restartVm } from '../../src/runbooks/restart-vm';
import { instant } from './machine';

/** Mostly the value of a healthy machine, so that enough of them are. */
function mostly<Value extends string | null>(usual: Value, ...others: readonly Value[]): fc.Arbitrary<Value> {
  return fc.oneof({ weight: 8, arbitrary: fc.constant(usual) }, { weight: 2, arbitrary: fc.constantFrom(...others) });
}

const machine: fc.Arbitrary<MachineObservation> = fc.record({
  exists: fc.constant(true as const),
  observedAt: fc.integer({ min: -600, max: 600 }).map(instant),
  location: fc.constant('westeurope'),
  zone: fc.constantFrom('1', null),
  size: fc.constant('Standard_D4s_v5'),
  scaleSetId: fc.constant(null),
  networkInterfaceId: fc.constant(null),
  powerState: mostly('running', 'starting', 'stopping', 'stopped', 'deallocating', 'deallocated', 'unknown'),
  provisioningState: mostly('succeeded', 'updating', 'failed', 'creating', 'unknown'),
  provisionedAt: fc.option(fc.integer({ min: -600, max: 600 }).map(instant)),
  agent: mostly('ready', 'not-ready', 'unknown'),
  resourceHealth: mostly('available', 'unavailable', 'degraded', 'unknown'),
  availability: fc.option(
    fc.record({
      value: fc.oneof({ weight: 3, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: fc.constantFrom(0, 0.5) }),
      at: fc.integer({ min: -600, max: 600 }).map(instant),
    }),
  ),
});
const before = fc.record({
  powerState: fc.constantFrom('running', 'stopped', 'unknown'),
  provisioningState: fc.constantFrom('succeeded', 'failed'),
});

it.each([restartVm, redeployVm].map((runbook) => [runbook.name, runbook] as const))(
  '%s: healthy only on evidence from the action on, with nothing that speaks against it',
  (_, runbook) => {
    let healthy = 0;
    fc.assert(
      fc.property(machine, before, (after, facts) => {
        const { verdict } = runbook.verify(facts, after, instant(0));
        const evidence = after.availability?.value === 1 ? after.availability.at : '';
        if (verdict !== 'healthy') {
          return;
        }
        healthy += 1;
        expect(evidence >= instant(0)).toBe(true);
        expect(after.observedAt >= instant(0)).toBe(true);
        expect(after).toMatchObject({ powerState: 'running', provisioningState: 'succeeded' });
        expect(after.agent).not.toBe('not-ready');
        expect(['available', 'unknown']).toContain(after.resourceHealth);
      }),
      { numRuns: 5000, seed: 7 },
    );
    // Enough of the machines were healthy for this to mean something.
    expect(healthy).toBeGreaterThan(100);
  },
);

it.each([restartVm, redeployVm].map((runbook) => [runbook.name, runbook] as const))(
  '%s: acts only on a machine that may be running and that nobody works on, and undoes only what it took',
  (_, runbook) => {
    fc.assert(
      fc.property(machine, before, (seen, facts) => {
        const plan = runbook.plan(seen, {});
        if (plan.kind === 'act') {
          expect(['running', 'unknown']).toContain(seen.powerState);
          expect(['succeeded', 'failed', 'unknown']).toContain(seen.provisioningState);
          expect(plan.steps).toHaveLength(1);
          expect(plan.reasons.length).toBeGreaterThan(0);
        }
        if (runbook.undo(facts, seen).length > 0) {
          expect(facts.powerState).toBe('running');
          expect(runbook.verify(facts, seen, instant(0)).verdict).toBe('worse');
        }
      }),
      { numRuns: 2000, seed: 8 },
    );
  },
);
