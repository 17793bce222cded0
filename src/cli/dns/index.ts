import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import { stringify } from 'yaml';
import { z } from 'zod';
import { CommandError, exitCodes, pathOf, type Api } from '../operator/api';
import { kitFor, thisTerminal, watchable, type Shared, type Terminal } from '../operator/kit';
import { table } from '../operator/table';

const stateSchema = z
  .looseObject({
    watchful: z.boolean(),
    allDown: z.boolean(),
    holdUntil: z.string().nullable(),
    frozen: z.looseObject({ reason: z.string() }).nullable(),
    origins: z.record(
      z.string(),
      z.looseObject({ agreement: z.string(), consecutiveUp: z.number(), consecutiveDown: z.number() }),
    ),
  })
  .nullable();
const groupSchema = z.looseObject({ group: z.string(), record: z.string(), active: z.string(), state: stateSchema });
type Group = z.infer<typeof groupSchema>;
const viewSchema = z.looseObject({
  zone: z.string(),
  summary: z.string(),
  answer: z.enum(['go', 'ask', 'stop']),
  reasons: z.array(z.string()),
  hash: z.string(),
  lines: z.array(z.string()),
  notes: z.array(z.looseObject({ kind: z.string(), name: z.string(), type: z.string(), text: z.string() })),
  drift: z.array(z.string()),
  foreign: z.array(z.looseObject({ name: z.string(), type: z.string(), owner: z.string().nullable() })),
});
type View = z.infer<typeof viewSchema>;
const begunSchema = z.looseObject({ changeId: z.string().nullable() });

const answers: Readonly<Record<View['answer'], string>> = {
  go: 'It may be carried out.',
  ask: 'People are asked first:',
  stop: 'It is refused:',
};

function planText({ summary, lines, notes, answer, reasons, hash }: View): string {
  const left = notes.map(({ name, type, text }) => `! ${name} ${type}: ${text}`);
  const whether =
    lines.length === 0 ? [] : [answers[answer], ...reasons.map((reason) => `  ${reason}`), `Plan ${hash}`];
  return [summary, ...lines, ...left, ...whether, ''].join('\n');
}

function diffText({ zone, drift, lines, notes, foreign }: View): string {
  const part = (title: string, rows: readonly string[]): string[] =>
    rows.length === 0 ? [] : [title, ...rows.map((row) => `  ${row}`)];
  const others = foreign.map(({ name, type, owner }) => `${name} ${type} (${owner ?? 'nobody says whose'})`);
  const rest = lines.filter((line) => !drift.includes(line));
  return [
    ...part('Ours, changed by hand:', drift),
    ...part('Not as wanted:', rest),
    ...part(
      'Left as it is:',
      notes.map(({ name, type, text }) => `${name} ${type}: ${text}`),
    ),
    ...part("Others', never touched:", others),
    ...(drift.length + lines.length === 0 ? [`${zone} is as it should be`] : []),
    '',
  ].join('\n');
}

function groupRow(zone: string, { group, record, active, state }: Group): string[] {
  const said = Object.entries(state?.origins ?? {}).map(([name, { agreement }]) => `${name} ${agreement}`);
  const now =
    state === null
      ? 'nobody has looked yet'
      : (state.frozen?.reason ?? (state.allDown ? 'every origin is down' : state.watchful ? 'watchful' : 'steady'));
  return [zone, group, record, active, said.join(', '), now];
}

