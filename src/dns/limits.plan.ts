import type { Change, ChangeLimits, CheckedReason, ZonePlan } from './model';

/** Types that decide over mail, delegation and certificates: a person always looks at them. */
const sensitive: ReadonlySet<string> = new Set(['NS', 'MX', 'CAA']);

const percent = (share: number): string => `${Number((share * 100).toFixed(1))} %`;

/**
 * What speaks against carrying a change set out by itself. `stop`: it is refused, and only another document (or other limits
 * in it) helps. `ask`: a person has to approve it. Pure.
 */
export function changeReasons(input: {
  readonly zone: string;
  readonly changes: readonly Change[];
  readonly counts: ZonePlan['counts'];
  readonly limits: ChangeLimits;
}): CheckedReason[] {
  const { zone, changes, limits } = input;
  const { creates, updates, deletes, ours } = input.counts;
  const found: CheckedReason[] = [];
  const stop = (check: CheckedReason['check'], text: string): void => void found.push({ check, answer: 'stop', text });
  const share = (what: string, count: number, most: number): void => {
    if (ours >= limits.shareFrom && count > most * ours) {
      stop(
        'share',
        `would ${what} ${count} of our ${ours} records (${percent(count / ours)}); at most ${percent(most)}`,
      );
    }
  };
  share('change', updates, limits.updateShare);
  share('delete', deletes, limits.deleteShare);
  const absolute = (what: string, count: number, most: number): void => {
    if (count > most) {
      stop('limit', `would ${what} ${count} records; at most ${most} in one change set`);
    }
  };
  absolute('create', creates, limits.maxCreates);
  absolute('change', updates, limits.maxUpdates);
  absolute('delete', deletes, limits.maxDeletes);
  if (deletes > 1 && deletes === ours && creates === 0) {
    stop('emptied', `would delete every record of ours in ${zone}`);
  }
  const touched = new Map<string, { readonly name: string; readonly type: string }>();
  for (const change of changes) {
    const { name, type } = change.kind === 'delete' ? change.before : change.record;
    if (name === zone || sensitive.has(type)) {
      touched.set(`${name} ${type}`, { name, type });
    }
  }
  for (const { name, type } of [...touched.values()].slice(0, 10)) {
    const what = name === zone ? `the apex (${type})` : `${type} of ${name}`;
    found.push({ check: 'sensitive', answer: 'ask', text: `changes ${what}, which a person always approves` });
  }
  const taken = changes.filter((change) => change.kind === 'update' && change.takeover).length;
  if (taken > 0) {
    found.push({ check: 'takeover', answer: 'ask', text: `takes over ${taken} records of somebody else` });
  }
  return found;
}
