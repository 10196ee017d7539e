/** Password hashes as slapd's pw-sha2 module reads them. For random passwords of 80 bits or more only. */
import { createHash, randomBytes } from 'node:crypto';

/** Bytes of salt; pw-sha2 takes whatever follows the digest as salt. */
const saltLength = 16;

/**
 * `{SSHA512}` + base64(SHA-512(password + salt) + salt), with a fresh random salt.
 * A fast hash is enough here because the initial password is random; slapd hashes what people choose as Argon2id.
 */
export function hashPassword(password: string): string {
  const salt = randomBytes(saltLength);
  const digest = createHash('sha512').update(password, 'utf8').update(salt).digest();
  return `{SSHA512}${Buffer.concat([digest, salt]).toString('base64')}`;
}
