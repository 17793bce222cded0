import { useState } from 'preact/hooks';
import { Plus, Trash2 } from 'lucide-preact';
import { pathOf } from '../../api/client';
import { may } from '../../session/me';
import { platformNow } from '../../session/clock';
import { OrderButton } from '../../ui/dialog';
import { Select, TextField } from '../../ui/form';
import { Badge, Empty, isPast, Section } from '../../ui/parts';
import { personName } from '../../ui/people';
import { Countdown, Time } from '../../ui/time';
import { additionTypes, blankRecord, recordText, writtenOf, type DraftRecord } from './addition-draft';
import type { Addition, ZoneView } from './types';
import { zoneChanges } from './zone-read';

/** Records that stand for a time beside the document, or in its place: a maintenance page, a verification record. */
export function Additions({ view }: { readonly view: ZoneView }) {
  const standing = view.additions.filter(
    ({ endedAt, until }) => endedAt === null && (until === null || !isPast(until)),
  );
  const over = view.additions.filter((one) => !standing.includes(one));
  return (
    <Section
      title="Additions"
      id="additions"
      count={standing.length}
      actions={may.value.operate ? <Put zone={view.zone} /> : <span class="soft">An Operator can put one.</span>}
    >
      {standing.length === 0 ? (
        <Empty title="Nothing stands beside the document">
          A maintenance page for an hour or a record that proves ownership is put here, with an end; what it puts aside
          comes back by itself.
        </Empty>
      ) : (
        <ul class="rows">
          {standing.map((addition) => (
            <Standing key={addition.id} zone={view.zone} addition={addition} />
          ))}
        </ul>
      )}
      {over.length === 0 ? null : <p class="soft">Being taken away: {over.map(({ id }) => id).join(', ')}.</p>}
    </Section>
  );
}

function Standing({ zone, addition }: { readonly zone: string; readonly addition: Addition }) {
  const { id, records, reason, by, addedAt, until } = addition;
  const isAdopted = id.startsWith('adopted-');
  return (
    <li>
      <div class="row-head">
        <strong>{id}</strong>
        {isAdopted ? <Badge tone="info">adopted</Badge> : null}
        {until === null ? (
          <Badge>until it is ended</Badge>
        ) : (
          <Badge tone="info">
            ends in <Countdown until={until} />
          </Badge>
        )}
        <span class="row-end">
          {may.value.operate ? (
            <OrderButton
              label="End"
              title={`End ${id}`}
              text={
                isAdopted
                  ? 'It is put back to what the document says.'
                  : 'Its records go, and what it had put aside comes back.'
              }
              needsReason={false}
              order={() => ({ method: 'DELETE', path: pathOf`dns/zones/${zone}/additions/${id}` })}
              changes={zoneChanges}
              done={() => `${id} ends`}
            />
          ) : null}
        </span>
      </div>
      <ul class="dns-addition-records">
        {records.map((record, index) => (
          <li key={index}>
            <code>{recordText(record)}</code>
          </li>
        ))}
      </ul>
      <div class="soft">
        {reason} · {personName(by)}, <Time at={addedAt} />
      </div>
    </li>
  );
}

const lengths = [
  { value: '1800', text: 'half an hour' },
  { value: '3600', text: 'an hour' },
  { value: '14400', text: 'four hours' },
  { value: '86400', text: 'a day' },
  { value: '604800', text: 'a week' },
  { value: '', text: 'until somebody ends it' },
];

function Put({ zone }: { readonly zone: string }) {
  const [id, setId] = useState('maintenance');
  const [seconds, setSeconds] = useState('3600');
  const [records, setRecords] = useState<readonly DraftRecord[]>([blankRecord]);
  const set = (index: number, change: Partial<DraftRecord>): void =>
    setRecords(records.map((one, at) => (at === index ? { ...one, ...change } : one)));
  return (
    <OrderButton
      label={
        <>
          <Plus size={15} aria-hidden="true" /> Put records for a time
        </>
      }
      title={`Put records beside the document of ${zone}`}
      text="They stand beside what the document says, or in its place at the same name, until their end. The same name again replaces them. The change goes through the guard."
      confirm="Put them"
      order={(reason) => ({
        method: 'PUT',
        path: pathOf`dns/zones/${zone}/additions/${id.trim()}`,
        body: {
          records: records.map(writtenOf),
          until: seconds === '' ? null : new Date(platformNow() + Number(seconds) * 1000).toISOString(),
          reason,
        },
      })}
      changes={zoneChanges}
      done={() => `${id.trim()} is put`}
      then={() => setRecords([blankRecord])}
    >
      <div class="form-row">
        <TextField
          label="Name"
          placeholder="lower-case letters, digits, hyphens"
          value={id}
          onInput={setId}
          required
          maxLength={60}
          pattern="[a-z0-9]([a-z0-9\-]*[a-z0-9])?"
        />
        <Select label="For" required value={seconds} onInput={setSeconds} options={lengths} />
      </div>
      {records.map((record, index) => (
        <fieldset key={index} class="dns-draft">
          <legend>Record {index + 1}</legend>
          <div class="form-row">
            <TextField
              label="At"
              required
              value={record.name}
              onInput={(name) => set(index, { name })}
              placeholder="www or @"
            />
            <Select
              label="Type"
              required
              value={record.type}
              onInput={(type) => set(index, { type })}
              options={additionTypes.map((type) => ({ value: type, text: type }))}
            />
          </div>
          <div class="form-row">
            {record.type === 'MX' ? (
              <TextField
                label="Priority"
                required
                type="number"
                min={0}
                max={65535}
                value={record.priority}
                onInput={(priority) => set(index, { priority })}
              />
            ) : null}
            <TextField label="Content" required value={record.content} onInput={(content) => set(index, { content })} />
            <TextField
              label="TTL"
              type="number"
              min={60}
              max={86400}
              value={record.ttl}
              onInput={(ttl) => set(index, { ttl })}
              placeholder="auto"
            />
            {records.length > 1 ? (
              <button
                type="button"
                class="icon-button"
                aria-label={`Leave record ${index + 1} out`}
                onClick={() => setRecords(records.filter((_, at) => at !== index))}
              >
                <Trash2 size={16} aria-hidden="true" />
              </button>
            ) : null}
          </div>
        </fieldset>
      ))}
      <button type="button" class="button quiet" onClick={() => setRecords([...records, blankRecord])}>
        <Plus size={15} aria-hidden="true" /> One more record
      </button>
    </OrderButton>
  );
}
