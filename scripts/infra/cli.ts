import { checkOwnership } from './ownership';
import { checkReadmes } from './readme';
import { checkPicture } from './picture';
import { release } from './release';
import { testInfra } from './test';

const usage = `Usage: npm run infra -- <command>
  test [--quick] [path part ...]   format, init, validate, test, security rules and their broken copies
  readme [--write]                 compare or rewrite the modules' and projects' READMEs
  ownership [--write]              check infra/ownership.yaml and what is made from it
  picture [--write]                compare or redraw docs/img/platform.svg
  release <module> [--dry-run]     next version from the interface's changes, changelog, tag
`;

function say(problems: readonly string[], fine: string): number {
  process.stdout.write(problems.length === 0 ? `${fine}\n` : `${problems.join('\n')}\n`);
  return problems.length === 0 ? 0 : 1;
}

/** Runs one command of the tools for infra/ and returns the exit code. `repository` is the repository's root, ending in a slash or not. */
export async function main(repository: string, args: readonly string[]): Promise<number> {
  const [command, ...rest] = args;
  const write = rest.includes('--write');
  const words = rest.filter((word) => !word.startsWith('--'));
  switch (command) {
    case 'test':
      return testInfra(repository, { only: words, quick: rest.includes('--quick') });
    case 'readme':
      return say(
        (await checkReadmes(repository, write)).map(({ path, problem }) => `${path} ${problem}`),
        'Every README is what the configuration says.',
      );
    case 'ownership':
      return say(
        await checkOwnership(repository, write),
        'Every owned field is ignored where it must be, and nothing else is.',
      );
    case 'picture':
      return say(await checkPicture(repository, write), 'The picture is what the configuration says.');
    case 'release':
      return say(await release(repository, words[0], rest.includes('--dry-run')), '');
    default:
      process.stdout.write(usage);
      return 2;
  }
}
