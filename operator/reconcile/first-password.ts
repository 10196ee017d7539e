/** Where a first password comes from: drawn, or given by the administrator in a Secret (R25). */
import type { Resource } from '../api/resource.ts';
import { weaknessOf } from '../core/password-rules.ts';
import { givenSecret } from '../core/secrets.ts';
import type { Site } from '../core/site.ts';
import { hashChosenPassword } from '../credentials/argon2.ts';
import { generatePassword } from '../credentials/password.ts';
import { hashPassword } from '../credentials/ssha512.ts';
import { Blocked } from '../errors.ts';
import type { Cluster } from '../ports.ts';

export type PasswordSources = { readonly site: Pick<Site, 'passwords'>; readonly cluster: Cluster };

/**
 * What the entry gets: the hash, and that the first login must change it. slapd does not arm that by itself when an
 * entry is added.
 * @param secret the Secret that the entry will name
 * @throws Awaited while a Secret that was named is not there; Blocked when it may not be used
 */
export async function firstPassword(
  { site, cluster }: PasswordSources,
  mailbox: Resource,
  secret: string,
  address: string,
): Promise<Readonly<Record<string, readonly string[]>>> {
  const must = { pwdReset: ['TRUE'] };
  if (givenSecret(mailbox.spec) !== secret) {
    const password = await cluster.keepFirstPassword(mailbox, secret, address, generatePassword());
    return { userPassword: [hashPassword(password)], ...must };
  }
  const password = await cluster.readGivenPassword(mailbox, secret);
  const weakness = weaknessOf(site, password);
  if (weakness !== undefined)
    throw new Blocked('WeakPassword', `spec.passwordSecretRef: the password in Secret ${secret} ${weakness}`);
  return { userPassword: [await hashChosenPassword(password)], ...must };
}
