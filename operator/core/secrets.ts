/** Names of what the parts share: Secrets and ConfigMaps written by `hopthu bootstrap`, mounted by the charts. */
import { createHash } from 'node:crypto';

/** TLS of a part: `tls.crt`, `tls.key`, `ca.crt`. */
export function tlsSecret(part: string): string {
  return `${part}-tls`;
}

/** LDAP password of a part or an application: key `password`, no newline at the end. */
export function ldapSecret(account: string): string {
  return `${account}-ldap`;
}

/** Passwords of every bind account, keys as the accounts' names; mounted by openldap alone. */
export const directorySecret = 'openldap-accounts';

/** PostgreSQL: `superuser`, `roundcube` and `backup`, which only reads. */
export const databaseSecret = 'postgresql-passwords';

/** Roundcube: `roundcube` (database password) and `des-key` (24 characters, session encryption). */
export const webmailSecret = 'webmail-secrets';

/** Dovecot's API for ending sessions: `key`; mounted by dovecot and the operator. */
export const sessionsSecret = 'dovecot-sessions';

/** With which the webmail signs the browser's address: `key`; mounted by webmail and the throttle beside dovecot. */
export const originSecret = 'webmail-origin';

/** With which the portal seals its sessions: `key`; mounted by the portal alone. */
export const portalSecret = 'portal-session';

/** What encrypts the backups: `password`. Whoever loses it loses them all; a copy belongs outside of the cluster. */
export const backupSecret = 'backup-repository';

/**
 * What opens the place where the backups lie, a Secret of its own in each namespace: `password` of the repository on a
 * volume, or `credentials` (AWS's file) and `ca.crt` that people made for S3.
 */
export const backupStoreSecret = 'backup-store';

/** What opens the place of the published files where that is S3, as `backupStoreSecret`; people made it. R40 */
export const publishedStoreSecret = 'published-store';

/** Private keys that sign outgoing mail, a key `SELECTOR.key` each; mounted by the filter. RFC 6376 */
export const dkimSecret = 'dkim-keys';

/** Key of a selector in `dkimSecret`. */
export function dkimKeyFile(selector: string): string {
  return `${selector}.key`;
}

/** Their public halves as TXT records, keys as the selectors; in the mail namespace. */
export const dkimConfigMap = 'hopthu-dkim';

/** The certificate authority of the site, key `ca.crt`; a ConfigMap in every namespace of the site. */
export const caConfigMap = 'hopthu-ca';

/** Key and certificate of the local CA (`tls.key`, `tls.crt`) where no issuer is named; in the mail namespace. */
export const caSecret = 'hopthu-local-ca';

/** The ConfigMap that carries the site file (`site.yaml`) to the operator and the annotations that steer it. */
export const siteConfigMap = 'hopthu-site';

/** Texts of the operator's notices, a key for each kind. */
export const noticesConfigMap = 'hopthu-notices';

/** The ConfigMap in which the operator tells what has no resource: keys `orphans` and `held`, JSON. */
export const reportConfigMap = 'hopthu-report';

/** The ConfigMap in which the clerk counts requests: a key for each year. */
export const requestsConfigMap = 'hopthu-requests';

/** Words of letters and documents about requests, a key for each file. */
export const requestTextsConfigMap = 'hopthu-request-texts';

/** The Lease by which one of several operators writes; in the mail namespace. */
export const operatorLease = 'hopthu-operator';

/** Name of the Secret that a Mailbox's spec gives for its first password (R25); the spec may be of any version. */
export function givenSecret(spec: unknown): string | undefined {
  const { passwordSecretRef } = (spec ?? {}) as { passwordSecretRef?: { name?: unknown } };
  const name = passwordSecretRef?.name;
  return typeof name === 'string' ? name : undefined;
}

/**
 * First password of a Mailbox, beside it in its namespace: keys `address` and `password`; owned by the Mailbox.
 * @param reset the `spec.passwordReset` that asked for it; each one has a Secret of its own
 */
export function firstPasswordSecret(mailbox: string, reset?: string): string {
  if (reset === undefined) return `${mailbox}-initial-password`;
  return `${mailbox}-password-${createHash('sha256').update(reset).digest('hex').slice(0, 8)}`;
}
