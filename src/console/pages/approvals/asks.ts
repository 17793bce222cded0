import type { ShownApproval } from '../../api/types';
import type { Me } from '../../session/me';
import { listText, personName, roleName } from '../../ui/people';

export type ShownNeed = ShownApproval['asks'][number]['need'][number];

/** Whose yes is needed, in words: `2 of Approver or Admin`, `Ava`. */
export function needText({ count, roles, groups, people }: Omit<ShownNeed, 'text'>): string {
  const names = [...roles.map(roleName), ...groups.map((id) => `group ${id}`), ...people.map(({ name }) => name)];
  return count === 1 && names.length === 1 && people.length === 1
    ? (names[0] ?? '')
    : `${count} of ${listText(names, 'or')}`;
}

/** All needs of a stage, in words. */
export const needsText = (need: readonly ShownNeed[]): string => listText(need.map(needText), 'and');

/** So many have to say yes in the stage that is asked. */
export const neededOf = ({ asks, stage }: Pick<ShownApproval, 'asks' | 'stage'>): number =>
  (asks[stage - 1]?.need ?? []).reduce((sum, { count }) => sum + count, 0);

/** What somebody may answer, and if not, why not. The API decides; this says beforehand what it will say. */
export interface MayAnswer {
  readonly approve: boolean;
  readonly reject: boolean;
  /** It is one's own request: a no takes it back. */
  readonly isOwn: boolean;
  /** Whether it is one's turn: one's yes meets a need of the stage that is asked, and was not said yet. */
  readonly isTurn: boolean;
  /** Why there is no button, or what holds for those who see one; a sentence. */
  readonly why: string | undefined;
}

/**
 * Whether one is among those who are asked. Which groups one is in only the token says, and the console does not read it: then it is
 * for the API to decide.
 */
function isAsked(needs: readonly ShownNeed[], { id, roles }: Pick<Me, 'id' | 'roles'>): 'yes' | 'no' | 'unknown' {
  const fits = needs.some(
    (need) =>
      need.roles.some((role) => roles.includes(role)) ||
      need.people.some((person) => person.id.toLowerCase() === id.toLowerCase()),
  );
  return fits ? 'yes' : needs.some(({ groups }) => groups.length > 0) ? 'unknown' : 'no';
}

/** See {@link MayAnswer}. */
export function mayAnswer(
  approval: ShownApproval,
  me: Pick<Me, 'id' | 'kind' | 'roles' | 'may'> | undefined,
): MayAnswer {
  const nothing = { approve: false, reject: false, isOwn: false, isTurn: false };
  if (me === undefined || approval.state !== 'waiting') return { ...nothing, why: undefined };
  if (me.kind !== 'person') {
    return { ...nothing, why: 'Only people answer, signed in as themselves: a key says nothing of who decides.' };
  }
  const needs = approval.asks.slice(0, approval.stage).flatMap(({ need }) => need);
  const who = listText([...new Set(needs.map(needText))], 'or');
  const { id } = approval.requestedBy;
  if (id !== null && id.toLowerCase() === me.id.toLowerCase()) {
    const why = `You asked for this yourself: somebody else has to approve it (${who}). You may take it back.`;
    return { ...nothing, reject: true, isOwn: true, why };
  }
  if (isAsked(needs, me) === 'no') return { ...nothing, why: `You are not among those who are asked: ${who}.` };
  const own = approval.answers.find((answer) => answer.id.toLowerCase() === me.id.toLowerCase());
  if (own?.answer === 'approve') {
    const why = 'You have said yes; more people are needed. You may still say no.';
    return { ...nothing, reject: true, why };
  }
  if (!me.may.approve) {
    return { ...nothing, reject: true, why: 'Saying yes takes the role Approver; you may say no.' };
  }
  const asked = approval.asks[approval.stage - 1]?.need ?? [];
  const isTurn = isAsked(asked, me) !== 'no';
  const why = isTurn ? undefined : `Your yes alone is not enough any more: it takes ${needsText(asked)}.`;
  return { approve: true, reject: true, isOwn: false, isTurn, why };
}

/** What happens when nobody answers until the stage is over, as a sentence. `null` once it is decided. */
export function silenceText({
  state,
  asks,
  stage,
  otherwise,
}: Pick<ShownApproval, 'state' | 'asks' | 'stage' | 'otherwise'>): string | null {
  if (state !== 'waiting') return null;
  const next = asks[stage];
  const end = otherwise === 'approve' ? 'the answer is yes and it is done' : 'the answer is no and nothing is done';
  return next === undefined
    ? `When the time is over, ${end}.`
    : `When the time is over, ${needsText(next.need)} is asked as well; after the last stage, ${end}.`;
}

const ways: Readonly<Record<string, string>> = { token: 'signed in', link: 'by a link in their own channel' };

/** How an answer came. */
export const viaText = (via: string): string => ways[via] ?? via;

/** The page of what asks, and what to call it: the run, the restore, the zone, the stack. */
export function askerOf({
  id,
  scope,
  subject,
  instanceId,
}: Pick<ShownApproval, 'id' | 'scope' | 'subject' | 'instanceId'>):
  { readonly name: string; readonly href: string } | undefined {
  const part = encodeURIComponent;
  switch (scope) {
    case 'run':
      return { name: 'run', href: `/runs/${part(id.replace(/-a\d+$/, ''))}` };
    case 'restore':
      return { name: 'restore', href: `/recovery/restores/${part(instanceId)}` };
    case 'dns':
      return { name: 'zone', href: `/dns/${part(subject)}` };
    case 'stacks':
      return { name: 'stack', href: `/stacks/${part(subject)}` };
    default:
      return undefined;
  }
}

/** The incident that waits for the answer, where one does. */
export const incidentOf = ({ instanceId }: Pick<ShownApproval, 'instanceId'>): string | undefined =>
  instanceId.startsWith('incident-') ? instanceId : undefined;

/** Those that wait, the one whose stage ends first at the front. */
export const byDeadline = (approvals: readonly ShownApproval[]): readonly ShownApproval[] =>
  [...approvals].sort(
    (left, right) => left.stageEndsAt.localeCompare(right.stageEndsAt) || left.id.localeCompare(right.id),
  );

/** Who said what so far, in one line: `Ava said yes`. */
export function answersText(answers: ShownApproval['answers']): string {
  return listText(
    answers.map(({ name, answer }) => `${personName(name)} said ${answer === 'approve' ? 'yes' : 'no'}`),
    'and',
  );
}
