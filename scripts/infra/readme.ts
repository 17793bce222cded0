import { readFile, readdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { findRoots, type Root } from './roots';
import { readFolder, type TerraformFolder, type Variable } from './hcl';

const START = '<!-- generated: npm run infra -- readme --write -->';
const END = '<!-- end of generated -->';

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replace(/\s*\n\s*/g, '<br>');
}

function variableText(variable: Variable): string {
  const lines = [`### \`${variable.name}\``, '', variable.description, ''];
  // As it stands in the file, less the indentation of the block around it.
  const type = variable.type.replace(/\n {2}/g, '\n');
  const alone = variable.defaultText === undefined;
  lines.push('```hcl', alone ? `type = ${type}` : `type    = ${type}`);
  if (!alone) {
    lines.push(`default = ${variable.defaultText}`);
  }
  lines.push('```');
  if (variable.validations.length > 0) {
    lines.push('', ...variable.validations.map(({ message }) => `- ${message}`));
  }
  return lines.join('\n');
}

function usage(root: Root, folder: TerraformFolder): string {
  const name = root.path.replace('infra/modules/', '');
  const top = name.split('/')[0] ?? name;
  const required = folder.variables.filter((variable) => variable.defaultText === undefined);
  const width = Math.max(...required.map((variable) => variable.name.length), 6);
  return [
    '```hcl',
    `module "${basename(name).replaceAll('-', '_')}" {`,
    `  source = "git::https://<repository>.git//${root.path}?ref=${top}/v1.0.0"`,
    '',
    ...required.map((variable) => `  ${variable.name.padEnd(width)} = ...`),
    '}',
    '```',
    '',
    `Inside this repository the source is the relative path, \`../../modules/${name}\`.`,
  ].join('\n');
}

/** The generated part of a README: usage, requirements, inputs, outputs and resources. */
export function renderReadme(root: Root, folder: TerraformFolder): string {
  const required = folder.variables.filter((variable) => variable.defaultText === undefined);
  const optional = folder.variables.filter((variable) => variable.defaultText !== undefined);
  const sections: string[] = [];
  if (root.kind === 'module') sections.push('## Usage', usage(root, folder));
  sections.push(
    '## Requirements',
    ['| name | version |', '|---|---|', `| terraform | ${folder.requiredVersion ?? ''} |`]
      .concat(Object.entries(folder.providers).map(([name, version]) => `| ${name} | ${version} |`))
      .join('\n'),
  );
  if (folder.calls.length > 0) {
    sections.push(
      '## Modules',
      ['| name | source |', '|---|---|']
        .concat(folder.calls.map((call) => `| ${call.name} | [${call.source}](${call.source}) |`))
        .join('\n'),
    );
  }
  if (folder.resources.length > 0) {
    sections.push(
      '## Resources',
      folder.resources
        .map((resource) => `- \`${resource.address}\``)
        .sort()
        .join('\n'),
    );
  }
  if (required.length > 0) sections.push('## Required inputs', required.map(variableText).join('\n\n'));
  if (optional.length > 0) sections.push('## Optional inputs', optional.map(variableText).join('\n\n'));
  sections.push(
    '## Outputs',
    ['| name | what it is |', '|---|---|']
      .concat(folder.outputs.map((output) => `| \`${output.name}\` | ${cell(output.description)} |`))
      .join('\n'),
  );
  return sections.join('\n\n');
}

/** The whole file: what people wrote above the marker stays, the rest is made anew. */
export function mergeReadme(existing: string, generated: string): string {
  const head = existing.split(START)[0]?.trimEnd() ?? '';
  return `${head}\n\n${START}\n\n${generated}\n\n${END}\n`;
}

/** A README that is missing, lacks an introduction, or differs from what the configuration says. */
export interface StaleReadme {
  readonly path: string;
  readonly problem: string;
}

/** Compares (or, with `write`, rewrites) the README of every module and project. */
export async function checkReadmes(repository: string, write: boolean): Promise<StaleReadme[]> {
  const stale: StaleReadme[] = [];
  for (const root of await findRoots(repository)) {
    const path = join(repository, root.path, 'README.md');
    const present = (await readdir(dirname(path))).includes('README.md');
    const existing = present ? await readFile(path, 'utf8') : `# ${basename(root.path)}\n`;
    const folder = await readFolder(join(repository, root.path));
    const wanted = mergeReadme(existing, renderReadme(root, folder));
    const introduction = (existing.split(START)[0] ?? '').replace(/^# .*$/m, '').trim();
    if (introduction.length < 40) {
      stale.push({
        path: `${root.path}/README.md`,
        problem: 'says nothing above the generated part about what it is for',
      });
    }
    if (wanted === existing) continue;
    if (write) await writeFile(path, wanted);
    else {
      stale.push({
        path: `${root.path}/README.md`,
        problem: 'is not what the configuration says; run: npm run infra -- readme --write',
      });
    }
  }
  return stale;
}
