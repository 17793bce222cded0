import type { Machines } from '../../src/ports/machines';
import { catalogue, procedures, type ActPlan } from '../../src/runbooks';
import { redeployVm } from '../../src/runbooks/redeploy-vm';
import { restartVm } from '../../src/runbooks/restart-vm';
import { planSchema, verificationSchema } from '../../src/runbooks';
import { healthyMachine, hungMachine, instant } from './machine';
import { onlyMachines } from '../support/runbook-ports';

const gone = { exists: false, observedAt: instant(0) } as const;
const operations = { 'restart-vm': 'restart', 'redeploy-vm': 'redeploy' } as const;

describe.each([restartVm, redeployVm].map((runbook) => [runbook.name, runbook] as const))('%s', (name, runbook) => {
  const operation = operations[name as keyof typeof operations];

  describe('plans', () => {
    it.each([
      ['the agent is silent', { agent: 'not-ready' }, ['the guest agent does not report']],
      ['the platform calls it unavailable', { resourceHealth: 'unavailable' }, ['resource health is unavailable']],
      ['the platform calls it degraded', { resourceHealth: 'degraded' }, ['resource health is degraded']],
      [
        'the metric says so',
        { availability: { value: 0, at: instant(-60) } },
        ['availability metric was 0 at 2026-05-04T07:59:00.000Z'],
      ],
      [
        'the metric half says so',
        { availability: { value: 0.5, at: instant(-60) } },
        ['availability metric was 0.5 at 2026-05-04T07:59:00.000Z'],
      ],
      ['its last operation failed', { provisioningState: 'failed' }, ['provisioning state is failed']],
      ['nobody knows its power state', { powerState: 'unknown' }, ['power state is unknown']],
      [
        'several things are wrong',
        { agent: 'not-ready', resourceHealth: 'degraded' },
        ['the guest agent does not report', 'resource health is degraded'],
      ],
    ] as const)('one operation when %s', (_, more, reasons) => {
      const plan = runbook.plan(healthyMachine(0, more), {});
      expect(plan).toMatchObject({ kind: 'act', reasons, steps: [{ id: operation, effect: operation }] });
      expect(planSchema.parse(plan)).toEqual(plan);
    });

    it.each([
      [
        'that is newer than the last operation',
        { availability: { value: 0, at: instant(-60) }, provisionedAt: instant(-90) },
      ],
      [
        'that nothing followed for long',
        { availability: { value: 0, at: instant(-400) }, provisionedAt: instant(-301) },
      ],
      [
        'of a machine whose last operation is not known',
        { availability: { value: 0, at: instant(-60) }, provisionedAt: null },
      ],
      [
        'beside which the agent is silent too',
        { availability: { value: 0, at: instant(-120) }, provisionedAt: instant(-90), agent: 'not-ready' },
      ],
    ] as const)('on a bad metric %s', (_, more) => {
      expect(runbook.plan(healthyMachine(0, more), {}).kind).toBe('act');
    });

    it('with the state before, as far as undo and people need it', () => {
      expect((runbook.plan(hungMachine(0), {}) as ActPlan).before).toEqual({
        exists: true,
        powerState: 'running',
        provisioningState: 'succeeded',
        provisionedAt: '2026-05-04T07:00:00.000Z',
        agent: 'not-ready',
        resourceHealth: 'degraded',
        availability: 0,
        availabilityAt: '2026-05-04T07:59:00.000Z',
        zone: '1',
        size: 'Standard_D4s_v5',
        observedAt: '2026-05-04T08:00:00.000Z',
      });
    });

    it.each([
      ['a healthy machine', healthyMachine(0), 'nothing-to-do'],
      [
        'a machine of which little is known and nothing bad',
        healthyMachine(0, { agent: 'unknown', resourceHealth: 'unknown', availability: null }),
        'nothing-to-do',
      ],
      ['a machine that somebody stopped', hungMachine(0, { powerState: 'stopped' }), 'impossible'],
      ['a machine that somebody deallocated', hungMachine(0, { powerState: 'deallocated' }), 'impossible'],
      ['a machine that is gone', gone, 'impossible'],
      ['a machine that is being started', hungMachine(0, { powerState: 'starting' }), 'busy'],
      ['a machine that is being stopped', hungMachine(0, { powerState: 'stopping' }), 'busy'],
      ['a machine that is being deallocated', hungMachine(0, { powerState: 'deallocating' }), 'busy'],
      ['a machine under an operation', hungMachine(0, { provisioningState: 'updating' }), 'busy'],
      ['a machine that is being made', hungMachine(0, { provisioningState: 'creating' }), 'busy'],
      ['a machine that is being deleted', hungMachine(0, { provisioningState: 'deleting' }), 'busy'],
      [
        'a machine of which only a metric from before somebody restarted it says anything bad',
        healthyMachine(0, { availability: { value: 0, at: instant(-120) }, provisionedAt: instant(-90) }),
        'busy',
      ],
    ] as const)('nothing for %s', (_, sighting, kind) => {
      const plan = runbook.plan(sighting, {});
      expect(plan.kind).toBe(kind);
      expect(plan.reasons[0]).toMatch(/\w/);
      expect(planSchema.parse(plan)).toEqual(plan);
    });
  });

  describe('judges', () => {
    const before = (runbook.plan(hungMachine(0), {}) as ActPlan).before;
    it.each([
      ['a machine that is well, on a newer metric', healthyMachine(180), 'healthy'],
      [
        'a metric of the very moment of the action',
        healthyMachine(60, { availability: { value: 1, at: instant(0) } }),
        'healthy',
      ],
      [
        'no agent known, on a newer metric',
        healthyMachine(180, { agent: 'unknown', resourceHealth: 'unknown' }),
        'healthy',
      ],
      ['a metric from before the action', healthyMachine(30), 'blind'],
      ['no metric', healthyMachine(180, { availability: null }), 'blind'],
      [
        'a bad metric from before the action',
        healthyMachine(30, { availability: { value: 0, at: instant(-30) } }),
        'blind',
      ],
      ['a bad newer metric', healthyMachine(180, { availability: { value: 0, at: instant(120) } }), 'pending'],
      ['a silent agent on a good newer metric', healthyMachine(180, { agent: 'not-ready' }), 'pending'],
      ['bad health on a good newer metric', healthyMachine(180, { resourceHealth: 'unavailable' }), 'pending'],
      ['an operation under way', healthyMachine(180, { provisioningState: 'updating' }), 'pending'],
      ['an operation that failed', healthyMachine(180, { provisioningState: 'failed' }), 'pending'],
      ['a machine that is on its way up', healthyMachine(180, { powerState: 'starting' }), 'pending'],
      ['a machine that lost its power', healthyMachine(180, { powerState: 'stopped' }), 'worse'],
      ['a machine that lost its host', healthyMachine(180, { powerState: 'deallocated' }), 'worse'],
      ['a machine that is gone', gone, 'worse'],
    ] as const)('%s: %s', (_, after, verdict) => {
      const verification = runbook.verify(before, after, instant(0));
      expect(verification.verdict).toBe(verdict);
      expect(verification.reasons.length).toBeGreaterThan(0);
      expect(verificationSchema.parse(verification)).toEqual(verification);
    });
  });

  describe('undoes', () => {
    const running = { powerState: 'running' };
    it.each([
      ['lost power', running, healthyMachine(180, { powerState: 'stopped' }), ['start']],
      ['a lost host', running, healthyMachine(180, { powerState: 'deallocated' }), ['start']],
      ['nothing of a running machine', running, hungMachine(180), []],
      ['nothing of a machine on its way', running, healthyMachine(180, { powerState: 'starting' }), []],
      ['nothing of a machine that is gone', running, gone, []],
      ['nothing that was so before', { powerState: 'stopped' }, healthyMachine(180, { powerState: 'stopped' }), []],
      ['nothing without a pre-image', {}, healthyMachine(180, { powerState: 'stopped' }), []],
    ] as const)('%s', (_, before, after, effects) => {
      expect(runbook.undo(before, after).map(({ effect }) => effect)).toEqual(effects);
    });
  });

  it('takes no parameters', () => {
    expect(runbook.parameters.safeParse({}).success).toBe(true);
    expect(runbook.parameters.safeParse({ force: true }).success).toBe(false);
  });
});

