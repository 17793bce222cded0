import { createHmac } from 'node:crypto';
import type { EpochMillis } from '../../src/kernel/clock';
import { seconds } from '../../src/kernel/duration';
import { InvalidInputError } from '../../src/kernel/errors';
import type { ResourceId } from '../../src/kernel/resource-id';
import { parseStackRun, signalSchema, type Signal, type StackRunOptions, type StackRunSource } from '../../src/signal';

const subscription = '/subscriptions/22222222-2222-4222-8222-22222222f001' as ResourceId;
const secret = 'a-secret-of-thirty-two-characters';
const now = Date.parse('2026-03-01T10:00:00Z') as EpochMillis;

const options: StackRunOptions = {
  secrets: [secret],
  stacks: new Map([['payments-prod', subscription]]),
  now,
  maximumAge: seconds(3600),
};

function spacelift(
  change: { readonly [key: string]: unknown } = {},
  run: Readonly<Record<string, unknown>> = {},
): object {
  return {
    account: 'contoso',
    state: 'FAILED',
    stateVersion: 4,
    timestamp: 1_772_359_000,
    run: {
      id: '01EF9PFPNFFM2MQXTJKHK1B869',
      branch: 'main',
      commit: {
        authorLogin: 'ada',
        hash: '0ee3a3b7266daf5a1d44a193a0f48ce995fa75eb',
        message: 'x',
        timestamp: 1,
        url: '',
      },
      createdAt: 1_772_358_900,
      delta: { added: 1, changed: 2, deleted: 0, resources: 9 },
      triggeredBy: null,
      type: 'TRACKED',
      ...run,
    },
    stack: { id: 'payments-prod', name: 'payments-prod', description: '', labels: [] },
    ...change,
  };
}

function hcpRun(trigger: string): object {
  return {
    payload_version: 1,
    notification_configuration_id: 'nc-AeUQ2zfKZzW9TiGZ',
    run_url: 'https://app.terraform.io/app/contoso/payments-prod/runs/run-FwnENkvDnrpyFC7M',
    run_id: 'run-FwnENkvDnrpyFC7M',
    run_message: 'Add five new queue workers',
    run_created_at: '2026-03-01T09:55:00.000Z',
    workspace_id: 'ws-XdeUVMWShTesDMME',
    workspace_name: 'payments-prod',
    organization_name: 'contoso',
    notifications: [
      {
        message: 'Run Errored',
        trigger,
        run_status: 'errored',
        run_updated_at: '2026-03-01T09:56:40.000Z',
        run_updated_by: 'ada',
      },
    ],
  };
}

const hcpDrift = {
  payload_version: '2',
  notification_configuration_id: 'nc-SZ3V3cLFxK6sqLKn',
  trigger_scope: 'assessment',
  trigger: 'assessment:drifted',
  message: 'Drift Detected',
  details: {
    new_assessment_result: {
      id: 'asmtres-vRVQxpqq64EA9V5a',
      created_at: '2026-03-01T09:58:00.000Z',
      drifted: true,
      resources_drifted: 4,
      resources_undrifted: 55,
    },
    prior_assessment_result: null,
    workspace_id: 'ws-XdeUVMWShTesDMME',
    workspace_name: 'payments-prod',
    organization_name: 'contoso',
  },
};

function sign(source: StackRunSource, body: string, key = secret): string {
  return source === 'spacelift'
    ? `sha256=${createHmac('sha256', key).update(body).digest('hex')}`
    : createHmac('sha512', key).update(body).digest('hex');
}

function take(source: StackRunSource, payload: unknown, more: Partial<StackRunOptions> = {}): Signal[] {
  const body = JSON.stringify(payload);
  return parseStackRun(source, body, sign(source, body), { ...options, ...more });
}

function refusal(work: () => unknown): InvalidInputError {
  try {
    work();
  } catch (error) {
    if (error instanceof InvalidInputError) {
      return error;
    }
    throw error;
  }
  throw new Error('it was taken');
}

