import type { Channel, ChannelKind, Channels, OutgoingMessage } from '../../ports/channels';
import { slackChannel } from './slack';
import { teamsChannel } from './teams';
import { webhookChannel } from './webhook';

/** Where a channel is, and what its messages are signed with. Both are secrets. */
export interface ChannelAddress {
  readonly url: string;
  readonly secret?: string | undefined;
}

/** Channels at the addresses of the configuration. */
export function createChannels(addresses: ReadonlyMap<string, ChannelAddress>): Channels {
  return {
    named(name: string, kind: ChannelKind): Channel | undefined {
      const address = addresses.get(name);
      if (address === undefined) {
        return undefined;
      }
      switch (kind) {
        case 'teams':
          return teamsChannel(address.url);
        case 'slack':
          return slackChannel(address.url);
        case 'webhook':
          return address.secret === undefined ? unsigned : webhookChannel(address.url, address.secret);
      }
    },
  };
}

/** Nobody could tell its messages from somebody else's. */
const unsigned: Channel = {
  send: async (_message: OutgoingMessage) => ({ kind: 'later', reason: 'its address has no secret to sign with' }),
};
