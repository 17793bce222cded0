import { z } from 'zod';
import type { Clock } from '../kernel/clock';
import { isSignedWith, signatureOf } from '../kernel/hash';
import type { Notification } from '../ports/notifications';

/** What a link's token says: who may answer which approval of which plan, until when. */
const claimsSchema = z.strictObject({
  a: z.string(),
  h: z.string(),
  p: z.guid(),
  n: z.string(),
  /** Milliseconds since the epoch. */
  e: z.number(),
});

/** A link that was opened. */
export type OpenedLink =
  | {
      readonly kind: 'good';
      readonly approvalId: string;
      readonly planHash: string;
      readonly personId: string;
      readonly name: string;
    }
  | { readonly kind: 'expired' | 'bad' };

/** Addresses with which one person can answer one approval. */
export interface Links {
  /** The address of a page; `undefined` where no keys or no public address are set. The same page has the same address. */
  to(page: NonNullable<Notification['page']>): string | undefined;
  /** What a token says. Tells neither whether the approval still waits nor whether the link was used: its votes do. */
  open(token: string): OpenedLink;
}

/** So that a signature of ours for something else is none of a link. */
const purpose = 'caretaker approval link 1';
const longestToken = 2000;

/**
 * Links signed with HMAC-SHA256. A token is one for a person, a plan and a time; that it is used once follows from the
 * approval: whoever has answered has no second answer by link.
 * @param keys the first signs and all are taken, so that one can be replaced.
 */
export function createLinks(options: {
  readonly keys: readonly string[];
  readonly publicUrl: string | undefined;
  readonly clock: Clock;
}): Links {
  const { keys, publicUrl, clock } = options;
  const [signing] = keys;
  return {
    to({ approvalId, planHash, personId, name, until }) {
      if (signing === undefined || publicUrl === undefined) {
        return undefined;
      }
      const claims = { a: approvalId, h: planHash, p: personId, n: name, e: Date.parse(until) };
      const said = Buffer.from(JSON.stringify(claims), 'utf8').toString('base64url');
      return `${publicUrl}/api/approve?t=${said}.${signatureOf('sha256', signing, `${purpose}.${said}`)}`;
    },

    open(token) {
      const [said = '', signature = '', ...more] = token.slice(0, longestToken).split('.');
      const isOurs = keys.some((key) => isSignedWith('sha256', key, `${purpose}.${said}`, signature));
      if (!isOurs || more.length > 0) {
        return { kind: 'bad' };
      }
      const claims = claimsSchema.parse(JSON.parse(Buffer.from(said, 'base64url').toString('utf8')));
      return claims.e <= clock.now()
        ? { kind: 'expired' }
        : { kind: 'good', approvalId: claims.a, planHash: claims.h, personId: claims.p, name: claims.n };
    },
  };
}
