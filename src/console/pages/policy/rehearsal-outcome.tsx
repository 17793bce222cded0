import { Link } from 'wouter-preact';
import { ResourceLink } from '../../ui/resource';
import { Badge, Empty, Section } from '../../ui/parts';
import { Time } from '../../ui/time';
import { comparedTotals, groupedDifferences, type DifferenceGroup } from './differences';
import type { Difference, RehearsalAnswer } from './types';

const mostShown = 200;

/** What a rehearsal came to: the totals of both policies, and their differences by kind. */
export function Outcome({ of: rehearsal }: { readonly of: RehearsalAnswer }) {
  const { signals, differing, missing, since, current, proposed, differences } = rehearsal;
  const groups = groupedDifferences(differences);
  return (
    <>
      <Section title="What would have been different">
        <p role="status">
          {signals === 0 ? (
            'No signal was recorded in this time.'
          ) : (
            <>
              Of <strong class="number">{signals}</strong> {signals === 1 ? 'signal' : 'signals'}
              {since === null ? null : (
                <>
                  {' '}
                  since <Time at={since} exact />
                </>
              )}{' '}
              the policies differ on <strong class="number">{differing}</strong>.
            </>
          )}
          {missing === 0 ? '' : ` The records of ${missing} more are not there any more.`}
        </p>
        {groups.length === 0 ? null : (
          <p class="badges">
            {groups.map(({ id, title, signals: count, tone }) => (
              <a key={id} href={`#${id}`}>
                <Badge tone={tone}>
                  {title}: {count}
                </Badge>
              </a>
            ))}
          </p>
        )}
        <div class="table-scroll" tabIndex={0} role="region" aria-label="Totals of both policies">
          <table class="table totals">
            <thead>
              <tr>
                <th scope="col">Over all signals</th>
                <th scope="col" class="number">
                  In use <code>{current.policyVersion.slice(0, 8)}</code>
                </th>
                <th scope="col" class="number">
                  Proposed <code>{proposed.policyVersion.slice(0, 8)}</code>
                </th>
              </tr>
            </thead>
            <tbody>
              {comparedTotals(current.totals, proposed.totals).map((row) => (
                <tr key={row.name} class={row.current === row.proposed ? undefined : 'changes'}>
                  <th scope="row">{row.name}</th>
                  <td class="number">{row.current}</td>
                  <td class="number">
                    {row.proposed}
                    {row.current === row.proposed ? null : (
                      <span class="soft">
                        {' '}
                        ({row.proposed > row.current ? '+' : '−'}
                        {Math.abs(row.proposed - row.current)})
                      </span>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
        {signals > 0 && differing === 0 ? (
          <Empty title="Nothing">Both policies come to the same about every signal of that time.</Empty>
        ) : null}
      </Section>
      {groups.map((group) => (
        <Group key={group.id} group={group} />
      ))}
    </>
  );
}

function Group({
  group: { id, title, about, tone, signals, resources, differences },
}: {
  readonly group: DifferenceGroup;
}) {
  return (
    <Section
      id={id}
      title={title}
      count={signals}
      actions={
        <Badge tone={tone}>
          {resources} {resources === 1 ? 'resource' : 'resources'}
        </Badge>
      }
    >
      <p class="soft">{about}</p>
      <div class="table-scroll" tabIndex={0} role="region" aria-label={`${title}: the signals`}>
        <table class="table">
          <thead>
            <tr>
              <th scope="col">Resource</th>
              <th scope="col">Rule</th>
              <th scope="col">In use</th>
              <th scope="col">Proposed</th>
              <th scope="col" class="number">
                Signals
              </th>
            </tr>
          </thead>
          <tbody>
            {differences.slice(0, mostShown).map((one) => (
              <Row
                key={[one.target, one.currentRule, one.proposedRule, one.current, one.proposed].join('\n')}
                of={one}
              />
            ))}
          </tbody>
        </table>
      </div>
      {differences.length > mostShown ? (
        <p class="soft">
          {differences.length - mostShown} more are not shown; <code>caretaker rehearse</code> prints all of them.
        </p>
      ) : null}
    </Section>
  );
}

function Row({
  of: { target, currentRule, proposedRule, current, proposed, signals, example },
}: {
  readonly of: Difference;
}) {
  return (
    <tr>
      <td>
        <ResourceLink id={target} />
      </td>
      <td>
        {currentRule === proposedRule ? (
          (currentRule ?? 'none')
        ) : (
          <>
            <del>{currentRule ?? 'none'}</del> <ins>{proposedRule ?? 'none'}</ins>
          </>
        )}
      </td>
      <td>{current}</td>
      <td>{proposed}</td>
      <td class="number">
        {signals}{' '}
        <Link
          href={`/decisions/${example}`}
          aria-label={`The last of the signals about ${target.split('/').at(-1) ?? ''}`}
        >
          last
        </Link>
      </td>
    </tr>
  );
}
