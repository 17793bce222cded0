import { useMemo } from 'preact/hooks';
import { Link, useParams } from 'wouter-preact';
import { ApiProblem, pathOf } from '../../api/client';
import { useRead } from '../../api/queries';
import { now } from '../../api/now';
import { Badge, Empty, Facts, Id, Loaded, Page, Problem, Section, type Tone } from '../../ui/parts';
import { personName } from '../../ui/people';
import { Countdown, Time } from '../../ui/time';
import { StackGraph } from './drawing';
import { DriftBadge } from './drift';
import { downstreamOf } from './graph';
import { nodeOf, stacksFor } from './picture';
import { stackHref } from './stacks';
import type { DriftRecord, ShownStack, StacksAnswer } from './types';

/** `/stacks/:name`: one stack. */
export function StackPage() {
  const { name = '' } = useParams<{ name: string }>();
  const read = useRead<StacksAnswer>('stacks', {}, { every: 30_000, fresh: 10_000 });
  return (
    <Page
      title={name}
      intro="What it stands on, what stands on it, and what drifted."
      actions={
        <>
          <Link class="button" href={`/stacks?stack=${encodeURIComponent(name)}`}>
            In the graph
          </Link>
          <Link class="button" href={`/ledger?subject=${encodeURIComponent(name)}`}>
            In the ledger
          </Link>
        </>
      }
    >
      <Loaded of={read} lines={12}>
        {(answer) => {
          const stack = answer.stacks.find((one) => one.name === name);
          return stack === undefined ? (
            <Empty title="The manifest has no such stack">
              It may have been renamed or retired. See <Link href="/stacks">all stacks</Link>.
            </Empty>
          ) : (
            <Stack stack={stack} answer={answer} />
          );
        }}
      </Loaded>
    </Page>
  );
}

function Stack({ stack, answer }: { readonly stack: ShownStack; readonly answer: StacksAnswer }) {
  const { stacks, promotion } = answer;
  const { name, environment, project, component, branch, owners, approval, needs } = stack;
  const nodes = useMemo(
    () => stacksFor(stacks, { environment: '', project: '', words: '', around: name }).map(nodeOf),
    [stacks, name],
  );
  const affected = useMemo(() => [...downstreamOf(stacks.map(nodeOf), name)].sort(), [stacks, name]);
  const siblings = promotion.map((one) => ({
    environment: one,
    stack: stacks.find((other) => other.component === component && other.environment === one),
  }));
  return (
    <>
      <Section title="What it is" actions={<DriftBadge drift={stack.drift} />}>
        <Facts
          facts={[
            [
              'Environment',
              <Link key="e" href={`/stacks?environment=${encodeURIComponent(environment)}`}>
                {environment}
              </Link>,
            ],
            [
              'Project',
              <Link key="p" href={`/stacks?project=${encodeURIComponent(project)}`}>
                {project}
              </Link>,
            ],
            ['Unit', stack.unit ?? 'foundation'],
            ['Branch', branch],
            ['Owners', owners.join(', ')],
            [
              'An apply needs',
              approval.people === 0
                ? 'nobody besides'
                : `${approval.people} ${approval.people === 1 ? 'person' : 'people'}${approval.groups.length === 0 ? '' : ` of ${approval.groups.join(', ')}`}`,
            ],
            ['Needs', <Names key="n" names={needs} none="nothing" />],
            ['A change affects', <Names key="a" names={affected} none="it alone" />],
            [
              'In other environments',
              <span key="o">
                {siblings.map(({ environment: one, stack: other }, index) => (
                  <span key={one}>
                    {index > 0 ? ' → ' : ''}
                    {other === undefined ? (
                      <span class="soft">{one}: not there</span>
                    ) : other.name === name ? (
                      <strong>{one}</strong>
                    ) : (
                      <Link href={stackHref(other.name)}>{one}</Link>
                    )}
                  </span>
                ))}
              </span>,
            ],
          ]}
        />
      </Section>
      <Drift name={name} isReported={stack.drift !== null} />
      {nodes.length < 2 ? null : (
        <Section title="What stands on what" count={nodes.length}>
          <StackGraph nodes={nodes} environments={promotion} selected={name} hrefOf={(node) => stackHref(node.id)} />
        </Section>
      )}
    </>
  );
}

function Names({ names, none }: { readonly names: readonly string[]; readonly none: string }) {
  if (names.length === 0) return <>{none}</>;
  return (
    <>
      {names.slice(0, 8).map((name, index) => (
        <span key={name}>
          {index > 0 ? ', ' : ''}
          <Link href={stackHref(name)}>{name}</Link>
        </span>
      ))}
      {names.length > 8 ? ` and ${names.length - 8} more` : ''}
    </>
  );
}

