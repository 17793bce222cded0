import type { Machine, Machines } from './machines';
import type { DiskContent } from './storage/model';

/** What a script did inside a guest. */
export interface ScriptEnd {
  exitCode: number;
  output: string;
}

/** Ports that a guest which came up listens on; the status is that of HTTP, null for what speaks no HTTP. */
const listening: Record<string, number | null> = { '22': null, '80': 200, '443': 200 };

/**
 * What the shell of a guest can do, as far as the disks tell: open a port, fetch a page, check sums. Whatever else it is asked
 * for is a command that is not installed.
 */
const commands: { form: RegExp; run: (disks: readonly DiskContent[], found: RegExpExecArray) => ScriptEnd }[] = [
  {
    form: /\/dev\/tcp\/(?:127\.0\.0\.1|localhost)\/(?<port>\d+)/,
    run(_, found) {
      const port = found.groups?.['port'] ?? '';
      return Object.hasOwn(listening, port)
        ? { exitCode: 0, output: '' }
        : { exitCode: 1, output: `connect: Connection refused: 127.0.0.1:${port}` };
    },
  },
  {
    form: /\bcurl\b.*?https?:\/\/(?:127\.0\.0\.1|localhost):(?<port>\d+)\S*(?:.*?=\s*"?(?<wanted>\d{3})"?)?/,
    run(_, found) {
      const answer = listening[found.groups?.['port'] ?? ''];
      if (answer === undefined) return { exitCode: 7, output: 'curl: (7) Failed to connect' };
      if (answer === null) return { exitCode: 52, output: 'curl: (52) Empty reply from server' };
      const wanted = found.groups?.['wanted'];
      return { exitCode: wanted === undefined || wanted === String(answer) ? 0 : 1, output: String(answer) };
    },
  },
  {
    form: /\bsha256sum\b.*?(?<file>\/[\w./-]+)/,
    run: (disks) =>
      disks.some(({ damaged }) => damaged === true)
        ? { exitCode: 1, output: 'canary: FAILED\nsha256sum: WARNING: 1 computed checksum did NOT match' }
        : { exitCode: 0, output: '' },
  },
];

/** Runs the lines of a script, on what these disks hold, until one fails. */
export function runScript(disks: readonly DiskContent[], script: string): ScriptEnd {
  let output = '';
  for (const line of script.split('\n').map((each) => each.trim())) {
    if (line === '' || line.startsWith('#') || /^set -\w+$/.test(line)) continue;
    const command = commands.find(({ form }) => form.test(line));
    const found = command?.form.exec(line);
    if (command === undefined || found === null || found === undefined) {
      return { exitCode: 127, output: `${output}sh: ${line.split(' ')[0]}: not found\n` };
    }
    const end = command.run(disks, found);
    output += end.output === '' ? '' : `${end.output}\n`;
    if (end.exitCode !== 0) return { exitCode: end.exitCode, output };
  }
  return { exitCode: 0, output };
}

/**
 * Lets a machine come up only from a disk that boots. Looked at when it comes up: what is written on the disk of a running machine
 * shows at its next boot.
 */
export function watchBoots(machines: Machines, systemDisk: (machine: Machine) => DiskContent | undefined): void {
  const wereUp = new WeakMap<Machine, boolean>(machines.all().map((machine) => [machine, machine.power === 'running']));
  const stuck = new WeakSet<Machine>();
  machines.onChange((machine) => {
    const isUp = machine.power === 'running' && !machine.rebooting;
    const comesUp = isUp && wereUp.get(machine) !== true;
    wereUp.set(machine, isUp);
    if (!comesUp || machine.removedAt !== undefined) return;
    const boots = systemDisk(machine)?.boots ?? true;
    if (!boots && machine.breakage === undefined) {
      stuck.add(machine);
      machines.break(machine, { kind: 'boot-loop', healedBy: 'nothing' });
    } else if (boots && stuck.delete(machine)) {
      machines.heal(machine);
    }
  });
}