/** `caretaker dns`: what zones shall hold, making them so, and moving records between origins. */
export function dnsCommand(terminal: Terminal = thisTerminal): Command {
  const { command, shown } = kitFor(terminal);
  const dns = new Command('dns').description('zones as the DNS document wants them, and records that move');
  const zonePath = (zone: string, ...rest: readonly string[]): string => ['dns/zones', pathOf(zone), ...rest].join('/');
  const begun = (id: string | null): string =>
    id === null ? 'It is there already.\n' : `Started. Watch it: caretaker runs ${id}\n`;

  async function viewOf(api: Api, zone: string, file?: string): Promise<View> {
    if (file === undefined) {
      return api.get(zonePath(zone, 'plan'), viewSchema);
    }
    const text = await readFile(file, 'utf8').catch(() => {
      throw new CommandError(`${file} cannot be read`, exitCodes.mistake);
    });
    return api.send('POST', zonePath(zone, 'plan'), viewSchema, { body: { text } });
  }

  dns.addCommand(
    watchable(
      command('zones', 'the zones, and where their failover records lead', async (api, options) => {
        const schema = z.looseObject({
          zones: z.array(
            z.looseObject({
              zone: z.string(),
              environment: z.string(),
              mode: z.string(),
              failover: z.array(groupSchema),
            }),
          ),
        });
        const answer = await api.get('dns/zones', schema);
        return shown(answer, options, () => {
          const zones = table(
            ['zone', 'environment', 'mode'],
            answer.zones.map(({ zone, environment, mode }) => [zone, environment, mode]),
          );
          const groups = answer.zones.flatMap(({ zone, failover }) => failover.map((group) => groupRow(zone, group)));
          return groups.length === 0
            ? zones
            : `${zones}\n${table(['zone', 'group', 'record', 'leads to', 'seen', 'state'], groups)}`;
        });
      }),
    ),
  );

  dns.addCommand(
    command<Shared & { file?: string }>(
      'plan <zone>',
      'what a change would do and whether it may; changes nothing. Exit code 2 when it is refused',
      async (api, options, zone = '') => {
        const view = await viewOf(api, zone, options.file);
        if (view.answer === 'stop') {
          terminal.exit(exitCodes.notAsWanted);
        }
        return shown(view, options, () => planText(view));
      },
    ).option('--file <dns.yaml>', 'as if this were the document'),
  );

  dns.addCommand(
    command<Shared & { reason: string; plan?: string; idempotencyKey?: string }>(
      'apply <zone>',
      'make the zone as the document wants it; with --plan only if that is still the plan',
      async (api, options, zone = '') => {
        const { reason, plan: hash, idempotencyKey: key = randomUUID() } = options;
        const body = { reason, key, ...(hash === undefined ? {} : { hash }) };
        const answer = await api.send('POST', zonePath(zone, 'changes'), begunSchema, { body });
        return shown(answer, options, () => begun(answer.changeId));
      },
    )
      .requiredOption('--reason <text>', 'why; it is kept, and shown to whoever asks')
      .option('--plan <hash>', 'the plan that you saw: refused when it is another one')
      .option('--idempotency-key <key>', 'the same key starts the same change once'),
  );

  dns.addCommand(
    command(
      'diff <zone>',
      "what was changed by hand, what is not as wanted, and what is others'",
      async (api, options, zone = '') => {
        const view = await viewOf(api, zone);
        if (view.lines.length > 0) {
          terminal.exit(exitCodes.notAsWanted);
        }
        return shown(view, options, () => diffText(view));
      },
    ),
  );

  dns.addCommand(
    command<Shared & { all: boolean }>(
      'export <zone>',
      'the records as the document would have them',
      async (api, options, zone = '') => {
        const schema = z.looseObject({ zone: z.string(), records: z.array(z.record(z.string(), z.unknown())) });
        const answer = await api.get(`${zonePath(zone, 'records')}${options.all ? '?all=true' : ''}`, schema);
        return shown(answer, options, () => stringify({ records: answer.records.map(plainRecord) }));
      },
    ).option('--all', "others' records too", false),
  );

  const moving = (name: string, description: string, home: boolean): Command => {
    const made = command<Shared & { reason: string; to?: string; force: boolean }>(
      `${name} <zone> <group>`,
      description,
      async (api, options, zone = '', group = '') => {
        const { reason, to, force } = options;
        const body = { reason, force, ...(home || to === undefined ? {} : { to }) };
        const answer = await api.send('POST', zonePath(zone, 'failover', pathOf(group)), begunSchema, { body });
        return shown(answer, options, () => begun(answer.changeId));
      },
    )
      .requiredOption('--reason <text>', 'why; it is kept, and shown to whoever asks')
      .option('--force', 'also to an origin that is not seen healthy', false);
    return home ? made : made.requiredOption('--to <origin>', 'the origin; where it is already, to thaw it');
  };
  dns.addCommand(moving('failover', 'lead a record to another origin', false));
  dns.addCommand(moving('failback', 'lead a record home, to the first of its origins', true));

  dns.addCommand(
    command<Shared & { reason: string; file: string; until?: string }>(
      'add <zone> <id>',
      'put records beside the document for a time: a maintenance page, a verification record',
      async (api, options, zone = '', id = '') => {
        const { reason, file, until } = options;
        const text = await readFile(file, 'utf8').catch(() => {
          throw new CommandError(`${file} cannot be read`, exitCodes.mistake);
        });
        let records: unknown;
        try {
          records = JSON.parse(text);
        } catch {
          throw new CommandError(`${file} is not JSON; it holds a list of records`, exitCodes.mistake);
        }
        const body = { reason, records, until: until ?? null };
        const answer = await api.send('PUT', zonePath(zone, 'additions', pathOf(id)), begunSchema, { body });
        return shown(answer, options, () => begun(answer.changeId));
      },
    )
      .requiredOption('--reason <text>', 'why; it is kept, and shown to whoever asks')
      .requiredOption('--file <records.json>', 'a list of records, written as in the document')
      .option('--until <time>', 'such as 2026-01-31T09:00:00Z; until it is ended when left out'),
  );
  dns.addCommand(
    command(
      'end <zone> <id>',
      'end an addition; what it had put aside comes back',
      async (api, options, zone = '', id = '') => {
        const answer = await api.send('DELETE', zonePath(zone, 'additions', pathOf(id)), begunSchema);
        return shown(answer, options, () => begun(answer.changeId));
      },
    ),
  );
  dns.addCommand(
    command<Shared & { reason: string }>(
      'adopt <zone> <name> <type>',
      'keep what somebody changed by hand until the document says the same',
      async (api, options, zone = '', name = '', type = '') => {
        const schema = z.looseObject({ id: z.string(), records: z.array(z.record(z.string(), z.unknown())) });
        const body = { name, type: type.toUpperCase(), reason: options.reason };
        const answer = await api.send('POST', zonePath(zone, 'adopted'), schema, { body });
        return shown(
          answer,
          options,
          () =>
            `Adopted as ${answer.id}. Write it into the document:\n${stringify({ records: answer.records.map(plainRecord) })}`,
        );
      },
    ).requiredOption('--reason <text>', 'why; it is kept, and shown to whoever asks'),
  );
  return dns;
}

/** A record without what goes without saying. */
function plainRecord(record: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const usual: Readonly<Record<string, unknown>> = { ttl: 'auto', proxied: false, takeover: false };
  return Object.fromEntries(
    Object.entries(record).filter(
      ([name, value]) => usual[name] !== value && !(Array.isArray(value) && value.length === 0),
    ),
  );
}
