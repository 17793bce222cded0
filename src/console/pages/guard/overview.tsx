import { Link } from 'wouter-preact';
import { lookNow, now, nowProblem } from '../../api/now';
import type { Now } from '../../api/types';
import { Badge, Empty, isPast, Loading, Page, Problem, Section, Stale } from '../../ui/parts';
import { partName } from '../now/standing';
import { Holds } from './holds';
import { KillSwitchControl } from './kill-switch';
import { budgetName } from './words';

/** `/guard`: the switches of everything and of each environment, what each has left, and the holds. */
export function GuardPage() {
  const value = now.value;
  const problem = nowProblem.value;
  return (
    <Page
      title="Guard"
      intro="What stands between a plan and its application. Whoever sees something going wrong may stop it."
    >
      {value === undefined ? (
        problem === undefined ? (
          <Loading lines={10} />
        ) : (
          <Problem error={problem} again={lookNow} />
        )
      ) : (
        <>
          {problem === undefined ? null : <Stale error={problem} />}
          <Everywhere now={value} />
        </>
      )}
    </Page>
  );
}

const readsGuard = /^(?:killSwitch|environments|holds)/;

function Everywhere({ now: value }: { readonly now: Now }) {
  const { killSwitch, environments, holds, missing } = value;
  const unread = missing.filter(({ part }) => readsGuard.test(part));
  return (
    <>
      {unread.length === 0 ? null : (
        <p class="stale" role="status">
          Cannot be read right now: {unread.map(({ part, reason }) => `${partName(part)} (${reason})`).join(', ')}.
        </p>
      )}
      <Section title="Kill switches">
        {killSwitch === null ? null : (
          <KillSwitchControl scope={{ environment: null, rule: null }} seen={killSwitch} name="Everything" />
        )}
        {(environments ?? []).map(({ name, killSwitch: own }) => (
          <KillSwitchControl key={name} scope={{ environment: name, rule: null }} seen={own} name={name} />
        ))}
        {(environments ?? []).flatMap(({ name, rulesOff }) =>
          rulesOff.map(({ rule, killSwitch: own }) => (
            <KillSwitchControl
              key={`${name}/${rule}`}
              scope={{ environment: name, rule }}
              seen={own}
              name={`Rule ${rule} in ${name}`}
            />
          )),
        )}
        <p class="soft">A single rule is stopped on the page of its environment.</p>
      </Section>
      <Section title="Environments" count={environments?.length ?? 0}>
        {environments === null || environments.length === 0 ? (
          <Empty title="No environment is known">The policy names them; it may not have been read yet.</Empty>
        ) : (
          <div class="table-scroll" tabIndex={0} role="region" aria-label="Table of environments">
            <table class="table">
              <thead>
                <tr>
                  <th scope="col">Environment</th>
                  <th scope="col">Calendar</th>
                  <th scope="col">Budgets used up</th>
                  <th scope="col" class="number">
                    Worked on
                  </th>
                  <th scope="col" class="number">
                    Waiting
                  </th>
                  <th scope="col">Breakers open</th>
                </tr>
              </thead>
              <tbody>
                {environments.map((one) => (
                  <EnvironmentRow key={one.name} environment={one} />
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Section>
      {holds === null ? null : <Holds holds={holds} isEverywhere />}
    </>
  );
}

function EnvironmentRow({ environment }: { readonly environment: NonNullable<Now['environments']>[number] }) {
  const { name, calendar, calendarOverride, budgets, leases, waiting, breakers } = environment;
  const usedUp = budgets.filter(({ used, limit }) => used >= limit);
  const isOverridden = calendarOverride !== null && !isPast(calendarOverride.expiresAt);
  const none = <span class="soft">none</span>;
  return (
    <tr>
      <th scope="row">
        <Link href={`/guard/${encodeURIComponent(name)}`}>{name}</Link>
      </th>
      <td>
        {calendar === null ? (
          none
        ) : (
          <Badge tone={calendar.isOpen ? 'good' : isOverridden ? 'info' : 'warn'}>
            {calendar.isOpen ? 'open' : isOverridden ? 'closed, overridden' : 'closed'}
          </Badge>
        )}
      </td>
      <td>
        {usedUp.length === 0
          ? none
          : usedUp.map(({ key, used, limit }) => `${budgetName(key)} (${used} of ${limit})`).join(', ')}
      </td>
      <td class="number">{leases.count}</td>
      <td class="number">{waiting.count}</td>
      <td>{breakers.length === 0 ? none : breakers.map(({ runbook }) => runbook).join(', ')}</td>
    </tr>
  );
}
