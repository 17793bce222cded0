import { iso } from './time';
import type { FieldDecision } from '../../src/ledger';
import {
  parseManifest,
  promote,
  entryProblems,
  digestOf,
  classifyDrift,
  expressionOf,
  feed,
  knownOf,
  literal,
  plannedOutputs,
  unknownPaths,
  type Binding,
  type Evidence,
  type Ownership,
} from '../../src/stacks';
import { unwrapPlan, wrapState } from '../../src/cli/stacks/terraform';
import type { InvalidInputError } from '../../src/kernel/errors';
import { manifestText } from './manifests';

describe('planned outputs', () => {
  const outputs = plannedOutputs({
    output_changes: {
      known: { actions: ['no-op'], after: { a: 1 }, after_unknown: {} },
      all: { actions: ['update'], after_unknown: true },
      part: {
        actions: ['create'],
        after: { name: 'n', zones: ['1', null] },
        after_unknown: { id: true, zones: [false, true] },
      },
      secret: { actions: ['create'], after: 's', after_unknown: false, after_sensitive: true },
      gone: { actions: ['delete'], after: null, after_unknown: false },
    },
  });

  it('are known, unknown, or unknown in parts', () => {
    expect(outputs.get('known')).toEqual({
      value: { kind: 'known', value: { a: 1 } },
      sensitive: false,
      changed: false,
    });
    expect(outputs.get('all')).toMatchObject({ value: { kind: 'unknown' }, changed: true });
    expect(unknownPaths(outputs.get('part')?.value ?? { kind: 'unknown' })).toEqual(['zones[1]', 'id']);
    expect(outputs.get('secret')).toMatchObject({ sensitive: true });
    expect(outputs.has('gone')).toBe(false);
  });

  it('feed inputs, and never make up what is missing', () => {
    const needs = [
      { stack: 'base', inputs: { foundation: 'part', key: 'gone' } },
      { stack: 'other', inputs: { x: 'y' } },
    ];
    const fed = feed(needs, (name) => (name === 'base' ? outputs : undefined));
    expect(fed[0]).toMatchObject({ input: 'foundation', from: 'base.part', changed: true });
    expect(fed[1]).toEqual({
      input: 'key',
      from: 'base.gone',
      missing: 'base has no output "gone" any more; put it back, or take the input out of the manifest',
    });
    expect(fed[2]).toEqual({
      input: 'x',
      from: 'other.y',
      missing: 'other has not been planned, and its outputs are not known',
    });
  });

  it('become expressions in which what is unknown stays so', () => {
    expect(expressionOf(outputs.get('part')?.value ?? { kind: 'unknown' }, (path) => `later(${path})`)).toBe(
      '{ "name" = jsondecode("\\"n\\""), "zones" = [jsondecode("\\"1\\""), later(zones[1])], "id" = later(id) }',
    );
    expect(knownOf([], [])).toEqual({ kind: 'known', value: [] });
    expect(knownOf(null, {})).toEqual({ kind: 'known', value: null });
  });

  it('cannot smuggle a template into an expression', () => {
    expect(literal('a ${file("x")} %{ if true }')).toBe('"a $${file(\\"x\\")} %%{ if true }"');
  });
});

describe('the wrapper of a preview', () => {
  it('moves a state below its module and back', () => {
    const state = JSON.stringify({
      version: 4,
      serial: 3,
      lineage: 'l',
      outputs: { a: {} },
      resources: [
        {
          mode: 'managed',
          type: 't',
          name: 'n',
          provider: 'provider["x"]',
          instances: [{ dependencies: ['module.a.t.m'] }],
        },
        { module: 'module.a', type: 't', name: 'm', provider: 'module.a.provider["x"]', instances: [] },
      ],
    });
    expect(JSON.parse(wrapState(state))).toMatchObject({
      serial: 3,
      outputs: {},
      resources: [
        {
          module: 'module.stack',
          provider: 'module.stack.provider["x"]',
          instances: [{ dependencies: ['module.stack.module.a.t.m'] }],
        },
        { module: 'module.stack.module.a', provider: 'module.stack.module.a.provider["x"]' },
      ],
    });
    expect(() => wrapState('{"version": 3}')).toThrow('format 3');
    const change = { type: 't', name: 'n', change: { actions: ['create'] } };
    const plan = unwrapPlan({
      resource_changes: [
        { address: 'terraform_data.later["id"]', ...change },
        { address: 'module.stack.module.a.t.n', ...change },
      ],
    });
    expect(plan.resource_changes?.map(({ address }) => address)).toEqual(['module.a.t.n']);
  });
});

