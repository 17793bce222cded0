import { Link } from 'wouter-preact';
import { usePages } from '../../api/queries';
import { Empty, Loading, Page, Problem, Section } from '../../ui/parts';
import { Duration, Time } from '../../ui/time';
import { progressOf, secretOf, vaultName, type RotationReport, type RotationsPageAnswer } from './types';
import { askedText, modeTexts, RotationEnd, SecretsTabs } from './words';

const href = (id: string): string => `/secrets/rotations/${encodeURIComponent(id)}`;

/** Rotations: those under way with where they are, and those on record. */
export function RotationsPage() {
  const pages = usePages<RotationsPageAnswer, RotationReport>('rotations', { limit: 50 }, (page) => page.rotations, {
    every: 5_000,
  });
  const open = pages.pages[0]?.open ?? [];
  return (
    <Page title="Rotations" intro="The old credential dies only after every consumer was seen with the new one.">
      <SecretsTabs current="/secrets/rotations" />
      {pages.pages.length === 0 ? (
        pages.error === null ? (
          <Loading lines={10} />
        ) : (
          <Problem error={pages.error} again={pages.again} />
        )
      ) : (
        <>
          <Section title="Under way" count={open.length}>
            {open.length === 0 ? (
              <Empty title="No rotation is under way">
                One begins when a secret's lead time is reached, or when it is ordered.
              </Empty>
            ) : (
              <ul class="rows">
                {open.map(({ id, since, custom }) => {
                  const { target, stage, mode, seen } = progressOf(custom);
                  const lagging = (seen ?? []).filter(({ kind }) => kind !== 'adopted').length;
                  return (
                    <li key={id} class="row-head">
                      <Link href={href(id)}>{secretOf(target) ?? id}</Link>
                      <RotationEnd end={null} stage={stage} />
                      {mode === undefined ? null : <span class="soft">{modeTexts[mode]}</span>}
                      {lagging === 0 ? null : (
                        <strong class="warn-text">
                          {lagging === 1 ? 'one consumer lags' : `${lagging} consumers lag`}
                        </strong>
                      )}
                      <span class="row-end soft">
                        begun <Time at={since} />
                      </span>
                    </li>
                  );
                })}
              </ul>
            )}
          </Section>
          <Section title="On record" count={`${pages.items.length}${pages.hasMore ? '+' : ''}`}>
            {pages.items.length === 0 ? (
              <Empty title="Nothing was rotated yet" />
            ) : (
              <div class="table-scroll" tabIndex={0} role="region" aria-label="Rotations on record, the newest first">
                <table class="table rotations-table">
                  <thead>
                    <tr>
                      <th scope="col">Begun</th>
                      <th scope="col">Secret</th>
                      <th scope="col">How it ended</th>
                      <th scope="col">Why it was begun</th>
                      <th scope="col">Rotator</th>
                      <th scope="col" class="number">
                        Took
                      </th>
                    </tr>
                  </thead>
                  <tbody>
                    {pages.items.map((one) => (
                      <tr key={one.id}>
                        <th scope="row">
                          <Link href={href(one.id)}>
                            <Time at={one.startedAt} />
                          </Link>
                        </th>
                        <td>
                          <Link href={`/secrets?name=${encodeURIComponent(one.secret)}`}>{one.secret}</Link>
                          <div class="soft small">{vaultName(one.vault)}</div>
                        </td>
                        <td>
                          <RotationEnd end={one.end} />
                          <div class="soft small">{one.reasons.join('; ')}</div>
                        </td>
                        <td>
                          {modeTexts[one.mode]}
                          <div class="soft small">{askedText(one.askedBy)}</div>
                        </td>
                        <td>{one.rotator}</td>
                        <td class="number">
                          <Duration seconds={(Date.parse(one.finishedAt) - Date.parse(one.startedAt)) / 1000} />
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
        </>
      )}
    </Page>
  );
}
