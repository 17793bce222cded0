import { Link, useLocation } from 'wouter-preact';
import { usePages } from '../../api/queries';
import { Badge, Empty, Loading, Page, Problem, Stale } from '../../ui/parts';
import { Time } from '../../ui/time';
import { VirtualList } from '../../ui/virtual-list';
import { LetterTabs } from './letter-tabs';
import { bytesText, sourceText } from './sources';
import type { DeadLetter, DeadLettersPage } from './types';

/** Messages that were refused, newest first. */
export function LettersPage() {
  const [, go] = useLocation();
  const found = usePages<DeadLettersPage, DeadLetter>('dead-letters', { limit: 50 }, ({ deadLetters }) => deadLetters, {
    every: 15_000,
  });
  const { items, error, isPending, hasMore, isLoadingMore, more, again } = found;
  return (
    <Page
      title="Dead letters"
      intro="Messages that came to a door and were refused. They are kept, without their secrets, to be read, mended and replayed."
    >
      <LetterTabs current="/dead-letters" />
      {error !== null && items.length > 0 ? <Stale error={error} /> : null}
      {isPending ? (
        <Loading lines={8} />
      ) : items.length > 0 ? (
        <VirtualList
          items={items}
          label="Messages that were refused"
          rowHeight={74}
          keyOf={({ id }) => id}
          row={(letter) => <LetterRow letter={letter} />}
          onOpen={({ id }) => go(`/dead-letters/${id}`)}
          {...{ hasMore, isLoadingMore, more }}
        />
      ) : error === null ? (
        <Empty title="Nothing was refused">
          A message that a door cannot take, because it is malformed or about somebody else's resources, is kept here
          with what is wrong with it.
        </Empty>
      ) : (
        <Problem error={error} again={again} />
      )}
    </Page>
  );
}

function LetterRow({ letter }: { readonly letter: DeadLetter }) {
  const { id, source, reason, receivedAt, problems, bodyBytes, cut, redactions } = letter;
  const [first] = problems;
  return (
    <>
      <div class="row-head">
        <Link href={`/dead-letters/${id}`}>
          <strong>{sourceText(source)}</strong>
        </Link>
        <Badge tone="warn">{reason}</Badge>
        {cut ? <Badge>cut</Badge> : null}
        {redactions > 0 ? <Badge>{redactions} taken out</Badge> : null}
        <span class="soft row-end">
          {bytesText(bodyBytes)}, <Time at={receivedAt} />
        </span>
      </div>
      <div class="letter-why">
        {first === undefined ? (
          'No problem is named.'
        ) : (
          <>
            {first.path === '' ? null : <code>{first.path}</code>} {first.message}
            {problems.length > 1 ? <span class="soft"> and {problems.length - 1} more</span> : null}
          </>
        )}
      </div>
    </>
  );
}
