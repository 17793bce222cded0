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
        /^Microsoft\.[A-Z][A-Za-z]+(?:\/[a-z][A-Za-z]*)+\/(?:read|write|delete|[a-zA-Z]+\/action)$/,
      );
    }
    expect(new Set(all).size).toBe(all.length);
  });

  it('hands out no rights, and touches locks only by looking', () => {
    for (const permission of permissions.actions) {
      expect(permission).not.toMatch(/^Microsoft\.Authorization\/(?!locks\/read$)/);
    }
  });
});

it('only these runbooks may delete anything', () => {
  const deleting = runbooks
    .filter(({ permissions }) => permissions.actions.some((action) => /\/delete(?:\/action)?$/.test(action)))
    .map(({ name }) => name);
  expect(deleting).toEqual(['replace-instance', 'repair-private-endpoint']);
});

it.each(generatedFiles(root).map(({ path, content }) => [path, content] as const))(
  '%s is what the code says (else: npm run generate)',
  (path, content) => {
    expect(readFileSync(join(root, path), 'utf8')).toBe(content);
  },
);
