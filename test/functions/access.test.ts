import { compose } from '../../functions/compose';
import { readConfig } from '../../src/config';
import { silentLog } from '../../src/kernel/log';
import { freshFunctionsCore } from '../support/functions-core';

const shared = {
  CARETAKER_ENVIRONMENT: 'test',
  CARETAKER_SUBSCRIPTION_IDS: '3f2b8a10-6c47-4e0d-9a55-1b7d2c9e4f01',
  CARETAKER_POLICY_URL: 'policy.yaml',
};
const deployed = { ...shared, CARETAKER_BLOB_URL: 'https://account.blob.core.windows.net' };
const local = { ...shared, CARETAKER_BLOB_CONNECTION_STRING: 'UseDevelopmentStorage=true' };
const tokens = {
  CARETAKER_TENANT_ID: '6f1d2c3b-4a5e-4f60-8171-92a3b4c5d6e7',
  CARETAKER_API_AUDIENCE: 'api://caretaker',
};

/** What the host asks for at each HTTP door but the console's, which is open: what it serves is the same for everybody. */
function levels(environment: Record<string, string>): Record<string, unknown> {
  const core = freshFunctionsCore();
  compose(readConfig(environment), { log: silentLog });
  const triggers = [...core.registry.functions].map(([name, { trigger }]) => [name, trigger] as const);
  const { console: open, ...others } = Object.fromEntries(
    triggers.flatMap(([name, trigger]) => (trigger.type === 'httpTrigger' ? [[name, trigger['authLevel']]] : [])),
  ) as Record<string, unknown>;
  expect(open).toBe('anonymous');
  return others;
}

it('with tokens the app asks for them itself, and the host for a key where a sender can do no better', () => {
  const {
    'alerts-azure-monitor-key': alerts,
    'events-event-grid-key': events,
    ...others
  } = levels({ ...deployed, ...tokens });
  expect([alerts, events]).toEqual(['function', 'function']);
  expect(Object.keys(others).length).toBeGreaterThan(15);
  expect(new Set(Object.values(others))).toEqual(new Set(['anonymous']));
});

it('without tokens every door asks for a key, and that only on the local platform', () => {
  expect(new Set(Object.values(levels(local)))).toEqual(new Set(['function']));
  expect(() => levels(deployed)).toThrow('CARETAKER_API_AUDIENCE is missing');
});
