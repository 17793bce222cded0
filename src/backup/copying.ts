import { handler } from '../kernel/activity';
import { isoOf, type Iso8601 } from '../kernel/clock';
import { describeError, TransientError } from '../kernel/errors';
import { uuidOf } from '../kernel/hash';
import { parseResourceId, type ResourceId } from '../kernel/resource-id';
import type { AskResult } from '../ports/recovery-points';
import { inTurn } from './catalogue';
import { copyContract } from './contract';
import { retained, withCopy } from './item.plan';
import type { ItemDocument, PointCopy, RecoveryPoint } from './model';
import type { BackupPorts, Stops } from './ports';

/** A copy that fails is tried again under another name, so many times. */
const mostAttempts = 5;
/** What gets no further for so long is given up and tried again. A whole disk may cross a continent. */
const stuckMillis = 24 * 3_600_000;
/** So many items are looked at in one go. */
const itemsAtOnce = 200;

interface Looked {
  readonly copy: PointCopy;
  readonly point: RecoveryPoint;
}

/** The activity that copies points to their second region: oldest first, one at a time for each resource. */
export function copyingActivities(ports: BackupPorts) {
  const { catalogue, clock, points } = ports;

  /** How a copy under way is doing now. */
  async function look({ copy }: Looked, abort: AbortSignal): Promise<PointCopy> {
    const sights = await Promise.all(copy.parts.map(({ snapshot }) => points.snapshot(snapshot, abort)));
    const now = isoOf(clock.now());
    const bad = sights.find((sight) => sight?.problem != null || sight?.provisioningState === 'failed');
    if (bad !== undefined) {
      return again(copy, bad.problem ?? 'the platform says that it failed');
    }
    if (sights.every((sight) => sight?.provisioningState === 'succeeded' && sight.percent >= 100)) {
      return { ...copy, state: 'complete', completedAt: now, problem: null };
    }
    const age = Date.parse(now) - Date.parse(copy.startedAt ?? now);
    if (age > stuckMillis) {
      return again(copy, `not complete a day after ${copy.startedAt ?? ''}`);
    }
    const absent = sights.some((sight) => sight === undefined);
    return absent && age > 600_000 ? again(copy, 'it was accepted, and is not there') : copy;
  }

  async function begin(
    { copy, point }: Looked,
    item: ItemDocument,
    abort: AbortSignal,
  ): Promise<[PointCopy, AskResult[]]> {
    const tags = {
      'managed-by': 'caretaker',
      'caretaker-item': item.item,
      'caretaker-point': point.id,
      'caretaker-tier': point.tier,
      'caretaker-copy-of': point.location,
    };
    const results = await Promise.all(
      copy.parts.map(({ source, snapshot: id }) =>
        points.copy({ id, source, location: copy.location, tags }, uuidOf('copy', id), abort),
      ),
    );
    const refused = results.find((result) => result.kind === 'refused');
    if (refused !== undefined) {
      return [again(copy, `${refused.refusal.code}: ${refused.refusal.message}`), results];
    }
    // Some parts may be under way and others have to wait: asked again by name, which starts nothing twice.
    const waits = results.some((result) => result.kind === 'later');
    return [waits ? copy : { ...copy, state: 'copying', startedAt: isoOf(clock.now()) }, results];
  }

  return {
    copy: (stops: Stops) =>
      handler(copyContract, async ({ subscriptionId, most }, abort) => {
        const policy = await ports.policy();
        const waiting = (await catalogue.summaries())
          .filter(({ item, copying }) => copying && parseResourceId(item)?.parts.subscriptionId === subscriptionId)
          .map(({ item }) => item)
          .sort();
        const stopped = await stops(waiting);
        let room = most;
        let started = 0;
        let underWay = 0;
        let retryAfterSeconds: number | null = null;
        let seen: { remaining: number; at: number } | null = null;
        const free = waiting.filter((item) => !stopped.has(item)).slice(0, itemsAtOnce);
        const changes: { item: ResourceId; point: string; location: string; copy: PointCopy }[] = [];
        await inTurn(
          free,
          async (id) => {
            const item = await catalogue.item(id);
            for (const looked of item === undefined ? [] : turns(item)) {
              const { point } = looked;
              let { copy } = looked;
              try {
                if (copy.state === 'copying') {
                  copy = await look(looked, abort);
                  underWay += copy.state === 'copying' ? copy.parts.length : 0;
                } else if (room >= copy.parts.length && retryAfterSeconds === null) {
                  room -= copy.parts.length;
                  const [next, results] = await begin(looked, item as ItemDocument, abort);
                  copy = next;
                  started += results.filter(({ kind }) => kind === 'accepted').length;
                  for (const result of results) {
                    if (result.remainingWrites !== null) {
                      seen = { remaining: result.remainingWrites, at: clock.now() };
                    }
                    if (result.kind === 'later') {
                      retryAfterSeconds = Math.max(retryAfterSeconds ?? 0, result.retryAfterSeconds);
                    }
                  }
                }
              } catch (error) {
                if (!(error instanceof TransientError)) {
                  throw error;
                }
                // A region that does not answer must not hold up the copies to others; its own wait.
                ports.log.warn('a copy waits', { item: id, point: point.id, error: describeError(error) });
              }
              if (copy !== looked.copy) {
                changes.push({ item: id, point: point.id, location: copy.location, copy });
              }
            }
          },
          8,
        );
        await catalogue.changeMany(
          changes.map(({ item, point, location, copy }) => ({
            item,
            alter: (before) =>
              before === undefined
                ? undefined
                : retained(
                    withCopy(before, point, location, () => copy),
                    policy,
                    clock.now(),
                  ),
          })),
        );
        return { started, underWay, waiting: waiting.length, seen, retryAfterSeconds };
      }),
  };
}

/** A copy that has to be tried again under another name, or is given up. Pure. */
function again(copy: PointCopy, problem: string): PointCopy {
  const attempts = copy.attempts + 1;
  const leftovers = [...copy.leftovers, ...copy.parts.map(({ snapshot }) => snapshot)];
  const base = (id: ResourceId): string => id.replace(/-r\d+$/, '');
  return {
    ...copy,
    attempts,
    leftovers,
    state: attempts >= mostAttempts ? 'failed' : 'queued',
    startedAt: null as Iso8601 | null,
    problem: problem.slice(0, 500),
    parts: copy.parts.map(({ source, snapshot }) => ({
      source,
      snapshot: `${base(snapshot)}-r${attempts}` as ResourceId,
    })),
  };
}

/** The copies of an item whose turn it is: for each region the oldest that is not done. */
export function turns(item: ItemDocument): Looked[] {
  const first = new Map<string, Looked>();
  for (const point of item.points) {
    for (const copy of point.copies) {
      if ((copy.state === 'copying' || copy.state === 'queued') && !first.has(copy.location)) {
        first.set(copy.location, { copy, point });
      }
    }
  }
  return [...first.values()];
}
