import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { environmentSchema } from '../../src/config/env';
import { parsePolicy } from '../../src/rules';
import { catalogue } from '../../src/runbooks';
import { readFolder } from '../../scripts/infra/hcl';
import { checkPicture, renderPicture } from '../../scripts/infra/picture';
import { checkReadmes, mergeReadme } from '../../scripts/infra/readme';
import { requiredTags } from '../../scripts/infra/security/rules-estate';
import { findRoots } from '../../scripts/infra/roots';
import { repository, withRepository } from './support';

const modules = [
  'backup-policy',
  'caretaker-role',
  'cloudflare-dns',
  'function-app',
  'hub-network',
  'key-vault',
  'monitoring',
  'naming',
  'private-dns',
  'private-endpoint',
  'redis',
  'resource-group',
  'spoke-network',
  'web-vm',
  'web-vmss',
];

describe('the registry', () => {
  it('holds the modules and projects that it promises', async () => {
    const paths = (await findRoots(repository)).map(({ path }) => path);
    expect(paths).toEqual(expect.arrayContaining(modules.map((name) => `infra/modules/${name}`)));
    expect(paths).toEqual(expect.arrayContaining(['infra/projects/environment', 'infra/projects/business-unit']));
  });

  it('has READMEs and a picture that say what the configuration says', async () => {
    expect(await checkReadmes(repository, false)).toEqual([]);
    expect(await checkPicture(repository, false)).toEqual([]);
  });

  it('draws a picture that an XML reader takes', async () => {
    const svg = await renderPicture(repository);
    expect(svg.replace(/<!--(?:(?!--)[^])*-->/g, '')).not.toContain('<!');
    const open: string[] = [];
    for (const [, close, name, , alone] of svg.matchAll(/<(\/?)([a-z]+)((?:"[^"]*"|[^">])*?)(\/?)>/g)) {
      if (close === '/') {
        expect(open.pop()).toBe(name);
      } else if (alone !== '/') {
        open.push(name ?? '');
      }
    }
    expect(open).toEqual([]);
    expect(svg.replace(/<[^>]*>/g, '')).not.toMatch(/[<>]|&(?!amp;|lt;|gt;)/);
  });

  it('notices a README that the configuration has left behind, and one without an introduction', async () => {
    const files = {
      'infra/modules/thing/terraform.tf': 'terraform {\n  required_version = ">= 1.9"\n}\n',
      'infra/modules/thing/variables.tf': 'variable "name" {\n  type        = string\n  description = "Name."\n}\n',
      'infra/modules/thing/README.md': '# thing\n',
    };
    await withRepository(files, async (folder) => {
      const stale = await checkReadmes(folder, false);
      expect(stale.map(({ problem }) => problem)).toEqual([
        'says nothing above the generated part about what it is for',
        'is not what the configuration says; run: npm run infra -- readme --write',
      ]);
    });
  });

  it('keeps what people wrote above the generated part', () => {
    const first = mergeReadme('# thing\n\nWhat it is for.\n', 'old');
    expect(mergeReadme(first, 'new')).toBe(first.replace('old', 'new'));
  });

  it('pins Terraform and every provider the same everywhere', async () => {
    const pins = { azapi: '~> 2.12', azuread: '~> 3.7', azurerm: '~> 4.55', cloudflare: '~> 5.14' };
    for (const { path } of await findRoots(repository)) {
      const folder = await readFolder(join(repository, path));
      expect([path, folder.requiredVersion]).toEqual([path, '>= 1.9']);
      for (const [source, version] of Object.entries(folder.providers)) {
        expect([path, source, version]).toEqual([path, source, pins[source.split('/')[1] as keyof typeof pins]]);
      }
    }
  });

  it('describes every input and output, types every input, and makes no resource by count', async () => {
    for (const { path } of await findRoots(repository)) {
      const folder = await readFolder(join(repository, path));
      const undescribed = [...folder.variables, ...folder.outputs].filter(({ description }) => description.length < 10);
      const untyped = folder.variables.filter(({ type }) => type === 'any');
      const counted = [...folder.resources, ...folder.calls].filter(({ body }) => 'count' in body);
      const whole = folder.outputs.filter(({ value }) =>
        /^\$\{(azurerm|azapi|azuread|cloudflare)_\w+\.\w+\}$/.test(String(value)),
      );
      expect([path, ...undescribed, ...untyped, ...counted, ...whole]).toEqual([path]);
    }
  });

  it('has a run that trips every validation', async () => {
    const missing: string[] = [];
    for (const { path } of await findRoots(repository)) {
      const folder = join(repository, path);
      const files = (await readdir(join(folder, 'tests'))).filter((name) => name.endsWith('.tftest.hcl'));
      const text = (await Promise.all(files.map((name) => readFile(join(folder, 'tests', name), 'utf8')))).join('\n');
      for (const variable of (await readFolder(folder)).variables) {
        const runs = text.match(new RegExp(`expect_failures = \\[[^\\]]*\\bvar\\.${variable.name}\\b`, 'g')) ?? [];
        if (runs.length < variable.validations.length) {
          missing.push(`${path} var.${variable.name}: ${variable.validations.length} validations, ${runs.length} runs`);
        }
      }
    }
    expect(missing).toEqual([]);
  });
});

