import { Link } from 'wouter-preact';
import { now } from '../../api/now';
import { Prose } from '../../ui/prose';
import { Badge, Empty, Section } from '../../ui/parts';
import { ModeBadge } from './mode';
import { PolicyFrame } from './policy-frame';
import { environmentTold, termsText } from './sentences';
import { ToldList } from './told-list';

/** Where rules may act and how much, when, and who is asked: each environment, the terms of approvals, and who is told. */
export function EnvironmentsPage() {
  return (
    <PolicyFrame title="Environments of the policy" current="/policy/environments">
      {({ policy }) => (
        <>
          <p class="soft">An environment's ceiling is the most that any rule may do there.</p>
          <div class="grid policy-environments">
            {Object.entries(policy.environments).map(([name, environment]) => {
              const state = now.value?.environments?.find((one) => one.name === name);
              return (
                <Section
                  key={name}
                  title={name}
                  actions={
                    <>
                      {state?.killSwitch.engaged === true ? <Badge tone="bad">kill switch</Badge> : null}
                      <ModeBadge mode={environment.ceiling} />
                      <Link href={`/guard/${encodeURIComponent(name)}`}>What is used</Link>
                    </>
                  }
                >
                  <ToldList of={environmentTold(environment, policy)} />
                </Section>
              );
            })}
          </div>
          <Section title="How people are asked" count={Object.keys(policy.approvals ?? {}).length}>
            {policy.approvals === undefined ? (
              <Empty title="No terms are named">Where a person is needed, the incident is handed over.</Empty>
            ) : (
              <ToldList
                of={Object.entries(policy.approvals).map(([about, terms]) => ({
                  about,
                  sentences: termsText(terms),
                }))}
              />
            )}
          </Section>
          <Section title="Calendars" count={Object.keys(policy.calendars ?? {}).length}>
            {policy.calendars === undefined ? (
              <Empty title="No calendar is named">Changes may be made at any time.</Empty>
            ) : (
              Object.entries(policy.calendars).map(([name, { ics }]) => (
                <details key={name}>
                  <summary>{name}</summary>
                  <pre tabIndex={0} aria-label={`Calendar ${name}`}>
                    {ics}
                  </pre>
                </details>
              ))
            )}
          </Section>
          <Section title="Who is told">
            {policy.notifications === undefined ? (
              <Empty title="Nobody is told anything" />
            ) : (
              <ul class="rows">
                {policy.notifications.routes.map(({ to, environments, kinds, severities }, index) => (
                  <li key={index}>
                    <Prose
                      text={`${to.map((one) => `\`${one}\``).join(', ')}: ${[
                        ...(kinds === undefined ? ['everything'] : [kinds.join(', ')]),
                        ...(severities === undefined ? [] : [`that is ${severities.join(' or ')}`]),
                        ...(environments === undefined ? [] : [`in ${environments.join(', ')}`]),
                      ].join(' ')}`}
                    />
                  </li>
                ))}
              </ul>
            )}
          </Section>
        </>
      )}
    </PolicyFrame>
  );
}
