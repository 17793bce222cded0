import { randomBytes } from 'node:crypto';
import { iso } from './time';
import { aes128Gcm, generateKeyPair, open, publicKeyFor, seal } from '../../src/stacks/hpke';
import {
  bindingDigest,
  deviations,
  inputDigests,
  missingApprovals,
  openPlan,
  parseSealedPlan,
  sealPlan,
  sha256Of,
  type Binding,
  type PlanApproval,
  type Present,
} from '../../src/stacks';

const hex = (text: string): Buffer => Buffer.from(text, 'hex');

describe('hybrid public key encryption', () => {
  // RFC 9180, appendix A.1.1: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-128-GCM, base mode, sequence number 0.
  const vector = {
    privateKey: hex('4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8'),
    publicKey: hex('3948cfe0ad1ddb695d780e59077195da6c56506b027329794ab02bca80815c4d'),
    ephemeral: hex('52c4a758a802cd8b936eceea314432798d5baf2d7e9235dc084ab1b9cfa2f736'),
    enc: hex('37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431'),
    info: hex('4f6465206f6e2061204772656369616e2055726e'),
    plaintext: hex('4265617574792069732074727574682c20747275746820626561757479'),
    aad: hex('436f756e742d30'),
    ciphertext: hex('f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a96d8770ac83d07bea87e13c512a'),
  };

  it('gives what the RFC gives', () => {
    const { info, aad, ephemeral } = vector;
    const sealed = seal(vector.publicKey, vector.plaintext, { info, aad, ephemeral, aead: aes128Gcm });
    expect(sealed.enc.toString('hex')).toBe(vector.enc.toString('hex'));
    expect(sealed.ciphertext.toString('hex')).toBe(vector.ciphertext.toString('hex'));
    expect(publicKeyFor(vector.privateKey)).toEqual(vector.publicKey);
    expect(
      open(vector.privateKey, { enc: vector.enc, ciphertext: vector.ciphertext }, { info, aad, aead: aes128Gcm }),
    ).toEqual(vector.plaintext);
  });

  it('opens for the holder of the key only, and only what was sealed', () => {
    const { publicKey, privateKey } = generateKeyPair();
    const options = { info: Buffer.from('info'), aad: Buffer.from('aad') };
    const content = randomBytes(100_000);
    const sealed = seal(publicKey, content, options);
    expect(open(privateKey, sealed, options)).toEqual(content);
    expect(() => open(generateKeyPair().privateKey, sealed, options)).toThrow();
    expect(() => open(privateKey, sealed, { ...options, aad: Buffer.from('other') })).toThrow();
    expect(() => open(privateKey, sealed, { ...options, info: Buffer.from('other') })).toThrow();
    for (const index of [0, 50_000, sealed.ciphertext.length - 1]) {
      const changed = Buffer.from(sealed.ciphertext);
      changed[index] = (changed[index] as number) ^ 1;
      expect(() => open(privateKey, { ...sealed, ciphertext: changed }, options)).toThrow();
    }
  });

  it('is different every time, and refuses a key that gives no secret', () => {
    const { publicKey } = generateKeyPair();
    const options = { info: Buffer.alloc(0), aad: Buffer.alloc(0) };
    expect(seal(publicKey, Buffer.from('a'), options).ciphertext).not.toEqual(
      seal(publicKey, Buffer.from('a'), options).ciphertext,
    );
    expect(() => seal(Buffer.alloc(32), Buffer.from('a'), options)).toThrow();
  });
});

const planFile = Buffer.from('a plan');
const present: Present = {
  stack: 'payments-prod',
  environment: 'prod',
  commit: 'a'.repeat(40),
  state: { lineage: 'l', serial: 7 },
  lockFile: 'b'.repeat(64),
  digests: { project: 'c'.repeat(64), modules: { 'infra/modules/redis': 'd'.repeat(64) } },
  inputs: inputDigests(planFile, { foundation: { id: 1 } }),
  now: Date.parse('2026-03-01T11:00:00Z') as Present['now'],
};
const { now, ...same } = present;
const binding: Binding = {
  version: 1,
  author: 'ada',
  ...same,
  planFile: sha256Of(planFile),
  planJson: 'e'.repeat(64),
  createdAt: iso('2026-03-01T10:00:00.000Z'),
  expiresAt: iso('2026-03-01T14:00:00.000Z'),
};

