import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';

/**
 * Hybrid public key encryption, RFC 9180, base mode, single shot: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-GCM. The RFC's
 * construction with node's own primitives, checked against the RFC's test vectors, needs no dependency; the vectors are for
 * AES-128-GCM, which is why the cipher is a parameter.
 */
interface Aead {
  readonly id: number;
  readonly cipher: 'aes-128-gcm' | 'aes-256-gcm';
  readonly keyLength: number;
}
export const aes128Gcm: Aead = { id: 1, cipher: 'aes-128-gcm', keyLength: 16 };
export const aes256Gcm: Aead = { id: 2, cipher: 'aes-256-gcm', keyLength: 32 };

const nonceLength = 12;
const tagLength = 16;
const hashLength = 32;

const number16 = (value: number): Buffer => Buffer.from([value >> 8, value & 255]);
const kemSuite = Buffer.concat([Buffer.from('KEM'), number16(0x0020)]);
const hpkeSuite = (aead: Aead): Buffer =>
  Buffer.concat([Buffer.from('HPKE'), number16(0x0020), number16(1), number16(aead.id)]);

// DER envelopes of raw X25519 keys (RFC 8410).
const publicPrefix = Buffer.from('302a300506032b656e032100', 'hex');
const privatePrefix = Buffer.from('302e020100300506032b656e04220420', 'hex');

function publicKeyOf(raw: Buffer): KeyObject {
  return createPublicKey({ key: Buffer.concat([publicPrefix, raw]), format: 'der', type: 'spki' });
}

function privateKeyOf(raw: Buffer): KeyObject {
  return createPrivateKey({ key: Buffer.concat([privatePrefix, raw]), format: 'der', type: 'pkcs8' });
}

function rawPublic(key: KeyObject): Buffer {
  return (key.type === 'private' ? createPublicKey(key) : key).export({ format: 'der', type: 'spki' }).subarray(-32);
}

function extract(suite: Buffer, salt: Buffer, label: string, key: Buffer): Buffer {
  const input = Buffer.concat([Buffer.from('HPKE-v1'), suite, Buffer.from(label), key]);
  return createHmac('sha256', salt.length === 0 ? Buffer.alloc(hashLength) : salt)
    .update(input)
    .digest();
}

function expand(suite: Buffer, key: Buffer, label: string, info: Buffer, length: number): Buffer {
  const labelled = Buffer.concat([number16(length), Buffer.from('HPKE-v1'), suite, Buffer.from(label), info]);
  let block: Buffer = Buffer.alloc(0);
  let output: Buffer = Buffer.alloc(0);
  for (let counter = 1; output.length < length; counter += 1) {
    block = createHmac('sha256', key)
      .update(Buffer.concat([block, labelled, Buffer.from([counter])]))
      .digest();
    output = Buffer.concat([output, block]);
  }
  return output.subarray(0, length);
}

/** Key and nonce of the one message. Node refuses keys whose shared secret is all zero, as the RFC asks. */
function schedule(
  aead: Aead,
  dh: Buffer,
  enc: Buffer,
  recipient: Buffer,
  info: Buffer,
): { key: Buffer; nonce: Buffer } {
  const secret = expand(
    kemSuite,
    extract(kemSuite, Buffer.alloc(0), 'eae_prk', dh),
    'shared_secret',
    Buffer.concat([enc, recipient]),
    hashLength,
  );
  const suite = hpkeSuite(aead);
  const empty = Buffer.alloc(0);
  const context = Buffer.concat([
    Buffer.from([0]),
    extract(suite, empty, 'psk_id_hash', empty),
    extract(suite, empty, 'info_hash', info),
  ]);
  const prk = extract(suite, secret, 'secret', empty);
  return {
    key: expand(suite, prk, 'key', context, aead.keyLength),
    nonce: expand(suite, prk, 'base_nonce', context, nonceLength),
  };
}

/** A new pair of X25519 keys, 32 bytes each. */
export function generateKeyPair(): { readonly publicKey: Buffer; readonly privateKey: Buffer } {
  const { publicKey, privateKey } = generateKeyPairSync('x25519');
  return {
    publicKey: Buffer.from(rawPublic(publicKey)),
    privateKey: Buffer.from(privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(-32)),
  };
}

/** The public key that belongs to a private one. */
export function publicKeyFor(privateKey: Buffer): Buffer {
  return Buffer.from(rawPublic(privateKeyOf(privateKey)));
}

/** What {@link seal} returns: the ephemeral public key, and the ciphertext with its 16 bytes of tag at the end. */
export interface Sealed {
  readonly enc: Buffer;
  readonly ciphertext: Buffer;
}

/**
 * Encrypts to the holder of a private key. `info` and `aad` are not hidden but must be the same for {@link open}. Says nothing
 * about who sealed it. `ephemeral` is for test vectors only: the same key twice gives the content away.
 */
export function seal(
  recipient: Buffer,
  plaintext: Buffer,
  options: { readonly info: Buffer; readonly aad: Buffer; readonly aead?: Aead; readonly ephemeral?: Buffer },
): Sealed {
  const aead = options.aead ?? aes256Gcm;
  const ephemeral = privateKeyOf(options.ephemeral ?? generateKeyPair().privateKey);
  const enc = Buffer.from(rawPublic(ephemeral));
  const dh = diffieHellman({ privateKey: ephemeral, publicKey: publicKeyOf(recipient) });
  const { key, nonce } = schedule(aead, dh, enc, recipient, options.info);
  const cipher = createCipheriv(aead.cipher, key, nonce, { authTagLength: tagLength }).setAAD(options.aad);
  return { enc, ciphertext: Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]) };
}

/** Decrypts what {@link seal} made; throws when key, info, aad or a single bit of the content is another. */
export function open(
  privateKey: Buffer,
  sealed: Sealed,
  options: { readonly info: Buffer; readonly aad: Buffer; readonly aead?: Aead },
): Buffer {
  const aead = options.aead ?? aes256Gcm;
  const own = privateKeyOf(privateKey);
  const dh = diffieHellman({ privateKey: own, publicKey: publicKeyOf(sealed.enc) });
  const { key, nonce } = schedule(aead, dh, sealed.enc, Buffer.from(rawPublic(own)), options.info);
  const body = sealed.ciphertext.subarray(0, -tagLength);
  const decipher = createDecipheriv(aead.cipher, key, nonce, { authTagLength: tagLength })
    .setAAD(options.aad)
    .setAuthTag(sealed.ciphertext.subarray(-tagLength));
  return Buffer.concat([decipher.update(body), decipher.final()]);
}
