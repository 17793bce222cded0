import { useState } from 'preact/hooks';
import { useRead } from '../api/queries';
import type { RunReport } from '../api/types';
import { Badge, Empty, Facts, Loaded } from '../ui/parts';
import { Time } from '../ui/time';

/** `GET evidence`. */
interface EvidenceAnswer {
  readonly evidence: readonly (Bundle & {
    readonly parts: readonly { readonly name: string; readonly length: number }[];
  })[];
}

interface Bundle {
  readonly name: string;
  readonly target: string;
  readonly keptAt: string;
  readonly redactions: number;
  readonly whole: boolean;
}

/** `GET evidence/bundle`. */
type BundleAnswer = Bundle & { readonly texts: Readonly<Record<string, string>> };

const number = new Intl.NumberFormat('en-GB');

/** What a run kept for people to look at: what the platform knew, what a script said. Texts are read when they are opened. */
export function EvidenceView({ run }: { readonly run: Pick<RunReport, 'id'> }) {
  const query = useRead<EvidenceAnswer>('evidence', { run: run.id }, { fresh: Number.POSITIVE_INFINITY });
  return (
    <Loaded of={query} lines={2}>
      {({ evidence }) =>
        evidence.length === 0 ? (
          <Empty title="No texts were kept">
            What was looked at is under Verification. Runbooks that collect diagnostics or run a script keep texts.
          </Empty>
        ) : (
          <>
            {evidence.map((bundle) => (
              <div key={bundle.name}>
                <Facts
                  facts={[
                    ['Kept', <Time at={bundle.keptAt} exact />],
                    ['Secrets taken out', number.format(bundle.redactions)],
                    [
                      'As it was kept',
                      <Badge tone={bundle.whole ? 'good' : 'bad'}>{bundle.whole ? 'yes, by its hash' : 'no'}</Badge>,
                    ],
                  ]}
                />
                {bundle.parts.map((part) => (
                  <Part key={part.name} bundle={bundle.name} part={part.name} length={part.length} />
                ))}
              </div>
            ))}
          </>
        )
      }
    </Loaded>
  );
}

function Part({ bundle, part, length }: { readonly bundle: string; readonly part: string; readonly length: number }) {
  const [isOpen, setOpen] = useState(false);
  const query = useRead<BundleAnswer>(
    'evidence/bundle',
    { name: bundle },
    { enabled: isOpen, fresh: Number.POSITIVE_INFINITY },
  );
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        {part} <span class="soft">{number.format(length)} characters</span>
      </summary>
      {isOpen ? (
        <Loaded of={query} lines={4}>
          {({ texts }) => (
            <pre tabIndex={0} role="region" aria-label={part}>
              {texts[part] ?? ''}
            </pre>
          )}
        </Loaded>
      ) : null}
    </details>
  );
}

/** What runs asked of Azure, together; runs of earlier versions did not count it. */
export function CallsOf({ runs }: { readonly runs: readonly Pick<RunReport, 'calls'>[] }) {
  const counted = runs.flatMap(({ calls }) => calls ?? []);
  if (counted.length === 0) return <span class="soft">not counted</span>;
  const sum = (kind: 'reads' | 'writes'): number => counted.reduce((total, calls) => total + calls[kind], 0);
  return (
    <span class="number">
      {number.format(sum('reads'))} reads, {number.format(sum('writes'))} writes
    </span>
  );
}
