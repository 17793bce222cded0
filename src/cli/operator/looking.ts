import type { Command } from 'commander';
import { z } from 'zod';
import { pathOf } from './api';
import { listing, more, pageQuery, watchable, type Kit, type Paged } from './kit';
import { shortName, table } from './table';

const statusSchema = z.looseObject({
  policy: z.looseObject({ version: z.string().nullable(), refused: z.unknown(), unreachable: z.unknown() }),
  environments: z.array(
    z.looseObject({
      name: z.string(),
      killSwitch: z.looseObject({ engaged: z.boolean(), reason: z.string(), by: z.string() }),
      leases: z.array(z.looseObject({ target: z.string(), runbook: z.string() })),
    }),
  ),
});
const customSchema = z.looseObject({ target: z.string(), stage: z.string() }).nullish().catch(null);
const openSchema = z.array(z.looseObject({ id: z.string(), since: z.string(), custom: customSchema }));
const incidentSchema = z.looseObject({
  id: z.string(),
  startedAt: z.string(),
  end: z.string().optional(),
  order: z.looseObject({ target: z.string() }).optional(),
  timeToRepairSeconds: z.number().nullish(),
});
const runSchema = z.looseObject({
  id: z.string(),
  startedAt: z.string(),
  runbook: z.string().optional(),
  target: z.string().optional(),
  result: z.looseObject({ kind: z.string(), outcome: z.string().optional(), why: z.string().optional() }).optional(),
});
const incidentsSchema = z.looseObject({
  open: openSchema,
  incidents: z.array(incidentSchema),
  cursor: z.string().nullable(),
});
const runsSchema = z.looseObject({ open: openSchema, runs: z.array(runSchema), cursor: z.string().nullable() });
function resultText({ result }: z.infer<typeof runSchema>): string {
  return result === undefined ? '-' : (result.outcome ?? result.why ?? result.kind);
}

/** Commands that look: how it stands, incidents, runs. */
export function lookingCommands({ command, shown }: Kit): readonly Command[] {
  const status = command('status', 'how it stands: policy, kill switches, leases', async (api, options) => {
    const answer = await api.get('status', statusSchema);
    return shown(answer, options, () => {
      const { version, refused, unreachable } = answer.policy;
      const notes = [
        refused == null ? '' : ' (a newer document is refused)',
        unreachable == null ? '' : ' (its source cannot be read)',
      ];
      const rows = answer.environments.map(({ name, killSwitch, leases }) => [
        name,
        leases.map(({ target, runbook }) => `${shortName(target)} (${runbook})`).join(', ') || 'none',
        killSwitch.engaged ? `ENGAGED by ${killSwitch.by}: ${killSwitch.reason}` : 'off',
      ]);
      return `Policy ${version?.slice(0, 12) ?? 'none'}${notes.join('')}\n${table(['environment', 'leases', 'kill switch'], rows)}`;
    });
  });

  const incidents = listing(
    command<Paged>(
      'incidents [id]',
      'incidents that are open or on record, or one of them',
      async (api, options, id) => {
        if (id !== undefined) {
          const one = await api.get(`incidents/${pathOf(id)}`, z.looseObject({}));
          return shown(one, options, () => `${JSON.stringify(one, null, 2)}\n`);
        }
        const answer = await api.get(`incidents?${pageQuery(options)}`, incidentsSchema);
        return shown(answer, options, () => {
          const known = new Set(answer.open.map((one) => one.id));
          const rows = [
            ...answer.open.map(({ id: open, since, custom }) => [
              open,
              shortName(custom?.target ?? '-'),
              since,
              custom?.stage ?? 'open',
            ]),
            ...answer.incidents
              .filter((one) => !known.has(one.id))
              .map((one) => [one.id, shortName(one.order?.target ?? '-'), one.startedAt, one.end]),
          ];
          return `${table(['incident', 'resource', 'since', 'state'], rows)}${more(answer.cursor)}`;
        });
      },
    ),
  );

  const runs = listing(
    command<Paged>('runs [id]', 'runs that are under way or on record, or one of them', async (api, options, id) => {
      if (id !== undefined) {
        const one = await api.get(`runs/${pathOf(id)}`, z.looseObject({}));
        return shown(one, options, () => `${JSON.stringify(one, null, 2)}\n`);
      }
      const answer = await api.get(`runs?${pageQuery(options)}`, runsSchema);
      return shown(answer, options, () => {
        const known = new Set(answer.runs.map((one) => one.id));
        const rows = [
          ...answer.open
            .filter((one) => !known.has(one.id))
            .map(({ id: open, since, custom }) => [open, '-', shortName(custom?.target ?? '-'), since, 'under way']),
          ...answer.runs.map((one) => [
            one.id,
            one.runbook,
            shortName(one.target ?? '-'),
            one.startedAt,
            resultText(one),
          ]),
        ];
        return `${table(['run', 'runbook', 'resource', 'since', 'result'], rows)}${more(answer.cursor)}`;
      });
    }),
  );

  return [status, incidents, runs].map(watchable);
}
