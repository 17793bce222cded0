import type { Channel, OutgoingMessage } from '../../ports/channels';
import { post } from './post';

const signs = { info: ':information_source:', warning: ':warning:', critical: ':rotating_light:' } as const;
/** A section shows ten fields at most. */
const mostFields = 10;

/**
 * A message of Slack's incoming webhooks, in Block Kit; `text` is what a phone shows.
 * https://api.slack.com/messaging/webhooks, https://api.slack.com/reference/block-kit/blocks
 */
export function slackMessage({ title, text, severity, environment, facts, links, at }: OutgoingMessage): object {
  const fields = [{ name: 'environment', value: environment }, ...facts].slice(0, mostFields);
  return {
    text: `${signs[severity]} ${escaped(title)}`,
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: `${signs[severity]} ${title}`.slice(0, 150), emoji: true } },
      { type: 'section', text: { type: 'mrkdwn', text: escaped(text).slice(0, 3000), verbatim: true } },
      {
        type: 'section',
        fields: fields.map(({ name, value }) => ({
          type: 'plain_text',
          text: `${name}\n${value}`.slice(0, 2000),
          emoji: false,
        })),
      },
      ...(links.length === 0
        ? []
        : [
            {
              type: 'actions',
              elements: links.slice(0, 5).map((link) => ({
                type: 'button',
                text: { type: 'plain_text', text: link.title.slice(0, 75) },
                url: link.url,
              })),
            },
          ]),
      { type: 'context', elements: [{ type: 'plain_text', text: at }] },
    ],
  };
}

/** `<!channel>` and `<https://...|text>` are commands to Slack. */
const escaped = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

export function slackChannel(url: string): Channel {
  return { send: (message, abort) => post(url, JSON.stringify(slackMessage(message)), {}, abort) };
}
