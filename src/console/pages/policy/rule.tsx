import { Link, useParams } from 'wouter-preact';
import { useRead } from '../../api/queries';
import { ResourceLink } from '../../ui/resource';
import { Badge, Empty, Loaded, Page, Section } from '../../ui/parts';
import { Time } from '../../ui/time';
import type { EfficacyAnswer } from '../runbooks/types';
import { recentDays, useRecentDecisions } from './decisions';
import { ModeBadge, ModesBy } from './mode';
import { usePolicy } from './policy-frame';
import { DecidedText, offIn, RunbooksWorth } from './rules';
import { ruleTold } from './sentences';
import { ToldList } from './told-list';
import type { DecisionsPage } from './types';

const mostShown = 50;

/** One rule in words, what it decided lately, and the rule as it is used. */
export function RulePage() {
  const { name = '' } = useParams<{ name: string }>();
  const policy = usePolicy();
  const recent = useRecentDecisions();
  const worth = useRead<EfficacyAnswer>('efficacy', {}, { fresh: 60_000 });
  const rules = policy.data?.policy.rules ?? [];
  const rule = rules.find((one) => one.name === name);
  const off = offIn(name);
  return (
    <Page
      title={`Rule ${name}`}
      heading={
        <>
          {name} {rule === undefined ? null : <ModeBadge mode={rule.mode} />}
        </>
      }
      intro={
        <>
          <Link href="/policy">The policy</Link>
          {rule === undefined ? '' : `, rule ${rules.indexOf(rule) + 1} of ${rules.length}`}
        </>
      }
    >
      <Loaded of={policy} lines={12}>
        {(answer) =>
          rule === undefined ? (
            <Empty title="The policy in use has no such rule">
              It may have been renamed or taken out. What it decided is in the <Link href="/decisions">decisions</Link>.
            </Empty>
          ) : (
            <>
              {off.length === 0 ? null : (
                <p role="alert">
                  <Badge tone="bad">off</Badge> Its own kill switch is engaged in {off.join(', ')}.{' '}
                  <Link href="/guard">Look at the guard</Link>
                </p>
              )}
              <div class="rule-page">
                <Section title="What it says">
                  {rule.description === undefined ? null : <p>{rule.description}</p>}
                  <ToldList of={ruleTold(rule, answer.policy)} />
                </Section>
                <div>
                  <Section title="Mode by environment">
                    <ModesBy rule={rule} policy={answer.policy} />
                  </Section>
                  <Section title="How often its runbooks helped">
                    <RunbooksWorth rule={rule} worth={worth.data} />
                  </Section>
                </div>
              </div>
              <Section title={`What it decided in ${recentDays} days`}>
                <Loaded of={recent} lines={4}>
                  {(data) => (
                    <>
                      <p class="soft">
                        It <DecidedText rule={name} recent={data} />.
                      </p>
                      <Decided decisions={data.decisions.filter((one) => one.rule === name)} />
                    </>
                  )}
                </Loaded>
              </Section>
              <Section title="As it is used">
                <p class="soft">Read from the document, with its defaults; times are seconds.</p>
                <pre tabIndex={0} aria-label="The rule as JSON">
                  {JSON.stringify(rule, null, 2)}
                </pre>
              </Section>
            </>
          )
        }
      </Loaded>
    </Page>
  );
}

function Decided({ decisions }: { readonly decisions: DecisionsPage['decisions'] }) {
  if (decisions.length === 0) return <Empty title="No signal came to it in this time" />;
  return (
    <>
      <ul class="rows">
        {decisions.slice(0, mostShown).map(({ signalId, at, target, action, sentence }) => (
          <li key={signalId}>
            <div class="row-head">
              <Link href={`/decisions/${signalId}`}>
                <Time at={at} exact />
              </Link>
              <Badge>{action}</Badge>
              <ResourceLink id={target} />
            </div>
            <div>{sentence}</div>
          </li>
        ))}
      </ul>
      {decisions.length > mostShown ? <p class="soft">The newest {mostShown} are shown.</p> : null}
    </>
  );
}
