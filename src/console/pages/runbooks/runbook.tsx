import { useParams } from 'wouter-preact';
import { pathOf } from '../../api/client';
import { useRead } from '../../api/queries';
import { Empty, Loaded, Page, Section } from '../../ui/parts';
import { Prose } from '../../ui/prose';
import { Time } from '../../ui/time';
import { EfficacyBar } from './efficacy-bar';
import { Impact, impactText, shortType } from './impact';
import { OrderForm } from './order-form';
import type { EfficacyAnswer, RunbookDetail } from './types';

/** One runbook: what it does and how it is known to do it, how often it helped, and a form that plans and starts it. */
export function RunbookPage() {
  const { name = '' } = useParams<{ name: string }>();
  const runbook = useRead<RunbookDetail>(pathOf`runbooks/${name}`, {}, { fresh: 60_000 });
  const worth = useRead<EfficacyAnswer>('efficacy', {}, { fresh: 60_000 });
  return (
    <Page
      title={name}
      heading={
        <>
          {name} {runbook.data === undefined ? null : <Impact of={runbook.data.impact} />}
        </>
      }
      intro={runbook.data?.summary ?? ' '}
    >
      <Loaded of={runbook} lines={14}>
        {(data) => (
          <div class="runbook-page">
            <div>
              <OrderForm key={data.name} runbook={data} />
              <Section title="How often it helped">
                <Loaded of={worth} lines={2}>
                  {(answer) => <Worth answer={answer} name={name} />}
                </Loaded>
              </Section>
            </div>
            <div>
              <Explanation of={data} />
              <Permissions of={data} />
            </div>
          </div>
        )}
      </Loaded>
    </Page>
  );
}

function Explanation({ of: { explanation, resourceTypes, suits, impact, version } }: { readonly of: RunbookDetail }) {
  const parts: readonly (readonly [string, string])[] = [
    ['Plan', explanation.plan],
    ['Verification', explanation.verification],
    ['Undo', explanation.undo],
    ['Impact', impactText(impact)],
  ];
  return (
    <Section title="What it does">
      <h3>What must hold</h3>
      <ul>
        {explanation.preconditions.map((one) => (
          <li key={one}>
            <Prose text={one} />
          </li>
        ))}
      </ul>
      <dl class="runbook-parts">
        {parts.map(([title, text]) => (
          <div key={title}>
            <dt>{title}</dt>
            <dd>
              <Prose text={text} />
            </dd>
          </div>
        ))}
        <div>
          <dt>For</dt>
          <dd>
            {resourceTypes.map((one) => (
              <div key={one}>
                <code>{one}</code>
              </div>
            ))}
          </dd>
        </div>
        <div>
          <dt>Suits</dt>
          <dd>{suits.join('; ')}</dd>
        </div>
        <div>
          <dt>Version</dt>
          <dd>{version}</dd>
        </div>
      </dl>
    </Section>
  );
}

function Worth({ answer, name }: { readonly answer: EfficacyAnswer; readonly name: string }) {
  const counts = answer.runbooks.filter(({ runbook }) => runbook === name);
  if (counts.length === 0) {
    return (
      <Empty title="Not applied lately">
        Its runs since <Time at={answer.since} exact /> would be counted here.
      </Empty>
    );
  }
  return (
    <>
      <ul class="rows">
        {counts.map((one) => (
          <li key={one.resourceType}>
            <div class="row-head">
              <strong>{shortType(one.resourceType)}</strong>
              <span class="soft row-end">
                {one.lasting === null ? 'no outcome known' : `${Math.round(one.lasting * 100)} % helped and lasted`}
              </span>
            </div>
            <EfficacyBar counts={[one]} />
          </li>
        ))}
      </ul>
      <p class="soft">
        Since <Time at={answer.since} exact />. It lasted when nothing had to be done to the resource within a day.
      </p>
    </>
  );
}

function Permissions({ of: { permissions } }: { readonly of: RunbookDetail }) {
  const all = [...permissions.actions, ...permissions.dataActions];
  return (
    <Section title="Permissions it needs" count={all.length}>
      <p class="soft">They are in Caretaker's role because this runbook needs them.</p>
      <ul class="runbook-permissions">
        {all.map((one) => (
          <li key={one}>
            <code>{one}</code>
          </li>
        ))}
      </ul>
    </Section>
  );
}
