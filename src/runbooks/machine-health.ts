import type { Iso8601 } from '../kernel/clock';
import type { MachineObservation, MachineSighting } from '../ports/machines';
import type { Facts, Plan, Step, Verification } from './model';

/** States of the platform's own that mean: an operation is going on. */
const busyStates: ReadonlySet<string> = new Set(['creating', 'updating', 'deleting', 'migrating']);

/** Power states on the way to another one. */
const passingPowerStates: ReadonlySet<string> = new Set(['starting', 'stopping', 'deallocating']);

/** What speaks against a machine being healthy, in words; empty when it is. Evidence of absence only: see {@link assess}. */
export function complaints(machine: MachineObservation): string[] {
  const found: string[] = [];
  if (machine.powerState !== 'running') {
    found.push(`power state is ${machine.powerState}`);
  }
  if (machine.provisioningState !== 'succeeded') {
    found.push(`provisioning state is ${machine.provisioningState}`);
  }
  if (machine.agent === 'not-ready') {
    found.push('the guest agent does not report');
  }
  if (machine.resourceHealth === 'unavailable' || machine.resourceHealth === 'degraded') {
    found.push(`resource health is ${machine.resourceHealth}`);
  }
  if (machine.availability !== null && machine.availability.value < 1) {
    found.push(`availability metric was ${machine.availability.value} at ${machine.availability.at}`);
  }
  return found;
}

/** So long after an operation a point of the availability metric from before it is given time to be followed by another. */
const settlingMillis = 300_000;

/** Whether the availability metric still tells of the time before the last operation on the machine, which was just now. */
function isOvertaken({ availability, provisionedAt, observedAt }: MachineObservation): boolean {
  if (availability === null || provisionedAt === null) {
    return false;
  }
  const since = Date.parse(observedAt) - Date.parse(provisionedAt);
  return since < settlingMillis && Date.parse(availability.at) <= Date.parse(provisionedAt);
}

/** What a machine is to be like after a repair, in the words of {@link machineFacts}. */
export const wellMachine: Facts = {
  powerState: 'running',
  provisioningState: 'succeeded',
  agent: 'ready',
  availability: 1,
};

/** The facts of a machine that plans show, undo needs and people read. */
export function machineFacts(sighting: MachineSighting): Facts {
  return sighting.exists
    ? {
        exists: true,
        powerState: sighting.powerState,
        provisioningState: sighting.provisioningState,
        provisionedAt: sighting.provisionedAt,
        agent: sighting.agent,
        resourceHealth: sighting.resourceHealth,
        availability: sighting.availability?.value ?? null,
        availabilityAt: sighting.availability?.at ?? null,
        zone: sighting.zone,
        size: sighting.size,
        observedAt: sighting.observedAt,
      }
    : { exists: false, observedAt: sighting.observedAt };
}

/**
 * Plans the one operation that is to heal a running machine that is not healthy. Leaves alone what is healthy, what
 * somebody stopped on purpose, and what somebody else is working on. Where all that speaks against a machine is a metric
 * from before an operation that has just ended (a restore, somebody's restart), it waits for the next point.
 */
export function planOperation(
  sighting: MachineSighting,
  operation: { readonly name: string; readonly summary: string },
): Plan {
  if (!sighting.exists) {
    return { kind: 'impossible', reasons: ['the machine does not exist'] };
  }
  if (busyStates.has(sighting.provisioningState)) {
    return {
      kind: 'busy',
      reasons: [`another operation is running on the machine (provisioning state ${sighting.provisioningState})`],
      retryAfterSeconds: 30,
    };
  }
  if (passingPowerStates.has(sighting.powerState)) {
    return {
      kind: 'busy',
      reasons: [`somebody is changing the machine: it is ${sighting.powerState}`],
      retryAfterSeconds: 30,
    };
  }
  if (sighting.powerState !== 'running' && sighting.powerState !== 'unknown') {
    return {
      kind: 'impossible',
      reasons: [`the machine is ${sighting.powerState}: ${operation.name} helps only a running machine`],
    };
  }
  const reasons = complaints(sighting);
  if (reasons.length === 0) {
    return { kind: 'nothing-to-do', reasons: ['the machine is running, its agent reports and it is available'] };
  }
  if (isOvertaken(sighting) && complaints({ ...sighting, availability: null }).length === 0) {
    return {
      kind: 'busy',
      reasons: [`${reasons.join('; ')}, which was before the last operation on the machine ended`],
      retryAfterSeconds: 30,
    };
  }
  return {
    kind: 'act',
    summary: operation.summary,
    reasons,
    steps: [{ id: operation.name, effect: operation.name, summary: operation.summary }],
    before: machineFacts(sighting),
    after: wellMachine,
  };
}

/**
 * Judges a machine after an operation. Healthy needs an availability point newer than the action: a metric lags by a
 * minute or more, and a point from before proves nothing.
 */
export function assess(before: Facts, after: MachineSighting, actedAt: Iso8601): Verification {
  const facts = machineFacts(after);
  if (!after.exists) {
    return { verdict: 'worse', reasons: ['the machine no longer exists'], facts };
  }
  // A failed provisioning state is no worse by itself: it says that the last operation failed, and the machine runs on.
  if (before['powerState'] === 'running' && ['stopped', 'deallocated'].includes(after.powerState)) {
    return { verdict: 'worse', reasons: [`it was running before and is ${after.powerState} now`], facts };
  }
  const isAfter = (instant: string): boolean => Date.parse(instant) >= Date.parse(actedAt);
  const fresh = after.availability !== null && isAfter(after.availability.at) && isAfter(after.observedAt);
  const reasons = complaints(fresh ? after : { ...after, availability: null });
  if (reasons.length > 0) {
    return { verdict: 'pending', reasons, facts };
  }
  return fresh
    ? { verdict: 'healthy', reasons: ['running, agent reports, available on a metric newer than the action'], facts }
    : { verdict: 'blind', reasons: [`no availability metric newer than ${actedAt}`], facts };
}

/** A machine that lost its power by our doing is started again; nothing else can be undone by a machine. */
export function undoPowerLoss(before: Facts, after: MachineSighting): readonly Step[] {
  return after.exists && before['powerState'] === 'running' && ['stopped', 'deallocated'].includes(after.powerState)
    ? [{ id: 'undo-start', effect: 'start', summary: 'Start the machine again: it was running before' }]
    : [];
}
