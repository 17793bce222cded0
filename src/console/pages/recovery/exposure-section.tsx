import { useEffect, useMemo } from 'preact/hooks';
import { useSearchParams } from 'wouter-preact';
import { usePages } from '../../api/queries';
import { Select, TextField } from '../../ui/form';
import { Empty, Loading, Problem, Section } from '../../ui/parts';
import { resourceParts } from '../../ui/resource';
import { linesOf } from './exposure';
import { HeatMap, HeatTable, Legend } from './heat-map';
import type { HistoryPage, HistoryRow } from './types';

const windows = [
  { value: '1', text: 'A day, by the hour' },
  { value: '7', text: 'A week, by 3 hours' },
  { value: '31', text: 'A month, by half days' },
];

/** The map of exposure over time, with what one chooses of it in the address. */
export function ExposureSection({ tiers }: { readonly tiers: readonly string[] }) {
  const [params, setParams] = useSearchParams();
  const days = windows.some(({ value }) => value === params.get('days')) ? (params.get('days') ?? '1') : '1';
  const tier = params.get('tier') ?? '';
  const text = params.get('find') ?? '';
  const set = (name: string, value: string): void => {
    setParams(
      (before) => {
        if (value === '') before.delete(name);
        else before.set(name, value);
        return before;
      },
      { replace: true },
    );
  };
  const history = usePages<HistoryPage, HistoryRow>(
    'backup/exposure/history',
    { days, limit: 500 },
    (page) => page.resources,
    {
      every: 30_000,
    },
  );
  const isNarrowed = tier !== '' || text !== '';
  // What is looked for may be on a page that is not loaded yet.
  useEffect(() => {
    if (isNarrowed) history.more();
  }, [isNarrowed, history.items.length]);
  const wanted = text.toLowerCase();
  const lines = useMemo(
    () =>
      linesOf(
        history.items.filter(
          (row) =>
            (tier === '' || row.tier === tier) &&
            (wanted === '' || resourceParts(row.resource).name.toLowerCase().includes(wanted)),
        ),
      ),
    [history.items, tier, wanted],
  );
  const first = history.pages[0];
  const columns =
    first === undefined
      ? 0
      : Math.round((Date.parse(first.until) - Date.parse(first.from)) / (first.bucketSeconds * 1000));
  return (
    <Section title="Exposure over time" id="exposure" wide {...(first === undefined ? {} : { count: first.total })}>
      <p class="soft">
        How old the newest good recovery point became in each time, as a share of the objective (RPO). Beyond it, more
        work would have been lost than promised.
      </p>
      <div class="form-row heat-form">
        <Select label="Time" required value={days} onInput={(value) => set('days', value)} options={windows} />
        <Select
          label="Tier"
          required
          value={tier}
          onInput={(value) => set('tier', value)}
          options={[{ value: '', text: 'All' }, ...tiers.map((one) => ({ value: one, text: one }))]}
        />
        <TextField
          label="Find"
          type="search"
          value={text}
          onInput={(value) => set('find', value)}
          placeholder="part of a name"
        />
      </div>
      {first === undefined ? (
        history.error === null ? (
          <Loading lines={10} what="Loading the map" />
        ) : (
          <Problem error={history.error} again={history.again} />
        )
      ) : lines.length === 0 ? (
        <Empty title={isNarrowed ? 'No protected resource fits' : 'Nothing is protected yet'}>
          {isNarrowed
            ? 'Choose another tier or look for another name.'
            : 'A resource comes here when the backup policy selects it, at the next look.'}
        </Empty>
      ) : (
        <>
          <HeatMap
            lines={lines}
            from={first.from}
            bucketSeconds={first.bucketSeconds}
            columns={columns}
            hasMore={history.hasMore}
            isLoadingMore={history.isLoadingMore}
            more={history.more}
          />
          <Legend />
          <HeatTable lines={lines} from={first.from} bucketSeconds={first.bucketSeconds} columns={columns} />
        </>
      )}
    </Section>
  );
}
