import { PermanentError } from '../../kernel/errors';
import type { RotatorSettings } from '../model';
import { cloudflareApiToken } from './cloudflare-api-token';
import { entraClientSecret } from './entra-client-secret';
import { generated } from './generated';
import { observeOnly } from './observe-only';
import { redisAccessKey } from './redis-access-key';
import type { Rotator, RotatorKind, RotatorPorts } from './rotator';
import { storageAccountKey } from './storage-account-key';

/** Every kind of rotator: adding one is a folder here and a line below. */
const kinds: readonly RotatorKind[] = [
  storageAccountKey,
  redisAccessKey,
  cloudflareApiToken,
  generated,
  entraClientSecret,
  observeOnly,
];

export const rotatorNames: readonly string[] = kinds.map(({ kind }) => kind);

/** For the documentation and the command line. */
export const rotatorSummaries: readonly { readonly kind: string; readonly summary: string }[] = kinds.map(
  ({ kind, summary }) => ({ kind, summary }),
);

export function rotatorKind(name: string): RotatorKind | undefined {
  return kinds.find(({ kind }) => kind === name);
}

/**
 * The rotator for these settings; null for what people rotate by hand.
 * @throws PermanentError `UnknownRotator` for a kind that this version does not have, and for settings that it does not take.
 */
export function makeRotator(settings: RotatorSettings, ports: RotatorPorts): Rotator | null {
  const found = rotatorKind(settings.kind);
  if (found === undefined) {
    throw new PermanentError(
      'UnknownRotator',
      `there is no rotator "${settings.kind}"; there are ${rotatorNames.join(', ')}`,
    );
  }
  const checked = found.bind(settings);
  if ('error' in checked) {
    throw new PermanentError(
      'RotatorSettings',
      `the settings of ${settings.kind} are not valid: ${checked.error.message.slice(0, 300)}`,
    );
  }
  return checked.bound.make(ports);
}

export type { Rotator, RotatorKind, RotatorPorts, Occasion, Issued } from './rotator';
