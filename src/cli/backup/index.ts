import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { z } from 'zod';
import { complianceHtml, complianceSchema } from '../../backup';
import { formatDuration, type Seconds } from '../../kernel/duration';
import { exitCodes } from '../operator/api';
import { kitFor, thisTerminal, watchable, type Shared, type Terminal } from '../operator/kit';
import { shortName, table } from '../operator/table';
import { drillCommand } from './drill';
import { restoreCommand } from './restore';

const tierSchema = z.looseObject({
  tier: z.string(),
  resources: z.number(),
  kept: z.number(),
  atRisk: z.number(),
  breached: z.number(),
  rpoSeconds: z.number(),
  rtoSeconds: z.number(),
  recoveryTime: z.looseObject({
    p50Seconds: z.number().nullable(),
    p95Seconds: z.number().nullable(),
    standing: z.string(),
  }),
});
const exposureSchema = z.looseObject({
  resource: z.string(),
  tier: z.string(),
  standing: z.string(),
  newestAt: z.string().nullable(),
  breachAt: z.string(),
  provenAt: z.string().nullable(),
});
const statusSchema = z.looseObject({
  measurement: z
    .looseObject({
      at: z.string(),
      tiers: z.array(tierSchema),
      resources: z.array(exposureSchema),
      unprotected: z.array(z.looseObject({ item: z.string(), reason: z.string() })),
    })
    .nullable(),
});
const pointsSchema = z.looseObject({
  document: z.looseObject({
    tier: z.string(),
    points: z.array(
      z.looseObject({
        id: z.string(),
        takenAt: z.string(),
        state: z.string(),
        proof: z.looseObject({ verdict: z.string() }).nullable(),
        hold: z.looseObject({ by: z.string() }).nullable(),
        copies: z.array(z.looseObject({ location: z.string(), state: z.string() })),
      }),
    ),
  }),
  retention: z.array(z.object({ id: z.string(), keep: z.boolean(), reasons: z.array(z.string()) })),
});
const dueSchema = z.looseObject({
  due: z.array(z.looseObject({ item: z.string(), tier: z.string(), dueAt: z.string(), breachAt: z.string() })),
});

const span = (seconds: number | null): string =>
  seconds === null ? '-' : formatDuration(Math.round(seconds) as Seconds);

/** The commands over backups: `backup`, `restore` and `drill`. */
export function backupCommands(terminal: Terminal = thisTerminal): Command[] {
  return [backupCommand(terminal), restoreCommand(terminal), drillCommand(terminal)];
}

