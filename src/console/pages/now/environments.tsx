import { CalendarOff, OctagonX } from 'lucide-preact';
import { Link } from 'wouter-preact';
import type { Now } from '../../api/types';
import { Badge, isPast, Meter, Section } from '../../ui/parts';
import { resourceParts } from '../../ui/resource';
import { Countdown, durationText, Time } from '../../ui/time';
import { breakerText, budgetName, budgetsAtALook, lineText } from '../guard/words';

type Environment = NonNullable<Now['environments']>[number];

/** So many that wait are named; the rest are counted. */
const mostNamed = 5;

/** What each environment still lets through: its switch, its calendar, how far its budgets are used, who waits. */
export function Environments({ environments }: { readonly environments: Now['environments'] }) {
  if (environments === null) return null;
  return (
    <Section title="Queues and budgets" actions={<Link href="/guard">Guard</Link>}>
      {environments.map((environment) => (
        <One key={environment.name} environment={environment} />
      ))}
    </Section>
  );
}

function One({ environment }: { readonly environment: Environment }) {
  const { name, killSwitch, rulesOff, leases, waiting, budgets, breakers, calendar, calendarOverride } = environment;
  const { shown, others } = budgetsAtALook(budgets);
  // One that is over stays in the guard's state until its next operation.
  const override = calendarOverride === null || isPast(calendarOverride.expiresAt) ? null : calendarOverride;
  const href = `/guard/${encodeURIComponent(name)}`;
  return (
    <div class="now-environment">
      <div class="row-head">
        <h3>
          <Link href={href}>{name}</Link>
        </h3>
        {killSwitch.engaged ? (
          <Badge tone="bad">
            <OctagonX size={13} aria-hidden="true" /> stopped
          </Badge>
        ) : null}
        {rulesOff.length === 0 ? null : (
          <Badge tone="warn">
            {rulesOff.length} {rulesOff.length === 1 ? 'rule' : 'rules'} stopped
          </Badge>
        )}
        {calendar !== null && !calendar.isOpen ? (
          <Badge tone={override === null ? 'warn' : 'info'}>
            <CalendarOff size={13} aria-hidden="true" /> {override === null ? 'closed' : 'closed, overridden'}
          </Badge>
        ) : null}
        <span class="row-end soft">{leases.count === 0 ? 'nothing is worked on' : `${leases.count} worked on`}</span>
      </div>
      {calendar === null || calendar.isOpen ? null : (
        <p class="soft now-small">
          {calendar.name}: {calendar.text}
          {override === null ? null : (
            <>
              ; overridden for <Countdown until={override.expiresAt} />
            </>
          )}
        </p>
      )}
      {shown.map(({ key, used, limit, windowSeconds, freeAt }) => (
        <div key={key}>
          <Meter
            label={budgetName(key)}
            used={used}
            limit={limit}
            text={`${used} of ${limit} in ${durationText(windowSeconds)}`}
          />
          {used >= limit && freeAt !== null ? (
            <p class="soft now-small now-free">
              {isPast(freeAt) ? (
                'a place is free by now'
              ) : (
                <>
                  next place free <Time at={freeAt} />
                </>
              )}
            </p>
          ) : null}
        </div>
      ))}
      {others === 0 ? null : (
        <p class="soft now-small">
          <Link href={`${href}#budgets`}>
            {others} more {others === 1 ? 'budget' : 'budgets'}
          </Link>
          , none nearly used up
        </p>
      )}
      {breakers.map(({ runbook, runs, bad, mode }) => (
        <p key={runbook} class="now-small">
          <Badge tone={mode === 'observe' ? 'bad' : 'warn'}>breaker</Badge> {runbook}: {breakerText(mode)}, {bad} of{' '}
          {runs} runs did not help
        </p>
      ))}
      {waiting.count === 0 ? null : (
        <>
          <p class="now-small">
            <strong>
              {waiting.count} {waiting.count === 1 ? 'run waits' : 'runs wait'}
            </strong>
          </p>
          <ol class="now-queue">
            {waiting.list.slice(0, mostNamed).map(({ run, target, since, places }) => (
              <li key={run}>
                <Link href={`/runs/${encodeURIComponent(run)}`}>{resourceParts(target).name}</Link>{' '}
                <span class="soft">
                  {places.map(lineText).join(', ')}, since <Time at={since} />
                </span>
              </li>
            ))}
          </ol>
          {waiting.count <= mostNamed ? null : (
            <p class="now-small">
              <Link href={`${href}#queue`}>{waiting.count - mostNamed} more</Link>
            </p>
          )}
        </>
      )}
    </div>
  );
}
