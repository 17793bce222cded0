import type { Iso8601 } from '../../src/kernel/clock';
import type { MachineObservation } from '../../src/ports/machines';

/** 2026-05-04T08:00:00Z and so many seconds. */
export const instant = (seconds: number): Iso8601 =>
  new Date(Date.UTC(2026, 4, 4, 8) + seconds * 1000).toISOString() as Iso8601;

/** A machine with nothing wrong, seen at eight o'clock and so many seconds, by a metric of a minute before. */
export function healthyMachine(seconds: number, more: Partial<MachineObservation> = {}): MachineObservation {
  return {
    exists: true,
    observedAt: instant(seconds),
    location: 'westeurope',
    zone: '1',
    size: 'Standard_D4s_v5',
    scaleSetId: null,
    networkInterfaceId: null,
    powerState: 'running',
    provisioningState: 'succeeded',
    provisionedAt: instant(-3600),
    agent: 'ready',
    resourceHealth: 'available',
    availability: { value: 1, at: instant(seconds - 60) },
    ...more,
  };
}

/** The same whose guest hangs. */
export function hungMachine(seconds: number, more: Partial<MachineObservation> = {}): MachineObservation {
  return healthyMachine(seconds, {
    agent: 'not-ready',
    resourceHealth: 'degraded',
    availability: { value: 0, at: instant(seconds - 60) },
    ...more,
  });
}
