import { Link } from 'wouter-preact';
import { Timeline } from '../ui/timeline';
import type { Scene } from './story';
import { Reasons, Words } from './words-view';

/** An account, one thing after the other, each with its reasons and the way to its record. */
export function StoryTimeline({ label, scenes }: { readonly label: string; readonly scenes: readonly Scene[] }) {
  return (
    <Timeline
      label={label}
      happenings={scenes.map(({ at, stage, tone, text, reasons, folded, link }) => ({
        at,
        stage,
        tone,
        text: <Words text={text} />,
        ...(reasons.length === 0 && folded === undefined && link === undefined
          ? {}
          : {
              detail: (
                <>
                  <Reasons reasons={reasons} />
                  {folded === undefined ? null : (
                    <details class="folded">
                      <summary>{folded.summary}</summary>
                      <Reasons reasons={folded.lines} />
                    </details>
                  )}
                  {link === undefined ? null : (
                    <Link class="story-link" href={link.href}>
                      {link.text}
                    </Link>
                  )}
                </>
              ),
            }),
      }))}
    />
  );
}
