import { readConfig } from '../../../src/config';
import type { EpochMillis } from '../../../src/kernel/clock';
import { seedEstate } from '../../../src/local/cloud';
import { appEnvironment, localAudience } from '../../../src/local/platform/platform';
import { signInOf } from '../../../src/operator';

it('lets people sign in to the console at the stand-in for Entra, with an application that it knows', () => {
  const { tenantId, applications } = seedEstate();
  const issuer = `http://127.0.0.1:4711/${tenantId}/v2.0`;
  const environment = appEnvironment({
    cloud: {
      ...{ controlEndpoint: 'http://127.0.0.1:4711', issuer, tenantId, environment: {} },
      blob: { connectionString: 'UseDevelopmentStorage=true', url: 'http://127.0.0.1:10000/devstoreaccount1' },
    },
    root: '/project',
    policyFile: '/project/policy/caretaker.yaml',
    time: { origin: 1 as EpochMillis, startedAt: 1 as EpochMillis, speed: 20 },
  });
  const { api, directory, consoleClientId } = readConfig(environment);
  expect(signInOf({ tokens: api.tokens, login: directory.login, clientId: consoleClientId })).toEqual({
    kind: 'entra',
    authority: issuer,
    clientId: applications[0]?.clientId,
    scope: `${localAudience}/.default`,
    local: true,
  });
});
