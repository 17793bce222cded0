import type { HttpResponseInit } from '@azure/functions';
import { z } from 'zod';
import { approvalSchema, namesOf, termsSchema, type Approval, type Counted, type Need, type Stage } from '../approvals';
import type { Engine } from '../ports/engine';
import { isPerson, type Caller } from './access';
import { json, problem } from './door';
import { found, operatorRoute, pageOf, pageSchema, type OperatorRoute } from './route';
import type { OperatorDeps } from './routes';

const answerSchema = z.strictObject({
  reason: z.string().trim().min(1, 'say why; it is kept').max(1024),
  /** The plan that you saw, as `planHash` of the approval's request. */
  planHash: z.string().regex(/^[0-9a-f]{64}$/, 'is the whole planHash of the approval, 64 hexadecimal digits'),
});
export const shownApprovalSchema = z.looseObject({
  id: z.string(),
  state: approvalSchema.shape.state,
  environment: z.string(),
  planHash: z.string(),
  /** Who may answer now, in words. */
  asked: z.array(z.string()),
  /** Every stage of the terms in its order: for how long it is asked, and whose yes it needs. */
  asks: z.array(
    z.object({
      withinSeconds: z.int(),
      need: z.array(
        z.object({
          text: z.string(),
          count: z.int(),
          roles: z.array(z.string()),
          groups: z.array(z.string()),
          people: z.array(z.object({ id: z.string(), name: z.string() })),
        }),
      ),
    }),
  ),
  /** The answer when nobody answers in the last stage. */
  otherwise: termsSchema.shape.otherwise,
});

/** Statuses of what is refused: what the caller may not do, and what is not the state they think. */
const statuses: Readonly<Record<Extract<Counted, { kind: 'refused' }>['code'], number>> = {
  OwnRequest: 403,
  NotAsked: 403,
  Decided: 409,
  OtherPlan: 409,
  Answered: 409,
};

/** Whose yes is needed, without the channels that people are told through. */
function shownNeed(need: Need) {
  const { count, roles = [], groups = [], people = [] } = need;
  return { text: namesOf(need), count, roles, groups, people: people.map(({ id, name }) => ({ id, name })) };
}

/** An approval for people and programs: the request and how it stands, flat. */
export function shownApproval({ request, votes, stage, stageEndsAt, ...rest }: Approval) {
  const { terms, ...asked } = request;
  const { need } = terms.stages[stage] as Stage;
  return {
    ...asked,
    state: rest.state,
    terms: terms.name,
    stage: stage + 1,
    stages: terms.stages.length,
    stageEndsAt,
    asked: rest.state === 'waiting' ? need.map(namesOf) : [],
    asks: terms.stages.map((one) => ({ withinSeconds: one.withinSeconds, need: one.need.map(shownNeed) })),
    otherwise: terms.otherwise,
    openedAt: rest.openedAt,
    decidedAt: rest.decidedAt,
    /** Why it is in its state. */
    outcome: rest.reasons,
    answers: votes.map(({ id, name, answer, reason, via, at }) => ({ id, name, answer, reason, via, at })),
    instanceId: rest.instanceId,
  };
}

/** Routes over approvals. */
export function approvalRoutes(deps: OperatorDeps): readonly OperatorRoute[] {
  async function answer(
    id: string,
    given: z.infer<typeof answerSchema>,
    yes: boolean,
    caller: Caller,
    engine: Engine,
  ): Promise<HttpResponseInit> {
    if (!isPerson(caller)) {
      const detail = 'People answer, with a token of their own: a key or an application says nothing of who decides.';
      return problem(403, 'NoPerson', 'Nobody can tell who answers', detail);
    }
    const voter = { id: caller.id, name: caller.text, roles: caller.roles, groups: caller.groups ?? [] };
    const ballot = { ...given, voter, answer: yes ? ('approve' as const) : ('reject' as const), via: 'token' as const };
    const counted = found(await deps.approvals.vote(id, ballot, engine), `approval ${id}`);
    if (counted.kind === 'refused') {
      const unlisted =
        counted.code === 'NotAsked' && caller.groups === undefined
          ? '. Your token does not list your groups, because they are too many'
          : '';
      const title = statuses[counted.code] === 403 ? 'You may not answer this' : 'It cannot be answered so any more';
      return problem(statuses[counted.code], counted.code, title, `${counted.detail}${unlisted}.`);
    }
    deps.log.info('approval answered', { approval: id, by: caller.id, answer: ballot.answer, kind: counted.kind });
    return json(200, shownApproval(counted.approval));
  }

  return [
    operatorRoute(deps, {
      name: 'approvals',
      method: 'GET',
      path: 'approvals',
      role: 'Caretaker.Reader',
      summary: 'Approvals that wait for people (at most 100, oldest first), and a page of all, newest first',
      query: pageSchema,
      answers: {
        200: z.object({
          waiting: z.array(shownApprovalSchema),
          approvals: z.array(shownApprovalSchema),
          cursor: z.string().nullable(),
        }),
      },
      work: async ({ query }) => {
        const [page, waiting] = await Promise.all([
          pageOf(query, (one) => deps.approvals.list(one)),
          deps.approvals.waiting(),
        ]);
        const answered = {
          waiting: waiting.map(shownApproval),
          approvals: page.approvals.map(shownApproval),
          cursor: page.cursor ?? null,
        };
        return json(200, answered);
      },
    }),

    operatorRoute(deps, {
      name: 'approval',
      method: 'GET',
      path: 'approvals/{id}',
      role: 'Caretaker.Reader',
      summary: 'One approval: the plan that is asked about, who may answer, and who has',
      answers: { 200: shownApprovalSchema },
      work: async ({ param }) =>
        json(200, shownApproval(found(await deps.approvals.find(param('id')), `approval ${param('id')}`))),
    }),

    operatorRoute(deps, {
      name: 'approve',
      method: 'POST',
      path: 'approvals/{id}/approve',
      role: 'Caretaker.Approver',
      summary:
        'Say yes to the plan with this hash; not to what one has asked for oneself. The same yes again is one yes',
      body: answerSchema,
      answers: { 200: shownApprovalSchema },
      refusals: [409],
      work: ({ param, body, caller, engine }) => answer(param('id'), body, true, caller, engine),
    }),

    operatorRoute(deps, {
      name: 'reject',
      method: 'POST',
      path: 'approvals/{id}/reject',
      // Whoever may answer, and whoever asked for it: what a no is worth is for the approval to say.
      role: 'Caretaker.Reader',
      summary: 'Say no to the plan with this hash, or take back what one has asked for; that ends it',
      body: answerSchema,
      answers: { 200: shownApprovalSchema },
      refusals: [409],
      work: ({ param, body, caller, engine }) => answer(param('id'), body, false, caller, engine),
    }),
  ];
}