describe('whether an effect landed whose answer never came', () => {
  const landed = async (
    before: Record<string, string | null>,
    sighting: Parameters<typeof healthyMachine>[1] | null,
  ) => {
    const seen = sighting === null ? gone : hungMachine(30, sighting);
    const machines: Machines = {
      observe: async () => seen,
      start: () => Promise.reject(new Error('asked')),
      poll: () => Promise.reject(new Error('polled')),
    };
    const procedure = procedures(onlyMachines(machines)).get('restart-vm');
    return (await procedure?.look('x' as never, AbortSignal.abort()))?.landed(before, {
      id: 'restart',
      effect: 'restart',
      summary: '',
    });
  };
  const before = { provisionedAt: instant(-3600) };

  it.each([
    ['the time of the last operation is the one of before', before, {}, 'no'],
    ['the time is newer', before, { provisionedAt: instant(20) }, 'yes'],
    [
      'the time is newer, and the operation failed',
      before,
      { provisioningState: 'failed', provisionedAt: instant(20) },
      'yes',
    ],
    ['an operation is under way', before, { provisioningState: 'updating' }, 'yes'],
    ['the machine is on its way up', before, { powerState: 'starting' }, 'yes'],
    ['the time is not told', before, { provisionedAt: null }, 'unknown'],
    ['the time of before is not known', { provisionedAt: null }, {}, 'unknown'],
    ['the machine is gone', before, null, 'no'],
  ] as const)('%s: %s', async (_, facts, sighting, expected) => {
    expect(await landed(facts, sighting)).toBe(expected);
  });
});

