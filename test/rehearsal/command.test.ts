import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runRehearsal } from '../../src/cli/rehearse';
import { policyText, recorded, ruleText } from './fixture';

let folder: string;
let printed: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rehearsal-'));
  printed = '';
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
  await writeFile(join(folder, 'now.yaml'), policyText([ruleText('observe')]));
  await writeFile(join(folder, 'new.yaml'), policyText([ruleText('auto')]));
  const lines = [recorded(1, 1, 0), recorded(2, 2, 60)].map(({ signal }) => JSON.stringify(signal));
  await writeFile(join(folder, 'signals.jsonl'), lines.join('\n'));
});
afterEach(async () => {
  jest.restoreAllMocks();
  await rm(folder, { recursive: true });
});

const rehearse = (more: Partial<Parameters<typeof runRehearsal>[0]> = {}) =>
  runRehearsal({
    policy: join(folder, 'new.yaml'),
    current: join(folder, 'now.yaml'),
    signals: join(folder, 'signals.jsonl'),
    threshold: 0,
    json: false,
    ...more,
  });

test('a difference above the threshold is 2, one within it 0', async () => {
  expect(await rehearse()).toBe(2);
  expect(printed).toContain('Recorded signals: 2; the policies differ on 2.');
  expect(printed).toMatch(/^acts +vm-1 +vms +nothing +restart-vm +1$/m);
  expect(await rehearse({ threshold: 1 })).toBe(2);
  expect(await rehearse({ threshold: 2 })).toBe(0);
  expect(await rehearse({ policy: join(folder, 'now.yaml') })).toBe(0);
});

test('--json prints one document', async () => {
  await rehearse({ json: true });
  expect(JSON.parse(printed)).toMatchObject({ signals: 2, differing: 2, proposed: { totals: { incidents: 2 } } });
});

test('mistakes are told with their place', async () => {
  await writeFile(join(folder, 'wrong.yaml'), policyText([ruleText('always')]));
  await expect(rehearse({ policy: join(folder, 'wrong.yaml') })).rejects.toThrow(
    /wrong\.yaml:6:\d+ rules\[0\]\.mode: /,
  );
  await writeFile(join(folder, 'wrong.jsonl'), '{}\n[');
  await expect(rehearse({ signals: join(folder, 'wrong.jsonl') })).rejects.toThrow(/wrong\.jsonl:2:1 is not JSON/);
  await expect(rehearse({ policy: join(folder, 'none.yaml') })).rejects.toThrow('none.yaml cannot be read');
});
