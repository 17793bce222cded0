import type { Json } from '../kernel/canonical-json';
import type { Ledger } from '../ledger';
import type { Caller } from './access';

/** An order of a person or a program, as it is kept for good. */
export interface KeptOrder {
  /** What was ordered, such as `hold` or `replay-dead-letter`. */
  readonly order: string;
  /** What it is about: a resource, an environment, a rule, a run. */
  readonly subject: string;
  readonly environment: string | null;
  readonly reason: string | null;
  readonly more?: Readonly<Record<string, Json>>;
}

/**
 * Enters an order in the ledger. Every order has an entry of its own, also one that is given twice: that it was given again is
 * part of the account.
 */
export async function enterOrder(ledger: Ledger, caller: Caller, kept: KeptOrder): Promise<void> {
  const { order, subject, environment, reason, more = {} } = kept;
  const isSwitch = order === 'kill-switch';
  const kind = isSwitch ? 'kill-switch.set' : 'operator.ordered';
  await ledger.append([
    {
      id: `${kind}:${crypto.randomUUID()}`,
      kind,
      subject,
      data: { order, environment, reason, by: caller.text, byId: caller.id, ...more },
    },
  ]);
}
