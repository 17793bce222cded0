import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generate } from 'selfsigned';

export interface ServerCertificate {
  /** PEM file with the CA, for `NODE_EXTRA_CA_CERTS`. */
  caFile: string;
  caPem: string;
  key: string;
  cert: string;
}

/**
 * Makes a CA and a certificate for loopback signed by it, and writes the CA (never a key) to `directory`. Needed because
 * the SDKs refuse to send a bearer token over plain HTTP. Valid from a day ago, for clocks that disagree.
 */
export async function createServerCertificate(directory: string): Promise<ServerCertificate> {
  const day = 86_400_000;
  const validity = { notBeforeDate: new Date(Date.now() - day), notAfterDate: new Date(Date.now() + 365 * day) };
  // A name of its own for each CA: a process that trusts two of one name would check against the wrong one.
  const name = `Local cloud CA ${randomBytes(6).toString('hex')}`;
  const ca = await generate([{ name: 'commonName', value: name }], {
    ...validity,
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const server = await generate([{ name: 'commonName', value: 'localhost' }], {
    ...validity,
    keyType: 'ec',
    algorithm: 'sha256',
    ca: { key: ca.private, cert: ca.cert },
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  });
  mkdirSync(directory, { recursive: true });
  const caFile = join(directory, 'local-cloud-ca.pem');
  writeFileSync(caFile, ca.cert);
  return { caFile, caPem: ca.cert, key: server.private, cert: server.cert };
}
