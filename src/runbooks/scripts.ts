import { z } from 'zod';

/**
 * The scripts that may be run inside machines, and nothing else: text of the repository with parameters that are checked here.
 * A script ends with its own check: its exit code says whether it did what it is for. Lines `caretaker:name=value` are results.
 * Parameters come in as environment variables and are never part of the text.
 */
interface Script {
  readonly summary: string;
  readonly parameters: z.ZodType<Readonly<Record<string, string>>>;
  readonly timeLimitSeconds: number;
  readonly text: string;
}

const percentSchema = z.string().regex(/^(?:[1-9]|[1-8]\d|9[0-9])$/, 'is a whole number from 1 to 99');

export const scripts = {
  'free-disk-space': {
    summary: 'Empty the package cache, shrink the journal, delete old rotated logs; check the share that is used.',
    parameters: z.strictObject({
      /** Used share in percent that the root file system must be below afterwards. */
      belowPercent: percentSchema.default('85'),
      /** Rotated logs older than this many days are deleted. */
      days: z
        .string()
        .regex(/^[1-9]\d?$/)
        .default('14'),
    }),
    timeLimitSeconds: 300,
    text: [
      'set -u',
      'apt-get clean || true',
      'journalctl --vacuum-size=200M || true',
      'find /var/log -xdev -type f -name "*.gz" -mtime "+$days" -delete',
      'used=$(df --output=pcent / | tail -1 | tr -dc 0-9)',
      'echo "caretaker:used-percent=$used"',
      'test "$used" -lt "$belowPercent"',
    ].join('\n'),
  },
  'restart-service': {
    summary: 'Restart a service of the machine; check that it is active half a minute later.',
    parameters: z.strictObject({
      service: z.string().regex(/^[a-z][a-z0-9@_.-]{0,60}$/, 'is the name of a systemd unit in lower case'),
    }),
    timeLimitSeconds: 180,
    text: [
      'set -u',
      'systemctl restart -- "$service"',
      'sleep 30',
      'echo "caretaker:state=$(systemctl is-active -- "$service")"',
      'systemctl is-active --quiet -- "$service"',
    ].join('\n'),
  },
  'collect-logs': {
    summary: 'Print the state of the machine and the last lines of its journal; changes nothing.',
    parameters: z.strictObject({
      lines: z
        .string()
        .regex(/^\d{1,4}$/)
        .default('200'),
    }),
    timeLimitSeconds: 120,
    text: [
      'set -u',
      'uptime',
      'df -h',
      'free -m',
      'systemctl --failed --no-pager',
      'journalctl -n "$lines" --no-pager',
    ].join('\n'),
  },
  'grow-file-system': {
    summary: 'Make partition and file system as large as the disk; check the size.',
    parameters: z.strictObject({
      /** Logical unit of a data disk, or `os`. */
      lun: z.string().regex(/^(?:os|\d{1,2})$/),
      sizeGb: z.string().regex(/^\d{1,5}$/),
    }),
    timeLimitSeconds: 300,
    text: [
      'set -eu',
      'if [ "$lun" = os ]; then part=$(findmnt -no SOURCE /); disk=/dev/$(lsblk -no PKNAME "$part"); else disk=$(readlink -f "/dev/disk/azure/scsi1/lun$lun"); part=$(lsblk -lnpo NAME "$disk" | tail -1); fi',
      'echo 1 > "/sys/class/block/$(basename "$disk")/device/rescan" || true',
      'if [ "$part" != "$disk" ]; then growpart "$disk" "$(cat "/sys/class/block/$(basename "$part")/partition")" || true; fi',
      'if [ "$(lsblk -no FSTYPE "$part")" = xfs ]; then xfs_growfs "$(findmnt -no TARGET "$part")"; else resize2fs "$part"; fi',
      'size=$(( $(blockdev --getsize64 "$part") / 1073741824 ))',
      'echo "caretaker:size-gb=$size"',
      'test "$size" -ge "$(( sizeGb - 1 ))"',
    ].join('\n'),
  },
  'resolve-name': {
    summary: 'Resolve a name as the machine does; check the address.',
    parameters: z.strictObject({
      name: z.string().regex(/^[a-z0-9.-]{1,253}$/),
      address: z.string().regex(/^[0-9.]{7,15}$/),
    }),
    timeLimitSeconds: 60,
    text: [
      'set -u',
      'found=$(getent ahostsv4 "$name" | awk \'{print $1}\' | sort -u | tr "\\n" " ")',
      'echo "caretaker:addresses=$found"',
      'test "$(echo "$found" | tr -d " ")" = "$address"',
    ].join('\n'),
  },
} as const satisfies Readonly<Record<string, Script>>;

export type ScriptName = keyof typeof scripts;
export const scriptNames = Object.keys(scripts) as readonly ScriptName[];

/** Scripts that an operator or a rule may order; the others are steps of runbooks of their own. */
export const orderableScripts = ['free-disk-space', 'restart-service', 'collect-logs'] as const;

/** What a machine keeps a script's last run under. */
export function nameOnMachine(script: string): string {
  return `caretaker-${script}`;
}

/**
 * A script by its name, with parameters that fit it; `undefined` when there is none of that name.
 * @throws ZodError for parameters that do not fit.
 */
export function scriptOf(name: string, parameters: unknown) {
  const found = Object.hasOwn(scripts, name) ? (scripts as Readonly<Record<string, Script>>)[name] : undefined;
  return found === undefined
    ? undefined
    : {
        name: nameOnMachine(name),
        text: found.text,
        parameters: found.parameters.parse(parameters),
        timeLimitSeconds: found.timeLimitSeconds,
      };
}
