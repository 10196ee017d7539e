/** The directory as the portal uses it: whose address it is, asked as itself, and everything else as the person (R25). */
import { Client, EqualityFilter, OrFilter } from 'ldapts';
import { attribute, container, serviceDn, suffixOf } from '../operator/core/layout.ts';
import type { Site } from '../operator/core/site.ts';
import { directoryDomain, domainsOf } from '../operator/core/site-domains.ts';
import { Unavailable } from '../operator/errors.ts';
import { changePassword, PasswordRefused } from '../operator/ldap/password-change.ts';

export type PortalDirectoryOptions = {
  readonly host: string;
  readonly port: number;
  /** The name in its certificate. @default host */
  readonly servername?: string;
  /** Both are read before every use, so that they may be renewed meanwhile. */
  readonly ca: () => Promise<string>;
  readonly password: () => Promise<string>;
};

/** Milliseconds for each answer. */
const deadline = 10_000;

export class PortalDirectory {
  readonly #site: Site;
  readonly #options: PortalDirectoryOptions;

  constructor(site: Site, options: PortalDirectoryOptions) {
    this.#site = site;
    this.#options = options;
  }

  /**
   * @param address as typed
   * @returns every name that the person's sessions may have
   * @throws PasswordRefused, `wrong` also where nobody has the address; Unavailable
   */
  async change(address: string, current: string, wanted: string): Promise<readonly string[]> {
    const { host, port, servername = host } = this.#options;
    const [ca, password] = await Promise.all([this.#options.ca(), this.#options.password()]);
    const client = new Client({
      url: `ldaps://${host}:${port}`,
      tlsOptions: { ca, servername },
      timeout: deadline,
      connectTimeout: deadline,
    });
    try {
      await client.bind(serviceDn(directoryDomain(this.#site), 'portal'), password);
      const dn = await this.#find(client, address);
      if (dn === undefined) throw new PasswordRefused('wrong');
      await changePassword(client, dn, current, wanted);
      // The password is changed, whatever becomes of this.
      const own = await ownAddresses(client, dn).catch(() => []);
      return [...new Set([...own, ...namesOf(this.#site, address)])];
    } catch (error) {
      if (error instanceof PasswordRefused) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      throw new Unavailable('LDAP', `${host}:${port}: ${reason}`, error);
    } finally {
      await client.unbind().catch(() => undefined);
    }
  }

  async #find(client: Client, address: string): Promise<string | undefined> {
    const { searchEntries } = await client.search(
      `${container.mailboxes},${suffixOf(directoryDomain(this.#site))}`,
      {
        scope: 'one',
        filter: new OrFilter({
          filters: namesOf(this.#site, address).map(
            (value) => new EqualityFilter({ attribute: 'mail', value }),
          ),
        }),
        // RFC 4511 section 4.5.1.8: no attribute, only the name of the entry.
        attributes: ['1.1'],
        sizeLimit: 2,
      },
    );
    return searchEntries.length === 1 ? searchEntries[0]?.dn : undefined;
  }
}

/** The addresses that somebody may mean: without a domain the site's, and a person is the same in all of its domains. */
export function namesOf(site: Site, typed: string): readonly string[] {
  const text = typed.toLowerCase();
  const at = text.lastIndexOf('@');
  const domains = domainsOf(site);
  if (at >= 0 && !domains.includes(text.slice(at + 1))) return [text];
  const name = at < 0 ? text : text.slice(0, at);
  return domains.map((domain) => `${name}@${domain}`);
}

/** Sessions have the address of the day they were opened in their names. */
async function ownAddresses(client: Client, dn: string): Promise<readonly string[]> {
  const { searchEntries } = await client.search(dn, {
    scope: 'base',
    attributes: ['mail', attribute.address],
  });
  const [entry] = searchEntries;
  return [entry?.['mail'], entry?.[attribute.address]].flat().filter((name) => typeof name === 'string');
}
