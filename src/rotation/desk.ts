import { isoOf, type Clock, type EpochMillis } from '../kernel/clock';
import { describeError, PermanentError } from '../kernel/errors';
import { hashOf } from '../kernel/hash';
import type { Log } from '../kernel/log';
import { parseResourceId, type ResourceId } from '../kernel/resource-id';
import type { Reports } from '../ledger';
import type { Engine } from '../ports/engine';
import type { Notifications } from '../ports/notifications';
import type { Secrets } from '../ports/secrets';
import {
  rotationOrchestratorName,
  rotationOrderSchema,
  tagNames,
  type Binding,
  type Mode,
  type RotationOrder,
} from './model';
import { warningsReached } from './plan';
import type { RotationPolicies } from './policy';
import { timelineOf, type SecretLine } from './report.plan';

/** The limits under which a rotation stands: of the environment that its vault lies in. */
export type RotationLimits = (
  vault: ResourceId,
  target: ResourceId,
  at: EpochMillis,
) => Promise<Pick<RotationOrder, 'environment' | 'limits' | 'patienceSeconds'>>;

export interface RotationDeskPorts {
  readonly policies: RotationPolicies;
  readonly limits: RotationLimits;
  readonly secrets: Secrets;
  readonly rotations: Reports;
  readonly notifications: Notifications;
  readonly clock: Clock;
  readonly log: Log;
}

/** A secret of the policy by name, and by vault where the name is in several. */
export interface SecretName {
  readonly vault?: string | undefined;
  readonly secret: string;
}

/** Where rotations are ordered, by events, by the sweep and by people, and where it stands with secrets. */
export interface RotationDesk {
  /** Orders a rotation by a person; gives its id. The same key is the same order. */
  order(
    name: SecretName,
    mode: Mode,
    by: { readonly name: string; readonly key: string },
    engine: Engine,
  ): Promise<{ readonly rotationId: string; readonly secret: string }>;
  /** What follows from an event of a vault. Idempotent; looks again instead of trusting the event. */
  heard(vault: string, secret: string, type: string, engine: Engine): Promise<void>;
  /** Looks at every vault: orders what is due, what was left open, what somebody else changed; warns of what expires. */
  sweep(engine: Engine): Promise<{ readonly ordered: readonly string[]; readonly warned: readonly string[] }>;
  /** The timeline of expiries over all vaults. A vault that cannot be read is named instead of left out. */
  timeline(): Promise<{ readonly secrets: readonly SecretLine[]; readonly unread: readonly string[] }>;
  /** Newest rotations first. */
  rotations: Reports;
  /** The binding of a secret; throws `NotFound` for one that is not in the policy. */
  find(name: SecretName): Promise<Binding>;
}

/** A vault may take so long to be listed. Milliseconds. */
const listMillis = 60_000;

