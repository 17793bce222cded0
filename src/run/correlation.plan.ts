import type { Iso8601 } from '../kernel/clock';
import type { Correlation, Joined, Opening } from './correlation.model';
import type { IncidentReport } from './model';

/** So many signals are remembered with an incident; of more, one for each resource is. */
const mostJoined = 200;

/** Whether a signal joins the incident that is open: any but one that could act, where the open one only proposes. Pure. */
export function joins(state: Correlation | undefined, opening: Opening): state is Correlation & { open: object } {
  const open = state?.open ?? null;
  return (
    open !== null &&
    open.incidentId !== opening.incidentId &&
    open.signalId !== opening.signalId &&
    (open.mode === 'auto' || opening.mode === 'suggest')
  );
}

/** What is remembered once a signal has joined; `undefined` when that is so already. Pure. */
export function withJoined(state: Correlation, opening: Opening, at: Iso8601): Correlation | undefined {
  const { signalId, correlation, target } = opening;
  const isKnown = state.joined.some((one) => one.signalId === signalId);
  const isFull = state.joined.length >= mostJoined && state.joined.some((one) => one.target === target);
  return isKnown || isFull ? undefined : { ...state, joined: [...state.joined, { signalId, correlation, target, at }] };
}

/**
 * What is remembered once an incident is the open one; `undefined` when it is already. Who had joined one that ended without
 * saying so stays, and is looked after when this one ends. Pure.
 */
export function withOpened(state: Correlation | undefined, opening: Opening, at: Iso8601): Correlation | undefined {
  const { incidentId, signalId, target, mode, root, carried } = opening;
  if (state?.open?.signalId === signalId || state?.open?.incidentId === incidentId) {
    return undefined;
  }
  const joined = (state?.joined ?? []).filter((one) => one.signalId !== signalId);
  return { version: 1, root, open: { incidentId, signalId, target, mode, since: at, carried, after: null }, joined };
}

/**
 * Whether a signal that joined needs an incident of its own after all: it is about another resource, or nothing was done for
 * it because the first alert was resolved, or it came after the last look. That it is not resolved meanwhile is asked elsewhere. Pure.
 */
export function needsOwn(joined: Joined, report: Pick<IncidentReport, 'end' | 'order' | 'openedAt' | 'runs'>): boolean {
  const lastLook = report.runs.at(-1)?.finishedAt ?? report.openedAt;
  return joined.target !== report.order.target || report.end === 'resolved' || joined.at > lastLook;
}
