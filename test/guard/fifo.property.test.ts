import fc from 'fast-check';
import { applyGuardOperation, guardOperations, verdictSchema, type StoredGuardState } from '../../src/guard';
import { at, machine, request, textAt } from './fixture';

// Runs that ask, wait, act, die and are delivered twice, over the entity's own stored state. What must hold is counted by hand.

const windowSeconds = 1000;
const most = 2;
const limits = {
  leaseSeconds: 300,
  cooldownSeconds: 0,
  budgets: [{ name: 'b', windowSeconds, maxResources: most }],
  groups: [{ name: 'g', members: 4, minHealthy: 3 }],
};

type Move =
  | { readonly kind: 'ask'; readonly run: number; readonly twice: boolean }
  | { readonly kind: 'give-back'; readonly run: number; readonly acted: boolean }
  | { readonly kind: 'pass'; readonly seconds: number };

const moves: fc.Arbitrary<Move[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('ask' as const), run: fc.nat(9), twice: fc.boolean() }) },
    {
      weight: 3,
      arbitrary: fc.record({ kind: fc.constant('give-back' as const), run: fc.nat(9), acted: fc.boolean() }),
    },
    {
      weight: 4,
      arbitrary: fc.record({ kind: fc.constant('pass' as const), seconds: fc.oneof(fc.nat(60), fc.nat(400)) }),
    },
  ),
  { maxLength: 100 },
);

interface Waiting {
  readonly run: number;
  readonly target: string;
  /** It is taken for gone, without asking, from then on at the latest. */
  askAt: number;
}

interface Grant {
  readonly run: number;
  readonly target: string;
  readonly token: number;
  readonly at: number;
  acted: boolean;
  open: boolean;
}

function play(sequence: readonly Move[]): void {
  let stored: StoredGuardState | undefined;
  let seconds = 0;
  const queue: Waiting[] = [];
  const grants: Grant[] = [];
  const apply = (operation: string, input: unknown): unknown => {
    const text = stored === undefined ? undefined : (JSON.parse(JSON.stringify(stored)) as unknown);
    const result = applyGuardOperation(text, operation, input, { now: () => at(seconds) });
    stored = result.stored;
    return result.answer;
  };
  for (const move of sequence) {
    if (move.kind === 'pass') {
      seconds += move.seconds;
      continue;
    }
    const grant = grants.find(({ run, open }) => run === move.run && open);
    if (move.kind === 'give-back') {
      if (grant !== undefined) {
        const live = seconds < grant.at + limits.leaseSeconds;
        apply(guardOperations.release, { target: grant.target, token: grant.token, acted: move.acted });
        grant.open = false;
        grant.acted = live ? move.acted : true;
      }
      continue;
    }
    if (grants.some(({ run }) => run === move.run)) {
      continue;
    }
    const target = machine(`vm-${move.run % 6}`);
    const asked = request(`run-${move.run}`, `vm-${move.run % 6}`, { limits, giveUpAt: textAt(1_000_000) });
    const verdict = verdictSchema.parse(apply(guardOperations.acquire, asked));
    if (move.twice) {
      const again = verdictSchema.parse(apply(guardOperations.acquire, asked));
      expect([again.answer, again.lease]).toEqual([verdict.answer, verdict.lease]);
    }
    const place = queue.findIndex(({ run }) => run === move.run);
    if (verdict.answer === 'go') {
      const used = new Set(
        grants.filter((one) => one.acted && one.at > seconds - windowSeconds).map((one) => one.target),
      );
      // Nobody who came earlier, still asks in time, and wants another resource that is not counted yet, was overtaken: there
      // would have been a place for each of them as well.
      const before = queue
        .slice(0, place < 0 ? queue.length : place)
        .filter((one) => seconds < one.askAt && !used.has(one.target));
      if (!used.has(target)) {
        const needed = new Set(before.map((one) => one.target));
        needed.delete(target);
        expect(used.size + needed.size).toBeLessThan(most);
      }
      // The group lets one be worked on at a time.
      const busy = grants.filter((one) => one.open && seconds < one.at + limits.leaseSeconds);
      expect(busy).toEqual([]);
      grants.push({ run: move.run, target, token: verdict.lease?.token ?? 0, at: seconds, acted: true, open: true });
      if (place >= 0) {
        queue.splice(place, 1);
      }
    } else if (verdict.reasons.some(({ check, answer }) => check === 'budget' && answer === 'wait')) {
      const times = verdict.reasons.flatMap(({ retryAt }) => (retryAt === undefined ? [] : [Date.parse(retryAt)]));
      const askAt = (Math.max(...times) - at(0)) / 1000;
      if (place < 0 || (queue[place] as Waiting).askAt + 300 <= seconds) {
        queue.splice(place, place < 0 ? 0 : 1);
        queue.push({ run: move.run, target, askAt });
      } else {
        (queue[place] as Waiting).askAt = askAt;
      }
    }
  }
  const counted = grants.filter(({ acted }) => acted);
  for (const { at: end } of counted) {
    const inside = counted.filter((one) => one.at > end - windowSeconds && one.at <= end);
    expect(new Set(inside.map(({ target }) => target)).size).toBeLessThanOrEqual(most);
  }
  expect(Object.keys(stored?.waiting ?? {}).length).toBeLessThanOrEqual(10);
}

it('lets nobody overtake, exceeds no budget, and has one worked on at a time', () => {
  fc.assert(
    fc.property(moves, (sequence) => {
      play(sequence);
    }),
    { numRuns: 300, seed: 7 },
  );
});

it('stays small over thousands of actions on few resources', () => {
  const wide = { ...limits, groups: [], budgets: [{ name: 'b', windowSeconds: 604_800, maxResources: 10_000 }] };
  let stored: unknown;
  let largest = 0;
  for (let count = 0; count < 3000; count += 1) {
    const clock = { now: () => at(count * 600) };
    const name = `vm-${count % 40}`;
    const asked = request(`run-${count}`, name, { limits: { ...wide, cooldownSeconds: 0 } });
    const taken = applyGuardOperation(stored, guardOperations.acquire, asked, clock);
    const { lease } = verdictSchema.parse(taken.answer);
    expect(lease).toBeDefined();
    const back = { target: machine(name), token: lease?.token, acted: true, outcome: 'verified' };
    stored = applyGuardOperation(taken.stored, guardOperations.release, back, clock).stored;
    largest = Math.max(largest, JSON.stringify(stored).length);
  }
  // Forty resources, those of the last hour, fifty outcomes: not three thousand actions.
  expect(largest).toBeLessThan(10_000);
});
