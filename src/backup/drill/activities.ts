import { handler } from '../../kernel/activity';
import { isoOf, type Clock } from '../../kernel/clock';
import type { ResourceId } from '../../kernel/resource-id';
import type { Ledger } from '../../ledger';
import type { Notifications } from '../../ports/notifications';
import type { OwnedResource, Restoring } from '../../ports/restoring';
import { inTurn, summaryOf, type Catalogue } from '../catalogue';
import { exposureOfItem } from '../exposure/promised.plan';
import { withProof } from '../item.plan';
import type { ItemDocument, RecoveryPoint } from '../model';
import type { BackupPolicy } from '../policy.model';
import { sourcesOf } from '../sources';
import { findLeftoversContract, planDrillContract, recordDrillContract, reportSweepContract } from './contract';
import type { DrillReport } from './model';
import { pickPoint, planDrill } from './plan';
import type { DrillRecords } from './records';

export interface DrillPorts {
  readonly policy: () => Promise<BackupPolicy>;
  readonly catalogue: Catalogue;
  readonly restoring: Restoring;
  readonly records: DrillRecords;
  readonly ledger: Pick<Ledger, 'append'>;
  readonly notifications: Notifications;
  readonly clock: Clock;
  /** Subscriptions whose drill groups are swept. */
  readonly subscriptions: ReadonlySet<string>;
  /** Environment for what is found without a record. */
  readonly environment: string;
}

