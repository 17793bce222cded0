import { epochOf, isoOf, type EpochMillis, type Iso8601 } from '../kernel/clock';
import type { FailoverGroup } from './document.model';
import type { Agreement, FailoverState, Hearsay, Move, OriginSighting, OriginState } from './failover.model';

/** The source that a failover group's record carries. */
export const failoverSource = (group: string): string => `failover/${group}`;

type Origin = FailoverGroup['origins'][number];

/** The origin that the record shall lead to. One that the document no longer names gives way to home. */
export function activeOrigin(group: FailoverGroup, state: FailoverState | undefined): Origin {
  return group.origins.find(({ name }) => name === state?.active) ?? homeOf(group);
}

const homeOf = (group: FailoverGroup): Origin => group.origins[0] as Origin;

/** Seconds that resolvers may keep the answer. */
export function ttlOf(group: FailoverGroup, state: FailoverState | undefined): number {
  return state?.watchful === true ? group.ttl.watchful : group.ttl.steady;
}

/** A group that nobody has looked at yet: home serves. */
export function firstState(group: FailoverGroup): FailoverState {
  return {
    version: 1,
    generation: 0,
    active: homeOf(group).name,
    watchful: false,
    origins: {},
    allDown: false,
    holdUntil: null,
    moves: [],
    frozen: null,
    hearsay: [],
    roundAt: null,
    begun: 0,
  };
}

/** Something that happened in a round and that people should hear about. */
export interface Happening {
  readonly kind: 'moved' | 'frozen' | 'all-down' | 'recovered' | 'watchful';
  readonly text: string;
}

export interface Round {
  readonly state: FailoverState;
  readonly happenings: readonly Happening[];
}

/**
 * What most of the places that were asked agree on. A strict majority of all of them is needed, so that places that could not
 * look speak for nobody: with three places two have to see the same.
 */
export function agreementOf(
  sightings: readonly OriginSighting[],
  hearsay: readonly Hearsay[],
): {
  readonly agreement: Agreement;
  readonly votes: OriginState['votes'];
} {
  const words = [...sightings.map(({ seen }) => seen), ...hearsay.map(({ seen }) => seen)];
  const count = (what: string): number => words.filter((word) => word === what).length;
  const votes = { healthy: count('healthy'), unhealthy: count('unhealthy'), unknown: count('unknown') };
  const needed = Math.floor(words.length / 2) + 1;
  const agreement =
    votes.healthy >= needed
      ? 'up'
      : votes.unhealthy >= needed
        ? 'down'
        : votes.healthy + votes.unhealthy >= needed
          ? 'disputed'
          : 'unknown';
  return { agreement, votes };
}

const epoch = (text: Iso8601): EpochMillis => epochOf(text) as EpochMillis;

/** Rounds of an origin after one more. What is disputed or unknown ends a row of either kind: doubt moves nothing. */
function afterRound(
  before: OriginState | undefined,
  sightings: readonly OriginSighting[],
  hearsay: readonly Hearsay[],
  at: Iso8601,
): OriginState {
  const { agreement, votes } = agreementOf(sightings, hearsay);
  return {
    agreement,
    votes,
    seen: sightings.map(({ vantage, seen, detail }) => ({ vantage, seen, detail: detail.slice(0, 300) })),
    consecutiveUp: agreement === 'up' ? (before?.consecutiveUp ?? 0) + 1 : 0,
    consecutiveDown: agreement === 'down' ? (before?.consecutiveDown ?? 0) + 1 : 0,
    upSince: agreement === 'up' ? (before?.upSince ?? at) : null,
  };
}

/**
 * One round of looking: takes what every place saw, and decides what the record shall lead to. Never moves on one look, on a
 * dispute, to an origin that is not well itself, within the hold-down, or when it has moved too often. Pure.
 */
export function round(
  group: FailoverGroup,
  before: FailoverState | undefined,
  sightings: readonly OriginSighting[],
  now: EpochMillis,
): Round {
  const at = isoOf(now);
  const old = before ?? firstState(group);
  const hearsay = old.hearsay.filter(({ until }) => epoch(until) > now);
  const origins = Object.fromEntries(
    group.origins.map(({ name }) => [
      name,
      afterRound(
        old.origins[name],
        sightings.filter(({ origin }) => origin === name),
        hearsay.filter(({ origin }) => origin === name),
        at,
      ),
    ]),
  );
  const active = activeOrigin(group, old).name;
  const looked: FailoverState = { ...old, active, origins, hearsay, roundAt: at };
  const allDown = group.origins.every(
    ({ name }) => (origins[name] as OriginState).consecutiveDown >= group.rounds.down,
  );
  const told: Happening[] = [];
  if (allDown && !old.allDown) {
    told.push({ kind: 'all-down', text: 'every origin is down; the last answer stays' });
  } else if (!allDown && old.allDown) {
    told.push({ kind: 'recovered', text: 'not every origin is down any more' });
  }
  const decided = decide(group, { ...looked, allDown }, now);
  return { state: decided.state, happenings: [...told, ...decided.happenings] };
}

