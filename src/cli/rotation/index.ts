import { randomUUID } from 'node:crypto';
import { Command, InvalidArgumentError } from 'commander';
import { z } from 'zod';
import { exitCodes, pathOf } from '../operator/api';
import { kitFor, listing, thisTerminal, watchable, type Paged, type Shared, type Terminal } from '../operator/kit';
import { shortName, table } from '../operator/table';

const lineSchema = z.looseObject({
  vault: z.string(),
  name: z.string(),
  rotator: z.string().nullable(),
  owner: z.string().nullable(),
  enabled: z.boolean(),
  expiresAt: z.string().nullable(),
  daysLeft: z.number().nullable(),
  ageDays: z.number().nullable(),
  due: z.boolean(),
  lastRotatedAt: z.string().nullable(),
  gaps: z.array(z.string()),
});
const timelineSchema = z.looseObject({ secrets: z.array(lineSchema), unread: z.array(z.string()) });
const reportSchema = z.looseObject({
  id: z.string(),
  startedAt: z.string(),
  secret: z.string().optional(),
  end: z.string().optional(),
  outcome: z.string().nullish(),
  reasons: z.array(z.string()).optional(),
  adoption: z
    .looseObject({ consumers: z.array(z.looseObject({ name: z.string(), kind: z.string(), reason: z.string() })) })
    .nullish(),
  events: z.array(z.looseObject({ at: z.string(), stage: z.string(), text: z.string() })).optional(),
});
const customSchema = z.looseObject({ target: z.string(), stage: z.string() }).nullish().catch(null);
const rotationsSchema = z.looseObject({
  open: z.array(z.looseObject({ id: z.string(), since: z.string(), custom: customSchema })),
  rotations: z.array(reportSchema),
  cursor: z.string().nullable(),
});
const rotationSchema = z.looseObject({
  rotation: reportSchema.nullable(),
  live: z.looseObject({ status: z.string(), custom: customSchema, since: z.string() }).nullable(),
});
const begunSchema = z.looseObject({ rotationId: z.string() });
type Line = z.infer<typeof lineSchema>;

const modes = ['now', 'due', 'finish', 'back'];

function mode(text: string): string {
  if (!modes.includes(text)) {
    throw new InvalidArgumentError(`give one of ${modes.join(', ')}`);
  }
  return text;
}

const days = (count: number | null): string => (count === null ? '-' : `${count} d`);
const dateOf = (instant: string | null): string => instant?.slice(0, 10) ?? '-';

function listText(secrets: readonly Line[], unread: readonly string[]): string {
  const rows = secrets.map((one) => [
    ...[
      shortName(one.vault),
      one.name,
      one.rotator ?? '-',
      dateOf(one.expiresAt),
      days(one.daysLeft),
      days(one.ageDays),
    ],
    ...[dateOf(one.lastRotatedAt), one.owner ?? '-'],
    one.enabled ? (one.due ? 'due' : 'ok') : 'disabled',
  ]);
  const headings = ['vault', 'secret', 'rotator', 'expires', 'left', 'age', 'rotated', 'owner', 'state'];
  return table(headings, rows) + unread.map((vault) => `${shortName(vault)} could not be read\n`).join('');
}

function gapsText(secrets: readonly Line[], unread: readonly string[]): string {
  const rows = secrets.filter(({ gaps }) => gaps.length > 0);
  const text =
    rows.length === 0
      ? 'Every secret has an owner, an expiry and a place in the rotation policy.\n'
      : table(
          ['vault', 'secret', 'owner', 'what is missing'],
          rows.map(({ vault, name, owner, gaps }) => [shortName(vault), name, owner ?? '-', gaps.join(', ')]),
        );
  return text + unread.map((vault) => `${shortName(vault)} could not be read\n`).join('');
}

function rotationText({ rotation, live }: z.infer<typeof rotationSchema>): string {
  if (rotation === null) {
    return `under way since ${live?.since ?? '-'}: ${live?.custom?.stage ?? live?.status ?? '-'}\n`;
  }
  const { secret, end, outcome, reasons = [], events = [], adoption } = rotation;
  return [
    `${secret ?? rotation.id}: ${end ?? '-'}${outcome == null ? '' : ` (${outcome})`}`,
    ...reasons.map((reason) => `  ${reason}`),
    ...events.map(({ at, stage, text }) => `${at}  ${stage.padEnd(9)}  ${text}`),
    ...(adoption?.consumers ?? []).map(
      ({ name, kind, reason }) => `  ${name}: ${kind}${reason === '' ? '' : `, ${reason}`}`,
    ),
    '',
  ].join('\n');
}

