import { useEffect, useState } from 'preact/hooks';
import { useLocation } from 'wouter-preact';
import { usePages } from '../../api/queries';
import { platformNow } from '../../session/clock';
import { useFilters } from '../../ui/address';
import { Select, TextField } from '../../ui/form';
import { InstantField } from '../../ui/instant-field';
import { Empty, Loading, Page, Problem, Stale } from '../../ui/parts';
import { VirtualList } from '../../ui/virtual-list';
import { kindOptions } from './entries';
import { LedgerTabs } from './ledger-tabs';
import { Told } from './told';
import type { LedgerPage, ToldEntry } from './types';

const names = ['kind', 'subject', 'since', 'until'] as const;
const presets = [
  ['Last hour', 1],
  ['Last day', 24],
  ['Last week', 24 * 7],
] as const;
const typingPause = 400;
/** A look that finds fewer goes on by itself: a page of the API may hold nothing that fits and lead on all the same. */
const enough = 30;

/** Entries that fit, newest first; what is asked for is in the address. */
export function SearchPage() {
  const [given, , set] = useFilters(...names);
  const [, go] = useLocation();
  const [subject, setSubject] = useState(given.subject);
  useEffect(() => setSubject(given.subject), [given.subject]);
  useEffect(() => {
    const timer = setTimeout(() => {
      if (subject.trim() !== given.subject) set({ subject: subject.trim() });
    }, typingPause);
    return () => clearTimeout(timer);
  }, [subject]);

  const found = usePages<LedgerPage, ToldEntry>('ledger', { ...given, limit: 100 }, ({ entries }) => entries);
  const { items, hasMore, isLoadingMore, more, isPending, error } = found;
  useEffect(() => {
    if (items.length < enough && hasMore && !isLoadingMore && error === null) more();
  }, [items.length, hasMore, isLoadingMore, found.pages.length]);
  const isFiltered = names.some((name) => given[name] !== '');

  return (
    <Page
      title="Ledger"
      intro="The append-only, hash-chained account of what was decided, done and ordered, and by whom."
    >
      <LedgerTabs current="/ledger" />
      <form
        role="search"
        onSubmit={(event) => {
          event.preventDefault();
          set({ subject: subject.trim() });
        }}
      >
        <div class="form-row">
          <Select
            label="Kind"
            value={given.kind}
            onInput={(kind) => set({ kind })}
            options={[
              { value: '', text: 'Every kind' },
              ...kindOptions,
              ...(given.kind !== '' && kindOptions.every(({ value }) => value !== given.kind)
                ? [{ value: given.kind, text: given.kind }]
                : []),
            ]}
            required
          />
          <TextField
            label="Subject"
            type="search"
            value={subject}
            onInput={setSubject}
            placeholder="The whole id of a resource, run, incident …"
            required
          />
          <InstantField label="Since" value={given.since} onInput={(since) => set({ since })} required />
          <InstantField label="Until" value={given.until} onInput={(until) => set({ until })} required />
        </div>
        <div class="actions ledger-presets">
          {presets.map(([text, hours]) => (
            <button
              key={text}
              type="button"
              class="button quiet"
              onClick={() => set({ since: new Date(platformNow() - hours * 3_600_000).toISOString(), until: '' })}
            >
              {text}
            </button>
          ))}
          {isFiltered ? (
            <button
              type="button"
              class="button quiet"
              onClick={() => set({ kind: '', subject: '', since: '', until: '' })}
            >
              Show everything
            </button>
          ) : null}
          <span class="soft row-end" role="status">
            {isPending ? 'Reading…' : isLoadingMore ? 'Looking further back…' : ''}
          </span>
        </div>
      </form>
      {error !== null && items.length > 0 ? <Stale error={error} /> : null}
      {isPending ? (
        <Loading lines={16} />
      ) : items.length > 0 ? (
        <VirtualList
          items={items}
          label="Entries of the ledger"
          rowHeight={66}
          keyOf={({ sequence }) => String(sequence)}
          row={(entry) => <Told entry={entry} />}
          onOpen={({ sequence }) => go(`/ledger/${sequence}`)}
          hasMore={hasMore}
          isLoadingMore={isLoadingMore}
          more={more}
        />
      ) : error === null ? (
        hasMore ? (
          <Loading lines={6} what="Looking further back" />
        ) : (
          <Empty title={isFiltered ? 'No entry fits' : 'The ledger is empty'}>
            {isFiltered
              ? 'A subject has to be given whole; for a part of a name use the search at the top.'
              : 'The first decision, run or order will be its first entry.'}
          </Empty>
        )
      ) : (
        <Problem error={error} again={found.again} />
      )}
    </Page>
  );
}
