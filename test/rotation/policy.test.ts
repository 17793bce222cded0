import { seconds } from '../../src/kernel/duration';
import { InvalidInputError, PermanentError, TransientError } from '../../src/kernel/errors';
import { silentLog } from '../../src/kernel/log';
import { createRotationPolicies, parseRotationPolicy } from '../../src/rotation';
import { rotationYaml, vaultId } from './rotation-app';

const good = (secrets: string): string => `version: 1\nvaults:\n  - id: ${vaultId}\n    secrets:\n${secrets}`;
const problemsOf = (text: string): string[] => {
  try {
    parseRotationPolicy(text);
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidInputError);
    return (error as InvalidInputError).problems.map(({ path, message, line }) => `${line ?? 0} ${path} ${message}`);
  }
  throw new Error('the policy was taken');
};

test('defaults are filled in, durations are seconds, and a secret says what is its own', () => {
  const { bindings } = parseRotationPolicy(
    good('      - { name: a, rotator: { kind: observe-only }, lead: 5d, overlap: { soak: 2h } }'),
  );
  expect(bindings).toEqual([
    {
      ...{ vault: vaultId.toLowerCase(), secret: 'a', owner: null, rotator: { kind: 'observe-only' }, consumers: [] },
      ...{ leadSeconds: 432_000, validitySeconds: 7_776_000, attempts: 3 },
      warnSeconds: [2_592_000, 1_209_600, 604_800, 86_400],
      overlap: { soakSeconds: 7200, lookSeconds: 1800, warnSeconds: 14_400, longestSeconds: 604_800 },
    },
  ]);
  expect(parseRotationPolicy(rotationYaml('https://services.example')).bindings).toHaveLength(6);
});

test.each([
  [
    'an unknown rotator',
    '      - { name: a, rotator: { kind: redis } }',
    /^5 vaults\[0\]\.secrets\[0\]\.rotator\.kind names no rotator there is; there are storage-account-key, /,
  ],
  [
    'settings that the rotator does not take',
    '      - { name: a, rotator: { kind: storage-account-key, account: x } }',
    /rotator\.account is not an Azure resource id/,
  ],
  [
    'a name that is given twice',
    '      - { name: a, rotator: { kind: observe-only } }\n      - { name: A, rotator: { kind: observe-only } }',
    /^6 .*name is given twice/,
  ],
  [
    'a name that is kept',
    '      - { name: a--pending, rotator: { kind: observe-only } }',
    /kept for versions that are not in use yet/,
  ],
  [
    'a rotator that uses its own secret',
    '      - { name: a, rotator: { kind: cloudflare-api-token, manager: a } }',
    /uses the secret that it is to rotate/,
  ],
  [
    'a consumer that signs with the secret',
    '      - { name: a, rotator: { kind: observe-only }, consumers: [{ kind: service, name: b, url: "https://b.example/", signing: a }] }',
    /sign with another one/,
  ],
  [
    'plain http',
    '      - { name: a, rotator: { kind: observe-only }, consumers: [{ kind: service, name: b, url: "http://b.example/", signing: c }] }',
    /consumers\[0\]\.url/,
  ],
])('%s is refused, with its place', (_what, secrets, problem) => {
  expect(problemsOf(good(secrets))).toEqual([expect.stringMatching(problem)]);
});

test('a document that is missing is no document; one that breaks keeps the last good one', async () => {
  let answer: () => Promise<{ kind: 'document'; text: string; etag: string }> = () =>
    Promise.reject(new PermanentError('PolicyMissing', 'none'));
  let now = 0;
  const clock = { now: () => now as never };
  const policies = createRotationPolicies({
    source: { read: () => answer() },
    clock,
    log: silentLog,
    maxAge: seconds(30),
  });
  expect(await policies.current()).toEqual({ bindings: [], vaults: [] });
  const text = good('      - { name: a, rotator: { kind: observe-only } }');
  answer = async () => ({ kind: 'document', text, etag: '1' });
  expect((await policies.current()).bindings).toHaveLength(1);
  now += 60_000;
  answer = async () => ({ kind: 'document', text: 'version: 7', etag: '2' });
  expect((await policies.current()).bindings).toHaveLength(1);
  now += 60_000;
  answer = () => Promise.reject(new TransientError('Down', 'down'));
  expect((await policies.current()).bindings).toHaveLength(1);
});
