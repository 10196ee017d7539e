/** Who may be in: the password by the person's own bind, everything afterwards by what the portal may read. */

import { attribute } from '../../operator/core/layout.ts';
import { mailboxDn } from '../../operator/core/naming/identity.ts';
import { accountOf, first } from '../../operator/core/observed.ts';
import type { Site } from '../../operator/core/site.ts';
import { bindAs, PasswordRefused } from '../../operator/ldap/password-change.ts';
import type { DirectoryEntry } from '../../operator/ports.ts';
import { type PortalDirectory, read } from '../directory.ts';
import { pastLogins } from './past-logins.ts';
import type { Session } from './session.ts';

/** What is read of whoever is logged in. */
const shown = [
  ...['uid', 'cn', 'title', 'o', 'mail', 'pwdChangedTime', 'pwdLastSuccess'],
  ...[
    attribute.address,
    attribute.formerAddress,
    attribute.type,
    attribute.quotaBytes,
    attribute.organization,
  ],
  ...[attribute.resource, attribute.delegate, attribute.lastAccess, attribute.mailHost],
];

export class LoginDirectory {
  readonly #site: Site;
  readonly #directory: PortalDirectory;

  constructor(site: Site, directory: PortalDirectory) {
    this.#site = site;
    this.#directory = directory;
  }

  /**
   * @param address as typed
   * @throws PasswordRefused, `wrong` also where nobody has the address; Unavailable
   */
  enter(address: string, password: string): Promise<Omit<Session, 'from'> | 'mustChange'> {
    return this.#directory.asPortal(async (client) => {
      const dn = await this.#directory.find(client, address);
      if (dn === undefined) throw new PasswordRefused('wrong');
      // Before the bind, which slapd takes for an access.
      const entry = await read(client, dn, shown);
      if (await bindAs(client, dn, password)) return 'mustChange';
      if (entry === undefined || !isShown(entry)) return 'mustChange';
      const before = first(entry, 'pwdLastSuccess') ?? first(entry, attribute.lastAccess);
      // Nobody is kept out because of what one page would show.
      const logins = await pastLogins(client, dn, new Date()).catch(() => undefined);
      return {
        account: accountOf(entry),
        password: passwordOf(entry),
        ...(before === undefined ? {} : { before }),
        ...(logins === undefined ? {} : { logins }),
      };
    });
  }

  /**
   * The entry of whoever has the session, while she may log in and the password is the one that it was begun with.
   * @throws Unavailable
   */
  async holder({ account, password }: Session): Promise<DirectoryEntry | undefined> {
    const dn = mailboxDn(this.#site, account);
    const entry = await this.#directory.asPortal((client) => read(client, dn, shown));
    return entry !== undefined && isShown(entry) && passwordOf(entry) === password ? entry : undefined;
  }
}

/** Of who must change the password first the directory shows the portal at most what others see. */
function isShown(entry: DirectoryEntry): boolean {
  return first(entry, 'uid') !== undefined;
}

function passwordOf(entry: DirectoryEntry): string {
  return first(entry, 'pwdChangedTime') ?? '';
}
