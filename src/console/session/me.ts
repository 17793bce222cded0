import { computed, signal } from '@preact/signals';

/** Who is signed in and what they may do, as the API enforces it; buttons follow this, and the API refuses anyway. */
export interface Me {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly roles: readonly string[];
  readonly may: { readonly operate: boolean; readonly approve: boolean; readonly administer: boolean };
  readonly environment: string;
  readonly clock: { readonly at: string; readonly speed: number };
}

/** Undefined until the API has said it. */
export const me = signal<Me | undefined>(undefined);

export type Power = keyof Me['may'];

const nothing: Me['may'] = { operate: false, approve: false, administer: false };

/** What whoever is signed in may do. */
export const may = computed(() => me.value?.may ?? nothing);
