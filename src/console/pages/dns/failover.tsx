import { useState } from 'preact/hooks';
import { CircleCheck, CircleHelp, CircleX } from 'lucide-preact';
import { pathOf } from '../../api/client';
import { may } from '../../session/me';
import { OrderButton } from '../../ui/dialog';
import { Checkbox, Select } from '../../ui/form';
import { Badge, Empty, Facts, isPast, Section } from '../../ui/parts';
import { Countdown, Duration, Time } from '../../ui/time';
import { agreementText, groupStanding } from './standing';
import type { GroupView, OriginState } from './types';
import { zoneChanges } from './zone-read';

/** The failover groups of a zone: where each leads, what every place sees of its origins, and orders to lead it elsewhere. */
export function Failovers({ zone, groups }: { readonly zone: string; readonly groups: readonly GroupView[] }) {
  if (groups.length === 0) {
    return (
      <Section title="Failover" id="failover">
        <Empty title="No record of this zone fails over">
          Records with a <code>failover</code> group in the document appear here, with the health of their origins.
        </Empty>
      </Section>
    );
  }
  return (
    <>
      {groups.map((group) => (
        <Group key={group.group} zone={zone} group={group} />
      ))}
    </>
  );
}

function Group({ zone, group }: { readonly zone: string; readonly group: GroupView }) {
  const { state, origins, active } = group;
  const home = origins[0]?.name ?? '';
  const { tone, text } = groupStanding(group);
  const hold = state?.holdUntil ?? null;
  return (
    <Section
      title={`${group.record}.${zone} leads to ${active}`}
      id={`failover-${group.group}`}
      actions={
        may.value.operate ? <Orders zone={zone} group={group} /> : <span class="soft">An Operator can move it.</span>
      }
    >
      <div class="dns-facts">
        <Facts
          facts={[
            [
              'How it stands',
              <Badge key="s" tone={tone}>
                {text}
              </Badge>,
            ],
            [
              'Hold-down',
              hold === null ? (
                'none'
              ) : isPast(hold) ? (
                'over'
              ) : (
                <span key="h">
                  nothing moves for <Countdown until={hold} />
                </span>
              ),
            ],
            [
              'TTL',
              state?.watchful === true
                ? `${group.ttl.watchful} s, lowered from ${group.ttl.steady} s`
                : `${group.ttl.steady} s`,
            ],
            [
              'Comes home',
              group.failback === 'auto' ? (
                <>
                  by itself, after <Duration seconds={group.stableFor} /> of health
                </>
              ) : (
                'by order only'
              ),
            ],
            ['Looked', <Time key="l" at={state?.roundAt} />],
          ]}
        />
      </div>
      {state?.frozen == null ? null : (
        <p class="dns-frozen" role="status">
          <Badge tone="bad">frozen</Badge> {state.frozen.reason} (<Time at={state.frozen.at} />)
        </p>
      )}
      <div class="table-scroll" tabIndex={0} role="region" aria-label={`Origins of ${group.record}`}>
        <table class="table dns-origins">
          <thead>
            <tr>
              <th scope="col">Origin</th>
              <th scope="col">Leads to</th>
              <th scope="col">Most places say</th>
              <th scope="col">Seen from</th>
              <th scope="col">Rounds in a row</th>
            </tr>
          </thead>
          <tbody>
            {origins.map(({ name, content, probe }) => {
              const origin = state?.origins[name];
              const agreed = agreementText(origin?.agreement);
              return (
                <tr key={name} class={name === active ? 'changes' : undefined}>
                  <th scope="row">
                    {name} {name === home ? <Badge>home</Badge> : null}{' '}
                    {name === active ? <Badge tone="info">serves</Badge> : null}
                  </th>
                  <td>
                    <code>{content}</code>
                    <div class="soft dns-probe">{probe}</div>
                  </td>
                  <td>
                    <Badge tone={agreed.tone}>{agreed.text}</Badge>
                    {origin?.upSince == null ? null : (
                      <div class="soft">
                        since <Time at={origin.upSince} />
                      </div>
                    )}
                  </td>
                  <td>
                    <Places origin={origin} hearsay={state?.hearsay.filter((word) => word.origin === name) ?? []} />
                  </td>
                  <td class="number-cell">
                    {origin === undefined ? (
                      <span class="soft">–</span>
                    ) : origin.consecutiveDown > 0 ? (
                      `${origin.consecutiveDown} down; moves after ${group.rounds.down}`
                    ) : (
                      `${origin.consecutiveUp} up`
                    )}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      <Moves group={group} />
    </Section>
  );
}

const marks = {
  healthy: { Icon: CircleCheck, tone: 'good', text: 'well' },
  unhealthy: { Icon: CircleX, tone: 'bad', text: 'down' },
  unknown: { Icon: CircleHelp, tone: 'warn', text: 'could not look' },
} as const;

function Places({
  origin,
  hearsay,
}: {
  readonly origin: OriginState | undefined;
  readonly hearsay: readonly { readonly from: string; readonly seen: 'healthy' | 'unhealthy' }[];
}) {
  const seen = [
    ...(origin?.seen ?? []),
    ...hearsay.map((word) => ({ vantage: word.from, seen: word.seen, detail: 'as it was told' })),
  ];
  if (seen.length === 0) {
    if (origin === undefined) return <span class="soft">–</span>;
    const { healthy, unhealthy, unknown } = origin.votes;
    return (
      <span class="soft">
        {healthy} well, {unhealthy} down, {unknown} could not look
      </span>
    );
  }
  return (
    <ul class="dns-places">
      {seen.map(({ vantage, seen: what, detail }) => {
        const { Icon, tone, text } = marks[what];
        return (
          <li key={vantage} class={`tone-${tone}`} title={detail}>
            <Icon size={14} aria-hidden="true" />
            <span>
              {vantage} <span class={what === 'healthy' ? 'visually-hidden' : undefined}>{text}</span>
            </span>
          </li>
        );
      })}
    </ul>
  );
}

function Moves({ group }: { readonly group: GroupView }) {
  const moves = [...(group.state?.moves ?? [])].reverse();
  if (moves.length === 0) return <p class="soft">It has never moved.</p>;
  return (
    <details open={moves.length <= 4}>
      <summary>
        {moves.length === 1 ? 'One move' : `${moves.length} moves`}, the last <Time at={moves[0]?.at} />
      </summary>
      <ul class="rows dns-moves">
        {moves.map(({ at, from, to, kind, reason }) => (
          <li key={at}>
            <div class="row-head">
              <Badge tone={kind === 'failover' ? 'warn' : kind === 'failback' ? 'good' : 'info'}>{kind}</Badge>
              <strong>
                {from} → {to}
              </strong>
              <span class="row-end soft">
                <Time at={at} exact />
              </span>
            </div>
            <div class="soft">{reason}</div>
          </li>
        ))}
      </ul>
    </details>
  );
}

interface Moved {
  readonly active: string;
  readonly changeId: string | null;
}

function Orders({ zone, group }: { readonly zone: string; readonly group: GroupView }) {
  const { origins, active, state, record } = group;
  const home = origins[0]?.name ?? '';
  const others = origins.filter(({ name }) => name !== active && name !== home);
  const away = origins.filter(({ name }) => name !== active);
  const [to, setTo] = useState('');
  const [force, setForce] = useState(false);
  const chosen = away.some(({ name }) => name === to) ? to : ((others[0] ?? away[0])?.name ?? '');
  const agreement = (name: string): string => state?.origins[name]?.agreement ?? 'unknown';
  const path = pathOf`dns/zones/${zone}/failover/${group.group}`;
  const done = ({ active: leads }: Moved): string => `${record} leads to ${leads}`;
  const forcing = (name: string) =>
    agreement(name) === 'up' ? null : (
      <Checkbox
        label={`Move although ${name} is ${agreement(name)}`}
        help="Without it the order is refused: visitors may get no answer there."
        checked={force}
        onInput={setForce}
      />
    );
  const isAway = active !== home;
  return (
    <>
      {state?.frozen == null ? null : (
        <OrderButton<Moved>
          label="Thaw"
          title={`Thaw ${record}`}
          text={`It stays at ${active}, and may move by itself again.`}
          order={(reason) => ({ method: 'POST', path, body: { to: active, reason, force: true } })}
          changes={zoneChanges}
          done={() => `${record} may move again`}
        />
      )}
      {isAway ? (
        <OrderButton<Moved>
          label="Lead home"
          title={`Lead ${record} home to ${home}`}
          text="The record goes back now, without waiting for the hold-down or for health to last."
          order={(reason) => ({ method: 'POST', path, body: { to: home, reason, force } })}
          changes={zoneChanges}
          done={done}
        >
          {forcing(home)}
        </OrderButton>
      ) : null}
      {(isAway ? others : away).length === 0 ? null : (
        <OrderButton<Moved>
          label="Lead elsewhere"
          title={`Lead ${record} elsewhere`}
          text={`It leads to ${active} now. A move by order passes over the hold-down; the change set that follows goes through the guard.`}
          confirm="Lead there"
          order={(reason) => ({ method: 'POST', path, body: { to: chosen, reason, force } })}
          changes={zoneChanges}
          done={done}
        >
          <Select
            label="Origin"
            required
            value={chosen}
            onInput={setTo}
            options={(isAway ? others : away).map(({ name, content }) => ({
              value: name,
              text: `${name} (${agreement(name)}): ${content}`,
            }))}
          />
          {forcing(chosen)}
        </OrderButton>
      )}
    </>
  );
}
