/** Which Secrets a site needs before its charts, and where each value comes from. Pure. */
import { bindAccounts } from '../../operator/core/layout.ts';
import {
  backupSecret,
  backupStoreSecret,
  databaseSecret,
  directorySecret,
  ldapSecret,
  originSecret,
  portalSecret,
  sessionsSecret,
  webmailSecret,
} from '../../operator/core/secrets.ts';
import type { Site } from '../../operator/core/site.ts';

/** A value that is drawn once, or one that must agree with another Secret's. */
export type KeySource =
  | { readonly random: 'password' | 'des-key' }
  | { readonly copyOf: { readonly namespace: string; readonly secret: string; readonly key: string } };

export type DesiredSecret = {
  readonly namespace: string;
  readonly name: string;
  readonly keys: Readonly<Record<string, KeySource>>;
};

/** Every Secret but those of TLS; what is copied stands before its copies. */
export function desiredSecrets(site: Site): readonly DesiredSecret[] {
  const { mail } = site.namespaces;
  const password: KeySource = { random: 'password' };
  return [
    ...bindAccounts(site).map((account) => ({
      namespace: homeOf(site, account),
      name: ldapSecret(account),
      keys: { password },
    })),
    {
      namespace: mail,
      name: directorySecret,
      keys: Object.fromEntries(
        bindAccounts(site).map((account): [string, KeySource] => [
          account,
          { copyOf: { namespace: homeOf(site, account), secret: ldapSecret(account), key: 'password' } },
        ]),
      ),
    },
    { namespace: mail, name: sessionsSecret, keys: { key: password } },
    { namespace: mail, name: originSecret, keys: { key: password } },
    { namespace: mail, name: portalSecret, keys: { key: password } },
    {
      namespace: mail,
      name: databaseSecret,
      keys: { superuser: password, roundcube: password, backup: password },
    },
    {
      namespace: mail,
      name: webmailSecret,
      keys: {
        roundcube: { copyOf: { namespace: mail, secret: databaseSecret, key: 'roundcube' } },
        'des-key': { random: 'des-key' },
      },
    },
    ...backupSecrets(site),
  ];
}

/** Drawn where the repository is, and copied to where the stack backs up from: it outlives the stack. */
function backupSecrets({
  namespaces: { mail, smtp, backup },
  backup: { repository },
}: Site): readonly DesiredSecret[] {
  const names = [backupSecret, ...(repository === 'volume' ? [backupStoreSecret] : [])];
  return names.flatMap((name): readonly DesiredSecret[] => [
    { namespace: backup, name, keys: { password: { random: 'password' } } },
    // The volume of the reports is Postfix's, too.
    ...[mail, smtp].map((namespace) => ({
      namespace,
      name,
      keys: { password: { copyOf: { namespace: backup, secret: name, key: 'password' } } },
    })),
  ]);
}

/** The namespace of the part that binds with the account; what is an application's is taken from the mail namespace. */
function homeOf(site: Site, account: string): string {
  return account === 'postfix' || account === 'reports' ? site.namespaces.smtp : site.namespaces.mail;
}
