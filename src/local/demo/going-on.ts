import type { Platform } from '../platform';

/** Machines of prod whose hosts fail in turn. The one that the last scene holds is left alone. */
const machines = ['vm-web-prod-weu-03', 'vm-web-prod-weu-01', 'vm-web-prod-weu-04', 'vm-web-prod-weu-02'] as const;
/** Between two looks. Milliseconds. */
const glance = 5_000;

/**
 * Keeps something open on a platform that is left running, as there is on a real one: when no incident is, the host of a machine fails, and
 * people are asked about moving it. Whoever looks at the console can say yes. Ends with the signal; what fails is tried again.
 */
export async function goOn(platform: Platform, signal: AbortSignal): Promise<void> {
  for (let turn = 0; !signal.aborted;) {
    try {
      if (!(await hasOpenIncident(platform, signal))) {
        await failHost(platform, turn);
        turn += 1;
      }
    } catch (error) {
      if (!signal.aborted) process.stderr.write(`demo: ${error instanceof Error ? error.message : String(error)}\n`);
    }
    await pause(signal);
  }
}

async function hasOpenIncident({ url, token }: Platform, signal: AbortSignal): Promise<boolean> {
  const response = await fetch(`${url}/api/operator/now`, {
    headers: { authorization: `Bearer ${await token('rae')}` },
    signal,
  });
  const { incidents } = (await response.json()) as { incidents?: readonly unknown[] | null };
  // What could not be read may be there.
  return incidents === null || incidents === undefined || incidents.length > 0;
}

async function failHost({ control }: Platform, turn: number): Promise<void> {
  for (const name of machines) await control.healMachine(name);
  const name = machines[turn % machines.length] ?? machines[0];
  const { id } = await control.machine(name);
  // At once, as in the scene `approval`: the metric's own alert would lead to a repair that asks nobody.
  await Promise.all([
    control.breakMachine(name, { kind: 'host-failing', healedBy: 'redeploy' }),
    control.raiseAlert({
      kind: 'resource-health',
      target: id,
      key: `the demo goes on ${turn}`,
      description: 'The host of the machine fails.',
    }),
  ]);
}

async function pause(signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, glance);
    signal.addEventListener('abort', done);
  });
}
