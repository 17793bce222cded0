import { z } from 'zod';
import { hashOf } from '../../kernel/hash';
import type { Iso8601 } from '../../kernel/clock';
import type { Evidence } from '../../ports/evidence';
import type { GuestScripts, ScriptRun } from '../../ports/guest-scripts';
import { readAs, type ArmRequests } from './arm-requests';

/** Stable version of Microsoft.Compute that has managed run commands (Azure REST API specifications). */
const version = '2025-04-01';

/** The parameter that says which request a run came from. */
const requestParameter = 'CARETAKER_REQUEST';

const commandSchema = z.object({
  properties: z.object({
    provisioningState: z.string().default(''),
    parameters: z.array(z.object({ name: z.string(), value: z.string() })).default([]),
    instanceView: z
      .object({
        executionState: z.string().default('Unknown'),
        exitCode: z.number().optional(),
        output: z.string().default(''),
        error: z.string().default(''),
        startTime: z.string().optional(),
        endTime: z.string().optional(),
      })
      .optional(),
  }),
});

/** What a script printed for us: `caretaker:size=1024`. */
const resultLine = /^caretaker:([a-z-]{1,32})=([^\r\n]{0,200})$/gm;

/** Managed Run Command: a script is a resource of its machine, so it can be looked at by whoever comes later. */
export function createAzureGuestScripts(options: {
  readonly arm: ArmRequests;
  readonly evidence: Evidence;
}): GuestScripts {
  const { arm, evidence } = options;
  const pathOf = (machine: string, name: string): string => `${machine}/runCommands/${name}`;
  return {
    async start(machine, { name, text, parameters, timeLimitSeconds }, requestId, abort) {
      const found = readAs(z.object({ location: z.string() }), await arm.read(machine, version, abort));
      if (found === undefined) {
        return { kind: 'refused', refusal: { code: 'ResourceNotFound', message: 'the machine does not exist' } };
      }
      const all = [...Object.entries(parameters), [requestParameter, requestId] as const];
      return arm.change(
        {
          operation: name,
          method: 'PUT',
          path: pathOf(machine, name),
          version,
          body: {
            location: found.location,
            properties: {
              source: { script: text },
              parameters: all.map(([key, value]) => ({ name: key, value })),
              asyncExecution: false,
              timeoutInSeconds: timeLimitSeconds,
            },
          },
        },
        requestId,
        abort,
      );
    },
    async poll(machine, ticket, abort) {
      const known = await arm.poll(ticket, abort);
      if (known !== undefined) {
        return known;
      }
      const run = await this.read(machine, ticket.operation, abort);
      return run !== undefined && (run.state === 'pending' || run.state === 'running')
        ? { kind: 'running', retryAfterSeconds: ticket.retryAfterSeconds }
        : { kind: 'succeeded' };
    },
    async read(machine, name, abort) {
      const command = readAs(
        commandSchema,
        await arm.read(pathOf(machine, name), version, abort, { $expand: 'instanceView' }),
      );
      if (command === undefined) {
        return undefined;
      }
      const { parameters, instanceView: view } = command.properties;
      const requestId = parameters.find((one) => one.name === requestParameter)?.value ?? null;
      const state = stateOf(view?.executionState ?? 'Unknown');
      const over = state === 'succeeded' || state === 'failed';
      const kept = `scripts/${name}/${hashOf({ machine, requestId }).slice(0, 32)}`;
      if (over && view !== undefined) {
        await evidence.keep(kept, { target: machine, texts: { output: view.output, error: view.error } });
      }
      return {
        requestId,
        state,
        exitCode: view?.exitCode ?? null,
        startedAt: instantOf(view?.startTime),
        endedAt: instantOf(view?.endTime),
        results: resultsOf(view?.output ?? ''),
        evidence: over ? kept : null,
      };
    },
  };
}

/** The results among a script's output. */
function resultsOf(output: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [, name = '', value = ''] of output.matchAll(resultLine)) {
    found[name] = value.trim();
  }
  return found;
}

const instantOf = (text: string | undefined): Iso8601 | null =>
  text === undefined ? null : (new Date(text).toISOString() as Iso8601);

/** ARM's execution states: Unknown, Pending, Running, Failed, Succeeded, TimedOut, Canceled. */
function stateOf(text: string): ScriptRun['state'] {
  switch (text.toLowerCase()) {
    case 'succeeded':
      return 'succeeded';
    case 'failed':
    case 'timedout':
    case 'canceled':
      return 'failed';
    case 'running':
      return 'running';
    default:
      return 'pending';
  }
}
