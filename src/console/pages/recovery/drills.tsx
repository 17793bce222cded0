import { Link, useLocation } from 'wouter-preact';
import { useState } from 'preact/hooks';
import { now } from '../../api/now';
import { newKey, useRead } from '../../api/queries';
import { may } from '../../session/me';
import { OrderButton } from '../../ui/dialog';
import { Select, TextField } from '../../ui/form';
import { Empty, Loaded, Page, Section } from '../../ui/parts';
import { resourceParts } from '../../ui/resource';
import { Duration, Time } from '../../ui/time';
import { MeasuredTimes } from './figures';
import { drillHref, DrillResult, ItemLink, RecoveryTabs } from './parts';
import { stageOf, type DrillIndex, type DrillNote, type ExposureNow } from './types';

const picks = [
  { value: 'latest', text: 'The newest: what a restore would take' },
  { value: 'random', text: 'Any one, drawn by chance' },
  { value: 'named', text: 'The one that I name' },
];
const pickTexts: Readonly<Record<string, string>> = { latest: 'newest', random: 'by chance', named: 'named' };

/** Orders a drill of a resource. `point` fixes the point; `items` lets one choose the resource. */
export function OrderDrill({
  item,
  point,
  items = [],
  label = 'Order a drill',
}: {
  readonly item?: string;
  readonly point?: string;
  readonly items?: readonly string[];
  readonly label?: string;
}) {
  const [, navigate] = useLocation();
  const [key, setKey] = useState(newKey);
  const [chosen, setChosen] = useState(item ?? items[0] ?? '');
  const [pick, setPick] = useState(point === undefined ? 'latest' : 'named');
  const [named, setNamed] = useState(point ?? '');
  if (!may.value.operate) return null;
  return (
    <OrderButton<{ drillId: string }>
      label={label}
      title={point === undefined ? 'Order a drill' : `Drill point ${point}`}
      text="A machine is made from the point in a network without a way in or out, its probes are asked, and everything is removed again. It counts against the budget of drills and touches nothing that is in use."
      confirm="Begin the drill"
      tone={point === undefined ? 'primary' : 'neutral'}
      needsReason={false}
      order={() => ({
        method: 'POST',
        path: 'backup/drills',
        body: { key, item: item ?? chosen, pick, ...(pick === 'named' ? { point: named.trim() } : {}) },
      })}
      changes={['backup']}
      done={() => 'The drill is ordered.'}
      then={({ drillId }) => {
        setKey(newKey());
        navigate(drillHref(drillId));
      }}
    >
      {item === undefined ? (
        <Select
          label="Resource"
          required
          value={chosen}
          onInput={setChosen}
          options={items.map((one) => ({
            value: one,
            text: `${resourceParts(one).name} (${resourceParts(one).group})`,
          }))}
        />
      ) : null}
      {point === undefined ? (
        <>
          <Select label="Point" required value={pick} onInput={setPick} options={picks} />
          {pick === 'named' ? (
            <TextField
              label="Id of the point"
              required
              value={named}
              onInput={setNamed}
              pattern="[0-9a-f]{12}"
              help="Twelve hexadecimal digits, as the page of the resource lists them."
            />
          ) : null}
        </>
      ) : null}
    </OrderButton>
  );
}

interface Line extends DrillNote {
  readonly item: string;
  readonly tier: string | null;
}

/** All drills that are remembered, the newest first. */
function linesOf({ items }: DrillIndex): readonly Line[] {
  return Object.entries(items)
    .flatMap(([item, { tier, drills }]) => drills.map((drill) => ({ ...drill, item, tier })))
    .sort((left, right) => (left.at < right.at ? 1 : -1));
}

