import { memo } from 'preact/compat';
import { useMemo } from 'preact/hooks';
import { Link, useLocation } from 'wouter-preact';
import { now } from '../../api/now';
import { usePages } from '../../api/queries';
import { ChoiceFilter, EnvironmentFilter, WordsFilter } from '../../story/filters';
import { useFilters } from '../../ui/address';
import { listedIncidents, listedRecord, type ListedIncident } from '../../story/listing';
import { allEnds, shortName, wordsOfStage } from '../../story/words';
import type { IncidentRecord, IncidentsAnswer } from '../../story/types';
import { EndBadge, SeverityBadge } from '../../story/words-view';
import { Badge, Empty, Loading, Page, Problem, Stale } from '../../ui/parts';
import { Duration, Time } from '../../ui/time';
import { VirtualList } from '../../ui/virtual-list';

const hrefOf = (id: string): string => `/incidents/${encodeURIComponent(id)}`;
const pageSize = 100;
const recordsOf = ({ incidents }: IncidentsAnswer): readonly IncidentRecord[] => incidents;
const idOf = ({ id }: { readonly id: string }): string => id;

/** Drawn anew only when its item is another: scrolling draws the list often. */
const Row = memo(function Row({ one }: { readonly one: ListedIncident }) {
  const { isOpen, end, target, environment, rule, ladder, tried, stage, severity, summary, since, closedAt } = one;
  const rung = ladder.length === 0 ? '' : `rung ${Math.max(1, tried)} of ${ladder.length}`;
  return (
    <div class="listed">
      <div>{isOpen ? <Badge tone="bad">Open</Badge> : <EndBadge end={end ?? ''} />}</div>
      <div class="listed-main">
        <div class="listed-line">
          <Link href={hrefOf(one.id)} tabIndex={-1}>
            {target === '' ? one.id : shortName(target)}
          </Link>
          <SeverityBadge severity={severity} />
          <span class="soft">
            {environment} · {rule}
          </span>
        </div>
        <div class="listed-detail" title={summary}>
          {isOpen
            ? `${ladder[Math.max(0, tried - 1)] ?? 'Beginning'} (${rung}): ${wordsOfStage(stage)}`
            : `${tried} of ${ladder.length} ${ladder.length === 1 ? 'rung' : 'rungs'}: ${one.lastReason}`}
        </div>
      </div>
      <div class="listed-end">
        <Time at={since} />
        <br />
        {isOpen ? (
          'goes on'
        ) : one.timeToRepairSeconds === null ? (
          <Duration seconds={(Date.parse(closedAt ?? since) - Date.parse(since)) / 1000} />
        ) : (
          <>
            repaired in <Duration seconds={one.timeToRepairSeconds} />
          </>
        )}
      </div>
    </div>
  );
});

/** Every incident, those that are open first. */
export function IncidentsPage() {
  const [, go] = useLocation();
  const [{ state, environment, end, q }, set] = useFilters('state', 'environment', 'end', 'q');
  const onlyOpen = state === 'open';
  const pages = usePages<IncidentsAnswer, IncidentRecord>(
    'incidents',
    { limit: pageSize, environment, end, q },
    recordsOf,
    { enabled: !onlyOpen, keyOf: idOf },
  );
  const open = now.value?.incidents;
  const recorded = useMemo(() => pages.items.map(listedRecord), [pages.items]);
  const items = useMemo(
    () => listedIncidents(open ?? [], recorded, { state: onlyOpen ? 'open' : 'all', environment, end, q }),
    [open, recorded, onlyOpen, environment, end, q],
  );
  const isReading = now.value === undefined || (!onlyOpen && pages.isPending);
  const hasMore = !onlyOpen && pages.hasMore;
  const isFiltered = environment !== '' || end !== '' || q !== '';
  return (
    <Page
      title="Incidents"
      intro="An incident opens when an alert fires on a resource, and ends when the resource is verified healthy or a person has it."
    >
      <div class="filters" role="search" aria-label="Incidents">
        <WordsFilter
          label="Words"
          placeholder="resource, rule, alert, id"
          value={q}
          onChange={(value) => set('q', value)}
        />
        <ChoiceFilter
          label="State"
          all="Open and past"
          value={state === 'all' ? '' : state}
          options={[{ value: 'open', text: 'Open' }]}
          onChange={(value) => set('state', value)}
        />
        <EnvironmentFilter value={environment} onChange={(value) => set('environment', value)} />
        <ChoiceFilter
          label="Ended"
          all="In any way"
          value={end}
          options={allEnds}
          onChange={(value) => set('end', value)}
        />
      </div>
      {open === null ? (
        <p class="stale" role="status">
          Open incidents cannot be read right now; those on record are shown.
        </p>
      ) : null}
      {pages.error === null ? null : pages.items.length > 0 ? (
        <Stale error={pages.error} />
      ) : (
        <Problem error={pages.error} again={pages.again} />
      )}
      {isReading ? (
        <Loading lines={14} what="Reading incidents" />
      ) : items.length === 0 && !hasMore && pages.error === null ? (
        <Empty title={onlyOpen && !isFiltered ? 'Nothing is open' : 'No incident'}>
          {isFiltered
            ? 'No incident fits these filters.'
            : onlyOpen
              ? 'Every resource that Caretaker heard of is looked after.'
              : 'When an alert fires on a resource of an environment, and a rule fits it, its incident is here.'}
        </Empty>
      ) : (
        <VirtualList
          items={items}
          label="Incidents"
          rowHeight={64}
          keyOf={idOf}
          row={(one) => <Row one={one} />}
          onOpen={({ id }) => go(hrefOf(id))}
          hasMore={hasMore}
          isLoadingMore={pages.isLoadingMore}
          more={pages.more}
          moreError={pages.moreError}
          moreAgain={pages.moreAgain}
        />
      )}
    </Page>
  );
}
