/** The directory as the portal asks it, in its own name: whose address it is, and the few things that its pages show. */
import { Client, EqualityFilter, type Filter, NoSuchObjectError, OrFilter } from 'ldapts';
import { container, serviceDn, suffixOf } from '../operator/core/layout.ts';
import type { Site } from '../operator/core/site.ts';
import { directoryDomain, domainsOf } from '../operator/core/site-domains.ts';
import { Unavailable } from '../operator/errors.ts';
import { PasswordRefused } from '../operator/ldap/password-change.ts';
import type { DirectoryEntry } from '../operator/ports.ts';

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
   * @param work gets a connection of its own that is bound as the portal
   * @throws PasswordRefused as `work` does; Unavailable for whatever else fails
   */
  async asPortal<T>(work: (client: Client) => Promise<T>): Promise<T> {
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
      return await work(client);
    } catch (error) {
      if (error instanceof PasswordRefused) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      throw new Unavailable('LDAP', `${host}:${port}: ${reason}`, error);
    } finally {
      await client.unbind().catch(() => undefined);
    }
  }

  /** @returns the name of the Active entry that has the address as its own; undefined where there is none */
  async find(client: Client, address: string): Promise<string | undefined> {
    const names = namesOf(this.#site, address);
    const filter = new OrFilter({
      filters: names.map((value) => new EqualityFilter({ attribute: 'mail', value })),
    });
    // RFC 4511 section 4.5.1.8: no attribute, only the name of the entry.
    const found = await search(client, this.mailboxes, { filter, attributes: ['1.1'], sizeLimit: 2 });
    return found.length === 1 ? found[0]?.dn : undefined;
  }

  /** Where all organizations are. */
  get organizations(): string {
    return `${container.organizations},${suffixOf(directoryDomain(this.#site))}`;
  }

  /** Where all mailboxes are. */
  get mailboxes(): string {
    return `${container.mailboxes},${suffixOf(directoryDomain(this.#site))}`;
  }
}

/** Entries right below `base`. */
export async function search(
  client: Client,
  base: string,
  options: { readonly filter: Filter; readonly attributes: readonly string[]; readonly sizeLimit?: number },
): Promise<readonly DirectoryEntry[]> {
  const { searchEntries } = await client.search(base, {
    ...options,
    scope: 'one',
    attributes: [...options.attributes],
  });
  return searchEntries.map(entryOf);
}

/** The entry of this name; undefined where it is hidden or not there. */
export async function read(
  client: Client,
  dn: string,
  attributes: readonly string[],
): Promise<DirectoryEntry | undefined> {
  try {
    const { searchEntries } = await client.search(dn, { scope: 'base', attributes: [...attributes] });
    return searchEntries.map(entryOf)[0];
  } catch (error) {
    if (error instanceof NoSuchObjectError) return undefined;
    throw error;
  }
}

function entryOf({
  dn,
  ...attributes
}: {
  readonly dn: string;
  readonly [name: string]: unknown;
}): DirectoryEntry {
  const values = Object.entries(attributes).map(
    ([name, found]) => [name, [found].flat().filter((value) => typeof value === 'string')] as const,
  );
  // ldapts has an empty list for what was asked for and is not there.
  return { dn, attributes: Object.fromEntries(values.filter(([, texts]) => texts.length > 0)) };
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