/** Drills: how long restores were measured to take beside what is promised, and each drill. */
export function DrillsPage() {
  const index = useRead<DrillIndex>('backup/drills', {}, { every: 10_000 });
  const standing = useRead<ExposureNow>('backup');
  const [all, setAll] = useState(false);
  const open = now.value?.drills ?? [];
  const tiers = standing.data?.measurement?.tiers ?? [];
  const items = (standing.data?.measurement?.resources ?? []).map(({ resource }) => resource).sort();
  return (
    <Page
      title="Drills"
      intro="A recovery point that nobody has restored is a hope. A drill restores one on trial and measures it."
      actions={items.length === 0 ? undefined : <OrderDrill key={items.length} items={items} />}
    >
      <RecoveryTabs current="/recovery/drills" />
      {open.length === 0 ? null : (
        <Section title="Under way" count={open.length}>
          <ul class="rows">
            {open.map(({ id, since, custom }) => (
              <li key={id} class="row-head">
                <Link href={drillHref(id)}>{resourceParts(targetOf(custom) ?? id).name}</Link>
                <DrillResult result={null} stage={stageOf(custom)} />
                <span class="row-end soft">
                  begun <Time at={since} />
                </span>
              </li>
            ))}
          </ul>
        </Section>
      )}
      <Loaded of={index} lines={10}>
        {(data) => {
          const lines = linesOf(data);
          const shown = all ? lines : lines.slice(0, 50);
          return (
            <>
              <Section title="Measured time until it runs again">
                {tiers.length === 0 ? (
                  <Empty title="No tier is known yet">Exposure is measured every quarter of an hour.</Empty>
                ) : (
                  <div class="distributions">
                    {tiers.map(({ tier, rtoSeconds }) => (
                      <MeasuredTimes
                        key={tier}
                        label={tier}
                        promised={rtoSeconds}
                        values={lines.flatMap((line) => (line.tier === tier ? (line.restoreSeconds ?? []) : []))}
                      />
                    ))}
                  </div>
                )}
              </Section>
              <Section title="Drills" count={lines.length}>
                {lines.length === 0 ? (
                  <Empty title="There was no drill yet">
                    The policy's tiers say how often each resource is drilled; one may also order a drill.
                  </Empty>
                ) : (
                  <div class="table-scroll" tabIndex={0} role="region" aria-label="Drills, the newest first">
                    <table class="table spacious">
                      <thead>
                        <tr>
                          <th scope="col">Ended</th>
                          <th scope="col">Resource</th>
                          <th scope="col">Tier</th>
                          <th scope="col">Result</th>
                          <th scope="col">Point</th>
                          <th scope="col" class="number">
                            Until it ran
                          </th>
                        </tr>
                      </thead>
                      <tbody>
                        {shown.map((line) => (
                          <tr key={line.id}>
                            <th scope="row">
                              <Link href={drillHref(line.id)}>
                                <Time at={line.at} />
                              </Link>
                            </th>
                            <td>
                              <ItemLink item={line.item} />
                            </td>
                            <td>{line.tier ?? '–'}</td>
                            <td>
                              <DrillResult result={line.result} />
                            </td>
                            <td>
                              {line.point === null ? '–' : <code>{line.point}</code>}{' '}
                              <span class="soft">{pickTexts[line.pick]}</span>
                            </td>
                            <td class="number">
                              <Duration seconds={line.restoreSeconds} />
                            </td>
                          </tr>
                        ))}
                      </tbody>
                    </table>
                  </div>
                )}
                {lines.length > 50 ? (
                  <button type="button" class="button quiet" onClick={() => setAll(!all)}>
                    {all ? 'Show fewer' : `Show all ${lines.length}`}
                  </button>
                ) : null}
                <p class="soft small">The ten newest of each resource; the ledger has all of them.</p>
              </Section>
            </>
          );
        }}
      </Loaded>
    </Page>
  );
}

function targetOf(custom: unknown): string | undefined {
  const target = typeof custom === 'object' && custom !== null ? (custom as { target?: unknown }).target : undefined;
  return typeof target === 'string' ? target : undefined;
}
