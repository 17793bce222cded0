import { Link } from 'wouter-preact';
import { useRead } from '../../api/queries';
import { useFilters } from '../../ui/address';
import { Select, TextField } from '../../ui/form';
import { Empty, Loaded, Page, Section } from '../../ui/parts';
import { Time } from '../../ui/time';
import { EfficacyBar } from './efficacy-bar';
import { Impact, shortType } from './impact';
import type { EfficacyAnswer, RunbookHead } from './types';

const impacts = [
  { value: '', text: 'Any' },
  { value: 'none', text: 'None' },
  { value: 'disruptive', text: 'Disruptive' },
  { value: 'destructive', text: 'Destructive' },
];

function fits({ name, summary, suits, resourceTypes }: RunbookHead, text: string): boolean {
  const whole = [name, summary, ...suits, ...resourceTypes].join(' ').toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => whole.includes(word));
}

/** Every runbook: what it does, for what, with which impact, and how often it helped. */
export function Library() {
  const [{ q: text, type, impact, target }, set] = useFilters('q', 'type', 'impact', 'target');
  const library = useRead<{ readonly runbooks: readonly RunbookHead[] }>('runbooks', {}, { fresh: 60_000 });
  const worth = useRead<EfficacyAnswer>('efficacy', {}, { fresh: 60_000 });
  return (
    <Page
      title="Runbooks"
      intro="What Caretaker can do. Each looks first, plans, asks the guard, acts, and looks again; each can be planned without changing anything."
    >
      <Loaded of={library} lines={12}>
        {({ runbooks }) => {
          const types = [...new Set(runbooks.flatMap(({ resourceTypes }) => resourceTypes))].sort();
          const shown = runbooks.filter(
            (one) =>
              fits(one, text) &&
              (type === '' || one.resourceTypes.includes(type)) &&
              (impact === '' || one.impact === impact),
          );
          return (
            <>
              <form class="form-row" role="search" onSubmit={(event) => event.preventDefault()}>
                <TextField
                  label="Find"
                  type="search"
                  value={text}
                  onInput={(value) => set('q', value)}
                  placeholder="A name, or what is wrong"
                  required
                />
                <Select
                  label="For"
                  value={type}
                  onInput={(value) => set('type', value)}
                  options={[
                    { value: '', text: 'Any resource' },
                    ...types.map((one) => ({ value: one, text: shortType(one) })),
                  ]}
                  required
                />
                <Select
                  label="Impact"
                  value={impact}
                  onInput={(value) => set('impact', value)}
                  options={impacts}
                  required
                />
              </form>
              {shown.length === 0 ? (
                <Empty title="No runbook fits">Loosen what you look for above.</Empty>
              ) : (
                <ul class="runbook-list">
                  {shown.map((one) => (
                    <li key={one.name} class="card">
                      <div class="row-head">
                        <h2>
                          <Link
                            href={`/runbooks/${one.name}${target === '' ? '' : `?target=${encodeURIComponent(target)}`}`}
                          >
                            {one.name}
                          </Link>
                        </h2>
                        <Impact of={one.impact} />
                      </div>
                      <p>{one.summary}</p>
                      <p class="soft runbook-for">{one.resourceTypes.map(shortType).join(', ')}</p>
                      <div class="runbook-worth">
                        {worth.data === undefined ? (
                          <span class="soft">{worth.error === null ? '…' : 'How often it helped cannot be read.'}</span>
                        ) : (
                          <EfficacyBar counts={worth.data.runbooks.filter(({ runbook }) => runbook === one.name)} />
                        )}
                      </div>
                    </li>
                  ))}
                </ul>
              )}
              {worth.data === undefined ? null : (
                <p class="soft">
                  Bars count the {worth.data.runs} runs since <Time at={worth.data.since} exact />
                  {worth.data.complete ? '' : ', the newest 2,000 of them'}.
                </p>
              )}
              <Others runbooks={runbooks} worth={worth.data} />
            </>
          );
        }}
      </Loaded>
    </Page>
  );
}

/** What acted without being ordered from here: scaling, DNS. It is judged by the same measure. */
function Others({
  runbooks,
  worth,
}: {
  readonly runbooks: readonly RunbookHead[];
  readonly worth: EfficacyAnswer | undefined;
}) {
  const known = new Set(runbooks.map(({ name }) => name));
  const names = [...new Set((worth?.runbooks ?? []).map(({ runbook }) => runbook).filter((name) => !known.has(name)))];
  if (names.length === 0) return null;
  return (
    <Section title="Also judged">
      <p class="soft">Changes that other parts of Caretaker make through the same guard; they are not ordered here.</p>
      <ul class="rows">
        {names.map((name) => (
          <li key={name} class="runbook-other">
            <strong>{name}</strong>
            <EfficacyBar counts={(worth?.runbooks ?? []).filter(({ runbook }) => runbook === name)} />
          </li>
        ))}
      </ul>
    </Section>
  );
}