describe('a stack’s run as a signal', () => {
  it('takes a failed run of Spacelift', () => {
    const [signal, ...rest] = take('spacelift', spacelift());
    expect(rest).toEqual([]);
    expect(signalSchema.parse(signal)).toEqual(signal);
    expect(signal).toMatchObject({
      source: 'spacelift',
      kind: 'stack-run',
      condition: 'fired',
      severity: 'Sev2',
      rule: 'payments-prod',
      target: subscription,
      occurredAt: '2026-03-01T09:56:40.000Z',
      facts: {
        run: '01EF9PFPNFFM2MQXTJKHK1B869',
        state: 'FAILED',
        changed: 2,
        commit: '0ee3a3b7266daf5a1d44a193a0f48ce995fa75eb',
        stack: 'payments-prod',
      },
    });
  });

  it('takes a failed run and drift of HCP Terraform', () => {
    expect(take('hcp-terraform', hcpRun('run:errored'))).toMatchObject([
      { source: 'hcp-terraform', kind: 'stack-run', condition: 'fired', rule: 'payments-prod' },
    ]);
    expect(take('hcp-terraform', hcpDrift)).toMatchObject([
      { kind: 'stack-drift', condition: 'fired', severity: 'Sev3', facts: { changed: 4 } },
    ]);
  });

  it('lets a success end what a failure began', () => {
    const [failure] = take('spacelift', spacelift());
    const [success] = take(
      'spacelift',
      spacelift({ state: 'FINISHED', stateVersion: 9 }, { id: '01EF9PFPNFFM2MQXTJKHK1B870' }),
    );
    expect(success).toMatchObject({ condition: 'resolved', correlation: failure?.correlation });
    expect(success?.id).not.toBe(failure?.id);
  });

  it('tells drift from a settled state', () => {
    const drift = { type: 'PROPOSED', driftDetection: true };
    expect(take('spacelift', spacelift({ state: 'FINISHED' }, drift))).toMatchObject([
      { kind: 'stack-drift', condition: 'fired' },
    ]);
    expect(
      take('spacelift', spacelift({ state: 'FINISHED' }, { ...drift, delta: { added: 0, changed: 0, deleted: 0 } })),
    ).toMatchObject([{ kind: 'stack-drift', condition: 'resolved' }]);
  });

  it.each([
    ['a run on its way', 'spacelift', spacelift({ state: 'PLANNING' })],
    ['a proposed run', 'spacelift', spacelift({}, { type: 'PROPOSED' })],
    ['a run that waits', 'hcp-terraform', hcpRun('run:needs_attention')],
    [
      'the question whether anybody is there',
      'hcp-terraform',
      { ...hcpRun('verification'), run_id: null, workspace_name: null },
    ],
  ] as const)('makes nothing of %s', (_what, source, payload) => {
    expect(take(source, payload)).toEqual([]);
  });

  it('gives a repetition the same identity, and every other event another', () => {
    const ids = [spacelift(), spacelift(), spacelift({ stateVersion: 5 }), spacelift({}, { id: 'other' })].map(
      (one) => take('spacelift', one)[0]?.id,
    );
    expect(ids[0]).toBe(ids[1]);
    expect(new Set(ids).size).toBe(3);
  });

  describe.each(['spacelift', 'hcp-terraform'] as const)('from %s', (source) => {
    const payload = source === 'spacelift' ? spacelift() : hcpRun('run:errored');
    const body = JSON.stringify(payload);

    it.each([
      ['no signature', body, null],
      ['an empty one', body, ''],
      ['one with another secret', body, sign(source, body, 'another')],
      ['one of another body', `${body} `, sign(source, body)],
      ['one that is cut short', body, sign(source, body).slice(0, -1)],
      ['one in capitals', body, sign(source, body).toUpperCase()],
      ['one by the other vendor', body, sign(source === 'spacelift' ? 'hcp-terraform' : 'spacelift', body)],
    ])('refuses %s as forged', (_what, text, signature) => {
      expect(refusal(() => parseStackRun(source, text, signature, options)).code).toBe('ForgedWebhook');
    });

    it('takes nothing without a secret, and the old one while a new one comes', () => {
      expect(
        refusal(() => parseStackRun(source, body, sign(source, body, ''), { ...options, secrets: [''] })).code,
      ).toBe('ForgedWebhook');
      expect(refusal(() => parseStackRun(source, body, sign(source, body), { ...options, secrets: [] })).code).toBe(
        'ForgedWebhook',
      );
      expect(parseStackRun(source, body, sign(source, body), { ...options, secrets: ['new', secret] })).toHaveLength(1);
    });

    it('refuses what is replayed later, and what is from the future', () => {
      expect(refusal(() => take(source, payload, { now: (now + 3_600_001) as EpochMillis })).code).toBe(
        'ReplayedWebhook',
      );
      expect(refusal(() => take(source, payload, { now: (now - 900_000) as EpochMillis })).code).toBe(
        'ReplayedWebhook',
      );
    });

    it('refuses a stack that nobody knows', () => {
      const refused = refusal(() => take(source, payload, { stacks: new Map() }));
      expect(refused.code).toBe('UnknownStack');
      expect(refused.message).toContain('payments-prod');
    });

    it('refuses what is not a run, with every field that is wrong', () => {
      const refused = refusal(() =>
        take(source, source === 'spacelift' ? { state: 'x', stack: {} } : { payload_version: 1, notifications: [] }),
      );
      expect(refused.code).toBe('InvalidStackRun');
      expect(refused.problems.length).toBeGreaterThan(1);
    });
  });

  it('is not confused by text in a run’s message', () => {
    const [signal] = take('hcp-terraform', { ...hcpDrift, message: `a\nb\u0000${'c'.repeat(1990)}` });
    expect(signal?.summary.length).toBeLessThanOrEqual(1024);
    expect(signal?.summary).toContain('a b');
  });
});
