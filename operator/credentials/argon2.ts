/** Password hashes as slapd's argon2 module reads them: for passwords that a person thought of. */
import { argon2, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';

/** What slapd.conf gives its own module: KiB, passes, lanes. */
const [memory, passes, parallelism] = [19_456, 2, 1];

/** `{ARGON2}` and the encoded form of Argon2id (RFC 9106), with a fresh random salt. Takes 20 ms off the event loop. */
export async function hashChosenPassword(password: string): Promise<string> {
  const nonce = randomBytes(16);
  const parameters = { message: password, nonce, parallelism, tagLength: 32, memory, passes };
  const tag = await promisify(argon2)('argon2id', parameters);
  const base64 = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '');
  return `{ARGON2}$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${base64(nonce)}$${base64(tag)}`;
}
