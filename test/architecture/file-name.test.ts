import { join } from 'node:path';
import { Linter } from 'eslint';

const plugin = require('../../lint/index.cjs');
const root = join(__dirname, '../..');

function found(path: string): string[] {
  const linter = new Linter({ cwd: root });
  const config = {
    files: ['**/*.ts', '**/*.cjs'],
    plugins: { caretaker: plugin },
    rules: { 'caretaker/file-name': 'error' as const },
  };
  return linter.verify('', config, join(root, path)).map(({ messageId }) => String(messageId));
}

test.each([
  'src/run/incident.orchestrator.ts',
  'src/local/cloud/monitor/common-alert.ts',
  'src/kernel/canonical-json.ts',
  '.dependency-cruiser.cjs',
  'test/run/carry-out.test.ts',
  'src/runbooks/restart-vm/v2.ts',
  'jest.config.cjs',
])('%s is a good name', (path) => {
  expect(found(path)).toEqual([]);
});

test.each([
  ['src/run/carryOut.ts', 'kebab'],
  ['src/run/CarryOut.ts', 'kebab'],
  ['src/run/carry_out.ts', 'kebab'],
  ['src/Run/plan.ts', 'kebab'],
  ['src/run/-plan.ts', 'kebab'],
  ['src/run/utils.ts', 'saysNothing'],
  ['src/run/util.ts', 'saysNothing'],
  ['src/run/date-helpers.ts', 'saysNothing'],
  ['src/helpers/date.ts', 'saysNothing'],
  ['src/common/date.ts', 'saysNothing'],
  ['test/run/plan.helper.ts', 'saysNothing'],
])('%s is not: %s', (path, messageId) => {
  expect(found(path)).toEqual([messageId]);
});
