import { Link } from 'wouter-preact';
import { pathOf } from '../../api/client';
import { lookNow } from '../../api/now';
import { may } from '../../session/me';
import { OrderButton } from '../../ui/dialog';
import { Badge, Empty, isPast, Meter, Section } from '../../ui/parts';
import { ResourceLink } from '../../ui/resource';
import { Countdown, durationText, Time } from '../../ui/time';
import type { GuardView } from './types';
import { breakerText, budgetName, holderPage, lineText } from './words';

/** What holds a lease or waits for one, leading to its page. */
function Holder({ holder }: { readonly holder: string }) {
  const { kind, href } = holderPage(holder);
  return (
    <Link href={href} title={holder}>
      {kind}
      <span class="visually-hidden"> {holder}</span>
    </Link>
  );
}

/** Who waits, for what, at which place. */
export function Queue({ queue }: Pick<GuardView, 'queue'>) {
  return (
    <Section title="Queue" id="queue" count={queue.length} wide={queue.length > 0}>
      {queue.length === 0 ? (
        <Empty title="Nobody waits">A run that finds a budget or a group full waits here for its turn.</Empty>
      ) : (
        <div class="table-scroll" tabIndex={0} role="region" aria-label="Table of those who wait">
          <table class="table">
            <thead>
              <tr>
                <th scope="col">Resource</th>
                <th scope="col">What waits</th>
                <th scope="col">Place</th>
                <th scope="col">Since</th>
                <th scope="col">Asks again within</th>
              </tr>
            </thead>
            <tbody>
              {queue.map(({ run, target, since, until, places }) => (
                <tr key={run}>
                  <th scope="row">
                    <ResourceLink id={target} />
                  </th>
                  <td>
                    <Holder holder={run} />
                  </td>
                  <td>{places.map(lineText).join(', ')}</td>
                  <td>
                    <Time at={since} />
                  </td>
                  <td>
                    <Countdown until={until} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Section>
  );
}

/** What is being worked on, by whom, until when at the latest. */
export function Leases({ leases }: Pick<GuardView, 'leases'>) {
  return (
    <Section title="Worked on" id="leases" count={leases.length} wide={leases.length > 0}>
      {leases.length === 0 ? (
        <Empty title="Nothing is worked on">
          Whoever acts on a resource has a lease on it, so that nobody else does at the same time.
        </Empty>
      ) : (
        <div class="table-scroll" tabIndex={0} role="region" aria-label="Table of leases">
          <table class="table">
            <thead>
              <tr>
                <th scope="col">Resource</th>
                <th scope="col">Runbook</th>
                <th scope="col">By</th>
                <th scope="col">Since</th>
                <th scope="col">Lease ends in</th>
                <th scope="col" class="number">
                  Token
                </th>
              </tr>
            </thead>
            <tbody>
              {leases.map(({ target, holder, runbook, acquiredAt, expiresAt, token }) => (
                <tr key={target}>
                  <th scope="row">
                    <ResourceLink id={target} />
                  </th>
                  <td>{runbook}</td>
                  <td>
                    <Holder holder={holder} />
                  </td>
                  <td>
                    <Time at={acquiredAt} />
                  </td>
                  <td>
                    <Countdown until={expiresAt} />
                  </td>
                  <td class="number">{token}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Section>
  );
}

/** How far each budget is used, and when the next place is free. */
export function Budgets({ budgets }: Pick<GuardView, 'budgets'>) {
  return (
    <Section title="Budgets" id="budgets" count={budgets.length}>
      {budgets.length === 0 ? (
        <Empty title="There is no budget">The policy gives this environment none.</Empty>
      ) : (
        <ul class="budgets">
          {budgets.map(({ key, used, limit, windowSeconds, freeAt }) => (
            <li key={key}>
              <Meter
                label={budgetName(key)}
                used={used}
                limit={limit}
                text={`${used} of ${limit} in ${durationText(windowSeconds)}`}
              />
              <p class="soft budget-free">
                {freeAt === null ? (
                  'all places are free'
                ) : isPast(freeAt) ? (
                  'a place is free by now'
                ) : (
                  <>
                    {used >= limit ? 'next place free' : 'one more free'} <Time at={freeAt} />
                  </>
                )}
              </p>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

/** What is measured of each runbook, and whether it may still act by itself. */
export function Breakers({ environment, breakers }: Pick<GuardView, 'environment' | 'breakers'>) {
  const mayReset = may.value.administer;
  const isOpen = breakers.some(({ mode }) => mode !== 'auto');
  return (
    <Section title="Breakers" id="breakers" count={breakers.length}>
      {breakers.length === 0 ? (
        <Empty title="Nothing is measured yet">
          Once a runbook has run here, the share of its runs that did not help decides whether it may act by itself.
        </Empty>
      ) : (
        <div class="table-scroll" tabIndex={0} role="region" aria-label="Table of breakers">
          <table class="table">
            <thead>
              <tr>
                <th scope="col">Runbook</th>
                <th scope="col">State</th>
                <th scope="col" class="number">
                  Did not help
                </th>
                {mayReset ? (
                  <th scope="col">
                    <span class="visually-hidden">Reset</span>
                  </th>
                ) : null}
              </tr>
            </thead>
            <tbody>
              {breakers.map(({ runbook, runs, bad, mode }) => (
                <tr key={runbook}>
                  <th scope="row">
                    <Link href={`/runbooks/${encodeURIComponent(runbook)}`}>{runbook}</Link>
                  </th>
                  <td>
                    <Badge tone={mode === 'auto' ? 'good' : mode === 'suggest' ? 'warn' : 'bad'}>
                      {breakerText(mode)}
                    </Badge>
                  </td>
                  <td class="number">
                    {bad} of {runs}
                  </td>
                  {mayReset ? (
                    <td class="number">
                      <OrderButton
                        label={
                          <>
                            Reset<span class="visually-hidden"> {runbook}</span>
                          </>
                        }
                        title={`Reset the breaker of ${runbook} in ${environment}`}
                        text="What was measured of it here is forgotten, and it may act by itself again. Do that once it was mended."
                        confirm="Reset it"
                        changes={['environments']}
                        order={(reason) => ({
                          method: 'POST',
                          path: pathOf`environments/${environment}/breakers/${runbook}/reset`,
                          body: { reason },
                        })}
                        done={() => `The breaker of ${runbook} is reset.`}
                        then={lookNow}
                      />
                    </td>
                  ) : null}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {isOpen && !mayReset ? <p class="soft">Resetting a breaker takes the role Admin.</p> : null}
    </Section>
  );
}
