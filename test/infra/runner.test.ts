import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { main } from '../../scripts/infra/cli';
import { readTestOutput } from '../../scripts/infra/terraform';
import { firstRunPlanned, testInfra } from '../../scripts/infra/test';
import { repository } from './support';

const line = (message: object): string => JSON.stringify(message);

describe('reading the output of terraform test', () => {
  it('gathers runs, plans, states and errors', () => {
    const result = readTestOutput(
      [
        line({
          type: 'test_run',
          test_run: { path: 'tests/unit.tftest.hcl', run: 'a', progress: 'complete', status: 'pass' },
        }),
        line({
          type: 'test_plan',
          '@testrun': 'a',
          test_plan: {
            resource_changes: [
              {
                address: 'module.x.azurerm_lb.this',
                module_address: 'module.x',
                mode: 'managed',
                type: 'azurerm_lb',
                name: 'this',
                change: { after: { name: 'lb' } },
              },
              {
                address: 'data.azurerm_client_config.current',
                mode: 'data',
                type: 'azurerm_client_config',
                name: 'current',
                change: { after: {} },
              },
            ],
            output_changes: { token: { after_sensitive: true } },
          },
        }),
        line({
          type: 'test_state',
          '@testrun': 'b',
          test_state: {
            root_module: {
              resources: [
                {
                  address: 'azurerm_lb.this',
                  mode: 'managed',
                  type: 'azurerm_lb',
                  name: 'this',
                  values: { name: 'lb' },
                },
              ],
              child_modules: [
                {
                  address: 'module.y',
                  resources: [
                    { address: 'module.y.azurerm_lb.this', mode: 'managed', type: 'azurerm_lb', name: 'this' },
                  ],
                },
              ],
            },
          },
        }),
        line({
          type: 'diagnostic',
          '@testrun': 'b',
          diagnostic: { severity: 'error', summary: 'Test assertion failed', detail: 'It is wrong.' },
        }),
        line({ type: 'test_summary', test_summary: { status: 'fail' } }),
        'panic: not JSON',
      ].join('\n'),
    );
    expect(result.ok).toBe(false);
    expect(result.runs).toEqual([{ file: 'tests/unit.tftest.hcl', run: 'a', status: 'pass' }]);
    expect(result.plans[0]?.resources.map(({ address, module }) => [address, module])).toEqual([
      ['module.x.azurerm_lb.this', 'module.x'],
    ]);
    expect(result.plans[0]?.outputs).toEqual({ token: true });
    expect(result.plans[1]?.resources.map(({ address }) => address)).toEqual([
      'azurerm_lb.this',
      'module.y.azurerm_lb.this',
    ]);
    expect(result.errors).toEqual(['b: Test assertion failed It is wrong.', 'panic: not JSON']);
  });
});

describe('without terraform', () => {
  const said: string[] = [];
  const before = { ...process.env };
  let empty = '';

  beforeEach(async () => {
    said.length = 0;
    empty = await mkdtemp(join(tmpdir(), 'no-terraform-'));
    process.env['PATH'] = empty;
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
      said.push(String(text));
      return true;
    });
  });
  afterEach(async () => {
    process.env = { ...before };
    jest.restoreAllMocks();
    await rm(empty, { recursive: true, force: true });
  });

  it('skips with the reason on a person’s machine', async () => {
    delete process.env['CI'];
    expect(await testInfra(repository, { only: [], quick: true })).toBe(0);
    expect(said.join('')).toContain('terraform is not on the PATH; the tests of infra/ are skipped');
  });

  it('fails in CI', async () => {
    process.env['CI'] = 'true';
    expect(await testInfra(repository, { only: [], quick: true })).toBe(1);
    expect(said.at(-1)).toBe('0 passed, 1 failed\n');
  });
});

describe('the command line', () => {
  it('says how it is used when it is asked for nothing it knows', async () => {
    const said: string[] = [];
    const write = jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
      said.push(String(text));
      return true;
    });
    const code = await main(repository, ['fly']);
    write.mockRestore();
    expect(code).toBe(2);
    expect(said.join('')).toMatch(/^Usage: npm run infra -- <command>\n/);
  });
});

describe('a broken copy', () => {
  it('is planned by the first run of the unit tests alone', () => {
    const text = 'variables {\n  a = 1\n}\n\nrun "one" {\n  assert {\n  }\n}\n\nrun "two" {\n  command = plan\n}\n';
    expect(firstRunPlanned(text)).toBe(
      'variables {\n  a = 1\n}\n\nrun "one" {\n  command = plan\n  assert {\n  }\n}\n\n',
    );
  });
});
