import { useMemo } from 'preact/hooks';
import { Link, useSearchParams } from 'wouter-preact';
import { ApiProblem } from '../../api/client';
import { useRead } from '../../api/queries';
import { useFilters } from '../../ui/address';
import { Checkbox, Select, TextField } from '../../ui/form';
import { Badge, Empty, Id, Loaded, Page, Section, Tabs } from '../../ui/parts';
import { Time } from '../../ui/time';
import { StackGraph } from './drawing';
import { Classes, DriftBadge } from './drift';
import { downstreamOf } from './graph';
import { nodeOf, nodesFor, promotionRows, stacksFor, type StackNode } from './picture';
import type { ShownStack, StacksAnswer } from './types';

export const stackHref = (name: string): string => `/stacks/${encodeURIComponent(name)}`;

/** More than that are drawn by project at first. */
const groupFrom = 40;
const firstRows = 200;

/** `/stacks?view=&environment=&project=&q=&stack=&group=`: the graph, a table, or the way to the next environment. */
export function StacksPage() {
  const [search] = useSearchParams();
  const view = ['table', 'promotion'].find((one) => one === search.get('view')) ?? 'graph';
  const read = useRead<StacksAnswer>('stacks', {}, { every: 30_000, fresh: 10_000 });
  const isUnknown = read.error instanceof ApiProblem && read.error.status === 404;
  const hrefOf = (one: string): string => {
    const next = new URLSearchParams(search);
    if (one === 'graph') next.delete('view');
    else next.set('view', one);
    const text = next.toString();
    return text === '' ? '/stacks' : `/stacks?${text}`;
  };
  return (
    <Page title="Stacks" intro="What Terraform's stacks stand on, what drifted and whose doing it is.">
      {isUnknown ? (
        <Section title="Stacks">
          <Empty title="The stacks are not known here">
            Caretaker was given no manifest of the stacks. Set <code>CARETAKER_STACKS_URL</code> to where it is.
          </Empty>
        </Section>
      ) : (
        <>
          <Tabs
            label="Views of the stacks"
            current={hrefOf(view)}
            tabs={[
              { name: 'Graph', href: hrefOf('graph') },
              { name: 'Table', href: hrefOf('table'), count: read.data?.stacks.length },
              { name: 'Promotion', href: hrefOf('promotion') },
            ]}
          />
          <Loaded of={read} lines={14}>
            {(answer) => <Shown answer={answer} view={view} />}
          </Loaded>
        </>
      )}
    </Page>
  );
}

function Shown({ answer, view }: { readonly answer: StacksAnswer; readonly view: string }) {
  const [{ environment, project, q: words, stack: around, group }, put] = useFilters(
    'environment',
    'project',
    'q',
    'stack',
    'group',
  );
  const { stacks, promotion } = answer;
  const fitting = useMemo(
    () => stacksFor(stacks, { environment, project, words, around }),
    [stacks, environment, project, words, around],
  );
  const grouped = group === '' ? fitting.length > groupFrom : group === 'project';
  const nodes = useMemo(() => nodesFor(fitting, grouped), [fitting, grouped]);
  const projects = [...new Set(stacks.map((stack) => stack.project))].sort();
  const isFiltered = [environment, project, words, around].some((one) => one !== '');
  const linkOf = (node: StackNode): string => {
    const first = node.stacks[0];
    if (node.stacks.length === 1 && first !== undefined) return stackHref(first.name);
    const next = new URLSearchParams({ environment: node.environment, project: first?.project ?? '', group: 'none' });
    return `/stacks?${next.toString()}`;
  };
  return (
    <>
      <div class="form-row stack-filter">
        <Select
          label="Environment"
          required
          value={environment}
          onInput={(value) => put('environment', value)}
          options={[
            { value: '', text: 'every one' },
            ...[...new Set([...promotion, ...stacks.map((stack) => stack.environment)])].map((one) => ({
              value: one,
              text: one,
            })),
          ]}
        />
        <Select
          label="Project"
          required
          value={project}
          onInput={(value) => put('project', value)}
          options={[{ value: '', text: 'every one' }, ...projects.map((one) => ({ value: one, text: one }))]}
        />
        <TextField
          label="Words"
          type="search"
          value={words}
          onInput={(value) => put('q', value)}
          placeholder="name, unit, owner"
        />
        {view === 'promotion' ? null : (
          <>
            <TextField
              label="What a change affects"
              type="search"
              list="stack-names"
              value={around}
              onInput={(value) => put('stack', value)}
              placeholder="name of a stack"
            />
            <datalist id="stack-names">
              {stacks.map(({ name }) => (
                <option key={name} value={name} />
              ))}
            </datalist>
          </>
        )}
      </div>
      {around !== '' && view !== 'promotion' ? <Affects stacks={stacks} name={around} /> : null}
      {view === 'promotion' ? (
        <Promotion stacks={fitting} promotion={promotion} />
      ) : (
        <Section
          title={view === 'table' ? 'Stacks' : 'What stands on what'}
          count={fitting.length}
          actions={
            <>
              {view === 'graph' ? (
                <Checkbox
                  label="By project"
                  checked={grouped}
                  onInput={(checked) => put('group', checked ? 'project' : 'none')}
                />
              ) : null}
              {isFiltered ? (
                <Link class="button" href={view === 'graph' ? '/stacks' : `/stacks?view=${view}`}>
                  All stacks
                </Link>
              ) : null}
            </>
          }
        >
          {fitting.length === 0 ? (
            <Empty title={stacks.length === 0 ? 'The manifest has no stacks' : 'No stack fits'}>
              {stacks.length === 0 ? 'Stacks of the manifest appear here.' : 'Take something out of the filter.'}
            </Empty>
          ) : view === 'table' ? (
            <StackTable stacks={fitting} />
          ) : (
            <>
              <StackGraph nodes={nodes} environments={promotion} selected={around} hrefOf={linkOf} />
              <p class="soft">
                What is needed is on the left of what stands on it. Point at one, or move the focus to it, to see what a
                change of it affects. The same as a <Link href="/stacks?view=table">table</Link>.
              </p>
            </>
          )}
        </Section>
      )}
    </>
  );
}

