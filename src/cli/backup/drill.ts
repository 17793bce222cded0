import { randomUUID } from 'node:crypto';
import { Command } from 'commander';
import { z } from 'zod';
import { exitCodes, pathOf } from '../operator/api';
import { kitFor, watchable, type Shared, type Terminal } from '../operator/kit';
import { shortName, table } from '../operator/table';

const indexSchema = z.looseObject({
  items: z.record(
    z.string(),
    z.looseObject({
      tier: z.string().nullable(),
      drills: z.array(
        z.looseObject({
          id: z.string(),
          at: z.string(),
          result: z.string(),
          pick: z.string(),
          point: z.string().nullable(),
          restoreSeconds: z.number().nullable(),
        }),
      ),
    }),
  ),
});
const drillSchema = z.looseObject({
  plannedAt: z.string(),
  report: z
    .looseObject({
      result: z.string(),
      reasons: z.array(z.string()),
      takenAt: z.string().nullable(),
      restoreSeconds: z.number().nullable(),
      promisedSeconds: z.number().nullable(),
      phases: z.array(z.looseObject({ name: z.string(), seconds: z.number() })),
      left: z.array(z.string()),
    })
    .nullable(),
});

/** `caretaker drill`. */
export function drillCommand(terminal: Terminal): Command {
  const kit = kitFor(terminal);
  const drill = new Command('drill').description('restores on trial: whether recovery points are worth anything');
  drill.addCommand(
    kit
      .command<Shared & { random: boolean; point?: string; idempotencyKey?: string }>(
        'start <resource>',
        'restore a point of a resource on trial, the newest one unless told otherwise',
        async (api, options, item = '') => {
          const { random, point, idempotencyKey: key = randomUUID() } = options;
          const pick = point !== undefined ? 'named' : random ? 'random' : 'latest';
          const body = { key, item, pick, ...(point === undefined ? {} : { point }) };
          const answer = await api.send('POST', 'backup/drills', z.looseObject({ drillId: z.string() }), { body });
          return kit.shown(answer, options, () => `Started. Watch it: caretaker drill show ${answer.drillId}\n`);
        },
      )
      .option('--random', 'any point instead of the newest', false)
      .option('--point <id>', 'this point')
      .option('--idempotency-key <key>', 'the same key starts the same drill once'),
  );
  drill.addCommand(
    kit.command<Shared>('list', 'the newest drills of each resource', async (api, options) => {
      const answer = await api.get('backup/drills', indexSchema);
      return kit.shown(answer, options, () =>
        table(
          ['resource', 'at', 'drill', 'point', 'pick', 'seconds', 'result'],
          Object.entries(answer.items)
            .flatMap(([item, { drills }]) => drills.map((one) => ({ item, ...one })))
            .sort((left, right) => (left.at < right.at ? 1 : -1))
            .map(({ item, at, id, point, pick, restoreSeconds, result }) => [
              shortName(item),
              at,
              id,
              point ?? '-',
              pick,
              restoreSeconds === null ? '-' : String(restoreSeconds),
              result,
            ]),
        ),
      );
    }),
  );
  drill.addCommand(
    watchable(
      kit.command<Shared>(
        'show <drill>',
        'how a drill went, phase by phase. Exit code 2 when its point failed',
        async (api, options, id = '') => {
          const answer = await api.get(pathOf('backup', 'drills', id), drillSchema);
          const { report } = answer;
          if (report?.result === 'failed') {
            terminal.exit(exitCodes.notAsWanted);
          }
          return kit.shown(answer, options, () =>
            report === null
              ? `${id}: under way since ${answer.plannedAt}\n`
              : [
                  `${id}: ${report.result}, the point of ${report.takenAt ?? '?'}`,
                  report.restoreSeconds === null
                    ? '\n'
                    : `; ${report.restoreSeconds} s, promised are ${report.promisedSeconds ?? '?'} s\n`,
                  ...report.reasons.map((reason) => `  ${reason}\n`),
                  table(
                    ['phase', 'seconds'],
                    report.phases.map(({ name, seconds }) => [name, String(seconds)]),
                  ),
                  ...(report.left.length === 0 ? [] : [`Still there: ${report.left.map(shortName).join(', ')}\n`]),
                ].join(''),
          );
        },
      ),
    ),
  );
  return drill;
}