/** The activities of drills. */
export function drillActivities(ports: DrillPorts) {
  const { policy, catalogue, restoring, records, ledger, notifications, clock, subscriptions, environment } = ports;

  /** Marks the point, once. What was found out first counts: a later attempt at the same record changes nothing. */
  async function mark(report: DrillReport, rules: BackupPolicy): Promise<void> {
    const { id, item, point, result, restoreSeconds, finishedAt, reasons } = report;
    if (point === null || result === 'inconclusive') {
      return;
    }
    const proof = {
      verdict: result,
      at: finishedAt,
      drill: id,
      restoreSeconds,
      reason: (reasons[0] ?? '').slice(0, 500),
    };
    await catalogue.change(item, (before) => {
      const marked = before?.points.find((one) => one.id === point);
      if (before === undefined || marked === undefined || marked.proof?.drill === id) {
        return undefined;
      }
      return withProof(before, point, proof, rules, clock.now());
    });
  }

  return {
    plan: handler(planDrillContract, async (order, abort) => {
      const known = await records.get(order.drillId);
      if (known?.plan != null) {
        return { kind: 'plan' as const, plan: known.plan };
      }
      const [rules, document] = await Promise.all([policy(), catalogue.item(order.item)]);
      const impossible = (
        fault: 'point' | 'drill',
        reasons: readonly string[],
        about: { readonly document?: ItemDocument; readonly point?: RecoveryPoint } = {},
      ) => ({
        kind: 'impossible' as const,
        fault,
        tier: about.document?.tier ?? null,
        point: about.point?.id ?? null,
        takenAt: about.point?.takenAt ?? null,
        reasons: reasons.map((reason) => reason.slice(0, 512)),
      });
      if (document === undefined) {
        return impossible('drill', [`${order.item} is not in the catalogue of recovery points`]);
      }
      const point = pickPoint(document, order.pick, order.point, order.drillId);
      if (point === undefined) {
        const reason =
          order.point === null ? 'there is no complete point' : `there is no complete point ${order.point}`;
        return impossible('drill', [reason], { document });
      }
      const machine = document.kind === 'machine' ? await restoring.machine(order.item, abort) : undefined;
      const sources = await sourcesOf(restoring, point, abort);
      const planned = planDrill(order, { document, point, machine, sources }, rules, clock.now());
      if (planned.kind === 'impossible') {
        await records.plan(order, null);
        return impossible(planned.fault, planned.reasons, { document, point });
      }
      const kept = await records.plan(order, planned.plan);
      return { kind: 'plan' as const, plan: kept.plan ?? planned.plan };
    }),

    record: handler(recordDrillContract, async (report) => {
      const { id, item, tier, point, result, pick, finishedAt, restoreSeconds } = report;
      const rules = await policy();
      const exposed = async () => {
        const [document, index] = await Promise.all([catalogue.item(item), records.index()]);
        const measured = (index.items[item]?.drills ?? []).flatMap((one) => one.restoreSeconds ?? []);
        return document === undefined ? undefined : exposureOfItem(rules, summaryOf(document), measured, clock.now());
      };
      const known = await records.get(id);
      const before = known?.promise?.before ?? (await exposed());
      if (known !== undefined && known.promise === null && before !== undefined) {
        // Kept before the point is marked, so that another attempt at this does not take the outcome for the beginning.
        await records.change(id, (document) => ({ ...document, promise: { before, after: before } }));
      }
      await mark(report, rules);
      await records.note(item, tier, { id, at: finishedAt, result, pick, point, restoreSeconds });
      const after = await exposed();
      const promise = before === undefined || after === undefined ? null : { before, after };
      const alter = <Document extends object>(document: Document) => ({ ...document, report, promise });
      const changed = await records.change(id, alter);
      if (changed === undefined) {
        const { environment: env, askedBy } = report;
        await records.plan({ drillId: id, environment: env, item, pick, point, askedBy }, null);
        await records.change(id, alter);
      }
      const data = {
        item,
        tier,
        pick,
        point,
        takenAt: report.takenAt,
        result,
        reasons: report.reasons.slice(0, 10),
        restoreSeconds,
        promisedSeconds: report.promisedSeconds,
        phases: report.phases.map(({ name, seconds }) => ({ name, seconds })),
        askedBy: report.askedBy.name,
        finishedAt,
        newestGoodPoint: after?.newestAt ?? null,
        standing: after?.standing ?? null,
      };
      await ledger.append([{ id: `drill.finished:${id}`, kind: 'drill.finished', subject: item, data }]);
      if (result !== 'proven') {
        const name = item.slice(item.lastIndexOf('/') + 1);
        await notifications.tell({
          key: `drill:${id}`,
          kind: 'backup',
          severity: result === 'failed' ? 'critical' : 'warning',
          environment: report.environment,
          title:
            result === 'failed'
              ? `No restore from a recovery point of ${name}`.slice(0, 200)
              : `A drill of ${name} told nothing`.slice(0, 200),
          text: [
            result === 'failed'
              ? `The drill ${id} could not bring ${name} up from the point of ${report.takenAt ?? 'an unknown time'}. The point is marked as failed and no longer counts.`
              : `The drill ${id} could not be carried out.`,
            ...report.reasons,
            ...(after === undefined ? [] : after.reasons),
          ]
            .join(' ')
            .slice(0, 2000),
          facts: [
            { name: 'point', value: point ?? '-' },
            { name: 'newest good point', value: after?.newestAt ?? 'none' },
            { name: 'newest proven point', value: after?.provenAt ?? 'none' },
          ],
        });
      }
      return {};
    }),

    leftovers: handler(findLeftoversContract, async (_, abort) => {
      const rules = await policy();
      const groups = Object.values(rules.drills?.groups ?? {}).flatMap((group) =>
        [...subscriptions].map((id) => `/subscriptions/${id}/resourcegroups/${group.toLowerCase()}` as ResourceId),
      );
      const owned = (await inTurn(groups, (group) => restoring.owned(group, abort))).flat();
      const works = new Map<string, OwnedResource[]>();
      // Only drills live in these groups; what else carries a mark there is not ours to remove.
      for (const one of owned.filter(({ owner }) => owner.work.startsWith('drill-'))) {
        works.set(one.owner.work, [...(works.get(one.owner.work) ?? []), one]);
      }
      const now = isoOf(clock.now());
      const found = await inTurn([...works], async ([work, resources]) => {
        const document = await records.get(work);
        const [first] = resources as [OwnedResource];
        const isOver = document?.report != null || first.owner.until < now;
        return isOver
          ? [
              {
                owner: first.owner,
                environment: document?.order.environment ?? environment,
                resources: resources.map(({ id }) => id).slice(0, 80),
              },
            ]
          : [];
      });
      return { works: found.flat().slice(0, 50) };
    }),

    swept: handler(reportSweepContract, async ({ work, environment: where, removed, problem }) => {
      await records.change(work, (before) =>
        before.report === null || problem !== null ? before : { ...before, report: { ...before.report, left: [] } },
      );
      await notifications.tell({
        key: `drill-sweep:${work}:${problem === null ? 'removed' : 'left'}`,
        kind: 'backup',
        severity: 'warning',
        environment: where,
        title: problem === null ? `Leftovers of ${work} are removed` : `Leftovers of ${work} cannot be removed`,
        text:
          problem === null
            ? `${removed.length} resource(s) of a drill that had ended were still there, and are gone now.`
            : `Somebody has to remove them: ${problem}`,
      });
      return {};
    }),
  };
}

export type DrillActivities = ReturnType<typeof drillActivities>;
