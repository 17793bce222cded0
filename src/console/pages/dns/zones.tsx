import { Link } from 'wouter-preact';
import { ApiProblem } from '../../api/client';
import { useRead } from '../../api/queries';
import { Badge, Empty, Loaded, Page, Section } from '../../ui/parts';
import { Countdown, Time } from '../../ui/time';
import { isPast } from '../../ui/parts';
import { groupStanding } from './standing';
import type { DocumentAnswer, GroupView, ZonesAnswer } from './types';

export const zoneHref = (zone: string): string => `/dns/${encodeURIComponent(zone)}`;

/** `/dns`: the zones, and where each failover record leads now. */
export function ZonesPage() {
  const zones = useRead<ZonesAnswer>('dns/zones', {}, { every: 5_000 });
  const document = useRead<DocumentAnswer>('dns/document', {}, { fresh: 60_000 });
  const isUnknown = zones.error instanceof ApiProblem && zones.error.status === 404;
  return (
    <Page title="DNS" intro="Zones whose moving records Caretaker looks after, and where they lead now.">
      {document.data?.refusal === null || document.data === undefined ? null : <Refused text={document.data.refusal} />}
      {isUnknown ? (
        <Section title="Zones">
          <Empty title="DNS is nobody's business here">
            No document says what zones shall hold. Set <code>CARETAKER_DNS_URL</code> to where it is.
          </Empty>
        </Section>
      ) : (
        <Loaded of={zones} lines={8}>
          {({ zones: known }) =>
            known.length === 0 ? (
              <Empty title="The document names no zone">Zones appear here when it does.</Empty>
            ) : (
              known.map((zone) => (
                <section key={zone.zone} class="card" aria-label={zone.zone}>
                  <header class="card-head">
                    <h2>
                      <Link href={zoneHref(zone.zone)}>{zone.zone}</Link>
                    </h2>
                    <div class="badges">
                      <Badge>{zone.environment}</Badge>
                      {zone.mode === 'suggest' ? <Badge tone="info">only suggests</Badge> : null}
                      <Badge>{zone.policy}</Badge>
                    </div>
                  </header>
                  <Groups zone={zone.zone} groups={zone.failover} />
                </section>
              ))
            )
          }
        </Loaded>
      )}
    </Page>
  );
}

/** Says that a newer document was refused and the last good one is in use. */
export function Refused({ text }: { readonly text: string }) {
  return (
    <div class="card dns-refused" role="status">
      <strong>A newer document was refused; the last good one is in use.</strong>
      <p>{text}</p>
    </div>
  );
}

function Groups({ zone, groups }: { readonly zone: string; readonly groups: readonly GroupView[] }) {
  if (groups.length === 0) return <p class="soft">No record of this zone fails over.</p>;
  return (
    <div class="table-scroll" tabIndex={0} role="region" aria-label={`Failover records of ${zone}`}>
      <table class="table">
        <thead>
          <tr>
            <th scope="col">Record</th>
            <th scope="col">Leads to</th>
            <th scope="col">How it stands</th>
            <th scope="col">Last move</th>
            <th scope="col">Looked</th>
          </tr>
        </thead>
        <tbody>
          {groups.map((group) => {
            const { tone, text } = groupStanding(group);
            const last = group.state?.moves.at(-1);
            const hold = group.state?.holdUntil ?? null;
            return (
              <tr key={group.group}>
                <th scope="row">
                  <Link href={`${zoneHref(zone)}#failover-${group.group}`}>
                    {group.record}.{zone}
                  </Link>
                </th>
                <td>
                  <strong>{group.active}</strong>
                  <div class="soft">{group.origins.find(({ name }) => name === group.active)?.content}</div>
                </td>
                <td>
                  <Badge tone={tone}>{text}</Badge>
                  {hold === null || isPast(hold) ? null : (
                    <div class="soft">
                      held for <Countdown until={hold} />
                    </div>
                  )}
                </td>
                <td>
                  {last === undefined ? (
                    <span class="soft">never moved</span>
                  ) : (
                    <>
                      {last.from} → {last.to}, <Time at={last.at} />
                    </>
                  )}
                </td>
                <td>
                  <Time at={group.state?.roundAt} />
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