describe('a sealed plan', () => {
  const { publicKey, privateKey } = generateKeyPair();

  it('comes back as it was', () => {
    const sealed = parseSealedPlan(JSON.stringify(sealPlan(planFile, binding, publicKey)));
    expect(openPlan(sealed, privateKey)).toEqual(planFile);
    expect(JSON.stringify(sealed)).not.toContain('a plan');
  });

  it('is unreadable when any part of what it is bound to was changed', () => {
    const sealed = sealPlan(planFile, binding, publicKey);
    for (const change of [
      { commit: 'f'.repeat(40) },
      { expiresAt: iso('2027-03-01T14:00:00.000Z') },
      { author: 'bob' },
      { state: { lineage: 'l', serial: 8 } },
    ]) {
      expect(() => openPlan({ ...sealed, binding: { ...binding, ...change } }, privateKey)).toThrow(
        'was changed after it was sealed',
      );
    }
  });

  it('does not open for another identity, and is not made of another plan', () => {
    expect(() => openPlan(sealPlan(planFile, binding, publicKey), generateKeyPair().privateKey)).toThrow(
      'sealed to another identity',
    );
    expect(() => sealPlan(Buffer.from('another'), binding, publicKey)).toThrow('not the one that the binding names');
    expect(() => parseSealedPlan('{"a": 1}')).toThrow('this is not a sealed plan');
    expect(() => parseSealedPlan('no json')).toThrow('this is not a sealed plan');
  });

  it('may be applied when nothing moved', () => {
    expect(deviations(binding, present)).toEqual([]);
  });

  it.each([
    ['another stack', { stack: 'orders-prod' }, 'stack'],
    ['another environment', { environment: 'qa' }, 'stack'],
    ['another commit', { commit: 'f'.repeat(40) }, 'commit'],
    ['a state that moved on', { state: { lineage: 'l', serial: 8 } }, 'state.serial'],
    ['a state that was put back', { state: { lineage: 'l', serial: 6 } }, 'state.serial'],
    ['another state', { state: { lineage: 'm', serial: 7 } }, 'state.lineage'],
    ['another lock file', { lockFile: null }, 'lockFile'],
    ['other project files', { digests: { ...present.digests, project: '0'.repeat(64) } }, 'digests.project'],
    [
      'another module',
      { digests: { ...present.digests, modules: { 'infra/modules/redis': '0'.repeat(64) } } },
      'digests.modules.infra/modules/redis',
    ],
    [
      'one more module',
      { digests: { ...present.digests, modules: { ...present.digests.modules, 'infra/modules/x': '0'.repeat(64) } } },
      'digests.modules.infra/modules/x',
    ],
    ['another value from upstream', { inputs: inputDigests(planFile, { foundation: { id: 2 } }) }, 'inputs.foundation'],
    ['an input that is gone', { inputs: {} }, 'inputs.foundation'],
    ['the moment at which it expires', { now: Date.parse('2026-03-01T14:00:00Z') as Present['now'] }, 'expiresAt'],
    ['a time before it was made', { now: Date.parse('2026-03-01T09:59:59Z') as Present['now'] }, 'createdAt'],
  ])('is refused for %s', (_what, change, path) => {
    expect(deviations(binding, { ...present, ...change }).map((problem) => problem.path)).toEqual([path]);
  });

  it('gives nothing away about what it took from others without the plan itself', () => {
    expect(inputDigests(planFile, { a: 'secret' })).not.toEqual(
      inputDigests(Buffer.from('another plan'), { a: 'secret' }),
    );
    expect(inputDigests(planFile, { a: 1, b: 2 })['a']).toBe(inputDigests(planFile, { b: 2, a: 1 })['a']);
    expect(inputDigests(planFile, { a: 'x', b: 'x' })['a']).not.toBe(inputDigests(planFile, { a: 'x', b: 'x' })['b']);
  });
});

describe('approvals', () => {
  const asked = { people: 2, groups: ['approvers'] };
  const yes = (by: string, change: Partial<PlanApproval> = {}): PlanApproval => ({
    plan: bindingDigest(binding),
    by,
    groups: ['approvers'],
    answer: 'approve',
    at: iso('2026-03-01T10:30:00.000Z'),
    ...change,
  });
  const missing = (...given: PlanApproval[]): string =>
    missingApprovals(binding, asked, given, now)
      .map(({ message }) => message)
      .join('; ');

  it('are enough from two others', () => {
    expect(missing(yes('bob'), yes('eve'))).toBe('');
  });

  it.each([
    ['one', [yes('bob')], 'has: bob'],
    ['none', [], 'has: none'],
    ['the same person twice', [yes('bob'), yes('Bob')], 'has: Bob'],
    ['the author', [yes('bob'), yes('ADA')], 'is the author of the change'],
    ['another group', [yes('bob'), yes('eve', { groups: ['developers'] })], 'is in none of the groups'],
    ['another plan', [yes('bob'), yes('eve', { plan: '0'.repeat(64) })], 'was given for another plan'],
    ['before the plan', [yes('bob'), yes('eve', { at: iso('2026-03-01T09:00:00.000Z') })], 'outside the time'],
    ['from the future', [yes('bob'), yes('eve', { at: iso('2026-03-01T12:00:00.000Z') })], 'outside the time'],
    ['a rejection', [yes('bob'), yes('eve'), yes('joe', { answer: 'reject' })], 'joe: rejected this plan'],
  ])('are not enough with %s', (_what, given, expected) => {
    expect(missing(...given)).toContain(expected);
  });

  it('are not asked for where nobody has to agree', () => {
    expect(missingApprovals(binding, { people: 0, groups: [] }, [], now)).toEqual([]);
  });
});
