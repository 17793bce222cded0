import type { HttpRequest, HttpResponseInit } from '@azure/functions';
import { sha256 } from '../kernel/hash';
import type { Log } from '../kernel/log';
import type { Wakes } from '../ports/wakes';
import type { Approval, Approvals, Links, Vote } from '../approvals';
import { shownApproval } from './approvals';
import { unavailable } from './door';

/** What the page behind a link stands on. */
export interface ApprovalPageDeps {
  readonly approvals: Approvals;
  readonly links: Links;
  readonly log: Log;
}

const style =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b;background:#fff}' +
  'h1{font-size:1.3rem}dt{font-weight:600;margin-top:.6rem}dd{margin:0;overflow-wrap:anywhere}' +
  'textarea{width:100%;box-sizing:border-box;font:inherit}button{font:inherit;padding:.4rem 1rem;margin:.6rem .6rem 0 0}' +
  '@media(prefers-color-scheme:dark){body{color:#eee;background:#1b1b1b}}';

/** The page runs nothing, loads nothing, is framed by nobody, and tells nobody where it was. */
const headers: Readonly<Record<string, string>> = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy': `default-src 'none'; style-src 'sha256-${Buffer.from(sha256(style), 'hex').toString('base64')}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-robots-tag': 'noindex',
};

const longestForm = 8 * 1024;

/**
 * The page behind a link in a notification. `GET` shows the plan and changes nothing, so that whatever looks at links before
 * people do approves nothing; `POST` with the token and a reason answers. The token says who answers: see docs/approvals.md
 * for what that proves. 503 with `Retry-After` for every failure of ours.
 */
export async function approvalPage(
  { approvals, links, log }: ApprovalPageDeps,
  request: HttpRequest,
  wakes: Wakes,
): Promise<HttpResponseInit> {
  try {
    const form = request.method === 'POST' ? await formOf(request) : undefined;
    const token = (form ?? request.query).get('t') ?? '';
    const link = links.open(token);
    if (link.kind !== 'good') {
      return link.kind === 'expired'
        ? page(410, 'This link is over', '<p>Its time has passed. Whoever is asked now has a link of their own.</p>')
        : page(400, 'This is no link of ours', '<p>Open it as it stands in the message, to its last letter.</p>');
    }
    const approval = await approvals.find(link.approvalId);
    if (approval === undefined) {
      return page(404, 'There is no such approval', '<p>It may have been removed since.</p>');
    }
    if (form === undefined) {
      return page(
        200,
        'Approval',
        described(approval) + (approval.state === 'waiting' ? question(token, link.name) : ''),
      );
    }
    const said = form.get('answer');
    const answer: Vote['answer'] | undefined = said === 'approve' || said === 'reject' ? said : undefined;
    const reason = (form.get('reason') ?? '').trim().slice(0, 1024);
    if (answer === undefined || reason === '') {
      const asked = `${described(approval)}<p><strong>Say yes or no, and why.</strong></p>${question(token, link.name)}`;
      return page(400, 'Approval', asked);
    }
    const voter = { id: link.personId, name: link.name, roles: [], groups: [] };
    const ballot = { voter, answer, reason, via: 'link' as const, planHash: link.planHash };
    const counted = await approvals.vote(link.approvalId, ballot, wakes);
    if (counted === undefined || counted.kind === 'refused') {
      const detail = counted === undefined ? 'there is no such approval' : counted.detail;
      return page(409, 'It was not counted', `<p>${escaped(detail)}.</p>`);
    }
    log.info('approval answered', { approval: link.approvalId, by: link.personId, answer, via: 'link' });
    return page(200, 'Thank you', `<p>Your answer is noted.</p>${described(counted.approval)}`);
  } catch (error) {
    const { headers: given, status = 503 } = unavailable(error, log);
    const answer = page(status, 'It cannot be done right now', '<p>Nothing was lost. Try again in a minute.</p>');
    const wait = (given as Readonly<Record<string, string>> | undefined)?.['retry-after'];
    return wait === undefined ? answer : { ...answer, headers: { ...answer.headers, 'retry-after': wait } };
  }
}

async function formOf(request: HttpRequest): Promise<URLSearchParams> {
  const text = await request.text();
  return new URLSearchParams(text.length > longestForm ? '' : text);
}

function page(status: number, title: string, body: string): HttpResponseInit {
  const text = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(title)}</title><style>${style}</style></head><body><h1>${escaped(title)}</h1>${body}</body></html>`;
  return { status, headers: { ...headers }, body: text };
}

function described(approval: Approval): string {
  const shown = shownApproval(approval);
  const facts = (name: string, all: Readonly<Record<string, unknown>>): [string, string][] =>
    Object.entries(all).map(([fact, value]) => [`${name}: ${fact}`, String(value)]);
  const rows: [string, string][] = [
    ['What', shown.summary],
    ['About', shown.subject],
    ['Environment', shown.environment],
    ['Asked for by', shown.requestedBy.name],
    ['Why', shown.reasons.join('. ')],
    ['Steps', shown.steps.map((step, index) => `${index + 1}. ${step}`).join(' ')],
    ...facts('Before', shown.before),
    ...facts('After', shown.after),
    ['Plan', shown.planHash],
    ['State', shown.state === 'waiting' ? `waiting until ${shown.stageEndsAt}` : shown.state],
    ...shown.outcome.map((text): [string, string] => ['Because', text]),
  ];
  return `<dl>${rows.map(([name, value]) => `<dt>${escaped(name)}</dt><dd>${escaped(value)}</dd>`).join('')}</dl>`;
}

function question(token: string, name: string): string {
  return `<form method="post" action="approve"><input type="hidden" name="t" value="${escaped(token)}"><p>You answer as ${escaped(name)}.</p><label for="reason">Why (it is kept)</label><textarea id="reason" name="reason" rows="3" maxlength="1024" required></textarea><button name="answer" value="approve">Approve</button><button name="answer" value="reject">Reject</button></form>`;
}

const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
