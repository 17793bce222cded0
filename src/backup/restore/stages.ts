import { handler } from '../../kernel/activity';
import { describeError, PermanentError } from '../../kernel/errors';
import { uuidOf } from '../../kernel/hash';
import type { Restoring } from '../../ports/restoring';
import { stageContract, type Leave } from './contract';

/** Asks, right before an effect, whether it may still happen. Throws `TransientError` when that cannot be told. */
export interface Leaves {
  /** Why not; `undefined` when it may. */
  problem(leave: Leave): Promise<string | undefined>;
}

/** What is taken by the platform and does not come about is asked for this often. */
const mostAskings = 3;

/** The activity that brings a stage one look further. `leaves` comes from the durable client of the call. */
export function stageActivity(restoring: Restoring) {
  return (leaves: Leaves) =>
    handler(stageContract, async ({ stage, owner, leave, asked }, abort) => {
      const failed = (code: string, message: string) => ({
        kind: 'failed' as const,
        code,
        message: message.slice(0, 1024),
      });
      try {
        const sight = await restoring.look(stage, owner, abort);
        if (sight.kind === 'running') {
          return { ...sight, asked };
        }
        if (sight.kind !== 'absent') {
          return sight;
        }
        if (asked >= mostAskings) {
          return failed('NotCarriedOut', `asked for ${asked} times, accepted, and not there`);
        }
        const refusal = await leaves.problem(leave);
        if (refusal !== undefined) {
          return failed('NotAllowed', refusal);
        }
        // The same number for the same asking, so that the platform's log shows which attempts are one.
        const requestId = uuidOf('stage', owner.work, stage.kind, stage.id, String(asked));
        const state = await restoring.begin(stage, owner, requestId, abort);
        return state.kind === 'running' ? { ...state, asked: asked + (state.begun ? 1 : 0) } : state;
      } catch (error) {
        if (error instanceof PermanentError) {
          return failed(error.code, describeError(error));
        }
        throw error;
      }
    });
}