describe('tags', () => {
  it('that the rule asks for are those that the naming module sets', async () => {
    const { locals } = await readFolder(join(repository, 'infra/modules/naming'));
    expect([...requiredTags].sort()).toEqual(Object.keys(locals['required_tags'] as object).sort());
    expect([...requiredTags].sort()).toEqual([...(locals['required_tag_names'] as string[])].sort());
  });
});

describe('the function app', () => {
  /** Only for the local platform; a deployed app must not have them. */
  const localOnly = [
    'CARETAKER_BLOB_CONNECTION_STRING',
    'CARETAKER_CLOUDFLARE_TOKEN',
    'CARETAKER_LOCAL_CLOCK',
    'CARETAKER_LOCAL_DNS',
    'CARETAKER_LOCAL_ISSUER',
  ];

  async function settings(): Promise<string[]> {
    const { locals } = await readFolder(join(repository, 'infra/modules/function-app'));
    return Object.keys(locals['caretaker_settings'] as object).sort();
  }

  it('sets nothing that the application does not read', async () => {
    const known = Object.keys(environmentSchema.shape);
    expect((await settings()).filter((name) => !known.includes(name))).toEqual([]);
  });

  it('sets all that the application reads, except what is for the local platform', async () => {
    const set = await settings();
    const wanted = Object.keys(environmentSchema.shape).filter((name) => !localOnly.includes(name));
    expect(wanted.filter((name) => !set.includes(name))).toEqual([]);
    expect(set.filter((name) => localOnly.includes(name))).toEqual([]);
  });
});

describe('the projects', () => {
  it('hand the foundation over as it is taken', async () => {
    const given = (await readFolder(join(repository, 'infra/projects/environment'))).outputs.find(
      ({ name }) => name === 'foundation',
    );
    const taken = (await readFolder(join(repository, 'infra/projects/business-unit'))).variables.find(
      ({ name }) => name === 'foundation',
    );
    const fields = [...(taken?.type ?? '').matchAll(/^ {4}(\w+) +=/gm)].map((match) => match[1]);
    expect(Object.keys(given?.value as object).sort()).toEqual(fields.sort());
  });

  it.each(['dev', 'qa', 'prod'])('deliver a policy to %s that the application accepts', async (environment) => {
    const template = await readFile(
      join(repository, `infra/projects/environment/policies/${environment}.yaml.tftpl`),
      'utf8',
    );
    const text = template.replaceAll('${subscription_id}', '22222222-2222-4222-8222-222222222222');
    expect(Object.keys(parsePolicy(text, catalogue).environments)).toEqual([environment]);
  });

  it('keep one state per stack and environment, reached with Entra', async () => {
    const keys = new Set<string>();
    for (const { path, environments } of (await findRoots(repository)).filter(({ kind }) => kind === 'project')) {
      expect(await readFile(join(repository, path, 'terraform.tf'), 'utf8')).toMatch(/use_azuread_auth += true/);
      for (const environment of environments) {
        const backend = await readFile(join(repository, path, `environments/${environment}.backend.hcl`), 'utf8');
        expect(backend).not.toMatch(/access_key|sas_token/);
        keys.add(
          `${/storage_account_name = "(.*)"/.exec(backend)?.[1] ?? ''}/${/key += "(.*)"/.exec(backend)?.[1] ?? ''}`,
        );
      }
    }
    expect(keys.size).toBe(6);
  });
});