function backupCommand(terminal: Terminal): Command {
  const kit = kitFor(terminal);
  const backup = new Command('backup').description('recovery points, and how their promises stand');
  backup.addCommand(
    watchable(
      kit.command<Shared>(
        'status',
        'exposure by tier, and every resource that is not as promised. Exit code 2 when an objective is broken',
        async (api, options) => {
          const answer = await api.get('backup', statusSchema);
          const { measurement } = answer;
          if (measurement?.tiers.some(({ breached }) => breached > 0) === true) {
            terminal.exit(exitCodes.notAsWanted);
          }
          return kit.shown(answer, options, () => {
            if (measurement === null) {
              return 'Nobody has looked yet; the first look comes within a quarter of an hour.\n';
            }
            const tiers = measurement.tiers.map((one) => [
              one.tier,
              `${one.resources}`,
              `${one.kept}`,
              `${one.atRisk}`,
              `${one.breached}`,
              span(one.rpoSeconds),
              span(one.rtoSeconds),
              `${span(one.recoveryTime.p50Seconds)} / ${span(one.recoveryTime.p95Seconds)}`,
              one.recoveryTime.standing,
            ]);
            const rest = measurement.resources.filter(({ standing }) => standing !== 'kept');
            return [
              `As of ${measurement.at}\n`,
              table(
                ['tier', 'resources', 'kept', 'at risk', 'breached', 'rpo', 'rto', 'measured p50 / p95', 'rto is'],
                tiers,
              ),
              rest.length === 0
                ? ''
                : `\n${table(
                    ['resource', 'tier', 'standing', 'newest good point', 'breach at'],
                    rest.map((one) => [
                      shortName(one.resource),
                      one.tier,
                      one.standing,
                      one.newestAt ?? '-',
                      one.breachAt,
                    ]),
                  )}`,
              measurement.unprotected.length === 0
                ? ''
                : `\n${table(
                    ['not protected', 'why'],
                    measurement.unprotected.map(({ item, reason }) => [item, reason]),
                  )}`,
            ].join('');
          });
        },
      ),
    ),
  );
  backup.addCommand(
    kit.command<Shared>(
      'points <resource>',
      'the recovery points of a resource, and why each is kept or goes',
      async (api, options, item = '') => {
        const answer = await api.get(`backup/points?${new URLSearchParams({ item }).toString()}`, pointsSchema);
        const verdicts = new Map(answer.retention.map((one) => [one.id, one]));
        return kit.shown(answer, options, () =>
          table(
            ['point', 'taken', 'state', 'proof', 'copies', 'retention'],
            answer.document.points.map(({ id, takenAt, state, proof, hold, copies }) => {
              const verdict = verdicts.get(id);
              return [
                id,
                takenAt,
                hold === null ? state : `${state}, held by ${hold.by}`,
                proof?.verdict ?? '-',
                copies.map((copy) => `${copy.location} ${copy.state}`).join(', ') || '-',
                `${verdict?.keep === true ? 'stays' : 'goes'}: ${verdict?.reasons.join('; ') ?? ''}`,
              ];
            }),
          ),
        );
      },
    ),
  );
  backup.addCommand(
    kit.command<Shared>('plan', 'what is taken next, the soonest first', async (api, options) => {
      const answer = await api.get('backup/plan', dueSchema);
      return kit.shown(answer, options, () =>
        table(
          ['resource', 'tier', 'due at', 'breach at'],
          answer.due.map(({ item, tier, dueAt, breachAt }) => [shortName(item), tier, dueAt, breachAt]),
        ),
      );
    }),
  );
  backup.addCommand(
    kit.command<Shared>('run', 'look now for what is due', async (api, options) => {
      const schema = z.looseObject({ cycles: z.array(z.string()) });
      const answer = await api.send('POST', 'backup/run', schema, { body: { key: randomUUID() } });
      return kit.shown(answer, options, () => `Started: ${answer.cycles.join(', ')}\n`);
    }),
  );
  backup.addCommand(
    kit
      .command<Shared & { reason: string; until?: string; lift: boolean }>(
        'hold <resource> <point>',
        'hold a recovery point, so that retention never lets it go',
        async (api, options, item = '', point = '') => {
          const { reason, until, lift } = options;
          const body = { item, point, held: !lift, reason, ...(until === undefined ? {} : { until }) };
          const answer = await api.send('PUT', 'backup/hold', z.looseObject({}), { body });
          return kit.shown(
            answer,
            options,
            () => `${point} of ${shortName(item)} is ${lift ? 'no longer held' : 'held'}.\n`,
          );
        },
      )
      .requiredOption('--reason <text>', 'why; it is kept')
      .option('--until <instant>', 'until then; without it until it is lifted')
      .option('--lift', 'end the hold', false),
  );
  backup.addCommand(
    kit
      .command<Shared & { days: string; html?: string }>(
        'report',
        'the compliance report, measured now',
        async (api, options) => {
          const answer = await api.get(`backup/report?days=${encodeURIComponent(options.days)}`, complianceSchema);
          if (options.html !== undefined) {
            await writeFile(options.html, complianceHtml(answer));
          }
          return kit.shown(answer, options, () =>
            options.html === undefined
              ? table(
                  ['tier', 'resources', 'breached now', 'kept over time', 'drills proven', 'failed'],
                  answer.tiers.map((one) => {
                    const share = answer.keptShare[one.tier] ?? null;
                    return [
                      one.tier,
                      `${one.resources}`,
                      `${one.breached}`,
                      share === null ? '-' : `${(share * 100).toFixed(2)} %`,
                      `${one.drillsProven}`,
                      `${one.drillsFailed}`,
                    ];
                  }),
                )
              : `${options.html} written\n`,
          );
        },
      )
      .option('--days <number>', 'of history', '30')
      .option('--html <file>', 'write it as a page'),
  );
  return backup;
}
