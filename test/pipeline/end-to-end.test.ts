import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { applySealedPlan } from '../../src/cli/stacks/carrying-out';
import { readManifest, TerraformReader } from '../../src/cli/stacks/repository';
import type { EpochMillis } from '../../src/kernel/clock';
import { InvalidInputError } from '../../src/kernel/errors';
import { bindingDigest, parseSealedPlan, type Evidence, type Promotion } from '../../src/stacks';
import { StandIn } from './stand-in/repository';
import { describeWith } from './tools';

interface Planned {
  readonly stack: string;
  readonly status: string;
  readonly reasons: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
  readonly inputs: readonly { readonly input: string; readonly unknown: readonly string[] }[];
  readonly changedOutputs: readonly string[];
  readonly sealed: { readonly path: string; readonly digest: string } | null;
}

describeWith(['terraform', 'opa', 'git'], 'from a change in a module to qa', () => {
  jest.setTimeout(240_000);
  let here: StandIn;
  const sealedPath = (stack: string): string => join(here.out, 'plans', `${stack}.plan.json`);
  const evidence = (): string => join(here.out, 'evidence');

  beforeAll(() => {
    here = new StandIn({ devApprovals: 1 });
  });
  afterAll(() => {
    here.remove();
  });

  async function plan(...args: string[]): Promise<{ code: number; err: string; plans: Planned[] }> {
    const { code, out, err } = await here.stacks('plan', '--json', ...args);
    return { code, err, plans: out === '' ? [] : (JSON.parse(out) as Planned[]) };
  }

  function approve(stack: string, ...people: string[]): string {
    const { binding } = parseSealedPlan(readFileSync(sealedPath(stack), 'utf8'));
    const path = join(here.out, `${stack}.approvals.json`);
    const at = new Date().toISOString();
    writeFileSync(
      path,
      JSON.stringify(
        people.map((by) => ({ plan: bindingDigest(binding), by, groups: ['approvers'], answer: 'approve', at })),
      ),
    );
    return path;
  }

  async function apply(stack: string, environment: string, ...more: string[]): ReturnType<StandIn['stacks']> {
    return await here.stacks(
      'apply',
      sealedPath(stack),
      '--identity',
      join(here.keys, environment),
      '--evidence',
      evidence(),
      ...more,
    );
  }

  function evidenceOf(stack: string): Evidence {
    return JSON.parse(readFileSync(join(evidence(), `${stack}.evidence.json`), 'utf8')) as Evidence;
  }

  it('accepts the repository', async () => {
    expect(await here.stacks('check')).toMatchObject({ code: 0, err: '' });
  });

  it('plans downstream with what is unknown, and seals only what can be applied', async () => {
    const { code, plans } = await plan('--environment', 'dev', '--out', join(here.out, 'plans'));
    expect(code).toBe(0);
    expect(plans.map(({ stack, status }) => [stack, status])).toEqual([
      ['base-dev', 'planned'],
      ['app-dev', 'preview'],
    ]);
    // The name is known before apply and gets there; the id is not and stays so.
    expect(plans[1]?.inputs).toEqual([{ input: 'foundation', from: 'base-dev.foundation', unknown: ['id'] }]);
    expect(plans[1]?.counts).toEqual({ create: 3, update: 0, replace: 0, destroy: 0 });
    expect(plans[0]?.sealed).not.toBeNull();
    expect(plans[1]?.sealed).toBeNull();
  });

  it('refuses to apply without approval, with the author’s own, and with one for another plan', async () => {
    expect(await apply('base-dev', 'dev')).toMatchObject({
      code: 1,
      err: expect.stringContaining('needs 1 of approvers, not the author; has: none') as string,
    });
    const own = await apply('base-dev', 'dev', '--approvals', approve('base-dev', 'Ada@contoso.example'));
    expect(own).toMatchObject({ code: 1, err: expect.stringContaining('is the author of the change') as string });
    const path = join(here.out, 'other.json');
    writeFileSync(
      path,
      JSON.stringify([
        { plan: '0'.repeat(64), by: 'bob', groups: ['approvers'], answer: 'approve', at: new Date().toISOString() },
      ]),
    );
    expect(await apply('base-dev', 'dev', '--approvals', path)).toMatchObject({
      code: 1,
      err: expect.stringContaining('was given for another plan') as string,
    });
    expect(() => readFileSync(join(here.root, 'state/base-dev.tfstate'))).toThrow();
  });

  it('refuses the key of another identity', async () => {
    const refused = await here.stacks(
      'apply',
      sealedPath('base-dev'),
      '--identity',
      join(here.keys, 'qa'),
      '--approvals',
      approve('base-dev', 'bob'),
      '--evidence',
      evidence(),
    );
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('sealed to another identity') as string });
  });

  it('refuses an expired plan', async () => {
    const { manifest } = await readManifest(here.root);
    const { binding } = parseSealedPlan(readFileSync(sealedPath('base-dev'), 'utf8'));
    const late = { now: () => Date.parse(binding.expiresAt) as EpochMillis };
    const attempt = applySealedPlan({
      root: here.root,
      manifest,
      reader: new TerraformReader(here.root),
      sealed: sealedPath('base-dev'),
      privateKey: Buffer.from(readFileSync(join(here.keys, 'dev'), 'utf8'), 'base64'),
      approvals: [],
      promotion: undefined,
      evidence: evidence(),
      clock: late,
    });
    await expect(attempt).rejects.toBeInstanceOf(InvalidInputError);
    await attempt.catch(({ problems }: InvalidInputError) => {
      expect(problems.map(({ path }) => path)).toContain('expiresAt');
    });
  });

  it('applies exactly the approved plan, and the same plan not a second time', async () => {
    expect(await apply('base-dev', 'dev', '--approvals', approve('base-dev', 'bob'))).toMatchObject({
      code: 0,
      err: '',
    });
    const again = await apply('base-dev', 'dev', '--approvals', approve('base-dev', 'bob'));
    expect(again).toMatchObject({
      code: 1,
      err: expect.stringMatching(/state is another one|state moved on/) as string,
    });
  });

  it('plans downstream for good once upstream is applied', async () => {
    const { plans } = await plan('--stack', 'app-dev', '--out', join(here.out, 'plans'));
    expect(plans).toMatchObject([{ stack: 'app-dev', status: 'planned' }]);
    expect(await apply('app-dev', 'dev', '--approvals', approve('app-dev', 'bob'))).toMatchObject({ code: 0 });
  });

  it('follows a change in a module through another module to the stacks, in order, with outputs flowing', async () => {
    const before = here.git('rev-parse', 'HEAD');
    here.write(
      'infra/modules/label/main.tf',
      'variable "text" {\n  type = string\n}\n\noutput "text" {\n  value = "v2-${var.text}"\n}\n',
    );
    here.commit('label v2');
    const { out } = await here.stacks('affected', '--since', before, '--environment', 'dev', '--json');
    expect(JSON.parse(out)).toMatchObject([
      { stack: 'app-dev', how: 'downstream', reasons: ['it stands on base-dev, which is planned anew'] },
      {
        stack: 'base-dev',
        how: 'direct',
        reasons: [
          'infra/modules/label/main.tf changed in a module it uses: infra/projects/base -> infra/modules/network -> infra/modules/label',
        ],
      },
    ]);
    const { plans } = await plan(
      '--since',
      before,
      '--environment',
      'dev',
      '--out',
      join(here.out, 'plans'),
      '--summary',
      join(here.out, 'summary.md'),
    );
    expect(
      plans.map(({ stack, status, counts, changedOutputs }) => ({
        stack,
        status,
        update: counts['update'],
        changedOutputs,
      })),
    ).toEqual([
      { stack: 'base-dev', status: 'planned', update: 1, changedOutputs: ['foundation'] },
      // Its plan rests on the name that upstream's plan foresees and its state does not have yet.
      { stack: 'app-dev', status: 'planned', update: 1, changedOutputs: ['address'] },
    ]);
    const summary = readFileSync(join(here.out, 'summary.md'), 'utf8');
    expect(summary).toContain('| base-dev | planned | 1 to change | 1 of approvers |');
  });

  it('refuses a plan when the state moved on, and when the commit is another', async () => {
    const state = join(here.root, 'state/base-dev.tfstate');
    const stored = readFileSync(state, 'utf8');
    const { serial } = JSON.parse(stored) as { serial: number };
    writeFileSync(state, JSON.stringify({ ...(JSON.parse(stored) as object), serial: serial + 1 }));
    const moved = await apply('base-dev', 'dev', '--approvals', approve('base-dev', 'bob'));
    expect(moved).toMatchObject({
      code: 1,
      err: expect.stringContaining(`the state moved on from serial ${serial} to ${serial + 1}; plan again`) as string,
    });
    writeFileSync(state, stored);

    here.write('README.md', 'a word\n');
    here.commit('a word');
    const other = await apply('base-dev', 'dev', '--approvals', approve('base-dev', 'bob'));
    expect(other).toMatchObject({ code: 1, err: expect.stringContaining('the plan was made from commit') as string });
    expect(readFileSync(state, 'utf8')).toBe(stored);
    here.git('reset', '--quiet', '--hard', 'HEAD~1');
  });

  it('refuses a plan that rests on what upstream only foresees, until upstream is applied', async () => {
    const early = await apply('app-dev', 'dev', '--approvals', approve('app-dev', 'bob'));
    expect(early).toMatchObject({
      code: 1,
      err: expect.stringContaining('inputs.foundation: another stack hands over another value') as string,
    });
  });

  it('refuses a plan that changes what automation owns, with the decision that set it', async () => {
    const decisions = join(here.out, 'decisions.json');
    const decision = {
      id: 'D42',
      resource: 'terraform_data.scale',
      field: 'input',
      at: '2026-03-01T09:00:00Z',
      sentence: 'scaled in to 1',
    };
    writeFileSync(decisions, JSON.stringify([decision]));
    here.write('infra/projects/app/dev.tfvars', 'size = 5\n');
    here.commit('five');
    const { code, err, plans } = await plan(
      '--stack',
      'app-dev',
      '--out',
      join(here.out, 'denied'),
      '--decisions',
      decisions,
    );
    expect({ code, sealed: plans[0]?.sealed }).toEqual({ code: 1, sealed: null });
    expect(err).toContain(
      "app-dev: denied: terraform_data.scale: input is the scaler's (The number follows the load); decision D42 of 2026-03-01T09:00:00.000Z set it last: scaled in to 1.",
    );
    here.git('reset', '--quiet', '--hard', 'HEAD~1');
  });

  it('refuses what makes the platform too dear, unless the change is labelled so', async () => {
    const estimate = join(here.out, 'prices.json');
    writeFileSync(estimate, JSON.stringify({ 'app-dev': 9000 }));
    const plan = ['plan', '--json', '--stack', 'app-dev', '--estimate', estimate];
    const denied = await here.stacks(...plan);
    expect([denied.code, denied.err]).toEqual([1, expect.stringContaining('9000 a month dearer, at most 200')]);
    expect(await here.stacks(...plan, '--label', 'price:accepted')).toMatchObject({ code: 0, err: '' });
    writeFileSync(estimate, '{"app-dev": "much"}');
    expect(await here.stacks(...plan)).toMatchObject({
      code: 1,
      err: expect.stringContaining('as a number') as string,
    });
  });

  it('closes drift of automation with its record, and asks about the rest', async () => {
    const drifted = join(here.out, 'drift.json');
    const change = (name: string): object => ({
      address: `terraform_data.${name}`,
      type: 'terraform_data',
      name,
      change: { actions: ['update'], before: { input: 1 }, after: { input: 3 } },
    });
    const decisions = ['--decisions', join(here.out, 'decisions.json')];
    writeFileSync(drifted, JSON.stringify({ resource_drift: [change('scale')] }));
    const closed = await here.stacks('drift', '--plan', drifted, ...decisions);
    expect(closed).toMatchObject({
      code: 0,
      out: expect.stringContaining('(scaler, decision D42): scaled in to 1') as string,
    });
    expect(await here.stacks('drift', '--plan', drifted)).toMatchObject({
      code: 2,
      out: expect.stringContaining('no decision on record set it') as string,
    });
    writeFileSync(drifted, JSON.stringify({ resource_drift: [change('scale'), change('app')] }));
    expect(await here.stacks('drift', '--plan', drifted, ...decisions)).toMatchObject({
      code: 2,
      out: expect.stringContaining('1 by automation, 1 by people') as string,
    });
    expect(await here.stacks('drift', 'app-dev')).toMatchObject({ code: 0, out: 'nothing drifted\n' });
  });

  it('refuses to work on files that are not committed', async () => {
    here.write('infra/modules/label/main.tf', 'output "text" {\n  value = "x"\n}\n');
    expect(await apply('base-dev', 'dev', '--approvals', approve('base-dev', 'bob'))).toMatchObject({
      code: 1,
      err: expect.stringMatching(/working tree[^]*\ninfra\/modules\/label\/main\.tf: commit it/) as string,
    });
    here.git('checkout', '--quiet', '--', '.');
  });

  it('promotes only what was applied from the same commit', async () => {
    expect(await apply('base-dev', 'dev', '--approvals', approve('base-dev', 'bob'))).toMatchObject({ code: 0 });
    const early = await here.stacks('promote', 'dev', 'qa', '--evidence', evidence());
    expect(early).toMatchObject({
      code: 1,
      err: expect.stringMatching(/app-qa: app-dev was applied from commit .* apply that one first/) as string,
    });
    // The plan of app-dev was made from what base-dev foresaw; base-dev's apply did not touch app-dev's state.
    expect(await apply('app-dev', 'dev', '--approvals', approve('app-dev', 'bob'))).toMatchObject({ code: 0 });
    expect(JSON.parse(readFileSync(join(here.root, 'state/app-dev.tfstate'), 'utf8'))).toMatchObject({
      outputs: { address: { value: 'v2-dev/1' } },
    });
    expect(
      await here.stacks('promote', 'dev', 'qa', '--evidence', evidence(), '--out', join(here.out, 'promotion.json')),
    ).toMatchObject({ code: 0 });
    expect((await here.stacks('promote', 'qa', 'dev', '--evidence', evidence())).err).toContain(
      'dev -> qa, one step at a time',
    );
  });

  it('applies the promoted commit to qa with the same digests, and nothing else', async () => {
    here.git('checkout', '--quiet', '-b', 'qa');
    const { plans } = await plan('--stack', 'base-qa', '--out', join(here.out, 'plans'));
    expect(plans).toMatchObject([{ status: 'planned' }]);
    const approvals = approve('base-qa', 'bob', 'eve');
    const withoutPromotion = await apply('base-qa', 'qa', '--approvals', approvals);
    expect(withoutPromotion).toMatchObject({
      code: 1,
      err: expect.stringContaining('enters qa by promotion only') as string,
    });
    const onePerson = await apply(
      'base-qa',
      'qa',
      '--approvals',
      approve('base-qa', 'bob'),
      '--promotion',
      join(here.out, 'promotion.json'),
    );
    expect(onePerson).toMatchObject({ code: 1, err: expect.stringContaining('needs 2 of approvers') as string });
    expect(
      await apply(
        'base-qa',
        'qa',
        '--approvals',
        approve('base-qa', 'bob', 'eve'),
        '--promotion',
        join(here.out, 'promotion.json'),
      ),
    ).toMatchObject({ code: 0 });
    expect(evidenceOf('base-qa').binding.digests).toEqual(evidenceOf('base-dev').binding.digests);
    expect(evidenceOf('base-qa').binding.commit).toBe(evidenceOf('base-dev').binding.commit);
    const promotion = JSON.parse(readFileSync(join(here.out, 'promotion.json'), 'utf8')) as Promotion;
    expect(promotion.stacks.map(({ stack }) => stack)).toEqual(['app-qa', 'base-qa']);
  });

  it('refuses an environment what was changed after the promotion', async () => {
    here.write(
      'infra/modules/label/main.tf',
      'variable "text" {\n  type = string\n}\n\noutput "text" {\n  value = "v3-${var.text}"\n}\n',
    );
    here.commit('straight to qa');
    await plan('--stack', 'base-qa', '--out', join(here.out, 'plans'));
    const refused = await apply(
      'base-qa',
      'qa',
      '--approvals',
      approve('base-qa', 'bob', 'eve'),
      '--promotion',
      join(here.out, 'promotion.json'),
    );
    expect(refused).toMatchObject({
      code: 1,
      err: expect.stringMatching(/commit .* was promoted, and the plan is of/) as string,
    });
  });

  it('says so when an output that others take is gone, and plans nothing on top of it', async () => {
    here.git('reset', '--quiet', '--hard', 'HEAD~1');
    const main = readFileSync(join(here.root, 'infra/projects/base/main.tf'), 'utf8');
    here.write('infra/projects/base/main.tf', main.replace('output "foundation"', 'output "ground"'));
    const { code, plans } = await plan('--environment', 'qa');
    expect(code).toBe(1);
    expect(plans).toMatchObject([
      { stack: 'base-qa', status: 'planned' },
      {
        stack: 'app-qa',
        status: 'refused',
        reasons: [
          'input foundation: base-qa has no output "foundation" any more; put it back, or take the input out of the manifest',
        ],
      },
    ]);
    expect((await here.stacks('check')).err).toMatch(
      /stacks\.yaml:\d+:\d+ .*infra\/projects\/base has no output "foundation"/,
    );
    here.git('checkout', '--quiet', '--', '.');
  });

  it('refuses a renamed stack until the manifest says what it was', async () => {
    const path = 'infra/workspaces/stacks.yaml';
    const text = readFileSync(join(here.root, path), 'utf8');
    const renamed = text.replace('  app-qa:', '  web-qa:');
    here.write(path, renamed);
    expect(await here.stacks('affected', '--since', 'HEAD')).toMatchObject({
      code: 1,
      err: expect.stringContaining('add "app-qa" to formerly of "web-qa"') as string,
    });
    here.write(path, renamed.replace('  web-qa:', '  web-qa:\n    formerly: [app-qa]'));
    const { out } = await here.stacks('affected', '--since', 'HEAD');
    expect(out).toContain('it was called "app-qa"');
    here.git('checkout', '--quiet', '--', '.');
  });
});
