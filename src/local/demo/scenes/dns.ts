import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { CloudflareRecord } from '../../cloud';
import { check, type Check, type Scene, type Stage, type Story } from '../stage';

const zone = 'storefront.example';
const name = `api.${zone}`;
const home = 'lb-web-prod-weu-001.westeurope.cloudapp.azure.com';
const away = 'lb-web-prod-neu-001.northeurope.cloudapp.azure.com';

/** A record is moved between origins, and a bad document is refused. */
export const dnsFailover: Scene = {
  name: 'dns',
  title: `The origin behind ${name} fails. One place says so at first; only when most do, the record moves, and later it comes back.`,
  tell,
};

const runSchema = z.looseObject({
  run: z.looseObject({
    rule: z.string(),
    result: z.looseObject({ outcome: z.string().optional(), why: z.string().optional() }),
    reasons: z.array(z.string()),
  }),
});
const runsSchema = z.looseObject({ runs: z.array(z.looseObject({ id: z.string() })) });
const zonesSchema = z.looseObject({
  zones: z.array(
    z.looseObject({
      failover: z.array(
        z.looseObject({
          active: z.string(),
          state: z
            .looseObject({
              roundAt: z.string().nullable(),
              watchful: z.boolean(),
              origins: z.record(z.string(), z.looseObject({ votes: z.looseObject({ unhealthy: z.number() }) })),
            })
            .nullable(),
        }),
      ),
    }),
  ),
});
type Run = z.infer<typeof runSchema>['run'];

async function tell(stage: Stage): Promise<Story> {
  const { control } = stage;
  const before = await control.dnsRecords(zone);
  const api = async (): Promise<CloudflareRecord | undefined> =>
    (await control.dnsRecords(zone)).find((one) => one.name === name);
  const group = async () => {
    const { out } = await stage.caretaker('rae', 'dns', 'zones', '--json');
    return zonesSchema.parse(JSON.parse(out)).zones[0]?.failover[0];
  };

  await control.setOrigin({ address: home, healthy: true, seenBy: { westeurope: false } });
  await stage.at(`${home}: westeurope sees it down, northeurope and eastus see it up`);
  const first = (await group())?.state?.roundAt ?? null;
  const disputed = await stage.until('nobody looked at the origins', async () => {
    const now = await group();
    const told = now?.state?.origins['weu']?.votes.unhealthy === 1 && now.state.roundAt !== first;
    return told ? now : undefined;
  });
  await stage.at(`Caretaker: 1 of 3 places sees weu down; nothing moves (${name} leads to ${disputed.active})`);
  const still = (await api())?.content;

  await control.setOrigin({ address: home, healthy: false });
  await stage.at(`${home}: every place sees it down`);
  await stage.until('the TTL was not lowered', async () => ((await api())?.ttl === 60 ? true : undefined));
  await stage.at('the TTL is lowered to 60 s while the old answer still stands');
  const moved = await stage.until('the record was not moved', async () => ended(stage, 'dns-failover'));
  await stage.at(
    `failover: ${(moved.result.outcome ?? moved.result.why ?? '').toUpperCase()} (${moved.reasons[0] ?? ''})`,
  );
  const there = (await api())?.content;

  await control.setOrigin({ address: home, healthy: true });
  await stage.at(`${home} is well again; the record is held for 10 minutes, and until home has been well for as long`);
  const back = await stage.until('the record did not come back', async () => ended(stage, 'dns-failback'));
  await stage.at(
    `failback: ${(back.result.outcome ?? back.result.why ?? '').toUpperCase()} (${back.reasons[0] ?? ''})`,
  );
  await stage.until('the TTL did not come back', async () => ((await api())?.ttl === 300 ? true : undefined));

  const refused = await badDocument(stage);
  const after = await control.dnsRecords(zone);
  const others = (records: readonly CloudflareRecord[]): string =>
    JSON.stringify(records.filter(({ comment }) => comment?.startsWith('owner=caretaker') !== true));
  const checks: Check[] = [
    check('one place of three moves nothing', still === home && disputed.active === 'weu', still),
    check('the record went to the other origin', there === away, there),
    check('the failover was verified at the servers', moved.result.outcome === 'verified', moved.result.outcome),
    check('it came back, verified', back.result.outcome === 'verified', back.result.outcome),
    check('it leads home again', (await api())?.content === home, (await api())?.content),
    check('a document that would delete half of the zone is refused', refused.code === 2, refused.out.trim()),
    check("others' records are as they were, byte for byte", others(after) === others(before), others(after).length),
    check('no record was lost or doubled', after.length === before.length, after.length),
  ];
  return {
    checks,
    summary: { failover: moved.result, failback: back.result, refused: refused.out.split('\n').slice(-4) },
  };
}

/** The end of the newest change of this kind, once it is recorded. */
async function ended(stage: Stage, rule: string): Promise<Run | undefined> {
  const { out } = await stage.caretaker('rae', 'runs', '--json', '--limit', '30');
  const { runs } = runsSchema.parse(JSON.parse(out));
  for (const { id } of runs.filter((one) => one.id.startsWith(`${rule}-`))) {
    const one = await stage.caretaker('rae', 'runs', id, '--json');
    const parsed = one.code === 0 ? runSchema.safeParse(JSON.parse(one.out)) : undefined;
    if (parsed?.success === true && parsed.data.run.rule === rule) {
      return parsed.data.run;
    }
  }
  return undefined;
}

/** Half of the records are gone from a document, as after a bad merge. */
async function badDocument(stage: Stage) {
  const document = await readFile(join(process.cwd(), 'policy/dns.yaml'), 'utf8');
  let seen = 0;
  const half = document
    .split('\n')
    .filter((line) => !line.trim().startsWith('- { name: ') || !line.includes('type: CNAME') || (seen += 1) % 2 === 0)
    .join('\n');
  const directory = await mkdtemp(join(tmpdir(), 'caretaker-scene-'));
  try {
    const file = join(directory, 'dns.yaml');
    await writeFile(file, half);
    const answer = await stage.caretaker('omar', 'dns', 'plan', zone, '--file', file);
    const reason = answer.out.split('\n').find((line) => line.includes('would delete')) ?? answer.err;
    await stage.at(`a document that has lost half of the records: refused (${reason.trim()})`);
    return answer;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
