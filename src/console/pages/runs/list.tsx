import { memo } from 'preact/compat';
import { useMemo } from 'preact/hooks';
import { Link, useLocation } from 'wouter-preact';
import { now } from '../../api/now';
import { usePages, useRead } from '../../api/queries';
import type { RunReport } from '../../api/types';
import { ChoiceFilter, EnvironmentFilter, WordsFilter } from '../../story/filters';
import { useFilters } from '../../ui/address';
import { listedRun, listedRuns, type ListedRun } from '../../story/listing';
import type { RunsAnswer } from '../../story/types';
import { allResults, shortName, wordsOfStage } from '../../story/words';
import { ResultBadge } from '../../story/words-view';
import { Badge, Empty, Loading, Page, Problem, Stale } from '../../ui/parts';
import { Duration, Time } from '../../ui/time';
import { VirtualList } from '../../ui/virtual-list';

const hrefOf = (id: string): string => `/runs/${encodeURIComponent(id)}`;
const pageSize = 100;
const runsOf = ({ runs }: RunsAnswer): readonly RunReport[] => runs;
const idOf = ({ id }: { readonly id: string }): string => id;

/** Drawn anew only when its item is another: scrolling draws the list often. */
const Row = memo(function Row({ one }: { readonly one: ListedRun }) {
  const { result, runbook, target, environment, asked, reason, stage, since, finishedAt } = one;
  return (
    <div class="listed">
      <div>{result === null ? <Badge tone="info">Under way</Badge> : <ResultBadge result={result} />}</div>
      <div class="listed-main">
        <div class="listed-line">
          <Link href={hrefOf(one.id)} tabIndex={-1}>
            {runbook === '' ? one.id : runbook}
          </Link>
          <strong>{shortName(target)}</strong>
          <span class="soft">{[environment, asked].filter((text) => text !== '').join(' · ')}</span>
        </div>
        <div class="listed-detail" title={reason}>
          {result === null ? wordsOfStage(stage) : reason}
        </div>
      </div>
      <div class="listed-end">
        <Time at={since} />
        <br />
        {finishedAt === null ? 'goes on' : <Duration seconds={(Date.parse(finishedAt) - Date.parse(since)) / 1000} />}
      </div>
    </div>
  );
});

interface RunbookNames {
  readonly runbooks: readonly { readonly name: string }[];
}

/** Every run of a runbook, those that are under way first. */
export function RunsPage() {
  const [, go] = useLocation();
  const [filter, set] = useFilters('runbook', 'environment', 'result', 'q');
  const { runbook, environment, result, q } = filter;
  const pages = usePages<RunsAnswer, RunReport>('runs', { limit: pageSize, runbook, environment, result, q }, runsOf, {
    keyOf: idOf,
  });
  const library = useRead<RunbookNames>('runbooks', {}, { fresh: 600_000 });
  const open = now.value?.runs;
  const recorded = useMemo(() => pages.items.map(listedRun), [pages.items]);
  const items = useMemo(
    () => listedRuns(open ?? [], recorded, filter),
    [open, recorded, runbook, environment, result, q],
  );
  const isFiltered = Object.values(filter).some((value) => value !== '');
  return (
    <Page
      title="Runs"
      intro="Each execution of a runbook, and what came of it: a run is over when its outcome was looked at, not when the platform said yes."
    >
      <div class="filters" role="search" aria-label="Runs">
        <WordsFilter label="Words" placeholder="resource, rule, id" value={q} onChange={(value) => set('q', value)} />
        <ChoiceFilter
          label="Runbook"
          all="All"
          value={runbook}
          options={(library.data?.runbooks ?? []).map(({ name }) => ({ value: name, text: name }))}
          onChange={(value) => set('runbook', value)}
        />
        <EnvironmentFilter value={environment} onChange={(value) => set('environment', value)} />
        <ChoiceFilter
          label="Result"
          all="Any"
          value={result}
          options={allResults}
          onChange={(value) => set('result', value)}
        />
      </div>
      {open === null ? (
        <p class="stale" role="status">
          Runs that are under way cannot be read right now; those on record are shown.
        </p>
      ) : null}
      {pages.error === null ? null : pages.items.length > 0 ? (
        <Stale error={pages.error} />
      ) : (
        <Problem error={pages.error} again={pages.again} />
      )}
      {pages.isPending ? (
        <Loading lines={14} what="Reading runs" />
      ) : items.length === 0 && !pages.hasMore && pages.error === null ? (
        <Empty title="No run">
          {isFiltered
            ? 'No run fits these filters.'
            : 'Runs are here when an incident, a schedule or a person has started a runbook.'}
        </Empty>
      ) : (
        <VirtualList
          items={items}
          label="Runs"
          rowHeight={64}
          keyOf={idOf}
          row={(one) => <Row one={one} />}
          onOpen={({ id }) => go(hrefOf(id))}
          hasMore={pages.hasMore}
          isLoadingMore={pages.isLoadingMore}
          more={pages.more}
          moreError={pages.moreError}
          moreAgain={pages.moreAgain}
        />
      )}
    </Page>
  );
}
