import { InvariantError } from '../kernel/errors';
import type { Clock } from '../kernel/clock';
import type { Log } from '../kernel/log';
import type {
  DeadLetters,
  DecisionRecords,
  FieldDecisions,
  Ledger,
  RecentEntries,
  Reports,
  Verification,
} from '../ledger';
import type { Outbox } from '../notify';
import type { Inventory } from '../inventory';
import type { Documents } from '../ports/documents';
import type { EvidenceReading } from '../ports/evidence';
import type { ResourceMetrics } from '../ports/metrics';
import type { ResourceTags } from '../ports/resource-group';
import type { PolicyStore } from '../rules';
import type { Intake } from '../run';
import type { Procedure } from '../runbooks';
import type { BackupDesk } from '../backup';
import type { DnsDesk } from '../dns';
import type { RotationDesk } from '../rotation';
import type { ScalingDesk } from '../scaling';
import type { Drifts, ManifestStore } from '../stacks';
import type { Access } from './access';
import type { Approvals } from '../approvals';
import { actingRoutes } from './acting';
import { backupRoutes } from './backup';
import { approvalRoutes } from './approvals';
import type { EventHandlers } from './events';
import { evidenceRoutes } from './evidence';
import { exportRoutes } from './export';
import { explainingRoutes } from './explaining';
import { dnsRoutes } from './dns';
import { guardRoutes } from './guarding';
import { libraryRoutes } from './library';
import { hereRoutes } from './here';
import { lookingRoutes } from './looking';
import { deadLetterRoutes } from './refused';
import { scalingRoutes } from './scaling';
import { rotationRoutes } from './rotation';
import { stackRoutes } from './stacks';
import { nowRoutes } from './now';
import { metricRoutes } from './metrics';
import { notificationRoutes } from './notifications';
import { searchRoutes } from './search';
import { switchRoutes } from './switches';
import { openApiDocument, withOpenApi } from './openapi';
import type { OperatorRoute } from './route';

export interface OperatorDeps {
  readonly access: Access;
  readonly policies: PolicyStore;
  readonly decisions: DecisionRecords;
  readonly runs: Reports;
  readonly incidents: Reports;
  readonly deadLetters: DeadLetters;
  /** For events of the platform that are replayed. */
  readonly eventHandlers: EventHandlers;
  readonly intake: Intake;
  /** Only resources of these subscriptions are taken from a message that is replayed. */
  readonly subscriptions: ReadonlySet<string>;
  readonly procedures: ReadonlyMap<string, Procedure>;
  readonly verifyLedger: () => Promise<Verification>;
  /** Where orders are entered, and decisions are listed from. */
  readonly ledger: Ledger;
  /** See `createRecentChanges` and `createRecentHistory`. */
  readonly recentChanges: RecentEntries;
  readonly recentHistory: RecentEntries;
  readonly documents: Documents;
  /** Tags of resources, and what there is. */
  readonly tags: ResourceTags;
  readonly inventory: Pick<Inventory, 'find' | 'remembered'>;
  readonly evidence: EvidenceReading;
  /** What the platform measures. */
  readonly metrics: ResourceMetrics;
  readonly approvals: Approvals;
  /** How people are told, and what did not reach them. */
  readonly outbox: Outbox;
  /** What is known of the stacks; without a manifest they are not known here. */
  readonly stacks: {
    readonly manifests: ManifestStore | undefined;
    readonly drifts: Drifts;
    readonly fieldDecisions: FieldDecisions;
  };
  readonly scaling: ScalingDesk;
  /** Where backups are looked at, and drills and restores are ordered. */
  readonly backup: BackupDesk;
  /** Where orders about DNS are given; absent without a document of it. */
  readonly dns: DnsDesk | undefined;
  /** Where rotations of secrets are ordered. */
  readonly rotation: RotationDesk | undefined;
  /** What this deployment is. */
  readonly deployment: {
    readonly environment: string;
    /** Seconds of {@link OperatorDeps.clock} in a real one: 1 except on the local platform, whose clock can run faster. */
    readonly clockSpeed: number;
  };
  readonly clock: Clock;
  readonly log: Log;
}

/** The routes of the operator API, as data: doors are registered from it, and so is whatever lists them. */
export function operatorRoutes(deps: OperatorDeps): readonly OperatorRoute[] {
  return withOpenApi(deps, [
    ...hereRoutes(deps),
    ...nowRoutes(deps),
    ...searchRoutes(deps),
    ...metricRoutes(deps),
    ...lookingRoutes(deps),
    ...actingRoutes(deps),
    ...switchRoutes(deps),
    ...guardRoutes(deps),
    ...approvalRoutes(deps),
    ...notificationRoutes(deps),
    ...dnsRoutes(deps),
    ...explainingRoutes(deps),
    ...exportRoutes(deps),
    ...evidenceRoutes(deps),
    ...scalingRoutes(deps),
    ...backupRoutes(deps),
    ...rotationRoutes(deps),
    ...stackRoutes(deps),
    ...libraryRoutes(deps),
    ...deadLetterRoutes(deps),
  ]);
}

/** The description of the operator API, for whoever has no app at hand. */
export function operatorApi(): ReturnType<typeof openApiDocument> {
  // Routes ask for what they stand on only when they are called.
  const nothing = new Proxy({} as OperatorDeps, {
    get: (_, name) => {
      throw new InvariantError(`a route asks for ${String(name)} before it is called`);
    },
  });
  return openApiDocument(operatorRoutes(nothing));
}
