import type { DriftRecord } from '../../../stacks';

export type { DriftRecord } from '../../../stacks';

/** What `GET stacks` tells of one. */
export interface ShownStack {
  readonly name: string;
  readonly environment: string;
  readonly project: string;
  readonly layer: 'foundation' | 'unit';
  readonly unit: string | null;
  readonly component: string;
  readonly branch: string;
  readonly owners: readonly string[];
  readonly needs: readonly string[];
  readonly approval: { readonly people: number; readonly groups: readonly string[] };
  readonly drift:
    | (Pick<DriftRecord, 'state' | 'sentence' | 'since' | 'validUntil' | 'commit'> & {
        readonly fields: Readonly<Record<'automation' | 'human' | 'unknown', number>>;
      })
    | null;
}

/** `GET stacks`. */
export interface StacksAnswer {
  readonly promotion: readonly string[];
  readonly stacks: readonly ShownStack[];
}