describe('the hands of a runbook', () => {
  const asked: unknown[] = [];
  const machines: Machines = {
    observe: async () => healthyMachine(0),
    start: async (...given) => {
      asked.push(given.slice(0, 3));
      return { kind: 'later', retryAfterSeconds: 1, reason: 'x' };
    },
    poll: async () => ({ kind: 'succeeded' }),
  };
  const { effects } = procedures(onlyMachines(machines)).get('restart-vm') as NonNullable<
    ReturnType<ReturnType<typeof procedures>['get']>
  >;
  const abort = AbortSignal.abort();

  it('start what machines know, and nothing else', async () => {
    await effects.start('x' as never, { id: 'undo-start', effect: 'start', summary: '' }, 'request', abort, {});
    expect(asked).toEqual([['x', 'start', 'request']]);
    expect(() => effects.start('x' as never, { id: 'd', effect: 'delete', summary: '' }, 'request', abort, {})).toThrow(
      'machines know no operation "delete"',
    );
  });

  it('poll only with a ticket of theirs', async () => {
    const ticket = { operation: 'restart', token: 't', startedAt: instant(0), retryAfterSeconds: 1 };
    await expect(effects.poll('x' as never, ticket, abort)).resolves.toEqual({ kind: 'succeeded' });
    expect(() => effects.poll('x' as never, { ...ticket, operation: 'delete' }, abort)).toThrow('operation');
  });
});

it('the catalogue knows its runbooks, and no name that every object has', () => {
  expect(catalogue.names).toEqual(
    expect.arrayContaining(['start-vm', 'restart-vm', 'redeploy-vm', 'replace-instance']),
  );
  expect(catalogue.has('restart-vm')).toBe(true);
  for (const name of ['constructor', '__proto__', 'Restart-VM', '']) {
    expect(catalogue.has(name)).toBe(false);
    expect(catalogue.find(name)).toBeUndefined();
    expect(catalogue.parameters(name)).toBeUndefined();
  }
});
