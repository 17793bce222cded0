import type { Iso8601 } from '../kernel/clock';
import { epochOf, isoOf } from '../kernel/clock';
import { ConflictError, InvariantError } from '../kernel/errors';
import type { ResourceId } from '../kernel/resource-id';
import type { SecretValue } from '../kernel/secret-value';
import type { SecretVersion, Secrets } from '../ports/secrets';
import { pendingName, stageSchema, tagNames, type Stage, type StagedVersion } from './model';

/** So many versions are looked at, the newest ones. */
const mostVersions = 50;

/** What a version's tags are to say. Tags that are not ours stay. */
export interface Marks {
  readonly stage: Stage;
  readonly rotation: string | null;
  readonly credential: string | null;
  readonly tries?: number;
  readonly revokedAt?: string | null;
}

/** A secret's versions with their stages. */
export interface Stages {
  readonly versions: readonly StagedVersion[];
  readonly pending: StagedVersion | null;
}

/**
 * The stages of one secret, kept as tags of its versions. A version that is not in use yet stands under a name of its own: the
 * newest version of a secret is what consumers get, and they would get an error from one that is disabled.
 */
export interface StageBook {
  read(): Promise<Stages>;
  /** Writes a new version under the secret's name, or its pending name, with these marks. */
  add(
    place: 'secret' | 'pending',
    value: SecretValue,
    marks: Marks,
    expiresAt: Iso8601 | null,
  ): Promise<{ readonly version: string; readonly createdAt: Iso8601 }>;
  /** Changes a version's marks, and whether it is enabled. */
  mark(place: 'secret' | 'pending', version: string, marks: Marks, enabled: boolean): Promise<void>;
  /** The value of a version of the secret. */
  value(version: string): Promise<SecretValue>;
  /** The value of the pending version, which is enabled for as long as the reading takes. */
  pendingValue(version: string): Promise<SecretValue>;
}

/** Opens the book of one secret. */
export function openStages(secrets: Secrets, vault: ResourceId, secret: string, abort: AbortSignal): StageBook {
  const nameOf = (place: 'secret' | 'pending'): string => (place === 'secret' ? secret : pendingName(secret));

  const tagsFor = async (place: 'secret' | 'pending', marks: Marks): Promise<Record<string, string>> => {
    const newest = (await secrets.versions(vault, nameOf(place), abort)).at(-1);
    return { ...foreignTags(newest?.tags ?? {}), ...tagsOf(marks) };
  };

  return {
    async read() {
      const [versions, waiting] = await Promise.all([
        secrets.versions(vault, secret, abort),
        secrets.versions(vault, pendingName(secret), abort),
      ]);
      return { versions: inOrder(versions).slice(-mostVersions), pending: inOrder(waiting).at(-1) ?? null };
    },
    async add(place, value, marks, expiresAt) {
      const tags = await tagsFor(place, marks);
      const made = await secrets.write(
        vault,
        nameOf(place),
        value,
        { enabled: place === 'secret', tags, expiresAt },
        abort,
      );
      return { version: made.version, createdAt: made.createdAt };
    },
    async mark(place, version, marks, enabled) {
      const known = (await secrets.versions(vault, nameOf(place), abort)).find((one) => one.version === version);
      if (known === undefined) {
        throw new ConflictError('VersionGone', `version ${version} of ${nameOf(place)} is gone`);
      }
      const tags = { ...foreignTags(known.tags), ...tagsOf(marks) };
      if (known.enabled === enabled && sameTags(known.tags, tags)) {
        return;
      }
      await secrets.change(vault, nameOf(place), version, { enabled, tags }, abort);
    },
    value: (version) => secrets.read(vault, secret, version, abort),
    async pendingValue(version) {
      const name = pendingName(secret);
      await secrets.change(vault, name, version, { enabled: true }, abort);
      try {
        return await secrets.read(vault, name, version, abort);
      } finally {
        await secrets.change(vault, name, version, { enabled: false }, abort);
      }
    },
  };
}

/**
 * Oldest first. Key Vault tells whole seconds and lists in no order: of two versions of one second, the one that is marked as in
 * use, or as waiting, is the newer one, because the older one was marked otherwise before or is not marked at all.
 */
function inOrder(versions: readonly SecretVersion[]): StagedVersion[] {
  const isHead = ({ stage }: StagedVersion): number => (stage === 'current' || stage === 'pending' ? 1 : 0);
  return versions
    .map(staged)
    .sort((left, right) =>
      left.createdAt === right.createdAt ? isHead(left) - isHead(right) : left.createdAt < right.createdAt ? -1 : 1,
    );
}

function tagsOf({ stage, rotation, credential, tries = 0, revokedAt = null }: Marks): Record<string, string> {
  return {
    [tagNames.stage]: stage,
    ...(rotation === null ? {} : { [tagNames.rotation]: rotation }),
    ...(credential === null ? {} : { [tagNames.credential]: credential }),
    ...(tries === 0 ? {} : { [tagNames.tries]: String(tries) }),
    ...(revokedAt === null ? {} : { [tagNames.revokedAt]: revokedAt }),
  };
}

const ours: ReadonlySet<string> = new Set(Object.values(tagNames));

function foreignTags(tags: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(tags).filter(([name]) => !ours.has(name)));
}

function sameTags(one: Readonly<Record<string, string>>, other: Readonly<Record<string, string>>): boolean {
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => one[name] === other[name]);
}

/** Reads a version's tags. What somebody wrote into them by hand and is no mark counts as none. */
export function staged({ version, enabled, createdAt, expiresAt, tags }: SecretVersion): StagedVersion {
  const revoked = epochOf(tags[tagNames.revokedAt] ?? '');
  const tries = Number(tags[tagNames.tries] ?? '0');
  return {
    ...{ version, enabled, createdAt, expiresAt },
    stage: stageSchema.safeParse(tags[tagNames.stage]).data ?? null,
    rotation: tags[tagNames.rotation] ?? null,
    credential: tags[tagNames.credential] ?? null,
    tries: Number.isInteger(tries) && tries >= 0 ? tries : 0,
    revokedAt: revoked === undefined ? null : isoOf(revoked),
  };
}

/** A version's marks as they stand, to change one of them. */
export function marksOf({ stage, rotation, credential, tries, revokedAt }: StagedVersion): Marks {
  if (stage === null) {
    throw new InvariantError('a version without a stage has no marks to keep');
  }
  return { stage, rotation, credential, tries, revokedAt };
}
