import type { ResourceId } from '../kernel/resource-id';
import type { Iso8601 } from '../kernel/clock';
import type { ChangeResult, ChangeTicket } from './operations';
import type { PollResult } from './machines';

/** A script as it is given to a machine's agent. It holds no secret: Azure shows it to whoever may read the machine. */
export interface GuestScript {
  /** Name under which the machine keeps it; a script of the same name takes the place of the one before. */
  readonly name: string;
  readonly text: string;
  /** Given to the script as environment variables. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly timeLimitSeconds: number;
}

/** What is known of the last run of a script on a machine. */
export interface ScriptRun {
  /** Which request it came from. */
  readonly requestId: string | null;
  readonly state: 'pending' | 'running' | 'succeeded' | 'failed';
  readonly exitCode: number | null;
  readonly startedAt: Iso8601 | null;
  readonly endedAt: Iso8601 | null;
  /** Numbers and words that the script printed for us as `caretaker:name=value`; its other output goes to the evidence alone. */
  readonly results: Readonly<Record<string, string>>;
  /** Where its output is kept; null while there is none. */
  readonly evidence: string | null;
}

/** Scripts inside machines, run by the machine's agent. Throws as every port does. */
export interface GuestScripts {
  /** Starts a script. A script of the same name that ran before is replaced, so asking twice runs it twice. */
  start(machine: ResourceId, script: GuestScript, requestId: string, abort: AbortSignal): Promise<ChangeResult>;
  poll(machine: ResourceId, ticket: ChangeTicket, abort: AbortSignal): Promise<PollResult>;
  /** The last run of a script; `undefined` when there was none or the machine is gone. Keeps the output as evidence when it is over. */
  read(machine: ResourceId, name: string, abort: AbortSignal): Promise<ScriptRun | undefined>;
}