/** What a change of a stack affects, in words. */
function Affects({ stacks, name }: { readonly stacks: readonly ShownStack[]; readonly name: string }) {
  const affected = useMemo(() => [...downstreamOf(stacks.map(nodeOf), name)].sort(), [stacks, name]);
  if (!stacks.some((stack) => stack.name === name)) {
    return (
      <p class="soft" role="status">
        There is no stack called {name}.
      </p>
    );
  }
  return (
    <p role="status">
      {affected.length === 0 ? (
        <>
          Nothing stands on <Link href={stackHref(name)}>{name}</Link>: a change of it affects it alone.
        </>
      ) : (
        <>
          A change of <Link href={stackHref(name)}>{name}</Link> may affect {affected.length}{' '}
          {affected.length === 1 ? 'stack' : 'stacks'}: {affected.slice(0, 12).join(', ')}
          {affected.length > 12 ? ` and ${affected.length - 12} more` : ''}. They are planned anew, and change only when
          the outputs that they take do.
        </>
      )}
    </p>
  );
}

function StackTable({ stacks }: { readonly stacks: readonly ShownStack[] }) {
  const shown = stacks.slice(0, firstRows);
  return (
    <>
      <div class="table-scroll" tabIndex={0} role="region" aria-label="Table of the stacks">
        <table class="table stack-table">
          <thead>
            <tr>
              <th scope="col">Stack</th>
              <th scope="col">Environment</th>
              <th scope="col">Needs</th>
              <th scope="col">Drift</th>
              <th scope="col">Branch</th>
              <th scope="col">Owners</th>
            </tr>
          </thead>
          <tbody>
            {shown.map(({ name, environment, project, needs, drift, branch, owners }) => (
              <tr key={name}>
                <th scope="row">
                  <Link href={stackHref(name)}>{name}</Link>
                  <div class="soft">{project}</div>
                </th>
                <td>
                  <Badge>{environment}</Badge>
                </td>
                <td>
                  {needs.length === 0
                    ? 'nothing'
                    : needs.map((need, index) => (
                        <span key={need}>
                          {index > 0 ? ', ' : ''}
                          <Link href={stackHref(need)}>{need}</Link>
                        </span>
                      ))}
                </td>
                <td>
                  <DriftBadge drift={drift} />
                  <div>
                    <Classes drift={drift} />
                  </div>
                </td>
                <td>{branch}</td>
                <td>{owners.join(', ')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {shown.length < stacks.length ? (
        <p class="soft">
          The first {shown.length} of {stacks.length}; narrow them down above.
        </p>
      ) : null}
    </>
  );
}

function Promotion({
  stacks,
  promotion,
}: {
  readonly stacks: readonly ShownStack[];
  readonly promotion: readonly string[];
}) {
  const rows = useMemo(() => promotionRows(stacks, promotion), [stacks, promotion]);
  const shown = rows.slice(0, firstRows);
  const steps = promotion.slice(1).map((to, index) => [promotion[index] ?? '', to] as const);
  return (
    <Section title="From one environment to the next" count={rows.length}>
      <p>
        A commit goes {promotion.join(' → ')}, one step at a time, and enters an environment only when everything in the
        one before was applied from it.
      </p>
      <p class="soft">
        That was applied is shown by evidence that the pipeline keeps, which Caretaker does not read: whether a commit
        may go on is said by{' '}
        {steps.map(([from, to], index) => (
          <span key={to}>
            {index > 0 ? ' and ' : ''}
            <code>
              caretaker stacks promote {from} {to}
            </code>
          </span>
        ))}
        . Below is what drift reports told: how each stack's state compared with the world, since when, and at which
        commit that was first found.
      </p>
      {rows.length === 0 ? (
        <Empty title="No stack fits">Take something out of the filter.</Empty>
      ) : (
        <div class="table-scroll" tabIndex={0} role="region" aria-label="Promotion">
          <table class="table stack-promotion">
            <thead>
              <tr>
                <th scope="col">Component</th>
                {promotion.map((environment) => (
                  <th key={environment} scope="col">
                    {environment}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {shown.map(({ component, label, stacks: own }) => (
                <tr key={component}>
                  <th scope="row">
                    {label}
                    <div class="soft">{component}</div>
                  </th>
                  {own.map((stack, index) => (
                    <td key={promotion[index]}>
                      {stack === undefined ? <span class="soft">not there</span> : <PromotionCell stack={stack} />}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {shown.length < rows.length ? (
        <p class="soft">
          The first {shown.length} of {rows.length}; narrow them down above.
        </p>
      ) : null}
    </Section>
  );
}

function PromotionCell({ stack: { name, branch, drift } }: { readonly stack: ShownStack }) {
  return (
    <>
      <Link href={stackHref(name)}>{name}</Link> <span class="soft">on {branch}</span>
      <div>
        <DriftBadge drift={drift} />
      </div>
      {drift === null ? null : (
        <div class="soft">
          <Id text={drift.commit} short={9} /> <Time at={drift.since} />
        </div>
      )}
    </>
  );
}
