import type { Channel, OutgoingMessage } from '../../ports/channels';
import { post } from './post';

const colours = { info: 'Good', warning: 'Warning', critical: 'Attention' } as const;

/**
 * A card of Microsoft Teams, as the workflow "post to a channel when a webhook request is received" takes it: an Adaptive Card
 * in version 1.4, which Teams shows everywhere. At most 28 KB, which the bounds of a notification keep far below.
 * https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using
 */
export function teamsCard({ title, text, severity, environment, at, facts, links }: OutgoingMessage): object {
  const all = [{ name: 'environment', value: environment }, ...facts, { name: 'at', value: at }];
  const card = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    msteams: { width: 'Full' },
    fallbackText: title,
    body: [
      {
        type: 'TextBlock',
        text: plain(title),
        weight: 'Bolder',
        size: 'Medium',
        color: colours[severity],
        wrap: true,
      },
      { type: 'TextBlock', text: plain(text), wrap: true },
      { type: 'FactSet', facts: all.map(({ name, value }) => ({ title: plain(name), value: plain(value) })) },
    ],
    actions: links.map((link) => ({ type: 'Action.OpenUrl', title: link.title, url: link.url })),
  };
  const attachment = { contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content: card };
  return { type: 'message', attachments: [attachment] };
}

/** Text blocks read a subset of Markdown, links among it: what a resource is called must not become one. */
const plain = (text: string): string => text.replace(/[\\*_[\]()`~#<>]/g, (sign) => `\\${sign}`);

export function teamsChannel(url: string): Channel {
  return { send: (message, abort) => post(url, JSON.stringify(teamsCard(message)), {}, abort) };
}