function decide(group: FailoverGroup, state: FailoverState, now: EpochMillis): Round {
  const home = homeOf(group).name;
  const own = state.origins[state.active] as OriginState;
  const held = state.holdUntil !== null && epoch(state.holdUntil) > now;
  const well = (name: string): boolean => (state.origins[name]?.consecutiveUp ?? 0) >= group.rounds.up;
  if (state.frozen !== null || state.allDown) {
    return { state, happenings: [] };
  }
  if (own.consecutiveDown >= group.rounds.down) {
    const next = group.origins.find(({ name }) => name !== state.active && well(name));
    if (next !== undefined && !held) {
      const reason = `${state.active} was down in ${own.consecutiveDown} rounds in a row, seen so by ${own.votes.unhealthy} of ${total(own)}`;
      return move(group, state, next.name, 'failover', reason, now);
    }
  } else if (state.active !== home && group.failback === 'auto' && !held && well(home) && stable(group, state, now)) {
    const since = state.origins[home]?.upSince as Iso8601;
    return move(group, state, home, 'failback', `${home} has been well since ${since}`, now);
  }
  return watch(group, state);
}

const total = ({ votes }: OriginState): number => votes.healthy + votes.unhealthy + votes.unknown;

function stable(group: FailoverGroup, state: FailoverState, now: EpochMillis): boolean {
  const since = state.origins[homeOf(group).name]?.upSince ?? null;
  return since !== null && now - epoch(since) >= group.stableFor * 1000;
}

/** Lowers the TTL at the first doubt, while the answer is still good, and puts it back when home serves and is well again. */
function watch(group: FailoverGroup, state: FailoverState): Round {
  const own = state.origins[state.active] as OriginState;
  const home = homeOf(group).name;
  const doubt = own.agreement === 'down' || own.agreement === 'disputed';
  const quiet = state.active === home && own.consecutiveUp >= group.rounds.up;
  const watchful = doubt || (state.watchful && !quiet);
  if (watchful === state.watchful) {
    return { state, happenings: [] };
  }
  const text = watchful
    ? `${state.active} is in doubt (${own.votes.unhealthy} of ${total(own)} see it down); the TTL is lowered`
    : `${state.active} is well again; the TTL goes back to normal`;
  return {
    state: { ...state, watchful, generation: state.generation + 1 },
    happenings: [{ kind: 'watchful', text }],
  };
}

/** Moves the record, or freezes it when it has moved too often. */
function move(
  group: FailoverGroup,
  state: FailoverState,
  to: string,
  kind: Move['kind'],
  reason: string,
  now: EpochMillis,
): Round {
  const recent = state.moves.filter(({ at }) => now - epoch(at) < group.flaps.within * 1000);
  if (kind !== 'order' && recent.length >= group.flaps.most) {
    const text = `it moved ${recent.length} times within ${group.flaps.within} seconds; it stays at ${state.active} until a person thaws it`;
    return {
      state: { ...state, frozen: { at: isoOf(now), reason: text } },
      happenings: [{ kind: 'frozen', text }],
    };
  }
  const made: Move = { at: isoOf(now), from: state.active, to, kind, reason };
  return {
    state: {
      ...state,
      active: to,
      watchful: true,
      generation: state.generation + 1,
      holdUntil: isoOf((now + group.holdDown * 1000) as EpochMillis),
      moves: [...state.moves, made].slice(-20),
    },
    happenings: [{ kind: 'moved', text: `${kind} from ${made.from} to ${to}: ${reason}` }],
  };
}

/** A person's order: to an origin by name, or home. Passes over hold-down, stability and freezing, and thaws. */
export function order(
  group: FailoverGroup,
  before: FailoverState | undefined,
  wish: { readonly to: string; readonly reason: string; readonly force: boolean },
  now: EpochMillis,
): { readonly kind: 'ordered'; readonly round: Round } | { readonly kind: 'refused'; readonly reason: string } {
  const state = before ?? firstState(group);
  const target = group.origins.find(({ name }) => name === wish.to);
  if (target === undefined) {
    return {
      kind: 'refused',
      reason: `there is no origin ${wish.to}; there are ${group.origins.map(({ name }) => name).join(', ')}`,
    };
  }
  const { agreement } = state.origins[target.name] ?? { agreement: 'unknown' };
  if (agreement !== 'up' && !wish.force) {
    return {
      kind: 'refused',
      reason: `${target.name} is ${agreement} at the moment; say force to move there all the same`,
    };
  }
  const thawed: FailoverState = { ...state, frozen: null, allDown: false };
  if (target.name === state.active) {
    return { kind: 'ordered', round: { state: thawed, happenings: [] } };
  }
  return { kind: 'ordered', round: move(group, thawed, target.name, 'order', wish.reason, now) };
}

/** Takes in what somebody else says about an origin. The last word of each counts. */
export function heard(state: FailoverState, word: Hearsay): FailoverState {
  return {
    ...state,
    hearsay: [...state.hearsay.filter(({ from, origin }) => from !== word.from || origin !== word.origin), word].slice(
      -20,
    ),
  };
}
