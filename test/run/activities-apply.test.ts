import { PermanentError, TransientError } from '../../src/kernel/errors';
import type { Fences } from '../../src/ports/fences';
import { createEffectJournal, runActivities } from '../../src/run';
import { procedures } from '../../src/runbooks';
import { MemoryStorage } from '../support/memory-storage';
import { hungMachine, instant } from '../runbooks/machine';
import { Breaker, Crash, HandClock, ScriptedMachines, vm } from './fixture';
import { onlyMachines } from '../support/runbook-ports';

const step = { id: 'restart', effect: 'restart', summary: 'Restart' };
const before = { exists: true, powerState: 'running', provisionedAt: instant(-3600) };
const input = { runId: 'run-1', target: vm, runbook: 'restart-vm', environment: 'dev', token: 1, step, before };

function world() {
  const clock = new HandClock();
  const breaker = new Breaker();
  const machines = new ScriptedMachines(clock, breaker, hungMachine(0));
  const storage = new MemoryStorage();
  let fence: string | undefined;
  let readTags = async (): Promise<Record<string, string>> => ({});
  const fences: Fences = {
    problem: () => breaker.act('fence', async () => fence),
    switchedOff: async () => undefined,
  };
  const { apply } = runActivities({
    procedures: procedures(onlyMachines(machines)),
    journal: createEffectJournal(breaker.around(storage.documents), clock),
    records: { record: async () => 0, isResolved: async () => false },
    closing: { joinedIn: async () => [], close: async () => undefined },
    tags: { read: () => readTags() },
    clock,
  });
  return {
    clock,
    breaker,
    machines,
    tagged: (read: typeof readTags) => {
      readTags = read;
    },
    fenceOff: (reason: string | undefined) => {
      fence = reason;
    },
    apply: () => apply(fences)(input),
    state: () =>
      (JSON.parse(storage.stored.get('effects/run-1/restart.json')?.text ?? '{}') as { state?: string }).state,
  };
}

/** Applies until it is settled, as the orchestrator does: `later` and crashes are followed by another attempt. */
async function persist(world_: ReturnType<typeof world>, limit = 30) {
  const answers: string[] = [];
  for (let attempt = 0; attempt < limit; attempt += 1) {
    try {
      const result = await world_.apply();
      answers.push(result.kind);
      if (result.kind !== 'later') {
        return { result, answers };
      }
      world_.clock.pass(result.retryAfterSeconds);
    } catch (error) {
      if (!(error instanceof Crash)) {
        throw error;
      }
      answers.push('crash');
      world_.clock.pass(5);
    }
  }
  throw new Error(`not settled: ${answers.join(', ')}`);
}

it('writes the intention, asks the fence and then the platform, and writes what it answered', async () => {
  const one = world();
  const result = await one.apply();
  expect(result).toMatchObject({ kind: 'started', ticket: { token: 'token' } });
  expect(one.breaker.acts).toEqual(['create', 'fence', 'start', 'get', 'replace']);
  expect(one.state()).toBe('started');
});

it('gives the same ticket when it is delivered again, and asks nobody', async () => {
  const one = world();
  const first = await one.apply();
  one.fenceOff('the kill switch is engaged');
  one.breaker.acts = [];
  expect(await one.apply()).toEqual(first);
  expect(one.breaker.acts).toEqual(['create', 'get']);
  expect(one.machines.heard).toHaveLength(1);
});

