import { z } from 'zod';
import type { OriginProbes, ProbeResult } from '../../ports/origin-probes';

/** What another Caretaker's probe door answers. */
const answerSchema = z.object({ healthy: z.boolean(), detail: z.string().default('') });

export interface ProbeOptions {
  /** Where other places really are, by their address: for the local platform. */
  readonly locations?: ReadonlyMap<string, string>;
  /** Milliseconds. */
  readonly timeout?: number;
}

/** Looks at origins over HTTP, from here or through the probe doors of other places. */
export function createHttpProbes(options: ProbeOptions = {}): OriginProbes {
  const { locations = new Map<string, string>(), timeout = 5000 } = options;
  return {
    look: (from, url) =>
      from === 'direct' ? direct(url, timeout) : through(locations.get(from) ?? from, url, timeout),
  };
}

async function direct(url: string, timeout: number): Promise<ProbeResult> {
  try {
    const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(timeout), cache: 'no-store' });
    await response.body?.cancel();
    const seen = response.status >= 200 && response.status < 400 ? 'healthy' : 'unhealthy';
    return { seen, detail: `answered ${response.status}` };
  } catch (error) {
    return { seen: 'unhealthy', detail: `no answer: ${reasonOf(error)}` };
  }
}

/** What the other place says; when it cannot be asked, nothing is known from there, which is no word against the origin. */
async function through(door: string, url: string, timeout: number): Promise<ProbeResult> {
  try {
    const address = new URL(door);
    address.searchParams.set('url', url);
    const response = await fetch(address, { redirect: 'error', signal: AbortSignal.timeout(timeout * 2) });
    const answer = answerSchema.safeParse(response.ok ? await response.json() : undefined);
    if (!answer.success) {
      return { seen: 'unknown', detail: `the place answered ${response.status}` };
    }
    return { seen: answer.data.healthy ? 'healthy' : 'unhealthy', detail: answer.data.detail.slice(0, 300) };
  } catch (error) {
    return { seen: 'unknown', detail: `the place cannot be reached: ${reasonOf(error)}` };
  }
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return (cause instanceof Error ? cause.message || cause.name : String(cause)).slice(0, 200);
}
