/** `hopthu password`: prints the first password of a mailbox, or changes the password as its owner. */
import type { KubeConfig } from '@kubernetes/client-node';
import type { Site } from '../operator/core/site.ts';
import { changePassword, PasswordRefused } from '../operator/ldap/password-change.ts';
import { Failed } from './failure.ts';
import { loadKubeConfig } from './kube.ts';
import { explain } from './password/change.ts';
import { withDirectory } from './password/directory.ts';
import { type MailboxName, readAuthority, readFirstPassword, readMailboxStatus } from './password/mailbox.ts';
import { type PasswordSource, passwordSource } from './password/prompt.ts';
import { loadSite, siteOfNamespace } from './site.ts';

export type PasswordOptions = {
  readonly namespace?: string;
  readonly context?: string;
  readonly site?: string;
  readonly change?: boolean;
};

export async function password(name: string, options: PasswordOptions): Promise<void> {
  const config = loadKubeConfig(options.context);
  const given = options.site === undefined ? undefined : loadSite(options.site);
  const namespace =
    options.namespace ??
    given?.namespaces.accounts[0] ??
    config.getContextObject(config.getCurrentContext())?.namespace ??
    'default';
  const mailbox = { namespace, name };
  if (options.change !== true) return print(config, mailbox);
  await change(config, given ?? siteOfNamespace(namespace), mailbox, passwordSource());
}

async function print(config: KubeConfig, mailbox: MailboxName): Promise<void> {
  const { namespace, name } = mailbox;
  const { address, passwordSecret } = await readMailboxStatus(config, mailbox);
  const first = await readFirstPassword(config, namespace, passwordSecret);
  if (first !== undefined) {
    console.log(first);
    return;
  }
  throw new Failed(
    address === undefined
      ? `Mailbox ${namespace}/${name} has no address yet: see kubectl describe mailbox ${name} -n ${namespace}`
      : `the first password of ${address} is no longer kept: its owner has the one in force`,
  );
}

/** R25: the first change, by the person; in a browser the portal does the same. */
async function change(
  config: KubeConfig,
  site: Site,
  mailbox: MailboxName,
  source: PasswordSource,
): Promise<void> {
  const { namespace, name } = mailbox;
  const { entry, address, passwordSecret } = await readMailboxStatus(config, mailbox);
  if (entry === undefined || address === undefined) {
    throw new Failed(
      `Mailbox ${namespace}/${name} is not in the directory yet: see kubectl describe mailbox ${name} -n ${namespace}`,
    );
  }
  const authority = await readAuthority(config, namespace);
  const initial = await readFirstPassword(config, namespace, passwordSecret);
  const wanted = await source.wanted();
  const attempt = (current: string) =>
    withDirectory(config, site.namespaces.mail, authority, (client) =>
      changePassword(client, entry, current, wanted),
    ).catch((error: unknown) => {
      throw error instanceof PasswordRefused && error.reason !== 'wrong'
        ? explain(site, wanted, error)
        : error;
    });
  // The Secret may outlive the password in it: then the person knows the one in force.
  const known = initial === undefined ? [] : [async () => initial];
  for (const current of [...known, () => source.current()]) {
    if (await isRight(attempt(await current()))) {
      console.log(`the password of ${address} is changed`);
      return;
    }
  }
  // To whoever has not logged in, slapd does not tell one from the other.
  throw new Failed(
    `the current password of ${address} is not the right one, or the account is suspended or closed`,
  );
}

async function isRight(attempt: Promise<void>): Promise<boolean> {
  try {
    await attempt;
    return true;
  } catch (error) {
    if (error instanceof PasswordRefused) return false;
    throw error;
  }
}
