import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { generatedFiles } from '../../src/cli/generate';
import { runbooks } from '../../src/runbooks';

const root = join(__dirname, '../..');

describe.each(runbooks.map((runbook) => [runbook.name, runbook] as const))('%s', (_, { permissions }) => {
  it('names each permission as ARM does, and none that stands for others', () => {
    const all = [...permissions.actions, ...permissions.dataActions];
    expect(all.length).toBeGreaterThan(0);
    for (const permission of all) {
      expect(permission).toMatch(
        /^Microsoft\.[A-Z][A-Za-z]+(?:\/[a-z][A-Za-z]*)+\/(?:read|write|delete|[a-z]+\/action)$/,
      );
    }
    expect(new Set(all).size).toBe(all.length);
  });

  it('asks for nothing that destroys or hands out rights', () => {
    for (const permission of permissions.actions) {
      expect(permission).not.toMatch(/\/delete$|\/write$|Authorization/);
    }
  });
});

it('each runbook may do its own operation, and no other one but the undo', () => {
  const operations = runbooks.map(({ name, permissions }) => [
    name,
    permissions.actions.filter((action) => action.endsWith('/action')),
  ]);
  expect(operations).toEqual([
    [
      'restart-vm',
      ['Microsoft.Compute/virtualMachines/restart/action', 'Microsoft.Compute/virtualMachines/start/action'],
    ],
    [
      'redeploy-vm',
      ['Microsoft.Compute/virtualMachines/redeploy/action', 'Microsoft.Compute/virtualMachines/start/action'],
    ],
  ]);
});

it.each(generatedFiles().map(({ path, content }) => [path, content] as const))(
  '%s is what the code says (else: npm run generate)',
  (path, content) => {
    expect(readFileSync(join(root, path), 'utf8')).toBe(content);
  },
);