describe('after a crash', () => {
  // The acts of an attempt that goes through: create, fence, start, get, replace.
  const points = [1, 2, 3, 4, 5].flatMap((act) => (['before', 'after'] as const).map((when) => [when, act] as const));

  it.each(points)('%s act %d, the platform is asked once in all', async (when, act) => {
    const one = world();
    one.breaker.breakOnce(act, when);
    const { result, answers } = await persist(one);
    expect(answers[0]).toBe('crash');
    expect(result.kind).toBe('started');
    expect(one.machines.heard).toHaveLength(1);
    expect(one.state()).toBe('started');
  });

  it.each(points)('%s act %d of the attempt that asks again, the platform is asked once in all', async (when, act) => {
    const one = world();
    // The first attempt never reaches the platform.
    one.breaker.breakOnce(3, 'before');
    await expect(one.apply()).rejects.toThrow(Crash);
    one.clock.pass(61);
    // create, get, observe, get, replace, fence, start, get, replace
    one.breaker.breakOnce(act + 4, when);
    const { result } = await persist(one);
    expect(result.kind).toBe('started');
    expect(one.machines.heard).toHaveLength(1);
  });

  it('it asks again only when a minute has passed since the platform could have heard, each time', async () => {
    const one = world();
    one.machines.landing = false;
    const heardAt: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      const heard = one.machines.heard.length;
      one.breaker.breakOnce(round === 0 ? 3 : 7, 'after');
      await persist(one, 1).catch(() => undefined);
      while (one.machines.heard.length === heard) {
        one.breaker.breakOnce(7, 'after');
        one.clock.pass(5);
        await persist(one, 1).catch(() => undefined);
      }
      heardAt.push(one.clock.now());
    }
    expect(heardAt).toHaveLength(3);
    expect((heardAt[1] as number) - (heardAt[0] as number)).toBeGreaterThanOrEqual(60_000);
    expect((heardAt[2] as number) - (heardAt[1] as number)).toBeGreaterThanOrEqual(60_000);
    expect(new Set(one.machines.heard).size).toBe(1);
  });

  it('it never asks again while nobody can tell whether the platform heard', async () => {
    for (const blind of [
      (one: ReturnType<typeof world>) => {
        one.machines.seen = hungMachine(0, { provisionedAt: null });
      },
      (one: ReturnType<typeof world>) => {
        one.machines.observe = () => Promise.reject(new PermanentError('AzureDenied', 'no'));
      },
    ]) {
      const one = world();
      one.machines.landing = false;
      one.breaker.breakOnce(3, 'after');
      await expect(one.apply()).rejects.toThrow(Crash);
      blind(one);
      one.clock.pass(3600);
      expect(await one.apply()).toEqual({
        kind: 'later',
        retryAfterSeconds: 15,
        reason: 'an earlier attempt may still reach the platform',
      });
      expect(one.machines.heard).toHaveLength(1);
    }
  });

  it('it takes what landed for started, by a look instead of an address, at the time of the look', async () => {
    const one = world();
    one.breaker.breakOnce(3, 'after');
    await expect(one.apply()).rejects.toThrow(Crash);
    one.clock.pass(7);
    expect(await one.apply()).toEqual({
      kind: 'started',
      ticket: { operation: 'restart', token: '', startedAt: one.clock.text(), retryAfterSeconds: 5 },
    });
  });

  it('of two attempts at once one asks', async () => {
    const one = world();
    one.breaker.breakOnce(3, 'before');
    await expect(one.apply()).rejects.toThrow(Crash);
    one.clock.pass(61);
    const results = await Promise.all([one.apply(), one.apply(), one.apply()]);
    expect(results.map(({ kind }) => kind).sort()).toEqual(['later', 'later', 'started']);
    expect(one.machines.heard).toHaveLength(1);
  });
});

describe('the fence', () => {
  it('keeps the platform from being asked, and leaves an intention that can be taken up again', async () => {
    const one = world();
    one.fenceOff('the lease with token 1 is no longer held');
    expect(await one.apply()).toEqual({ kind: 'fenced', reason: 'the lease with token 1 is no longer held' });
    expect(one.machines.heard).toEqual([]);
    expect(one.state()).toBe('withdrawn');
    one.fenceOff(undefined);
    expect((await one.apply()).kind).toBe('started');
    expect(one.machines.heard).toHaveLength(1);
  });

  it('keeps also an attempt that would ask again', async () => {
    const one = world();
    one.breaker.breakOnce(3, 'before');
    await expect(one.apply()).rejects.toThrow(Crash);
    one.clock.pass(61);
    one.fenceOff('expired');
    expect((await one.apply()).kind).toBe('fenced');
    expect(one.machines.heard).toEqual([]);
  });

  it('that cannot be read stops the attempt', async () => {
    const one = world();
    one.breaker.act = (async (name: string, work: () => Promise<unknown>) => {
      if (name === 'fence') {
        throw new TransientError('EngineUnavailable', 'down');
      }
      return work();
    }) as never;
    await expect(one.apply()).rejects.toMatchObject({ code: 'EngineUnavailable' });
    expect(one.machines.heard).toEqual([]);
  });
});

