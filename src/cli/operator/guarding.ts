import { Command } from 'commander';
import { z } from 'zod';
import { CommandError, exitCodes, pathOf } from './api';
import { watchable, type Kit, type Shared } from './kit';
import { shortName, table } from './table';

const holdsSchema = z.looseObject({
  holds: z.array(
    z.looseObject({
      id: z.string(),
      target: z.string(),
      environment: z.string(),
      by: z.string(),
      expiresAt: z.string(),
      reason: z.string(),
    }),
  ),
});
const guardSchema = z.looseObject({
  killSwitch: z.looseObject({ engaged: z.boolean(), reason: z.string(), by: z.string() }),
  ruleSwitches: z.record(z.string(), z.looseObject({ reason: z.string(), by: z.string() })),
  queue: z.array(
    z.looseObject({
      run: z.string(),
      target: z.string(),
      since: z.string(),
      places: z.array(z.looseObject({ key: z.string(), position: z.number() })),
    }),
  ),
  budgets: z.array(
    z.looseObject({ key: z.string(), used: z.number(), limit: z.number(), freeAt: z.string().nullable() }),
  ),
  breakers: z.array(z.looseObject({ runbook: z.string(), runs: z.number(), bad: z.number(), mode: z.string() })),
  calendar: z.looseObject({ text: z.string() }).nullable(),
  calendarOverride: z.looseObject({ by: z.string(), expiresAt: z.string(), reason: z.string() }).nullable(),
});
const takenSchema = z.looseObject({});

type Until = Shared & { readonly reason: string; readonly for?: string; readonly until?: string };

const reasonOption = (one: Command): Command =>
  one.requiredOption('--reason <text>', 'why; it is kept, and shown to whoever asks');
const endOptions = (one: Command): Command =>
  reasonOption(one)
    .option('--for <duration>', 'how long, such as 90m or 2h; 30 days at most')
    .option('--until <time>', 'until when, such as 2026-01-31T09:00:00Z, instead of --for');

const endOf = ({ for: length, until }: Until) => ({
  ...(length === undefined ? {} : { for: length }),
  ...(until === undefined ? {} : { until }),
});

