/** Keys and certificates by the openssl command, in a folder that nobody else can read and that does not stay. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Failed } from '../failure.ts';

/** PEM texts. */
export type KeyPair = { readonly certificate: string; readonly key: string };

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-sha256'];
// The machine's openssl.cnf would add extensions of its own.
const request = '[req]\ndistinguished_name = name\n[name]\n';

/**
 * A certificate authority that signs with itself and makes no further ones.
 * @param name of the authority, without slashes
 */
export async function makeAuthority(name: string, days: number): Promise<KeyPair> {
  return inPrivateFolder(async (folder) => {
    const extensions = [
      'basicConstraints = critical, CA:TRUE, pathlen:0',
      'keyUsage = critical, keyCertSign, cRLSign',
      'subjectKeyIdentifier = hash',
    ];
    await writeFile(join(folder, 'ca.cnf'), `${request}[ca]\n${extensions.join('\n')}\n`);
    const subject = ['-utf8', '-subj', `/O=Hộp Thư/CN=${name}`];
    const out = ['-keyout', 'key.pem', '-out', 'crt.pem'];
    await openssl(folder, [
      ...['req', '-x509', '-config', 'ca.cnf', '-extensions', 'ca', '-days', `${days}`],
      ...newKey,
      ...subject,
      ...out,
    ]);
    return readPair(folder);
  });
}

/** A certificate for servers, and for clients that show one, signed by `authority`. */
export async function makeLeaf(
  authority: KeyPair,
  name: string,
  dnsNames: readonly string[],
  days: number,
): Promise<KeyPair> {
  return inPrivateFolder(async (folder) => {
    const extensions = [
      'basicConstraints = critical, CA:FALSE',
      'keyUsage = critical, digitalSignature',
      'extendedKeyUsage = serverAuth, clientAuth',
      'subjectKeyIdentifier = hash',
      'authorityKeyIdentifier = keyid',
      `subjectAltName = ${dnsNames.map((dnsName) => `DNS:${dnsName}`).join(', ')}`,
    ];
    await writeFile(join(folder, 'req.cnf'), request);
    await writeFile(join(folder, 'leaf.ext'), `${extensions.join('\n')}\n`);
    await writeFile(join(folder, 'ca.pem'), authority.certificate);
    await writeFile(join(folder, 'ca.key'), authority.key, { mode: 0o600 });
    const subject = ['-subj', `/CN=${name}`];
    await openssl(folder, [
      ...['req', '-config', 'req.cnf', ...newKey, ...subject],
      ...['-keyout', 'key.pem', '-out', 'req.pem'],
    ]);
    await openssl(folder, [
      ...['x509', '-req', '-in', 'req.pem', '-sha256', '-days', `${days}`, '-extfile', 'leaf.ext'],
      ...['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-out', 'crt.pem'],
    ]);
    return readPair(folder);
  });
}

async function inPrivateFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'hopthu-keys-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function readPair(folder: string): Promise<KeyPair> {
  return {
    certificate: await readFile(join(folder, 'crt.pem'), 'utf8'),
    key: await readFile(join(folder, 'key.pem'), 'utf8'),
  };
}

async function openssl(folder: string, args: readonly string[]): Promise<void> {
  try {
    await promisify(execFile)('openssl', args, { cwd: folder });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const missing = 'code' in error && error.code === 'ENOENT';
    throw new Failed(missing ? 'openssl is not installed: install the package openssl' : error.message);
  }
}
