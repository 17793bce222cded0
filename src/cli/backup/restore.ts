import { randomUUID } from 'node:crypto';
import { Command, Option } from 'commander';
import { z } from 'zod';
import { exitCodes, pathOf } from '../operator/api';
import { kitFor, watchable, type Shared, type Terminal } from '../operator/kit';
import { shortName, table } from '../operator/table';

const planSchema = z.looseObject({
  kind: z.enum(['plan', 'impossible']),
  planHash: z.string().nullable(),
  environment: z.string(),
  plan: z
    .looseObject({ summary: z.string(), steps: z.array(z.string()), reasons: z.array(z.string()), kind: z.string() })
    .optional(),
  reasons: z.array(z.string()).optional(),
});
const startedSchema = z.looseObject({ restoreId: z.string() });
const restoreSchema = z.looseObject({
  record: z
    .looseObject({
      report: z
        .looseObject({
          result: z.string(),
          reasons: z.array(z.string()),
          restoreSeconds: z.number().nullable(),
          kept: z.array(z.string()),
          phases: z.array(z.looseObject({ name: z.string(), seconds: z.number(), problem: z.unknown() })),
        })
        .nullable(),
    })
    .nullable(),
  live: z.looseObject({ custom: z.looseObject({ stage: z.string().optional() }).nullable() }).nullable(),
});

interface What extends Shared {
  readonly kind: 'in-place' | 'side-by-side' | 'disk';
  readonly point?: string;
  readonly disk?: string;
  readonly group?: string;
  readonly subnet?: string;
  readonly zone?: string;
  readonly region?: string;
  readonly name?: string;
  readonly idempotencyKey?: string;
}

function requestOf(item: string, options: What): Record<string, unknown> {
  const { kind, point, disk, group, subnet, zone, region, name } = options;
  const placement = {
    ...(group === undefined ? {} : { resourceGroup: group }),
    ...(subnet === undefined ? {} : { subnet }),
    ...(zone === undefined ? {} : { zone: zone === 'none' ? null : zone }),
    ...(region === undefined ? {} : { location: region }),
    ...(name === undefined ? {} : { name }),
  };
  return {
    kind,
    item,
    ...(point === undefined ? {} : { point }),
    ...(disk === undefined ? {} : { disk }),
    ...(Object.keys(placement).length === 0 ? {} : { placement }),
  };
}

const described = (one: Command): Command =>
  one
    .addOption(
      new Option('--kind <kind>', 'in place, beside it, or one disk')
        .choices(['in-place', 'side-by-side', 'disk'])
        .default('in-place'),
    )
    .option('--point <id>', 'which recovery point; the newest good one without it')
    .option('--disk <resource id>', 'for --kind disk: which one')
    .option('--group <resource group id>', 'where what is made goes')
    .option('--subnet <resource id>', 'for --kind side-by-side: where the new machine has its interface')
    .option('--zone <zone>', "another zone, or 'none'")
    .option('--region <name>', 'another region, into which the point was copied')
    .option('--name <name>', 'of the new machine or disk');

/** `caretaker restore`. */
export function restoreCommand(terminal: Terminal): Command {
  const kit = kitFor(terminal);
  const restore = new Command('restore').description('bring a machine or a disk back from a recovery point');
  restore.addCommand(
    described(
      kit.command<What>(
        'plan <resource>',
        'what a restore would do, step by step; changes nothing. Exit code 2 when it is not possible',
        async (api, options, item = '') => {
          const answer = await api.send('POST', 'backup/restores/plan', planSchema, { body: requestOf(item, options) });
          if (answer.kind === 'impossible') {
            terminal.exit(exitCodes.notAsWanted);
          }
          return kit.shown(answer, options, () =>
            answer.plan === undefined
              ? `Not possible: ${(answer.reasons ?? []).join('; ')}\n`
              : [
                  `${answer.plan.summary} (${answer.environment})`,
                  ...answer.plan.steps.map((step, index) => `  ${index + 1}. ${step}`),
                  ...answer.plan.reasons.map((reason) => `  note: ${reason}`),
                  ...(answer.plan.kind === 'in-place' ? ['  people are asked before anything is touched'] : []),
                  '',
                ].join('\n'),
          );
        },
      ),
    ),
  );
  restore.addCommand(
    described(
      kit.command<What>('start <resource>', 'start a restore', async (api, options, item = '') => {
        const { idempotencyKey: key = randomUUID() } = options;
        const body = { ...requestOf(item, options), key };
        const answer = await api.send('POST', 'backup/restores', startedSchema, { body });
        const asks = options.kind === 'in-place' ? 'People are asked first: caretaker approvals\n' : '';
        return kit.shown(
          answer,
          options,
          () => `Started. Watch it: caretaker restore show ${answer.restoreId}\n${asks}`,
        );
      }),
    ).option('--idempotency-key <key>', 'the same key starts the same restore once'),
  );
  restore.addCommand(
    kit
      .command<Shared & { idempotencyKey?: string }>(
        'undo <restore>',
        'give a machine back the disks that a restore in place took off',
        async (api, options, id = '') => {
          const { idempotencyKey: key = `undo-${id}` } = options;
          const answer = await api.send('POST', pathOf('backup', 'restores', id, 'undo'), startedSchema, {
            body: { key },
          });
          return kit.shown(answer, options, () => `Started. Watch it: caretaker restore show ${answer.restoreId}\n`);
        },
      )
      .option('--idempotency-key <key>', 'the same key starts the same undo once; made from the restore without it'),
  );
  restore.addCommand(
    watchable(
      kit.command<Shared>('show <restore>', 'how a restore stands', async (api, options, id = '') => {
        const answer = await api.get(pathOf('backup', 'restores', id), restoreSchema);
        const report = answer.record?.report ?? null;
        return kit.shown(answer, options, () =>
          report === null
            ? `${id}: ${answer.live?.custom?.stage ?? 'under way'}\n`
            : [
                `${id}: ${report.result}${report.restoreSeconds === null ? '' : ` after ${report.restoreSeconds} s`}\n`,
                ...report.reasons.map((reason) => `  ${reason}\n`),
                table(
                  ['phase', 'seconds', 'problem'],
                  report.phases.map(({ name, seconds, problem }) => [
                    name,
                    String(seconds),
                    problem === null ? '-' : JSON.stringify(problem),
                  ]),
                ),
                ...(report.kept.length === 0
                  ? []
                  : [`Kept, detached: ${report.kept.map(shortName).join(', ')}. Undo: caretaker restore undo ${id}\n`]),
              ].join(''),
        );
      }),
    ),
  );
  restore.addCommand(
    kit.command<Shared>('list', 'restores on record', async (api, options) => {
      const answer = await api.get('backup/restores', z.looseObject({ restores: z.array(z.string()) }));
      return kit.shown(answer, options, () => answer.restores.map((id) => `${id}\n`).join(''));
    }),
  );
  return restore;
}
