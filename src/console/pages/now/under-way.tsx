import type { ComponentChildren } from 'preact';
import { Link } from 'wouter-preact';
import type { Now } from '../../api/types';
import { stageText } from '../../ui/ladder-steps';
import { Badge, Section } from '../../ui/parts';
import { personName } from '../../ui/people';
import { ResourceLink } from '../../ui/resource';
import { Countdown, Time } from '../../ui/time';
import { toldBy } from './standing';

interface Row {
  readonly id: string;
  readonly kind: string;
  readonly href: string;
  readonly target: string | undefined;
  readonly what: string | undefined;
  readonly stage: string | undefined;
  readonly since: string;
}

function rowsOf({ runs, rotations, drills, restores }: Now): readonly Row[] {
  const told = (kind: string, base: string, list: Now['drills']): readonly Row[] =>
    (list ?? []).map(({ id, since, custom }) => ({
      id,
      kind,
      href: `${base}/${encodeURIComponent(id)}`,
      what: undefined,
      since,
      ...toldBy(custom),
    }));
  return [
    ...(runs ?? []).map(({ id, since, target, runbook, stage }): Row => ({
      id,
      kind: 'run',
      href: `/runs/${encodeURIComponent(id)}`,
      target: target ?? undefined,
      what: runbook ?? undefined,
      stage: stage ?? undefined,
      since,
    })),
    ...told('restore', '/recovery/restores', restores),
    ...told('drill', '/recovery/drills', drills),
    ...told('rotation', '/secrets/rotations', rotations),
  ];
}

/** Runs that somebody ordered, restores, drills and rotations that are under way; the runs of incidents stand with their incident. */
export function UnderWay({ now }: { readonly now: Now }) {
  const rows = rowsOf(now);
  return rows.length === 0 ? null : (
    <Section title="Under way" count={rows.length}>
      <ul class="rows">
        {rows.map(({ id, kind, href, target, what, stage, since }) => (
          <li key={id} class="row-head">
            <Badge tone="info">{kind}</Badge>
            <Link href={href}>{what ?? kind}</Link>
            {target === undefined ? null : <ResourceLink id={target} />}
            <span class="soft">{stageText(stage ?? null)}</span>
            <span class="row-end soft">
              since <Time at={since} />
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}

/** Resources that people hold. */
export function Holds({ holds }: { readonly holds: Now['holds'] }) {
  if (holds === null || holds.length === 0) return null;
  return (
    <Section title="Held by people" count={holds.length}>
      <ul class="rows">
        {holds.map(({ id, target, reason, by, expiresAt }) => (
          <li key={id}>
            <div class="row-head">
              <ResourceLink id={target} />
              <span class="row-end soft">
                <Countdown until={expiresAt} /> left
              </span>
            </div>
            <div class="soft now-small">
              {personName(by)}: {reason}
            </div>
          </li>
        ))}
      </ul>
    </Section>
  );
}

/** What was refused or did not arrive, and waits for somebody to look. */
export function Counts({ counts: { deadLetters, undelivered } }: { readonly counts: Now['counts'] }) {
  const rows: ComponentChildren[] = [
    ...(deadLetters === null || deadLetters.count === 0
      ? []
      : [
          <li key="dead">
            <Link href="/dead-letters">
              {deadLetters.more ? `More than ${deadLetters.count}` : deadLetters.count} dead{' '}
              {deadLetters.count === 1 && !deadLetters.more ? 'letter' : 'letters'}
            </Link>
          </li>,
        ]),
    ...(undelivered === null || undelivered === 0
      ? []
      : [
          <li key="undelivered">
            {undelivered} {undelivered === 1 ? 'notification was' : 'notifications were'} not delivered to anybody
          </li>,
        ]),
  ];
  return rows.length === 0 ? null : (
    <Section title="Left lying">
      <ul class="rows">{rows}</ul>
    </Section>
  );
}
