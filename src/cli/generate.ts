import { readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseBackupPolicy, recoveryPage } from '../backup';
import { dnsJsonSchema } from '../dns';
import { operatorApi } from '../operator';
import { policyJsonSchema } from '../rules';
import { catalogue } from '../runbooks';
import { declaredPermissions } from './permissions';
import { runbooksPage } from './runbooks-page';

/** A file whose content follows from the code, or from a document of the repository. */
interface GeneratedFile {
  readonly path: string;
  readonly content: string;
}

/** Every generated file. Tests compare them with what is stored. */
export function generatedFiles(root: string): readonly GeneratedFile[] {
  const backups = parseBackupPolicy(readFileSync(join(root, 'policy/backup.yaml'), 'utf8'));
  return [
    {
      path: 'infra/modules/caretaker-role/permissions.json',
      content: `${JSON.stringify(declaredPermissions(), null, 2)}\n`,
    },
    { path: 'docs/policy.schema.json', content: `${JSON.stringify(policyJsonSchema(catalogue), null, 2)}\n` },
    { path: 'docs/runbooks.md', content: runbooksPage() },
    { path: 'docs/dns.schema.json', content: `${JSON.stringify(dnsJsonSchema(), null, 2)}\n` },
    { path: 'docs/recovery.md', content: recoveryPage(backups) },
    { path: 'docs/openapi.json', content: `${JSON.stringify(operatorApi(), null, 2)}\n` },
  ];
}

/** Writes the generated files, or with `check` says which differ. Returns the exit code. */
export async function generate(root: string, check: boolean, more: readonly GeneratedFile[] = []): Promise<number> {
  let differing = 0;
  for (const { path, content } of [...generatedFiles(root), ...more]) {
    const stored = await readFile(join(root, path), 'utf8').catch(() => undefined);
    if (stored === content) {
      continue;
    }
    differing += 1;
    if (check) {
      process.stderr.write(`${path} is not what the code says; run: npm run generate\n`);
    } else {
      await writeFile(join(root, path), content);
      process.stdout.write(`${path} written\n`);
    }
  }
  return check && differing > 0 ? 1 : 0;
}
