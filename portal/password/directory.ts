/** A change of the password in the directory, as the person (R25). */
import type { Client } from 'ldapts';
import { attribute } from '../../operator/core/layout.ts';
import { all } from '../../operator/core/observed.ts';
import type { Site } from '../../operator/core/site.ts';
import { changePassword, PasswordRefused } from '../../operator/ldap/password-change.ts';
import { namesOf, type PortalDirectory, read } from '../directory.ts';

export class PasswordDirectory {
  readonly #site: Site;
  readonly #directory: PortalDirectory;

  constructor(site: Site, directory: PortalDirectory) {
    this.#site = site;
    this.#directory = directory;
  }

  /**
   * @param address as typed
   * @returns every name that the person's sessions may have
   * @throws PasswordRefused, `wrong` also where nobody has the address; Unavailable
   */
  change(address: string, current: string, wanted: string): Promise<readonly string[]> {
    return this.#directory.asPortal(async (client) => {
      const dn = await this.#directory.find(client, address);
      if (dn === undefined) throw new PasswordRefused('wrong');
      await changePassword(client, dn, current, wanted);
      // The password is changed, whatever becomes of this.
      const own = await ownAddresses(client, dn).catch(() => []);
      return [...new Set([...own, ...namesOf(this.#site, address)])];
    });
  }
}

/** Sessions have the address of the day they were opened in their names. */
async function ownAddresses(client: Client, dn: string): Promise<readonly string[]> {
  const entry = await read(client, dn, ['mail', attribute.address]);
  return entry === undefined ? [] : [...all(entry, 'mail'), ...all(entry, attribute.address)];
}
