import type { Iso8601 } from '../kernel/clock';
import { isPendingName, tagNames, type Binding } from './model';
import { isDue } from './plan';

/** A secret as a vault lists it. */
export interface Listed {
  readonly name: string;
  readonly enabled: boolean;
  readonly createdAt: Iso8601 | null;
  readonly expiresAt: Iso8601 | null;
  readonly tags: Readonly<Record<string, string>>;
}

/** One line of the timeline of expiries. Times are ISO 8601, ages in whole days. */
export interface SecretLine {
  readonly vault: string;
  readonly name: string;
  readonly rotator: string | null;
  readonly owner: string | null;
  readonly enabled: boolean;
  readonly expiresAt: string | null;
  readonly daysLeft: number | null;
  readonly ageDays: number | null;
  readonly due: boolean;
  /** When its version was made, where it was made by a rotation. */
  readonly lastRotatedAt: string | null;
  readonly rotationId: string | null;
  /** What is to be complained of: no owner, no expiry, not in the rotation policy, expired. */
  readonly gaps: readonly string[];
}

const days = (millis: number): number => Math.floor(millis / 86_400_000);

/** The timeline: what expires first comes first, what never does last. Pending versions are not secrets of their own. */
export function timelineOf(
  vault: string,
  secrets: readonly Listed[],
  bindings: readonly Binding[],
  now: number,
): readonly SecretLine[] {
  const lines = secrets
    .filter(({ name }) => !isPendingName(name))
    .map((secret): SecretLine => {
      const { name, enabled, createdAt, expiresAt, tags } = secret;
      const binding = bindings.find((one) => one.vault === vault && one.secret.toLowerCase() === name.toLowerCase());
      const owner = binding?.owner ?? tags['owner'] ?? null;
      const daysLeft = expiresAt === null ? null : days(Date.parse(expiresAt) - now);
      const rotationId = tags[tagNames.rotation] ?? null;
      const due =
        binding !== undefined &&
        createdAt !== null &&
        enabled &&
        isDue({ expiresAt, createdAt }, binding, new Date(now).toISOString()).due;
      return {
        ...{ vault, name, rotator: binding?.rotator.kind ?? null, owner, enabled, expiresAt, daysLeft, due },
        ageDays: createdAt === null ? null : days(now - Date.parse(createdAt)),
        lastRotatedAt: rotationId === null ? null : createdAt,
        rotationId,
        gaps: [
          ...(owner === null ? ['no owner'] : []),
          ...(expiresAt === null ? ['no expiry'] : []),
          ...(binding === undefined ? ['not in the rotation policy'] : []),
          ...(daysLeft !== null && daysLeft < 0 && enabled ? ['expired'] : []),
        ],
      };
    });
  const place = ({ expiresAt }: SecretLine): string => expiresAt ?? '9999';
  return lines.sort((left, right) =>
    place(left) === place(right) ? (left.name < right.name ? -1 : 1) : place(left) < place(right) ? -1 : 1,
  );
}
