import { Link } from 'wouter-preact';
import type { Rung } from '../../story/story';
import { wordsOfResult, wordsOfStage } from '../../story/words';
import { Reasons, ResultBadge, Words } from '../../story/words-view';
import { Badge, Empty } from '../../ui/parts';

/** The rungs of an incident's ladder, with what became of each. */
export function Rungs({ rungs }: { readonly rungs: readonly Rung[] }) {
  if (rungs.length === 0) return <Empty title="The ladder is not known yet" />;
  return (
    <ol class="rungs">
      {rungs.map((rung, index) => (
        <li key={index} class={`rung-${rung.state}`} aria-current={rung.state === 'current' ? 'step' : undefined}>
          <span class="rung-number" aria-hidden="true">
            {index + 1}
          </span>
          <div>
            <div class="lead">
              <strong>
                {rung.run === undefined ? (
                  <Link href={`/runbooks/${encodeURIComponent(rung.runbook)}`}>{rung.runbook}</Link>
                ) : (
                  <Link href={`/runs/${encodeURIComponent(rung.run.id)}`}>{rung.runbook}</Link>
                )}
              </strong>
              {rung.state === 'done' ? (
                <ResultBadge result={rung.result ?? ''} />
              ) : rung.state === 'current' ? (
                <Badge tone="info">{wordsOfStage(rung.stage ?? null)}</Badge>
              ) : (
                <span class="soft">
                  {rung.state === 'ahead' ? 'if that does not help' : 'was not needed, or not tried'}
                </span>
              )}
            </div>
            {rung.state === 'done' ? (
              <>
                <p class="soft">{wordsOfResult(rung.result ?? '').sentence}</p>
                {rung.run?.plan?.kind === 'act' ? (
                  <p>
                    <Words text={rung.run.plan.summary} />
                  </p>
                ) : null}
                <Reasons reasons={rung.reasons} />
              </>
            ) : null}
          </div>
        </li>
      ))}
    </ol>
  );
}
