import type { z } from 'zod';
import type { limitsSchema } from '../../guard';
import { handler } from '../../kernel/activity';
import type { Clock } from '../../kernel/clock';
import { hashOf } from '../../kernel/hash';
import type { ResourceId } from '../../kernel/resource-id';
import type { Ledger } from '../../ledger';
import type { Notifications } from '../../ports/notifications';
import type { Restoring } from '../../ports/restoring';
import { isGood, type Catalogue } from '../catalogue';
import type { RecoveryPoint } from '../model';
import { sourcesOf } from '../sources';
import { noteRestoreContract, planRestoreContract, recordRestoreContract } from './contract';
import type { RestoreOrder, RestorePlan } from './model';
import { planRestore, planUndo, restoreIdentity, type Planned } from './plan';
import type { RestoreRecords } from './records';

/** The limits of the guard for an action on a resource, and how long it may wait for its turn. */
export type LimitsFor = (
  environment: string,
  target: ResourceId,
) => Promise<{ readonly limits: z.infer<typeof limitsSchema>; readonly patienceSeconds: number }>;

export interface RestorePorts {
  readonly catalogue: Catalogue;
  readonly restoring: Restoring;
  readonly records: RestoreRecords;
  readonly ledger: Pick<Ledger, 'append'>;
  readonly notifications: Notifications;
  readonly limitsFor: LimitsFor;
  readonly clock: Clock;
}

/** What would be done for an order, from the catalogue and the platform as they are now. Reads only. */
export async function plannedRestore(
  { catalogue, restoring, records, clock }: Pick<RestorePorts, 'catalogue' | 'restoring' | 'records' | 'clock'>,
  order: RestoreOrder,
  abort: AbortSignal,
): Promise<Planned> {
  const impossible = (reason: string): Planned => ({ kind: 'impossible', reasons: [reason] });
  const { request, restoreId } = order;
  if (order.undoes !== null) {
    const undone = await records.get(order.undoes);
    if (undone?.plan == null || undone.report?.result !== 'restored') {
      return impossible(`there is no restore ${order.undoes} that was carried out`);
    }
    const machine = await restoring.machine(undone.plan.target, abort);
    return planUndo(undone.plan, machine, restoreId, clock.now());
  }
  const document = await catalogue.item(request.item);
  if (document === undefined) {
    return impossible(`${request.item} is not in the catalogue of recovery points`);
  }
  const isUsable = (one: RecoveryPoint): boolean => isGood(one) && one.tombstone === null;
  const wanted = request.point ?? order.newest;
  const point =
    wanted === undefined ? document.points.findLast(isUsable) : document.points.find(({ id }) => id === wanted);
  if (point === undefined) {
    return impossible(
      wanted === undefined ? 'there is no good recovery point' : `there is no recovery point ${wanted}`,
    );
  }
  if (request.point === undefined && !isUsable(point)) {
    return impossible(
      `point ${point.id} failed its drill or is to be deleted: order the restore again, from a newer point`,
    );
  }
  const machine = document.kind === 'machine' ? await restoring.machine(request.item, abort) : undefined;
  const sources = await sourcesOf(restoring, point, abort);
  return planRestore(request, { point, machine, sources }, restoreId, clock.now());
}

/** A plan's hash: what people approve. */
export const restoreHash = (plan: RestorePlan): string => hashOf(restoreIdentity(plan));

/** The activities of restores. */
export function restoreActivities(ports: RestorePorts) {
  const { records, ledger, notifications, limitsFor } = ports;
  return {
    plan: handler(planRestoreContract, async (order, abort) => {
      const planned = await plannedRestore(ports, order, abort);
      if (planned.kind !== 'plan') {
        return { kind: planned.kind, reasons: [...planned.reasons] };
      }
      const { plan } = planned;
      const { limits, patienceSeconds } = await limitsFor(order.environment, plan.target);
      return { kind: 'plan' as const, plan, planHash: restoreHash(plan), limits, patienceSeconds };
    }),

    note: handler(noteRestoreContract, async ({ order, plan, planHash }) => {
      await records.keep(order, { plan, planHash });
      const { restoreId, askedBy, undoes } = order;
      const { kind, target, point, takenAt, before, makes } = plan;
      const data = { kind, target, point, takenAt, before, makes, planHash, undoes, askedBy: askedBy.name };
      await ledger.append([{ id: `restore.begun:${restoreId}`, kind: 'restore.begun', subject: target, data }]);
      return {};
    }),

    record: handler(recordRestoreContract, async ({ report, order, plan }) => {
      await records.keep(order, { report, ...(plan === null ? {} : { plan, planHash: restoreHash(plan) }) });
      const { id, result, reasons, restoreSeconds, approvedBy, kept, undoes, finishedAt, planHash } = report;
      const target = plan?.target ?? order.request.item;
      const data = {
        kind: order.request.kind,
        target,
        point: plan?.point ?? null,
        result,
        reasons: reasons.slice(0, 10),
        restoreSeconds,
        phases: report.phases.map(({ name, seconds }) => ({ name, seconds })),
        approvedBy,
        askedBy: order.askedBy.name,
        kept,
        undoes,
        planHash,
        finishedAt,
      };
      await ledger.append([{ id: `restore.finished:${id}`, kind: 'restore.finished', subject: target, data }]);
      if (result === 'failed' || result === 'rolled-back') {
        const name = target.slice(target.lastIndexOf('/') + 1);
        await notifications.tell({
          key: `restore:${id}`,
          kind: 'backup',
          severity: 'critical',
          environment: order.environment,
          title:
            `The restore of ${name} ${result === 'failed' ? 'failed half-way' : 'went wrong and was taken back'}`.slice(
              0,
              200,
            ),
          text: [
            result === 'failed'
              ? `The restore ${id} could not be carried out and not be taken back: look at ${name} now. Its own disks are kept; the record of the restore names them.`
              : `The restore ${id} was taken back; ${name} has its own disks again.`,
            ...reasons,
          ]
            .join(' ')
            .slice(0, 2000),
        });
      }
      return {};
    }),
  };
}

export type RestoreActivities = ReturnType<typeof restoreActivities>;
