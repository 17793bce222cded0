import type { Notification } from '../ports/notifications';
import type { Approval, Need, Stage } from './model';
import { namesOf } from './plan';

/** At most so many facts of the state before and after are shown in a message. */
const mostFacts = 8;

/**
 * What people are told of an approval as it stands: who is asked, and what came of it. Keys are fixed, so that telling it
 * again tells nothing. A person with a channel of their own is told there too, with a page on which they can answer.
 */
export function newsOf(approval: Approval): Notification[] {
  const { request, state, stage, stageEndsAt, reasons } = approval;
  const { id, environment, summary, steps, terms, requestedBy } = request;
  const common = { kind: 'approval', environment } as const;
  if (state !== 'waiting') {
    return [
      {
        ...common,
        key: `approval:${id}:${state}`,
        severity: state === 'expired' || state === 'voided' ? 'warning' : 'info',
        title: cut(`Approval ${state}: ${summary}`, 200),
        text: cut(`${reasons.join('. ') || 'No reason was given'}.`, 2000),
        facts: [{ name: 'approval', value: id }],
      },
    ];
  }
  const { need } = terms.stages[stage] as Stage;
  const who = need.map(namesOf).join(', and ');
  const asking = {
    ...common,
    severity: stage === 0 ? 'warning' : 'critical',
    title: cut(`${stage === 0 ? 'Approval wanted' : 'Approval still wanted'}: ${summary}`, 200),
    text: cut(
      [
        `${who} may approve it, until ${stageEndsAt}.`,
        ...request.reasons.map((reason) => `${reason}.`),
        `It would: ${steps.join('; then ')}.`,
        `See and answer: caretaker approvals ${id}`,
      ].join(' '),
      2000,
    ),
    facts: [
      { name: 'approval', value: id },
      { name: 'asked for by', value: requestedBy.name },
      { name: 'about', value: cut(request.subject, 200) },
      { name: 'plan', value: request.planHash.slice(0, 16) },
      ...factsOf('before', request.before),
      ...factsOf('after', request.after),
    ],
  } as const;
  const key = `approval:${id}:stage-${stage + 1}`;
  return [
    { ...asking, key },
    ...peopleOf(need, requestedBy.id).map(({ personId, name, channel }): Notification => ({
      ...asking,
      key: `${key}:${personId}`,
      channel,
      page: { kind: 'approval', approvalId: id, planHash: request.planHash, personId, name, until: stageEndsAt },
    })),
  ];
}

/** People with a channel of their own, each once. Who asked for it gets no page: they may not approve it. */
function peopleOf(needs: readonly Need[], requesterId: string | null) {
  const found = new Map<string, { readonly personId: string; readonly name: string; readonly channel: string }>();
  for (const { id, name, channel } of needs.flatMap(({ people = [] }) => people)) {
    if (channel !== undefined && id.toLowerCase() !== requesterId?.toLowerCase()) {
      found.set(id.toLowerCase(), { personId: id, name, channel });
    }
  }
  return [...found.values()];
}

function factsOf(when: string, facts: Readonly<Record<string, unknown>>) {
  return Object.entries(facts)
    .slice(0, mostFacts)
    .map(([name, value]) => ({ name: `${when}: ${name}`, value: cut(String(value), 200) }));
}

const cut = (text: string, length: number): string => (text.length > length ? `${text.slice(0, length - 1)}…` : text);
