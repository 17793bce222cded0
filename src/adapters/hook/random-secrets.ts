import { randomBytes } from 'node:crypto';
import { SecretValue } from '../../kernel/secret-value';
import type { SecretGenerator } from '../../ports/credentials';

/** Values from the operating system's random source. */
export const randomSecrets: SecretGenerator = {
  generate: (length) =>
    new SecretValue(
      randomBytes(Math.ceil((length * 3) / 4))
        .toString('base64url')
        .slice(0, length),
    ),
};