/** Commands over the guard: kill switches, holds, the calendar, breakers, and what it knows. */
export function guardCommands({ command, shown }: Kit): readonly Command[] {
  const killSwitch = (name: 'stop' | 'resume', description: string): Command =>
    reasonOption(
      command<Shared & { reason: string; rule?: string; global?: boolean }>(
        `${name} [environment]`,
        description,
        async (api, options, environment) => {
          const { reason, rule, global: everything = false } = options;
          if (everything === (environment !== undefined) || (everything && rule !== undefined)) {
            const message = 'say what: an environment, an environment with --rule, or --global alone';
            throw new CommandError(message, exitCodes.mistake);
          }
          const engaged = name === 'stop';
          const path = everything
            ? 'kill-switch'
            : [
                `environments/${pathOf(environment ?? '')}`,
                ...(rule === undefined ? [] : [`rules/${pathOf(rule)}`]),
                'kill-switch',
              ].join('/');
          const answer = await api.send('PUT', path, takenSchema, { body: { engaged, reason } });
          const scope = everything ? '--global' : `${environment}${rule === undefined ? '' : ` --rule ${rule}`}`;
          const place = everything ? 'anywhere' : `in ${environment}${rule === undefined ? '' : ` by rule ${rule}`}`;
          return shown(answer, options, () =>
            engaged
              ? `Nothing more is started ${place}. Go on with: caretaker resume ${scope} --reason TEXT\n`
              : `Caretaker acts ${everything ? 'everywhere' : place} again.\n`,
          );
        },
      ),
    )
      .option('--rule <name>', 'only what this rule does')
      .option('--global', 'everything, in every environment');

  const hold = new Command('hold').description('resources that people keep Caretaker off');
  hold.addCommand(
    watchable(
      command('list', 'holds in force, the one that ends first at the top', async (api, options) => {
        const answer = await api.get('holds', holdsSchema);
        return shown(answer, options, () =>
          table(
            ['resource', 'environment', 'until', 'by', 'reason'],
            answer.holds.map(({ target, environment, expiresAt, by, reason }) => [
              shortName(target),
              environment,
              expiresAt,
              by,
              reason,
            ]),
          ),
        );
      }),
    ),
    { isDefault: true },
  );
  hold.addCommand(
    endOptions(
      command<Until>('add <resource>', 'keep Caretaker off a resource for a time', async (api, options, target) => {
        const body = { target, reason: options.reason, ...endOf(options) };
        const schema = z.looseObject({ target: z.string(), until: z.string() });
        const answer = await api.send('POST', 'holds', schema, { body });
        return shown(answer, options, () => `Nothing is done to ${shortName(answer.target)} until ${answer.until}.\n`);
      }),
    ),
  );
  hold.addCommand(
    command(
      'release <resource>',
      'end a hold before its time; the resource by its id or name',
      async (api, options, given = '') => {
        const { holds } = await api.get('holds', holdsSchema);
        const wanted = given.toLowerCase();
        const fitting = holds.filter(({ id, target }) => [id, target, shortName(target)].includes(wanted));
        const [one] = fitting;
        if (one === undefined || fitting.length > 1) {
          const problem =
            one === undefined ? `nobody holds ${given}` : `${given} is held in several places; give its id`;
          throw new CommandError(`${problem}; see: caretaker hold list`, exitCodes.mistake);
        }
        const answer = await api.send('DELETE', `holds/${pathOf(one.id)}`, takenSchema);
        return shown(answer, options, () => `${shortName(one.target)} is held no more.\n`);
      },
    ),
  );

  const calendar = new Command('calendar').description('when changes may be made');
  calendar.addCommand(
    endOptions(
      command<Until>(
        'override <environment>',
        'for an emergency: let changes pass although the calendar is closed',
        async (api, options, environment = '') => {
          const body = { reason: options.reason, ...endOf(options) };
          const path = `environments/${pathOf(environment)}/calendar-override`;
          const answer = await api.send('PUT', path, z.looseObject({ until: z.string() }), { body });
          return shown(answer, options, () => `Changes pass in ${environment} until ${answer.until}.\n`);
        },
      ),
    ),
  );
  calendar.addCommand(
    command('restore <environment>', 'let the calendar hold again', async (api, options, environment = '') => {
      const path = `environments/${pathOf(environment)}/calendar-override`;
      const answer = await api.send('DELETE', path, takenSchema);
      return shown(answer, options, () => `The calendar of ${environment} holds again.\n`);
    }),
  );

  const breaker = new Command('breaker').description('runbooks that did not help often enough');
  breaker.addCommand(
    reasonOption(
      command<Shared & { reason: string }>(
        'reset <environment> <runbook>',
        'forget what was measured of a runbook, once it is mended',
        async (api, options, environment = '', runbook = '') => {
          const path = `environments/${pathOf(environment)}/breakers/${pathOf(runbook)}/reset`;
          const answer = await api.send('POST', path, takenSchema, { body: { reason: options.reason } });
          return shown(answer, options, () => `${runbook} is measured anew in ${environment}.\n`);
        },
      ),
    ),
  );

  const guard = watchable(
    command(
      'guard <environment>',
      'who waits at which place, how far budgets are used, what is switched off',
      async (api, options, name = '') => {
        const answer = await api.get(`environments/${pathOf(name)}/guard`, guardSchema);
        return shown(answer, options, () => guardText(answer));
      },
    ),
  );

  return [
    killSwitch('stop', 'engage a kill switch: nothing more is started in an environment, by one rule there, or at all'),
    killSwitch('resume', 'clear a kill switch'),
    hold,
    guard,
    calendar,
    breaker,
  ];
}

function guardText(answer: z.infer<typeof guardSchema>): string {
  const { killSwitch, ruleSwitches, budgets, queue, breakers, calendar, calendarOverride } = answer;
  const switches = [
    ...(killSwitch.engaged ? [`Kill switch ENGAGED by ${killSwitch.by}: ${killSwitch.reason}`] : []),
    ...Object.entries(ruleSwitches).map(([rule, { by, reason }]) => `Rule ${rule} switched off by ${by}: ${reason}`),
    ...(calendar === null ? [] : [`Calendar ${calendar.text}`]),
    ...(calendarOverride === null
      ? []
      : [
          `Calendar overridden by ${calendarOverride.by} until ${calendarOverride.expiresAt}: ${calendarOverride.reason}`,
        ]),
  ];
  const places = queue.flatMap(({ run, target, since, places: own }) =>
    own.map(({ key, position }) => [String(position), key, shortName(target), since, run]),
  );
  const parts = [
    switches.map((line) => `${line}\n`).join(''),
    table(
      ['budget', 'used', 'first free'],
      budgets.map(({ key, used, limit, freeAt }) => [key, `${used} of ${limit}`, freeAt ?? '-']),
    ),
    places.length === 0 ? 'Nobody waits.\n' : table(['place', 'for', 'resource', 'since', 'run'], places),
    breakers.length === 0
      ? ''
      : table(
          ['runbook', 'did not help', 'may'],
          breakers.map(({ runbook, runs, bad, mode }) => [runbook, `${bad} of ${runs}`, mode]),
        ),
  ];
  return parts.filter((part) => part !== '').join('\n');
}
