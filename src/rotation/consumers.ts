import { describeError, PermanentError, TransientError } from '../kernel/errors';
import type { ResourceId } from '../kernel/resource-id';
import type { SecretValue } from '../kernel/secret-value';
import type {
  Adoption,
  ConsumerWebhooks,
  SecretReference,
  SettingReferences,
  TellableMachines,
} from '../ports/consumers';
import type { Secrets } from '../ports/secrets';
import type { Consumer, ConsumerSighting } from './model';

export interface ConsumerPorts {
  readonly secrets: Secrets;
  readonly settings: SettingReferences;
  readonly machines: TellableMachines;
  readonly webhooks: ConsumerWebhooks;
}

/** Tells consumers of new versions, and sees whether they use them. */
export interface Consumers {
  /** Null when the consumer was told, else why not. Never throws: one that cannot be told must not keep the others waiting. */
  tell(consumer: Consumer, wanted: SecretReference, abort: AbortSignal): Promise<string | null>;
  /** Never throws: what cannot be seen is `unknown`, which proves nothing. */
  look(consumer: Consumer, wanted: SecretReference, abort: AbortSignal): Promise<ConsumerSighting>;
}

/** See {@link Consumers}. */
export function createConsumers(ports: ConsumerPorts): Consumers {
  const { secrets, settings, machines, webhooks } = ports;
  const signingKey = async (vault: ResourceId, name: string, abort: AbortSignal): Promise<SecretValue> => {
    const newest = (await secrets.versions(vault, name, abort)).at(-1);
    if (newest === undefined) {
      throw new PermanentError('SigningKeyAbsent', `the vault has no secret ${name} to sign with`);
    }
    return secrets.read(vault, name, newest.version, abort);
  };

  const tell = async (consumer: Consumer, wanted: SecretReference, abort: AbortSignal): Promise<void> => {
    switch (consumer.kind) {
      case 'app-setting':
        return settings.refresh(consumer.site, abort);
      case 'machines':
        for (const machine of await machines.machines(consumer.target, abort)) {
          await machines.tell(machine, consumer.script, wanted, abort);
        }
        return;
      case 'service':
        return webhooks.tell(consumer.url, await signingKey(wanted.vault, consumer.signing, abort), wanted, abort);
    }
  };

  const look = async (consumer: Consumer, wanted: SecretReference, abort: AbortSignal): Promise<Adoption> => {
    switch (consumer.kind) {
      case 'app-setting':
        return settings.adoption(consumer.site, consumer.setting, wanted, abort);
      case 'machines': {
        const all = await machines.machines(consumer.target, abort);
        const seen = await Promise.all(all.map((machine) => machines.adoption(machine, wanted, abort)));
        return worstOf(seen, all);
      }
      case 'service':
        return webhooks.adoption(consumer.url, await signingKey(wanted.vault, consumer.signing, abort), wanted, abort);
    }
  };

  return {
    async tell(consumer, wanted, abort) {
      try {
        await tell(consumer, wanted, abort);
        return null;
      } catch (error) {
        return reasonOf(error);
      }
    },
    async look(consumer, wanted, abort) {
      try {
        const seen = await look(consumer, wanted, abort);
        return { name: consumer.name, kind: seen.kind, reason: 'reason' in seen ? seen.reason.slice(0, 300) : '' };
      } catch (error) {
        return { name: consumer.name, kind: 'unknown', reason: reasonOf(error) };
      }
    },
  };
}

/** A failure in words. A defect of ours is thrown on: it is not the consumer's. */
function reasonOf(error: unknown): string {
  if (error instanceof TransientError || error instanceof PermanentError) {
    return describeError(error).slice(0, 300);
  }
  throw error;
}

const severity = { failing: 3, lagging: 2, unknown: 1, adopted: 0 } as const;

/** A group of machines has adopted a version when each of them has. */
function worstOf(seen: readonly Adoption[], machines: readonly ResourceId[]): Adoption {
  if (seen.length === 0) {
    return { kind: 'unknown', reason: 'there is no machine to look at' };
  }
  const worst = seen.reduce((left, right) => (severity[right.kind] > severity[left.kind] ? right : left));
  const alike = machines.filter((_, index) => seen[index]?.kind === worst.kind).map((id) => id.split('/').at(-1));
  return worst.kind === 'adopted'
    ? worst
    : { kind: worst.kind, reason: `${alike.slice(0, 5).join(', ')}: ${worst.reason}` };
}
