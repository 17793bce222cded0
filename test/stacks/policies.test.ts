import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describeWith } from '../pipeline/tools';

const folder = resolve(__dirname, '../../infra/policies');
const policies = readdirSync(folder).filter((name) => name.endsWith('.rego') && !name.endsWith('_test.rego'));

describe('policies', () => {
  it('are those that there should be, each with its tests and one line of settings at most', () => {
    expect(policies.sort()).toEqual([
      'approval.rego',
      'login.rego',
      'ownership.rego',
      'plan.rego',
      'push.rego',
      'trigger.rego',
    ]);
    for (const name of policies) {
      expect(readdirSync(folder)).toContain(name.replace('.rego', '_test.rego'));
      expect((readFileSync(join(folder, name), 'utf8').match(/data\.caretaker/g) ?? []).length).toBeLessThanOrEqual(1);
    }
  });
});

describeWith(['opa'], 'policies with opa', () => {
  const opa = (...args: string[]): { status: number | null; out: string } => {
    const { status, stdout, stderr } = spawnSync('opa', args, { encoding: 'utf8' });
    return { status, out: `${stdout}${stderr}` };
  };

  it('are strict, formatted Rego', () => {
    expect(opa('check', '--strict', folder)).toEqual({ status: 0, out: '' });
    expect(opa('fmt', '--list', folder)).toEqual({ status: 0, out: '' });
  });

  it('pass their tests, every one of which has a case that is denied', () => {
    const { status, out } = opa('test', '--format', 'json', folder);
    const results = JSON.parse(out) as { package: string; name: string; fail?: boolean; error?: unknown }[];
    expect(results.filter(({ fail, error }) => fail === true || error !== undefined)).toEqual([]);
    expect(status).toBe(0);
    expect(results.length).toBeGreaterThanOrEqual(58);
    for (const name of policies) {
      const denied = results.filter(
        (one) =>
          one.package === `data.caretaker.${name.replace('.rego', '_test')}` &&
          /denied|is_not|are_not|does_not|ignored|not_even|needs/.test(one.name),
      );
      expect({ name, denied: denied.length > 0 }).toEqual({ name, denied: true });
    }
  });

  it('cover all but a few lines of what they say', () => {
    const { out } = opa('test', '--coverage', '--format', 'json', folder);
    const { files } = JSON.parse(out) as { files: Record<string, { coverage?: number }> };
    for (const name of policies) {
      const coverage = Object.entries(files).find(([path]) => path.endsWith(`/${name}`))?.[1].coverage ?? 0;
      expect({ name, coverage: coverage >= 95 }).toEqual({ name, coverage: true });
    }
  });
});
