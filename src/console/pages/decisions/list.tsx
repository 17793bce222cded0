import { memo } from 'preact/compat';
import { useMemo } from 'preact/hooks';
import { Link, useLocation } from 'wouter-preact';
import { usePages } from '../../api/queries';
import { platformNow } from '../../session/clock';
import { ChoiceFilter, WordsFilter } from '../../story/filters';
import { useFilters } from '../../ui/address';
import type { DecisionRow, DecisionsAnswer } from '../../story/types';
import { allActions, shortName } from '../../story/words';
import { ActionBadge } from '../../story/words-view';
import { Empty, Loading, Page, Problem, Stale } from '../../ui/parts';
import { Time } from '../../ui/time';
import { VirtualList } from '../../ui/virtual-list';

const hrefOf = (id: string): string => `/decisions/${encodeURIComponent(id)}`;
const pageSize = 100;
const rowsOf = ({ decisions }: DecisionsAnswer): readonly DecisionRow[] => decisions;
const idOf = ({ signalId }: DecisionRow): string => signalId;

const spans: Readonly<Record<string, { readonly text: string; readonly hours: number }>> = {
  '1h': { text: 'The last hour', hours: 1 },
  '24h': { text: 'The last day', hours: 24 },
  '7d': { text: 'The last 7 days', hours: 168 },
};
const hourMillis = 3_600_000;

/** An instant stays as it is; a span is counted back from now. */
function instantOf(since: string): string | undefined {
  const span = spans[since];
  if (span !== undefined) return new Date(platformNow() - span.hours * hourMillis).toISOString();
  return since === '' ? undefined : since;
}

/** Drawn anew only when its item is another: scrolling draws the list often. */
const Row = memo(function Row({ one }: { readonly one: DecisionRow }) {
  return (
    <div class="listed">
      <div>
        <ActionBadge action={one.action} />
      </div>
      <div class="listed-main">
        <div class="listed-line">
          <Link href={hrefOf(one.signalId)} tabIndex={-1}>
            {one.alertRule}
          </Link>
          <span>on {shortName(one.target)}</span>
          {one.rule === null ? null : <span class="soft">rule {one.rule}</span>}
        </div>
        <div class="listed-detail" title={one.sentence}>
          {one.sentence}
        </div>
      </div>
      <div class="listed-end">
        <Time at={one.at} />
      </div>
    </div>
  );
});

/** What was decided about signals, the newest first. */
export function DecisionsPage() {
  const [, go] = useLocation();
  const [{ since, target, action }, set] = useFilters('since', 'target', 'action');
  const from = useMemo(() => instantOf(since), [since]);
  const pages = usePages<DecisionsAnswer, DecisionRow>(
    'decisions',
    { limit: pageSize, since: from, target, action },
    rowsOf,
    { keyOf: idOf },
  );
  const isFiltered = since !== '' || target !== '' || action !== '';
  return (
    <Page
      title="Decisions"
      intro="For every signal: what was considered, what was decided, and why. Also when that was nothing."
      actions={
        <Link
          class="button"
          href={`/decisions/why-not${target === '' ? '' : `?resource=${encodeURIComponent(target)}`}`}
        >
          Why was nothing done?
        </Link>
      }
    >
      <div class="filters" role="search" aria-label="Decisions">
        <WordsFilter
          label="Resource"
          placeholder="its name, or its id"
          value={target}
          onChange={(value) => set('target', value)}
        />
        <ChoiceFilter
          label="Since"
          all="Any time"
          value={since}
          options={Object.entries(spans).map(([value, { text }]) => ({ value, text }))}
          onChange={(value) => set('since', value)}
        />
        <ChoiceFilter
          label="What was decided"
          all="Anything"
          value={action}
          options={allActions}
          onChange={(value) => set('action', value)}
        />
      </div>
      {pages.error === null ? null : pages.items.length > 0 ? (
        <Stale error={pages.error} />
      ) : (
        <Problem error={pages.error} again={pages.again} />
      )}
      {pages.isPending ? (
        <Loading lines={14} what="Reading decisions" />
      ) : pages.items.length === 0 && !pages.hasMore && pages.error === null ? (
        <Empty title="No decision">
          {isFiltered
            ? 'No decision fits these filters. A resource is found by its whole name, or its id.'
            : 'When an alert or an event comes in, what was decided about it is here.'}
        </Empty>
      ) : (
        <VirtualList
          items={pages.items}
          label="Decisions"
          rowHeight={64}
          keyOf={idOf}
          row={(one) => <Row one={one} />}
          onOpen={({ signalId }) => go(hrefOf(signalId))}
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