describe('the answer of the platform', () => {
  it('"later" leaves nothing that would make the next attempt wait', async () => {
    const one = world();
    one.machines.answer = { kind: 'later', retryAfterSeconds: 17, reason: 'TooManyRequests' };
    expect(await one.apply()).toEqual({ kind: 'later', retryAfterSeconds: 17, reason: 'TooManyRequests' });
    expect(one.state()).toBe('withdrawn');
    one.machines.answer = undefined;
    expect((await one.apply()).kind).toBe('started');
  });

  it.each(['before', 'after'] as const)('"later" and a crash %s it is written down', async (when) => {
    const one = world();
    one.machines.answer = { kind: 'later', retryAfterSeconds: 17, reason: 'TooManyRequests' };
    one.breaker.breakOnce(5, when);
    await expect(one.apply()).rejects.toThrow(Crash);
    one.machines.answer = undefined;
    const { result } = await persist(one);
    expect(result.kind).toBe('started');
    expect(one.machines.heard).toHaveLength(1);
  });

  it('"refused" is told, and can be asked again by another order', async () => {
    const one = world();
    one.machines.answer = { kind: 'refused', refusal: { code: 'OperationNotAllowed', message: 'it is off' } };
    expect(await one.apply()).toEqual({ kind: 'refused', code: 'OperationNotAllowed', message: 'it is off' });
    expect(one.state()).toBe('withdrawn');
  });

  it('"denied" is a refusal: no retry of the activity would mend it', async () => {
    const one = world();
    one.machines.start = () => Promise.reject(new PermanentError('AzureDenied', 'no'));
    expect(await one.apply()).toEqual({ kind: 'refused', code: 'AzureDenied', message: 'AzureDenied: no' });
    expect(one.state()).toBe('withdrawn');
  });

  it('that never came is thrown, and the intention stays', async () => {
    const one = world();
    one.machines.start = () => Promise.reject(new TransientError('AzureUnreachable', 'cut'));
    await expect(one.apply()).rejects.toMatchObject({ code: 'AzureUnreachable' });
    expect(one.state()).toBe('intended');
    expect((await one.apply()).kind).toBe('later');
  });
});

it('does not call an accepted operation refused because the storage denies the writing', async () => {
  const one = world();
  const { act } = one.breaker;
  one.breaker.act = ((name: string, work: () => Promise<unknown>) =>
    name === 'replace'
      ? Promise.reject(new PermanentError('StorageDenied', 'no'))
      : act.call(one.breaker, name, work)) as never;
  await expect(one.apply()).rejects.toMatchObject({ code: 'StorageDenied' });
  expect(one.machines.heard).toHaveLength(1);
});

it('a tag that a person set meanwhile stops the effect, and so does one that may not be read', async () => {
  const one = world();
  one.tagged(async () => ({ 'caretaker-hold': '2026-05-04T09:00:00Z Ada' }));
  expect(await one.apply()).toMatchObject({ kind: 'fenced', reason: expect.stringContaining('Ada') });
  one.tagged(() => Promise.reject(new PermanentError('AzureDenied', 'no')));
  expect(await one.apply()).toMatchObject({ kind: 'fenced', reason: expect.stringContaining('cannot be told') });
  one.tagged(async () => ({}));
  expect((await one.apply()).kind).toBe('started');
  const other = world();
  other.tagged(() => Promise.reject(new TransientError('AzureUnavailable', '503')));
  await expect(other.apply()).rejects.toMatchObject({ code: 'AzureUnavailable' });
  expect(other.machines.heard).toEqual([]);
});
