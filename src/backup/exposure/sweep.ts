import type { Json } from '../../kernel/canonical-json';
import { isoOf, type Clock, type EpochMillis } from '../../kernel/clock';
import { ConflictError, describeError } from '../../kernel/errors';
import type { Log } from '../../kernel/log';
import { parseResourceId, type ResourceId } from '../../kernel/resource-id';
import type { Documents } from '../../ports/documents';
import type { LedgerLogs } from '../../ports/ledger-logs';
import type { Notifications } from '../../ports/notifications';
import type { RecoveryPoints } from '../../ports/recovery-points';
import type { Catalogue } from '../catalogue';
import type { DrillRecords } from '../drill/records';
import { selectItems, type Glob, type Selected } from '../plan';
import type { BackupPolicy } from '../policy.model';
import { complianceHtml } from '../report/html';
import { historySchema, measurementSchema, type Compliance, type Measurement, type Sample } from '../report/model';
import { complianceOf, measure, sampleOf } from '../report/plan';
import type { Exposure } from './model';
import { createPeakHistory } from './peaks';
import { historyOf, type ExposureHistory, type HistoryWindow } from './peaks.plan';

export interface ExposurePorts {
  readonly policy: () => Promise<BackupPolicy>;
  readonly catalogue: Catalogue;
  readonly drills: DrillRecords;
  readonly points: Pick<RecoveryPoints, 'machines' | 'disks'>;
  readonly documents: Documents;
  /** Where reports are put for good: texts that can only be added. */
  readonly reports: Pick<LedgerLogs, 'append' | 'read'>;
  readonly notifications: Notifications;
  readonly glob: Glob;
  readonly clock: Clock;
  readonly log: Log;
  readonly subscriptions: ReadonlySet<string>;
  readonly environment: string;
  /** The environment that a resource lies in; that of the deployment when it lies in none. */
  readonly environmentOf: (resource: ResourceId) => Promise<string>;
}

/** Looks how exposed everything is, tells people before a promise breaks, and reports. */
export interface Exposures {
  /** Measures, without keeping or telling anything. */
  measure(abort: AbortSignal): Promise<Measurement>;
  /** Measures, tells people what they must know, and adds to the history. Telling is idempotent by what is told. */
  sweep(abort: AbortSignal): Promise<Measurement>;
  /** What the last sweep saw; `undefined` before the first. */
  latest(): Promise<Measurement | undefined>;
  /** The report, with the history of so many days. Measures anew. */
  report(days: number, abort: AbortSignal): Promise<Compliance>;
  /**
   * How exposed each resource was over time: reads at most 32 documents of days beside the summaries of the catalogue. Each day's document
   * takes about 100 bytes for a resource.
   */
  history(window: HistoryWindow): Promise<ExposureHistory>;
  /** Writes the day's report, as JSON and as a page, where nothing is changed any more. Once a day; gives its path without ending. */
  publish(abort: AbortSignal): Promise<string>;
  /** A resource has come or changed: says so when nothing protects it. */
  noticed(resource: ResourceId, abort: AbortSignal): Promise<void>;
}

const currentPath = 'backup/exposure/current.json';
const historyPath = (day: string): string => `backup/exposure/history/${day}.json`;
const conflictLimit = 20;
/** Two looks of one quarter of an hour are one sample. */
const sampleMillis = 600_000;

