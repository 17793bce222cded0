import { Link } from 'wouter-preact';
import { now } from '../../api/now';
import { usePages } from '../../api/queries';
import { Empty, Loading, Page, Problem, Section } from '../../ui/parts';
import { Duration, Time } from '../../ui/time';
import { ItemLink, kindTexts, nameOf, RecoveryTabs, restoreRecordHref, RestoreResult } from './parts';
import { stageOf, type RestoreLine, type RestorePage } from './types';

/** Restores: those under way and those on record. */
export function RestoresPage() {
  const pages = usePages<RestorePage, RestoreLine>('backup/restores', {}, (page) => page.lines, { every: 10_000 });
  const open = now.value?.restores ?? [];
  const stages = new Map(open.map(({ id, custom }) => [id, stageOf(custom)]));
  const lines = [...pages.items].sort((left, right) => (left.notedAt < right.notedAt ? 1 : -1));
  const known = new Set(lines.map(({ id }) => id));
  const fresh = open.filter(({ id }) => !known.has(id));
  return (
    <Page
      title="Restores"
      intro="The plan comes first, with every name in it and with what is lost; in place, people are asked."
      actions={
        <Link class="button" href="/recovery/restore">
          Plan a restore
        </Link>
      }
    >
      <RecoveryTabs current="/recovery/restores" />
      {fresh.length === 0 ? null : (
        <Section title="Begun, not on record yet" count={fresh.length}>
          <ul class="rows">
            {fresh.map(({ id, since, custom }) => (
              <li key={id} class="row-head">
                <Link href={restoreRecordHref(id)}>{id}</Link>
                <RestoreResult result={null} stage={stageOf(custom)} />
                <span class="row-end soft">
                  begun <Time at={since} />
                </span>
              </li>
            ))}
          </ul>
        </Section>
      )}
      <Section title="Restores" {...(pages.isPending ? {} : { count: `${lines.length}${pages.hasMore ? '+' : ''}` })}>
        {pages.error !== null && lines.length === 0 ? (
          <Problem error={pages.error} again={pages.again} />
        ) : pages.isPending ? (
          <Loading lines={6} />
        ) : lines.length === 0 ? (
          <Empty title="Nothing was restored yet">
            Plan one from a recovery point: of a machine in place or beside it, or of one disk. Planning changes
            nothing.
          </Empty>
        ) : (
          <div class="table-scroll" tabIndex={0} role="region" aria-label="Restores, the newest first">
            <table class="table spacious">
              <thead>
                <tr>
                  <th scope="col">Begun</th>
                  <th scope="col">Resource</th>
                  <th scope="col">What</th>
                  <th scope="col">Result</th>
                  <th scope="col">Point</th>
                  <th scope="col">Asked by</th>
                  <th scope="col" class="number">
                    Until it ran
                  </th>
                </tr>
              </thead>
              <tbody>
                {lines.map((line) => (
                  <tr key={line.id}>
                    <th scope="row">
                      <Link href={restoreRecordHref(line.id)}>
                        <Time at={line.notedAt} />
                      </Link>
                    </th>
                    <td>
                      <ItemLink item={line.item} />
                    </td>
                    <td>{line.undoes === null ? kindTexts[line.kind] : 'Undo of a restore'}</td>
                    <td>
                      <RestoreResult result={line.result} stage={stages.get(line.id)} />
                    </td>
                    <td>{line.point === null ? '–' : <code>{line.point}</code>}</td>
                    <td>{nameOf(line.askedBy)}</td>
                    <td class="number">
                      <Duration seconds={line.restoreSeconds} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
        {pages.hasMore ? (
          <button type="button" class="button quiet" onClick={pages.more} disabled={pages.isLoadingMore}>
            {pages.isLoadingMore ? 'Loading…' : 'Load more'}
          </button>
        ) : null}
      </Section>
    </Page>
  );
}