const report = (name: string): string => `caretaker stacks drift ${name} --report`;

function Drift({ name, isReported }: { readonly name: string; readonly isReported: boolean }) {
  const read = useRead<DriftRecord>(pathOf`stacks/${name}/drift`, {}, { enabled: isReported, every: 15_000 });
  if (!isReported) {
    return (
      <Section title="Drift" id="drift">
        <Empty title="Not reported yet">
          Nobody has told Caretaker how the state of this stack compares with the world. The pipeline does so by its
          schedule; by hand it is <code>{report(name)}</code>.
        </Empty>
      </Section>
    );
  }
  return (
    <Section title="Drift" id="drift" {...(read.data === undefined ? {} : { count: read.data.fields.length })}>
      {read.error instanceof ApiProblem && read.data === undefined ? (
        <Problem error={read.error} again={() => void read.refetch()} />
      ) : (
        <Loaded of={read} lines={6}>
          {(record) => <Record record={record} />}
        </Loaded>
      )}
    </Section>
  );
}

const answers: Readonly<Record<DriftRecord['state'], string>> = {
  none: 'State and world are the same.',
  closed: 'Automation did it, with decisions on record: nothing is to be done.',
  asked: 'People are asked whether it may be put back.',
  approved: 'It may be put back: the pipeline plans it anew and applies it behind its own gate.',
  rejected: 'People said no: it stays as it is until it is another drift.',
  expired: 'Nobody answered in time; the next report asks again.',
};

function Record({ record }: { readonly record: DriftRecord }) {
  const { state, sentence, since, commit, reportedBy, instanceId, settledAt, by, reasons, validUntil, fields } = record;
  const approval = instanceId === null ? undefined : `${instanceId}-a1`;
  const waits = now.value?.approvals?.some(({ id }) => id === approval) === true;
  return (
    <>
      <p>{answers[state]}</p>
      <Facts
        facts={[
          ['Found', sentence],
          ['First reported', <Time key="s" at={since} />],
          ['Compared at', <Id key="c" text={commit} short={12} />],
          ['Reported by', personName(reportedBy)],
          [
            'Approval',
            approval === undefined ? (
              'nobody is asked'
            ) : (
              <Link key="a" href={`/approvals/${encodeURIComponent(approval)}`}>
                {waits ? 'waits for people' : 'what people said'}
              </Link>
            ),
          ],
          ['Settled', settledAt === null ? undefined : <Time key="t" at={settledAt} />],
          ['By', by.length === 0 ? undefined : by.map(personName).join(', ')],
          ['Good for', validUntil === null ? undefined : <Countdown key="v" until={validUntil} />],
        ]}
      />
      {reasons.length === 0 || state === 'closed' ? null : (
        <ul>
          {reasons.map((reason) => (
            <li key={reason}>{reason}</li>
          ))}
        </ul>
      )}
      {fields.length === 0 ? null : <Fields fields={fields} />}
    </>
  );
}

const classes: Readonly<
  Record<DriftRecord['fields'][number]['class'], { readonly tone: Tone; readonly text: string }>
> = {
  automation: { tone: 'info', text: "automation's" },
  human: { tone: 'warn', text: "people's" },
  unknown: { tone: 'bad', text: "nobody's known" },
};

/** Where what decided something has its page. */
const decisionHref = (id: string): string =>
  id.startsWith('rotation-') ? `/secrets/rotations/${encodeURIComponent(id)}` : `/runs/${encodeURIComponent(id)}`;

function Fields({ fields }: { readonly fields: DriftRecord['fields'] }) {
  return (
    <div class="table-scroll" tabIndex={0} role="region" aria-label="What drifted">
      <table class="table stack-fields">
        <thead>
          <tr>
            <th scope="col">Field</th>
            <th scope="col">Whose doing</th>
            <th scope="col">Why that is known</th>
            <th scope="col">Decision on record</th>
          </tr>
        </thead>
        <tbody>
          {fields.map(({ address, field, class: kind, owner, reason, decision }) => (
            <tr key={`${address} ${field}`}>
              <th scope="row">
                <code>{address}</code>
                <div>{field === '' ? <Badge tone="bad">gone</Badge> : <code>{field}</code>}</div>
              </th>
              <td>
                <Badge tone={classes[kind].tone}>{classes[kind].text}</Badge>
                <div class="soft">owner: {owner}</div>
              </td>
              <td>{reason}</td>
              <td>
                {decision === null ? (
                  <span class="soft">none</span>
                ) : (
                  <Link href={decisionHref(decision.id)}>
                    {decision.id.length > 24 ? `${decision.id.slice(0, 24)}…` : decision.id}
                  </Link>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
