import { Link } from 'wouter-preact';
import { Badge } from '../../ui/parts';
import { Time } from '../../ui/time';
import { kindText, linksOf, rawOf } from './entries';
import type { ToldEntry } from './types';

/** The pages of what an entry is about. */
export function EntryLinks({ entry }: { readonly entry: ToldEntry }) {
  return (
    <>
      {linksOf(entry).map(({ text, href }) => (
        <Link key={href} href={href}>
          {text}
        </Link>
      ))}
    </>
  );
}

/** An entry in a list: its sentence, where to go from it, and the entry itself when somebody asks for it. */
export function Told({ entry }: { readonly entry: ToldEntry }) {
  return (
    <div class="told">
      <Link href={`/ledger/${entry.sequence}`} class="number told-sequence">
        #{entry.sequence}
      </Link>
      <div class="told-when">
        <Time at={entry.at} exact />
      </div>
      <div class="told-text">
        {entry.sentence}
        <div class="told-more">
          <Badge>{kindText(entry.kind)}</Badge>
          <EntryLinks entry={entry} />
          <details>
            <summary>JSON</summary>
            <pre tabIndex={0} aria-label={`Entry ${entry.sequence} as JSON`}>
              {rawOf(entry)}
            </pre>
          </details>
        </div>
      </div>
    </div>
  );
}
