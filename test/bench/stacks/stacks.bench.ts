import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { leaveEvidence, manyStacks } from '../../stacks/many-stacks';
import { report } from '../results';

// The real command line over 501 stacks on 26 projects and 60 modules, as a process: what a person or a pipeline waits for.
// Terraform is not in it: `plan` is measured up to where it would be run.

const program = join(process.env['CARETAKER_ROOT'] ?? '.', 'dist/caretaker.js');
const rounds = 7;

async function bench(): Promise<void> {
  const { root, git } = manyStacks();
  const evidence = `${root}-evidence`;
  try {
    await leaveEvidence(root, evidence, 'dev', git('rev-parse', 'HEAD'));
    const commands: Readonly<Record<string, readonly string[]>> = {
      graph: ['graph', '--format', 'mermaid'],
      order: ['order', '--json'],
      plan: ['plan', '--list', '--json'],
      promote: ['promote', 'dev', 'qa', '--evidence', evidence],
    };
    const measure = (name: string, args: readonly string[]): void => {
      const samples: number[] = [];
      for (let round = 0; round < rounds; round += 1) {
        const begin = process.hrtime.bigint();
        const { status, stderr } = spawnSync(process.execPath, [program, 'stacks', ...args, '--directory', root], {
          encoding: 'utf8',
          maxBuffer: 64 * 1024 * 1024,
        });
        if (status !== 0) {
          throw new Error(`stacks ${args.join(' ')} ended with ${status}: ${stderr}`);
        }
        samples.push(Number(process.hrtime.bigint() - begin) / 1e6);
      }
      report(`stacks/${name}`, 'ms', samples, { stacks: 501 });
    };
    for (const [name, args] of Object.entries(commands)) {
      measure(name, args);
    }
    writeFileSync(join(root, 'infra/modules/m1/main.tf'), 'output "x" {\n  value = 2\n}\n');
    measure('affected', ['affected', '--since', 'HEAD', '--json']);
  } finally {
    rmSync(root, { recursive: true, force: true });
    rmSync(evidence, { recursive: true, force: true });
  }
}

void bench();