/** Makes the sweep. */
export function createExposures(ports: ExposurePorts): Exposures {
  const { catalogue, drills, points, documents, reports, notifications, glob, clock, log, subscriptions } = ports;
  const asJson = (value: unknown): Json => JSON.parse(JSON.stringify(value)) as Json;
  const peaks = createPeakHistory(documents, clock);

  /** What the policy makes of all there is. What drills made is nobody's to protect. */
  async function selected(
    policy: BackupPolicy,
    abort: AbortSignal,
  ): Promise<Pick<Selected, 'unprotected' | 'excluded'>> {
    const groups = new Set(Object.values(policy.drills?.groups ?? {}).map((group) => group.toLowerCase()));
    const found = await Promise.all(
      [...subscriptions].map(async (id) => {
        const [machines, disks] = await Promise.all([points.machines(id, abort), points.disks(id, abort)]);
        return selectItems(policy, machines, disks, glob, clock.now());
      }),
    );
    const ours = (item: ResourceId): boolean => groups.has(parseResourceId(item)?.parts.resourceGroup ?? '');
    return {
      unprotected: found.flatMap((one) => one.unprotected).filter(({ item }) => !ours(item)),
      excluded: found.flatMap((one) => one.excluded),
    };
  }

  async function look(abort: AbortSignal) {
    const policy = await ports.policy();
    const [summaries, index, { unprotected, excluded }] = await Promise.all([
      catalogue.summaries(),
      drills.index(),
      selected(policy, abort),
    ]);
    const measured = measure({
      policy,
      summaries,
      drills: index,
      unprotected: [...unprotected],
      excluded: [...excluded],
      now: clock.now(),
    });
    return { ...measured, summaries };
  }

  async function tell(exposure: Exposure): Promise<void> {
    const { resource, standing, newestPoint, breachAt, lastChanceAt, reasons, tier } = exposure;
    if (standing === 'kept') {
      return;
    }
    const name = resource.slice(resource.lastIndexOf('/') + 1);
    const isBroken = standing === 'breached';
    await notifications.tell({
      // One word for each point that grows too old and each way in which it is: not one at every look.
      key: `backup-exposure:${resource}:${newestPoint ?? 'none'}:${standing}`,
      kind: 'backup',
      severity: isBroken ? 'critical' : 'warning',
      environment: await ports.environmentOf(resource),
      title: (isBroken
        ? `${name} has no recovery point that is young enough`
        : `${name} will break its recovery point objective`
      ).slice(0, 200),
      text: [
        isBroken
          ? `The objective of tier ${tier} was broken at ${breachAt}.`
          : `The objective of tier ${tier} breaks at ${breachAt} unless a point is begun by ${lastChanceAt}.`,
        ...reasons,
      ]
        .join(' ')
        .slice(0, 2000),
      facts: [
        { name: 'breach', value: breachAt },
        { name: 'last chance', value: lastChanceAt },
        { name: 'newest good point', value: exposure.newestAt ?? 'none' },
      ],
    });
  }

  async function tellUnprotected(item: ResourceId, reason: string): Promise<void> {
    await notifications.tell({
      key: `backup-unprotected:${item}:${reason.slice(0, 60)}`,
      kind: 'backup',
      severity: 'warning',
      environment: await ports.environmentOf(item),
      title: `Nothing protects ${item.slice(item.lastIndexOf('/') + 1)}`.slice(0, 200),
      text: `${item}: ${reason}. Give it the tag that the backup policy selects by, or exclude it with a reason and an end.`.slice(
        0,
        2000,
      ),
    });
  }

  async function remember(sample: Sample): Promise<void> {
    const day = sample.at.slice(0, 10);
    for (let attempt = 0; attempt < conflictLimit; attempt += 1) {
      const stored = await documents.get(historyPath(day));
      const samples = stored === undefined ? [] : historySchema.parse(stored.value).samples;
      const newest = samples.at(-1);
      if (newest !== undefined && Date.parse(sample.at) - Date.parse(newest.at) < sampleMillis) {
        return;
      }
      const value = asJson({ version: 1, day, samples: [...samples, sample] });
      const done =
        stored === undefined
          ? (await documents.create(historyPath(day), value)).kind === 'created'
          : (await documents.replace(historyPath(day), value, stored.etag)).kind === 'replaced';
      if (done) {
        return;
      }
    }
    throw new ConflictError('HistoryContended', `others keep changing the exposure of ${day}`);
  }

  async function history(days: number): Promise<Sample[]> {
    const found: Sample[] = [];
    for (let back = days - 1; back >= 0; back -= 1) {
      const day = isoOf((clock.now() - back * 86_400_000) as EpochMillis).slice(0, 10);
      const stored = await documents.get(historyPath(day));
      found.push(...(stored === undefined ? [] : historySchema.parse(stored.value).samples));
    }
    return found;
  }

  const exposures: Exposures = {
    measure: async (abort) => (await look(abort)).measurement,
    async sweep(abort) {
      const { measurement, exposures: all, summaries } = await look(abort);
      for (const one of all) {
        await tell(one);
      }
      for (const { item, reason } of measurement.unprotected) {
        await tellUnprotected(item, reason);
      }
      await remember(sampleOf(measurement));
      await peaks.remember(Date.parse(measurement.at) as EpochMillis, all, summaries);
      const value = asJson(measurement);
      const stored = await documents.get(currentPath);
      // Whoever is later has seen more: a lost race here loses nothing.
      await (stored === undefined
        ? documents.create(currentPath, value)
        : documents.replace(currentPath, value, stored.etag));
      return measurement;
    },
    async latest() {
      const stored = await documents.get(currentPath);
      return stored === undefined ? undefined : measurementSchema.parse(stored.value);
    },
    async report(days, abort) {
      const [measurement, samples] = await Promise.all([exposures.measure(abort), history(days)]);
      return complianceOf(measurement, samples, ports.environment);
    },
    async history(window) {
      const [{ tiers }, summaries, days] = await Promise.all([
        ports.policy(),
        catalogue.summaries(),
        peaks.read(window),
      ]);
      const resources = summaries.flatMap(({ item, tier, orphanedAt }) =>
        orphanedAt === null && tiers[tier] !== undefined ? [{ resource: item, tier }] : [],
      );
      return historyOf({ window, days, resources, tiers: Object.keys(tiers), now: clock.now() });
    },
    async publish(abort) {
      const path = `reports/backup/${isoOf(clock.now()).slice(0, 10)}`;
      const report = await exposures.report(30, abort);
      // `conflict` says that the day has its report already.
      await reports.append(`${path}.json`, JSON.stringify(report), 0);
      await reports.append(`${path}.html`, complianceHtml(report), 0);
      return path;
    },
    async noticed(resource, abort) {
      try {
        const { unprotected } = await selected(await ports.policy(), abort);
        const found = unprotected.find(({ item }) => item === resource);
        if (found !== undefined) {
          await tellUnprotected(found.item, found.reason);
        }
      } catch (error) {
        // The sweep finds it within a quarter of an hour; a queue full of events that fail helps nobody.
        log.warn('a new resource could not be looked at; the next sweep does it', { error: describeError(error) });
      }
    },
  };
  return exposures;
}
