import type { RotationMode, RotationProgress, RotationReport, SecretLine } from '../../../rotation';

export type { RotationMode, RotationProgress, RotationReport, SecretLine };

/** `GET secrets`. */
export interface SecretsAnswer {
  readonly secrets: readonly SecretLine[];
  /** Vaults that could not be read. */
  readonly unread: readonly string[];
}

/** A rotation that is under way. */
export interface OpenRotation {
  readonly id: string;
  readonly since: string;
  readonly custom: unknown;
}

/** `GET rotations`. */
export interface RotationsPageAnswer {
  readonly open: readonly OpenRotation[];
  readonly rotations: readonly RotationReport[];
  readonly cursor: string | null;
}

/** `GET rotations/{id}`. */
export interface ShownRotation {
  readonly rotation: RotationReport | null;
  readonly live: { readonly status: string; readonly custom: unknown; readonly since: string } | null;
}

/** What a rotation under way tells. One that an older version began tells less, and nothing before its first step. */
export function progressOf(custom: unknown): Partial<RotationProgress> {
  return typeof custom === 'object' && custom !== null ? custom : {};
}

/** The name of the secret that a lease is about: the end of its id. */
export const secretOf = (target: string | undefined): string | undefined => target?.slice(target.lastIndexOf('/') + 1);

export const vaultName = (vault: string): string => vault.slice(vault.lastIndexOf('/') + 1);
