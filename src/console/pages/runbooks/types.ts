/** What this area reads, by the types that the API's answers are made of. */
import type { Efficacy } from '../../../run';
import type { Declaration, Plan } from '../../../runbooks';

export type { Efficacy, Plan };

/** `GET runbooks` has these. */
export type RunbookHead = Pick<Declaration, 'name' | 'version' | 'summary' | 'impact' | 'resourceTypes' | 'suits'>;

/** `GET runbooks/{name}`: with the JSON Schema of the parameters. */
export type RunbookDetail = RunbookHead &
  Pick<Declaration, 'explanation' | 'permissions'> & { readonly parameters: Readonly<Record<string, unknown>> };

/** `GET efficacy`. */
export interface EfficacyAnswer {
  readonly since: string;
  readonly runs: number;
  /** False when there were more runs than are counted. */
  readonly complete: boolean;
  readonly runbooks: readonly Efficacy[];
}

/** `POST runbooks/{name}/plan`. */
export interface PlanAnswer {
  readonly runbook: string;
  readonly version: number;
  readonly environment: string;
  readonly target: string;
  readonly plan: Plan;
}