describe('drift', () => {
  const ownership: Ownership = {
    version: 1,
    fields: [
      {
        resource: 'azurerm_vmss.this',
        module: 'web',
        fields: ['instances'],
        owner: 'scaler',
        reason: 'follows the load',
      },
      {
        resource: 'azurerm_alert.this',
        module: 'alerts',
        fields: ['enabled'],
        owner: 'human',
        reason: 'people may switch it off',
      },
    ],
  };
  const decision: FieldDecision = {
    id: 'D2',
    resource: '/subscriptions/S/vmss/web',
    field: 'instances',
    at: '2026-03-01T09:00:00Z' as FieldDecision['at'],
    sentence: 'scaled out to 6',
  };
  const drift = (type: string, before: object | null, after: object | null, actions = ['update']): object => ({
    address: `module.m.${type}.this`,
    type,
    name: 'this',
    change: { actions, before, after },
  });
  const classify = (...resource_drift: object[]): ReturnType<typeof classifyDrift> =>
    classifyDrift({ resource_drift } as Parameters<typeof classifyDrift>[0], ownership, [
      { ...decision, id: 'D1', at: '2026-03-01T08:00:00Z' as FieldDecision['at'] },
      decision,
    ]);

  it('is automation’s with the last decision that set the field, and is closed', () => {
    const report = classify(
      drift(
        'azurerm_vmss',
        { id: '/subscriptions/s/VMSS/web', instances: 4 },
        { id: '/subscriptions/s/VMSS/web', instances: 6 },
      ),
    );
    expect(report).toMatchObject({
      action: 'close',
      fields: [{ field: 'instances', class: 'automation', owner: 'scaler', decision: { id: 'D2' } }],
    });
  });

  it('is nobody’s when no decision is on record, and somebody has to look', () => {
    expect(classify(drift('azurerm_vmss', { id: 'x', instances: 4 }, { id: 'x', instances: 6 }))).toMatchObject({
      action: 'look',
      fields: [{ class: 'unknown', owner: 'scaler', decision: null }],
    });
  });

  it('is a person’s for Terraform’s fields, for fields that people may change, and for what is gone', () => {
    const report = classify(
      drift('azurerm_vmss', { sku: { name: 'a', tier: 'x' } }, { sku: { name: 'b', tier: 'x' } }),
      drift('azurerm_alert', { enabled: true }, { enabled: false }),
      drift('azurerm_disk', { id: 'y' }, null, ['delete']),
    );
    expect(report.action).toBe('ask');
    expect(report.fields.map(({ field, class: kind, owner }) => [field, kind, owner])).toEqual([
      ['sku.name', 'human', 'terraform'],
      ['enabled', 'human', 'human'],
      ['', 'human', 'terraform'],
    ]);
  });

  it('of several kinds is looked at before it is closed', () => {
    const mine = drift(
      'azurerm_vmss',
      { id: '/subscriptions/s/vmss/web', instances: 4, sku: 'a' },
      { id: '/subscriptions/s/vmss/web', instances: 6, sku: 'b' },
    );
    expect(classify(mine)).toMatchObject({
      action: 'ask',
      sentence:
        '1 by automation, 1 by people, 0 by nobody known: a person decides whether to put it back or to take it over',
    });
    expect(classify()).toMatchObject({ action: 'none' });
  });
});

