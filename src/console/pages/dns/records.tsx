import { useEffect, useRef, useState } from 'preact/hooks';
import { useSearchParams } from 'wouter-preact';
import { Select, TextField } from '../../ui/form';
import { Badge, Empty, Section, type Tone } from '../../ui/parts';
import { isNamed, recordsWith, shortName, ttlText } from './diff';
import type { ComparedRecord, Said, ZoneWithRecords } from './types';

const states: Readonly<Record<ComparedRecord['state'], { readonly tone: Tone; readonly text: string }>> = {
  same: { tone: 'good', text: 'as wanted' },
  others: { tone: 'neutral', text: "others'" },
  create: { tone: 'info', text: 'to be added' },
  update: { tone: 'warn', text: 'to be changed' },
  delete: { tone: 'bad', text: 'to be removed' },
  kept: { tone: 'neutral', text: 'kept' },
  blocked: { tone: 'bad', text: 'cannot be put' },
};

/** So many rows are drawn before somebody asks for all. */
const firstRows = 200;

/** Every record as it is beside how it shall be. The address keeps the filter (`q`, `whose`) and the record that is pointed at. */
export function Records({ view, whose }: { readonly view: ZoneWithRecords; readonly whose: 'ours' | 'all' }) {
  const [search, setSearch] = useSearchParams();
  const [all, setAll] = useState(false);
  const q = search.get('q') ?? '';
  const wanted = search.get('record') ?? '';
  const fitting = recordsWith(view.zone, view.records, q);
  const pointed = wanted === '' ? -1 : fitting.findIndex((record) => isNamed(view.zone, record, wanted));
  const shown = all || pointed >= firstRows ? fitting : fitting.slice(0, firstRows);
  const put = (name: string, value: string): void =>
    setSearch(
      (before) => {
        const next = new URLSearchParams(before);
        next.set('view', 'records');
        if (value === '') next.delete(name);
        else next.set(name, value);
        return next;
      },
      { replace: true },
    );
  return (
    <Section title="Records" count={fitting.length}>
      <div class="form-row dns-filter">
        <TextField
          label="Filter"
          type="search"
          value={q}
          onInput={(value) => put('q', value)}
          placeholder="name, type, content, state"
        />
        <Select
          label="Whose"
          required
          value={whose}
          onInput={(value) => put('whose', value === 'all' ? '' : value)}
          options={[
            { value: 'all', text: "everybody's" },
            { value: 'ours', text: 'ours alone' },
          ]}
        />
      </div>
      {wanted !== '' && pointed === -1 ? (
        <p class="soft" role="status">
          There is no record {wanted.replace('/', ' ')} among these.
        </p>
      ) : null}
      {fitting.length === 0 ? (
        <Empty title={q === '' ? 'The zone has no such records' : 'No record fits'}>
          {q === '' ? 'Records of ours appear when the document names them.' : 'Take a word out of the filter.'}
        </Empty>
      ) : (
        <div class="table-scroll" tabIndex={0} role="region" aria-label={`Records of ${view.zone}`}>
          <table class="table dns-records">
            <thead>
              <tr>
                <th scope="col">Record</th>
                <th scope="col">State</th>
                <th scope="col">Is</th>
                <th scope="col">Shall be</th>
              </tr>
            </thead>
            <tbody>
              {shown.map((record, index) => (
                <Row
                  key={index}
                  zone={view.zone}
                  record={record}
                  isPointedAt={wanted !== '' && isNamed(view.zone, record, wanted)}
                  isFirst={index === pointed}
                />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {shown.length < fitting.length ? (
        <p class="center">
          <button type="button" class="button" onClick={() => setAll(true)}>
            Show all {fitting.length}
          </button>
        </p>
      ) : null}
      {view.recordCount > view.records.length ? (
        <p class="soft">
          The first {view.records.length} of {view.recordCount} are read; <code>caretaker dns export</code> has them
          all.
        </p>
      ) : null}
    </Section>
  );
}

function Row({
  zone,
  record,
  isPointedAt,
  isFirst,
}: {
  readonly zone: string;
  readonly record: ComparedRecord;
  readonly isPointedAt: boolean;
  readonly isFirst: boolean;
}) {
  const ref = useRef<HTMLTableRowElement>(null);
  useEffect(() => {
    if (isFirst) ref.current?.scrollIntoView({ block: 'center' });
  }, [isFirst]);
  const { name, type, owner, ownerName, source, state, reason, current, desired, byHand } = record;
  return (
    <tr ref={ref} class={isPointedAt ? 'dns-pointed' : undefined} aria-current={isPointedAt ? 'true' : undefined}>
      <th scope="row">
        <span class="dns-name">{shortName(zone, name)}</span> <Badge>{type}</Badge>
        {source === null ? null : <div class="soft">from {source}</div>}
      </th>
      <td>
        <Badge tone={states[state].tone}>{states[state].text}</Badge>
        {owner === 'others' && ownerName !== null ? <div class="soft">{ownerName}</div> : null}
        {byHand ? <div class="soft">changed by hand</div> : null}
        {reason === null || state === 'create' ? null : <div class="soft dns-reason">{reason}</div>}
      </td>
      <td>
        <Value said={current} other={desired} kind="del" />
      </td>
      <td class={state === 'same' ? 'dns-unchanged' : undefined}>
        {state === 'others' ? (
          <span class="soft">not ours to say</span>
        ) : (
          <Value said={desired} other={current} kind="ins" />
        )}
      </td>
    </tr>
  );
}

function Value({
  said,
  other,
  kind,
}: {
  readonly said: Said | null;
  readonly other: Said | null;
  readonly kind: 'del' | 'ins';
}) {
  if (said === null) return <span class="soft">{kind === 'del' ? 'not there' : 'nothing'}</span>;
  const Mark = kind;
  const differs = (one: string, two: string | undefined): boolean => other !== null && one !== two;
  const ttl = ttlText(said);
  return (
    <>
      <code class="dns-value">{differs(said.value, other?.value) ? <Mark>{said.value}</Mark> : said.value}</code>
      <div class="soft">{differs(ttl, other === null ? undefined : ttlText(other)) ? <Mark>{ttl}</Mark> : ttl}</div>
    </>
  );
}