interface Ordering extends Shared {
  readonly reason: string;
  readonly vault?: string;
  readonly idempotencyKey?: string;
  readonly mode: string;
  readonly cut: boolean;
}

/** `caretaker secrets`: when secrets expire, how they were rotated, and rotating one. Never prints a value. */
export function secretsCommand(terminal: Terminal = thisTerminal): Command {
  const { command, shown } = kitFor(terminal);
  const secrets = new Command('secrets').description('secrets: when they expire, how they were rotated, rotating one');
  const ordering = (one: Command): Command =>
    one
      .requiredOption('--reason <text>', 'why; it is kept in the ledger')
      .option('--vault <name>', 'the vault, where several have a secret of the name')
      .option('--idempotency-key <key>', 'the same key is the same rotation');
  const begun = (id: string): string => `Started ${id}. Watch it: caretaker secrets status ${id}\n`;
  const bodyOf = ({ reason, vault, idempotencyKey }: Ordering) => ({
    ...{ reason, key: idempotencyKey ?? randomUUID() },
    ...(vault === undefined ? {} : { vault }),
  });

  secrets.addCommand(
    watchable(
      command('list', 'the secrets of the vaults, what expires first comes first', async (api, options) => {
        const answer = await api.get('secrets', timelineSchema);
        return shown(answer, options, () => listText(answer.secrets, answer.unread));
      }),
    ),
  );
  secrets.addCommand(
    command(
      'report',
      'what has no owner, no expiry, or no place in the policy. Exit code 2 when something is missing',
      async (api, options) => {
        const answer = await api.get('secrets', timelineSchema);
        if (answer.unread.length > 0 || answer.secrets.some(({ gaps }) => gaps.length > 0)) {
          terminal.exit(exitCodes.notAsWanted);
        }
        return shown(answer, options, () => gapsText(answer.secrets, answer.unread));
      },
    ),
  );
  secrets.addCommand(
    ordering(
      command<Ordering>(
        'rotate <secret>',
        'rotate a secret now, or what --mode says',
        async (api, options, name = '') => {
          const body = { ...bodyOf(options), mode: options.mode };
          const answer = await api.send('POST', `secrets/${pathOf(name)}/rotations`, begunSchema, { body });
          return shown(answer, options, () => begun(answer.rotationId));
        },
      ).option(
        '--mode <mode>',
        'now; due: only when its time has come; finish: end an open overlap; back: the previous version',
        mode,
        'now',
      ),
    ),
  );
  secrets.addCommand(
    ordering(
      command<Ordering>(
        'leak <secret>',
        'it has leaked: make a new one, tell consumers, revoke the old one without waiting for them',
        async (api, options, name = '') => {
          const body = { ...bodyOf(options), cut: options.cut };
          const answer = await api.send('POST', `secrets/${pathOf(name)}/leaks`, begunSchema, { body });
          return shown(answer, options, () => begun(answer.rotationId));
        },
      ).option('--cut', 'revoke before consumers have a new one: the service goes down, the leak ends now', false),
    ),
  );
  secrets.addCommand(
    watchable(
      listing(
        command<Paged>(
          'status [rotation]',
          'rotations under way and on record, or one with all its steps',
          async (api, options, id) => {
            if (id !== undefined && id !== '') {
              const answer = await api.get(`rotations/${pathOf(id)}`, rotationSchema);
              return shown(answer, options, () => rotationText(answer));
            }
            const query = new URLSearchParams({
              limit: String(options.limit),
              ...(options.cursor === undefined ? {} : { cursor: options.cursor }),
            });
            const answer = await api.get(`rotations?${query.toString()}`, rotationsSchema);
            return shown(answer, options, () => {
              const open = answer.open.map(({ id: one, since, custom }) => [
                one,
                shortName(custom?.target ?? '-'),
                since,
                custom?.stage ?? '-',
              ]);
              const past = answer.rotations.map((one) => [one.id, one.secret ?? '-', one.startedAt, one.end ?? '-']);
              const more = answer.cursor === null ? '' : `More: --cursor ${answer.cursor}\n`;
              return table(['rotation', 'secret', 'since', 'state'], [...open, ...past]) + more;
            });
          },
        ),
      ),
    ),
  );
  return secrets;
}