describe('promotion', () => {
  const { manifest } = parseManifest(manifestText({ units: 1 }));
  const commit = 'a'.repeat(40);
  const candidate = {
    digests: { project: 'c'.repeat(64), modules: { 'infra/modules/redis': 'd'.repeat(64) } },
    lockFile: 'b'.repeat(64),
  };
  const evidence = (stack: string, change: Partial<Binding> = {}): Evidence => ({
    version: 1,
    component: 'c',
    binding: {
      version: 1,
      stack,
      environment: 'dev',
      commit,
      author: 'ada',
      state: { lineage: 'l', serial: 1 },
      ...candidate,
      inputs: {},
      planFile: '1'.repeat(64),
      planJson: '2'.repeat(64),
      createdAt: iso('2026-03-01T10:00:00Z'),
      expiresAt: iso('2026-03-01T14:00:00Z'),
      ...change,
    },
    approvals: [],
    appliedAt: iso('2026-03-01T11:00:00Z'),
    state: { lineage: 'l', serial: 2 },
    promotion: null,
  });

  function attempt(
    options: {
      from?: string;
      to?: string;
      evidenceOf?: (name: string) => Evidence | undefined;
      isUntouched?: (name: string, since: string) => boolean;
    } = {},
  ): string[] {
    try {
      promote(manifest, {
        from: options.from ?? 'dev',
        to: options.to ?? 'qa',
        commit,
        now: iso('2026-03-01T12:00:00Z'),
        evidenceOf: options.evidenceOf ?? evidence,
        candidateOf: () => candidate,
        isUntouched: ({ name }, since) => options.isUntouched?.(name, since) ?? false,
      });
      return [];
    } catch (error) {
      return (error as InvalidInputError).problems.map(({ path, message }) => `${path}: ${message}`);
    }
  }

  it('goes one step, with all of it shown', () => {
    expect(attempt()).toEqual([]);
    expect(attempt({ to: 'prod' })).toEqual([
      'to: a commit goes dev -> qa -> prod, one step at a time; dev -> prod is none',
    ]);
    expect(attempt({ from: 'nowhere' })[0]).toContain('is none');
  });

  it.each([
    ['nothing was applied', () => undefined, 'base-dev has not been applied from any commit that is on record'],
    [
      'another commit was applied',
      (name: string) => evidence(name, { commit: 'b'.repeat(40) }),
      'was applied from commit bbbbbbbbbbbb, and aaaaaaaaaaaa is to be promoted',
    ],
    [
      'a module was another',
      (name: string) =>
        evidence(name, { digests: { ...candidate.digests, modules: { 'infra/modules/redis': '0'.repeat(64) } } }),
      'module infra/modules/redis is not the one that was applied to base-dev',
    ],
    ['the providers were others', (name: string) => evidence(name, { lockFile: null }), 'lock file is not the one'],
    [
      'the evidence is from elsewhere',
      (name: string) => evidence(name, { environment: 'qa' }),
      'the evidence is from qa, not from dev',
    ],
    ['the evidence is about another stack', () => evidence('other'), 'the evidence is about other, not about base-dev'],
  ])('does not happen when %s', (_what, evidenceOf, expected) => {
    expect(attempt({ evidenceOf }).join('\n')).toContain(expected);
  });

  it('carries evidence of an earlier commit for a stack that nothing touched since, and for no other', () => {
    const evidenceOf = (name: string): Evidence => evidence(name, { commit: 'b'.repeat(40) });
    expect(attempt({ evidenceOf, isUntouched: (_, since) => since === 'b'.repeat(40) })).toEqual([]);
    expect(attempt({ evidenceOf, isUntouched: (name) => name === 'base-dev' })).toHaveLength(1);
  });

  it('is what a plan needs to enter any environment but the first', () => {
    const promotion = promote(manifest, {
      from: 'dev',
      to: 'qa',
      commit,
      now: iso('2026-03-01T12:00:00Z'),
      evidenceOf: evidence,
      candidateOf: () => candidate,
    });
    expect(promotion.stacks.find(({ stack }) => stack === 'base-qa')?.evidence).toBe(digestOf(evidence('base-dev')));
    const plan = evidence('base-qa', { environment: 'qa' }).binding;
    expect(entryProblems(manifest, plan, promotion)).toEqual([]);
    expect(entryProblems(manifest, evidence('base-dev').binding, undefined)).toEqual([]);
    expect(entryProblems(manifest, plan, undefined)).toHaveLength(1);
    expect(entryProblems(manifest, { ...plan, environment: 'prod', stack: 'base-prod' }, promotion)).toHaveLength(1);
    expect(entryProblems(manifest, { ...plan, commit: 'b'.repeat(40) }, promotion)).toHaveLength(1);
    expect(entryProblems(manifest, { ...plan, lockFile: null }, promotion)).toHaveLength(1);
  });
});
