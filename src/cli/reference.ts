import type { Command } from 'commander';
import { exitCodes } from './operator';

/** Commands that a person calls; the others are hidden from the help too. */
function visible(command: Command): readonly Command[] {
  const shown = new Set(
    command
      .createHelp()
      .visibleCommands(command)
      .map((one) => one.name()),
  );
  return command.commands.filter((one) => shown.has(one.name()) && one.name() !== 'help');
}

const meanings: Readonly<Record<keyof typeof exitCodes, string>> = {
  done: 'done',
  mistake: 'the command or its input is wrong, or there is no such thing',
  notAsWanted:
    'it was done, and the outcome is not the one that was wanted (a rehearsal that differs, a chain that is broken)',
  notAllowed: 'no token, one that is not good, or no role that is enough',
  unavailable: 'Caretaker cannot be reached, or cannot do it right now; the same command may do later',
};

function section(command: Command, path: string): string[] {
  const own = `${path} ${command.name()}`.trim();
  const children = visible(command);
  const options = command
    .createHelp()
    .visibleOptions(command)
    .filter(({ long }) => long !== '--help');
  const lines =
    children.length > 0 && path !== ''
      ? []
      : [
          `### \`${own} ${command.usage()}\``.replace(/ ?\[options\]/, '').replace(/ `$/, '`'),
          '',
          `${command.description()}.`,
          ...(options.length === 0
            ? []
            : ['', ...options.map(({ flags, description }) => `- \`${flags}\` ${description}`)]),
          '',
        ];
  return [...(path === '' ? [] : lines), ...children.flatMap((one) => section(one, own))];
}

/** The commands with their options, and what exit codes say, as a document. Made from the program itself. */
export function cliReference(program: Command): string {
  return [
    '# The command line',
    '',
    'Made from the program (`npm run generate`). Commands that ask Caretaker take `--url`, `--token` and `--key`, or `CARETAKER_URL`,',
    '`CARETAKER_TOKEN` and `CARETAKER_KEY`. Prefer the environment: arguments can be seen by others on the machine.',
    '',
    '## Exit codes',
    '',
    '| Code | Means |',
    '| --- | --- |',
    ...Object.entries(exitCodes).map(([name, code]) => `| ${code} | ${meanings[name as keyof typeof exitCodes]} |`),
    '',
    '## Completion',
    '',
    '```sh',
    'source <(caretaker completion bash)                                     # in ~/.bashrc',
    'source <(caretaker completion zsh)                                      # in ~/.zshrc, after compinit',
    'caretaker completion fish > ~/.config/fish/completions/caretaker.fish',
    '```',
    '',
    '## Commands',
    '',
    ...section(program, ''),
  ]
    .join('\n')
    .replace(/\n+$/, '\n');
}

/** What can follow each sequence of commands: names of commands, and options. */
function words(
  program: Command,
): ReadonlyMap<string, { readonly commands: readonly Command[]; readonly options: readonly string[] }> {
  const found = new Map<string, { commands: readonly Command[]; options: readonly string[] }>();
  const collect = (command: Command, path: string): void => {
    const commands = visible(command);
    const options = command.options.filter(({ hidden }) => !hidden).flatMap(({ long }) => long ?? []);
    found.set(path, { commands, options: [...options, '--help'] });
    commands.forEach((one) => collect(one, `${path} ${one.name()}`.trim()));
  };
  collect(program, '');
  return found;
}

const quoted = (text: string): string => `'${text.replace(/'/g, "'\\''")}'`;

/** A script that completes commands and options in a shell. */
export function completion(program: Command, shell: 'bash' | 'zsh' | 'fish'): string {
  const all = [...words(program)];
  if (shell === 'fish') {
    const lines = all.flatMap(([path, { commands, options }]) => {
      const condition =
        path === ''
          ? 'test (count (__caretaker_words)) -eq 0'
          : `test (string join ' ' (__caretaker_words)) = ${quoted(path)}`;
      return [
        ...commands.map(
          (one) =>
            `complete -c caretaker -f -n ${quoted(condition)} -a ${quoted(one.name())} -d ${quoted(one.description())}`,
        ),
        ...options.map((option) => `complete -c caretaker -n ${quoted(condition)} -l ${quoted(option.slice(2))}`),
      ];
    });
    const given = [
      'function __caretaker_words',
      '  for word in (commandline -opc)[2..-1]',
      "    string match -q -- '-*' $word; and break",
      '    echo $word',
      '  end',
      'end',
    ];
    return [...given, ...lines, ''].join('\n');
  }
  const cases = all.map(
    ([path, { commands, options }]) =>
      `    ${quoted(path)}) words=${quoted([...commands.map((one) => one.name()), ...options].join(' '))} ;;`,
  );
  return [
    ...(shell === 'zsh' ? ['autoload -U +X bashcompinit && bashcompinit'] : []),
    '_caretaker() {',
    '  local word path= words= index',
    '  for ((index = 1; index < COMP_CWORD; index++)); do',
    '    word="${COMP_WORDS[index]}"',
    '    [[ "$word" == -* ]] && break',
    '    path="${path:+$path }$word"',
    '  done',
    '  case "$path" in',
    ...cases,
    '  esac',
    '  COMPREPLY=($(compgen -W "$words" -- "${COMP_WORDS[COMP_CWORD]}"))',
    '}',
    'complete -o default -F _caretaker caretaker',
    '',
  ].join('\n');
}
