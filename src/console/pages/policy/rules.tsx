import { useState } from 'preact/hooks';
import { Link, useSearchParams } from 'wouter-preact';
import { now } from '../../api/now';
import { useRead } from '../../api/queries';
import { TextField } from '../../ui/form';
import { Badge, Empty, Section } from '../../ui/parts';
import { EfficacyBar } from '../runbooks/efficacy-bar';
import type { EfficacyAnswer } from '../runbooks/types';
import { recentDays, useRecentDecisions, type RecentDecisions } from './decisions';
import { ModeBadge, ModesBy } from './mode';
import { PolicyFrame } from './policy-frame';
import { countsByRule, defaultsTold, ruleTold } from './sentences';
import { ToldList } from './told-list';
import type { Policy, Rule } from './types';

/** So many rules are shown at once; a policy may have a thousand. */
const pageLength = 40;

/** Environments in which a rule's own kill switch is engaged. */
export function offIn(rule: string): readonly string[] {
  return (now.value?.environments ?? [])
    .filter(({ rulesOff }) => rulesOff.some((one) => one.rule === rule))
    .map(({ name }) => name);
}

/** How often a rule decided lately, as far as it was counted. */
export function DecidedText({ rule, recent }: { readonly rule: string; readonly recent: RecentDecisions | undefined }) {
  if (recent === undefined) return <span class="soft">…</span>;
  const count = countsByRule(recent.decisions).get(rule) ?? 0;
  return (
    <span>
      decided <strong class="number">{count}</strong> {count === 1 ? 'signal' : 'signals'}{' '}
      {recent.complete ? `in ${recentDays} days` : `of the last ${recent.decisions.length}`}
    </span>
  );
}

/** Every rule in the order in which they are tried, in words. */
export function RulesPage() {
  const [address, setAddress] = useSearchParams();
  const recent = useRecentDecisions();
  const worth = useRead<EfficacyAnswer>('efficacy', {}, { fresh: 60_000 });
  const [most, setMost] = useState(pageLength);
  const text = address.get('q') ?? '';
  return (
    <PolicyFrame title="Policy" current="/policy">
      {({ policy }) => {
        const shown = policy.rules
          .map((rule, index) => ({ rule, place: index + 1 }))
          .filter(({ rule }) => fits(rule, text));
        return (
          <>
            <div class="policy-find">
              <p class="soft">
                Rules are tried from top to bottom; the first that fits a signal is chosen. {policy.rules.length} in
                all.
              </p>
              {policy.rules.length > 6 ? (
                <TextField
                  label="Find a rule"
                  type="search"
                  value={text}
                  onInput={(value) => setAddress(value === '' ? {} : { q: value }, { replace: true })}
                  required
                />
              ) : null}
            </div>
            {shown.length === 0 ? <Empty title="No rule fits" /> : null}
            {shown.slice(0, most).map(({ rule, place }) => (
              <RuleCard key={rule.name} {...{ rule, place, policy }} recent={recent.data} worth={worth.data} />
            ))}
            {shown.length > most ? (
              <button type="button" class="button" onClick={() => setMost(most + pageLength)}>
                Show more of {shown.length - most} further rules
              </button>
            ) : null}
            <Section title="What holds where a rule says nothing else">
              <ToldList of={defaultsTold(policy.defaults)} />
            </Section>
          </>
        );
      }}
    </PolicyFrame>
  );
}

const fits = (rule: Rule, text: string): boolean =>
  text === '' || JSON.stringify(rule).toLowerCase().includes(text.toLowerCase());

function RuleCard({
  rule,
  place,
  policy,
  recent,
  worth,
}: {
  readonly rule: Rule;
  readonly place: number;
  readonly policy: Policy;
  readonly recent: RecentDecisions | undefined;
  readonly worth: EfficacyAnswer | undefined;
}) {
  const off = offIn(rule.name);
  return (
    <section class="card rule-card" aria-label={`Rule ${rule.name}`}>
      <div class="row-head">
        <span class="soft number">{place}</span>
        <h2>
          <Link href={`/policy/rules/${rule.name}`}>{rule.name}</Link>
        </h2>
        <ModeBadge mode={rule.mode} />
        {off.map((name) => (
          <Badge key={name} tone="bad">
            off in {name}
          </Badge>
        ))}
        <span class="soft row-end">
          <DecidedText rule={rule.name} recent={recent} />
        </span>
      </div>
      {rule.description === undefined ? null : <p>{rule.description}</p>}
      <div class="rule-sides">
        <ToldList of={ruleTold(rule, policy)} />
        <div>
          <ModesBy rule={rule} policy={policy} />
          <RunbooksWorth rule={rule} worth={worth} />
        </div>
      </div>
    </section>
  );
}

/** How often the runbooks of a rule's ladder helped, wherever they were run. */
export function RunbooksWorth({ rule, worth }: { readonly rule: Rule; readonly worth: EfficacyAnswer | undefined }) {
  const names = [...new Set(rule.ladder.map(({ runbook }) => runbook))];
  return (
    <ul class="rule-worth" aria-label="How often its runbooks helped">
      {names.map((name) => (
        <li key={name}>
          <Link href={`/runbooks/${name}`}>{name}</Link>
          {worth === undefined ? null : (
            <EfficacyBar counts={worth.runbooks.filter(({ runbook }) => runbook === name)} />
          )}
        </li>
      ))}
    </ul>
  );
}
