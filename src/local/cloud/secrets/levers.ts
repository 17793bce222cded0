import { CloudControlError } from '../errors';
import type { World } from '../world';
import type { Issuers } from './issuers';
import type { SecretControl } from './model';
import type { SecretUsers } from './users';
import type { StoredSecret, Vaults } from './vaults';

const inSeconds = (millis: number): number => Math.floor(millis / 1000);

/** The levers on secrets, in process. */
export function secretLevers(parts: {
  readonly world: World;
  readonly vaults: Vaults;
  readonly issuers: Issuers;
  readonly users: SecretUsers;
  readonly reset: () => void;
}): SecretControl {
  const { world, vaults, issuers, users, reset } = parts;
  const settled = <T>(act: () => T): Promise<T> =>
    new Promise((resolve) => {
      world.schedule.settle();
      resolve(act());
    });
  const require = (vault: string, name: string): StoredSecret => {
    const found = vaults.find(vault, name);
    if (found === undefined) throw new CloudControlError(`vault ${vault} has no secret '${name}'`);
    return found;
  };
  return {
    secrets: (vault) => settled(() => [...vaults.secretsOf(vault).values()].map((one) => vaults.state(vault, one))),
    putSecret: ({ vault, name, value, expiresAt, enabled, tags }) =>
      settled(() => {
        vaults.write(vault, name, value ?? issuers.fresh(`put ${name}`, 48), {
          ...(enabled === undefined ? {} : { enabled }),
          ...(tags === undefined ? {} : { tags }),
          ...(expiresAt === undefined ? {} : { expires: inSeconds(expiresAt) }),
        });
        return vaults.state(vault, require(vault, name));
      }),
    changeSecret: ({ vault, name, enabled, expiresAt }) =>
      settled(() => {
        const secret = require(vault, name);
        const newest = secret.versions.at(-1);
        if (newest === undefined) throw new CloudControlError(`secret '${name}' has no version`);
        if (expiresAt === null) delete newest.expires;
        vaults.change(vault, secret, newest, {
          ...(enabled === undefined ? {} : { enabled }),
          ...(expiresAt === undefined || expiresAt === null ? {} : { expires: inSeconds(expiresAt) }),
        });
        return vaults.state(vault, secret);
      }),
    deleteSecret: ({ vault, name }) =>
      settled(() => {
        require(vault, name).deleted = true;
      }),
    secretConsumers: () => settled(() => users.all().map((user) => users.state(user))),
    setConsumer: (name, manner) => settled(() => users.state(users.setManner(name, manner))),
    credentials: () => settled(() => issuers.states()),
    credentialViolations: () => settled(() => users.violated()),
    clearCredentialViolations: () => settled(() => users.clearViolations()),
    resetSecrets: () => settled(reset),
    secretValues: () => settled(() => [...new Set([...issuers.everIssued, ...vaults.everStored])]),
  };
}
