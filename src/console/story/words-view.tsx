import { Link } from 'wouter-preact';
import { zone } from '../session/preferences';
import { Badge } from '../ui/parts';
import { instantText } from '../ui/time';
import { groupedSaid, partsOf, recordOf } from './said';
import type { Said as SaidText } from './types';
import { toneOfSeverity, wordsOfAction, wordsOfEnd, wordsOfResult } from './words';

/** A sentence of Caretaker's, with its instants in the reader's zone and its ids as links. */
export function Words({ text }: { readonly text: string }) {
  const chosen = zone.value;
  return (
    <>
      {partsOf(text).map((part, index) =>
        part.kind === 'text' ? (
          part.text
        ) : part.kind === 'link' ? (
          <Link key={index} href={part.href}>
            {part.text}
          </Link>
        ) : (
          <time key={index} dateTime={part.at} title={instantText(part.at, chosen === 'utc' ? 'local' : 'utc')}>
            {instantText(part.at, chosen)}
          </time>
        ),
      )}
    </>
  );
}

/** Reasons, one below the other. */
export function Reasons({ reasons }: { readonly reasons: readonly string[] }) {
  return reasons.length === 0 ? null : (
    <ul class="reasons">
      {reasons.map((reason, index) => (
        <li key={index}>
          <Words text={reason} />
        </li>
      ))}
    </ul>
  );
}

/** An explanation: sentences, each group with the record behind it. */
export function Said({ said }: { readonly said: readonly SaidText[] }) {
  return (
    <div class="said">
      {groupedSaid(said).map(({ from, texts }, index) => {
        const { label, href } = recordOf(from);
        return (
          <div key={index} class="said-group">
            <h3>{href === undefined ? label : <Link href={href}>{label}</Link>}</h3>
            {texts.map((text, at) => (
              <p key={at}>
                <Words text={text} />
              </p>
            ))}
          </div>
        );
      })}
    </div>
  );
}

export function EndBadge({ end }: { readonly end: string }) {
  const { tone, word } = wordsOfEnd(end);
  return <Badge tone={tone}>{word}</Badge>;
}

export function ResultBadge({ result }: { readonly result: string }) {
  const { tone, word } = wordsOfResult(result);
  return <Badge tone={tone}>{word}</Badge>;
}

export function ActionBadge({ action }: { readonly action: string }) {
  const { tone, word } = wordsOfAction(action);
  return <Badge tone={tone}>{word}</Badge>;
}

export function SeverityBadge({ severity }: { readonly severity: string | null }) {
  return severity === null ? null : <Badge tone={toneOfSeverity(severity)}>{severity}</Badge>;
}