/** See {@link RotationDesk}. */
export function createRotationDesk(ports: RotationDeskPorts): RotationDesk {
  const { policies, limits, secrets, rotations, notifications, clock, log } = ports;
  const vaultNamed = (vault: ResourceId): string => parseResourceId(vault)?.parts.name ?? vault;

  async function find({ vault, secret }: SecretName): Promise<Binding> {
    const { bindings } = await policies.current();
    const named = bindings.filter((one) => one.secret.toLowerCase() === secret.toLowerCase());
    const wanted = vault?.toLowerCase();
    const fitting = named.filter(
      (one) => wanted === undefined || one.vault === wanted || vaultNamed(one.vault) === wanted,
    );
    const [binding] = fitting;
    if (binding === undefined || fitting.length > 1) {
      const where = named.map((one) => vaultNamed(one.vault)).join(', ');
      const text = fitting.length > 1 ? `is in several vaults (${where}); name one` : 'is not in the rotation policy';
      throw new PermanentError('NotFound', `the secret ${secret} ${text}`);
    }
    return binding;
  }

  async function start(
    binding: Binding,
    mode: Mode,
    askedBy: RotationOrder['askedBy'],
    occasion: string,
    engine: Engine,
  ): Promise<string> {
    const { vault, secret, consumers, overlap } = binding;
    const target = parseResourceId(`${vault}/secrets/${secret}`)?.id;
    if (target === undefined) {
      throw new PermanentError('BadSecret', `${secret} of ${vault} makes no resource id`);
    }
    const under = await limits(vault, target, clock.now());
    const rotationId = `rotation-${hashOf({ target, mode, occasion }).slice(0, 32)}`;
    const order = rotationOrderSchema.parse({
      ...{ rotationId, mode, askedBy, binding, target },
      environment: under.environment,
      patienceSeconds: under.patienceSeconds,
      limits: {
        ...under.limits,
        // Long enough for the shortest way, so that it need not be renewed there.
        leaseSeconds: Math.max(under.limits.leaseSeconds, overlap.soakSeconds + 7200),
        // One rotation of a consumer's secrets at a time: each consumer is a group of one, of which none need be healthy.
        groups: consumers.map((consumer) => ({
          name: `rotation:${placeOf(consumer, vault)}`.slice(0, 250),
          members: 1,
          minHealthy: 0,
        })),
      },
    });
    await engine.start(rotationOrchestratorName, rotationId, order);
    return rotationId;
  }

  const today = (): string => isoOf(clock.now()).slice(0, 10);

  /** Secrets that a rotation is about already: they need no second one, which would wait for the first. */
  const underWay = async (engine: Engine): Promise<ReadonlySet<string>> =>
    new Set(
      (await engine.running(rotationOrchestratorName)).flatMap(({ customStatus }) => {
        const target = (customStatus as { readonly target?: unknown } | null | undefined)?.target;
        return typeof target === 'string' ? [target] : [];
      }),
    );

  async function warn(binding: Binding | undefined, line: SecretLine, environment: string): Promise<string[]> {
    const tiers = binding === undefined ? [] : warningsReached(line.expiresAt, binding.warnSeconds, isoOf(clock.now()));
    const [tier] = tiers;
    if (tier === undefined || !line.enabled || line.expiresAt === null) {
      return [];
    }
    const byHand = binding?.rotator.kind === 'observe-only';
    const left = line.daysLeft ?? 0;
    const key = `rotation-expiry:${line.vault}/${line.name}:${line.expiresAt}:${tier}`;
    await notifications.tell({
      ...{ key, kind: 'rotation', environment },
      severity: left < 2 ? 'critical' : byHand || left < 7 ? 'warning' : 'info',
      title: `${line.name} ${left < 0 ? 'has expired' : `expires in ${left} days`}`.slice(0, 200),
      text: byHand
        ? 'People rotate this secret by hand: make a new version; its consumers are then told and looked at.'
        : 'It is rotated when its lead time is reached. If it stays at this, look why its rotation did not end.',
      facts: [
        { name: 'owner', value: line.owner ?? 'nobody' },
        { name: 'expires', value: line.expiresAt },
        { name: 'rotator', value: line.rotator ?? 'none' },
      ],
    });
    return [line.name];
  }

  return {
    rotations,
    find,

    async order(name, mode, { name: person, key }, engine) {
      const binding = await find(name);
      const rotationId = await start(binding, mode, { kind: 'operator', name: person }, `order ${key}`, engine);
      return { rotationId, secret: binding.secret };
    },

    async heard(vault, secret, type, engine) {
      const { bindings } = await policies.current();
      const binding = bindings.find((one) => one.vault === vault && one.secret.toLowerCase() === secret.toLowerCase());
      if (binding === undefined) {
        return;
      }
      const by = { kind: 'event', name: type.slice(0, 200) } as const;
      if (type.toLowerCase().endsWith('secretnewversioncreated')) {
        const newest = (await secrets.versions(vault as ResourceId, secret, AbortSignal.timeout(listMillis))).at(-1);
        // Our own versions carry our marks; one without them was made by somebody else.
        if (newest !== undefined && newest.tags[tagNames.stage] === undefined) {
          await start(binding, 'due', by, `version ${newest.version}`, engine);
        }
        return;
      }
      if (!(await underWay(engine)).has(`${binding.vault}/secrets/${binding.secret}`.toLowerCase())) {
        await start(binding, 'due', by, `${type} ${today()}`, engine);
      }
    },

    async sweep(engine) {
      const { bindings, vaults } = await policies.current();
      const ordered: string[] = [];
      const warned: string[] = [];
      const failures: unknown[] = [];
      const busy = await underWay(engine);
      const by = { kind: 'sweep', name: 'daily sweep' } as const;
      for (const vault of vaults) {
        try {
          const listed = await secrets.list(vault, AbortSignal.timeout(listMillis));
          const lines = timelineOf(vault, listed, bindings, clock.now());
          const { environment } = await limits(vault, vault, clock.now());
          for (const line of lines) {
            const binding = bindings.find(
              (one) => one.vault === vault && one.secret.toLowerCase() === line.name.toLowerCase(),
            );
            const found = listed.find(({ name }) => name === line.name);
            // Whether it is due, an overlap is open, or somebody else changed it: the rotation itself looks, once a day.
            if (
              binding !== undefined &&
              found?.enabled === true &&
              !busy.has(`${vault}/secrets/${line.name}`.toLowerCase())
            ) {
              ordered.push(await start(binding, 'due', by, today(), engine));
            }
            warned.push(...(await warn(binding, line, environment)));
          }
        } catch (error) {
          log.error('a vault could not be swept', { vault, error: describeError(error) });
          failures.push(error);
        }
      }
      if (failures.length > 0) {
        // The timer tries again; what was ordered has its id and is not ordered twice.
        throw failures[0];
      }
      return { ordered, warned };
    },

    async timeline() {
      const { bindings, vaults } = await policies.current();
      const unread: string[] = [];
      const lines = await Promise.all(
        vaults.map(async (vault) => {
          try {
            return timelineOf(vault, await secrets.list(vault, AbortSignal.timeout(listMillis)), bindings, clock.now());
          } catch (error) {
            log.warn('a vault cannot be read', { vault, error: describeError(error) });
            unread.push(vault);
            return [];
          }
        }),
      );
      return { secrets: lines.flat(), unread };
    },
  };
}

/** What stands for a consumer, whichever secret it is about. */
function placeOf(consumer: Binding['consumers'][number], vault: ResourceId): string {
  switch (consumer.kind) {
    case 'app-setting':
      return consumer.site;
    case 'machines':
      return consumer.target;
    case 'service':
      return `${vault}:${consumer.name}`;
  }
}
