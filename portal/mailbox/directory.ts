/** What the directory knows around a mailbox: its organizations, and the mailboxes of organizations that it works with (R26). */
import { AndFilter, type Client, EqualityFilter, OrFilter } from 'ldapts';
import { type Delegate, delegatesOf } from '../../operator/core/delegates.ts';
import { attribute, headAttribute } from '../../operator/core/layout.ts';
import { mailboxDn } from '../../operator/core/naming/identity.ts';
import { accountOf, first } from '../../operator/core/observed.ts';
import type { Site } from '../../operator/core/site.ts';
import type { DirectoryEntry } from '../../operator/ports.ts';
import { type PortalDirectory, read, search } from '../directory.ts';

/** A delegate with what is known of the person; no entry where that may not be seen, such as of who is suspended. */
export type NamedDelegate = Delegate & { readonly entry?: DirectoryEntry };

/** An organization's mailbox, as somebody who works with it sees it. */
export type Shared = {
  readonly entry: DirectoryEntry;
  /** The organization's entry. */
  readonly organization: DirectoryEntry;
  /** Of the organization (R26), as far as she may be seen. */
  readonly head?: DirectoryEntry;
  readonly delegates: readonly NamedDelegate[];
};

/** Whoever shall become a delegate. */
export type Candidate = { readonly entry: DirectoryEntry; readonly organizations: readonly DirectoryEntry[] };

const ofOrganization = ['cn', attribute.organization, attribute.resource, headAttribute];
const ofPerson = ['cn', 'title', 'mail', attribute.organization, attribute.resource];
const ofShared = [...ofPerson, attribute.delegate];

/** No tree of organizations is as high as that. */
const highest = 16;

export class MailboxDirectory {
  readonly #site: Site;
  readonly #directory: PortalDirectory;

  constructor(site: Site, directory: PortalDirectory) {
    this.#site = site;
    this.#directory = directory;
  }

  /**
   * Mailboxes of organizations that are the person's own one or name it as a delegate, and those of organizations whose
   * head she is.
   * @throws Unavailable
   */
  sharedWith(person: DirectoryEntry): Promise<readonly Shared[]> {
    return this.#directory.asPortal(async (client) => {
      const above = await this.#above(client, person);
      const headed = await this.#headedBy(client, person);
      const organizations = [...above, ...headed.filter(({ dn }) => !above.some((one) => one.dn === dn))];
      if (organizations.length === 0) return [];
      const filter = new AndFilter({
        filters: [
          new EqualityFilter({ attribute: attribute.type, value: 'Organization' }),
          new OrFilter({
            filters: organizations.map(
              ({ dn }) => new EqualityFilter({ attribute: attribute.organization, value: dn }),
            ),
          }),
        ],
      });
      const found = await search(client, this.#directory.mailboxes, { filter, attributes: ofShared });
      const account = accountOf(person);
      const mine = found.filter(
        (entry) =>
          entry.dn === person.dn ||
          delegatesOf(entry).some((delegate) => delegate.account === account) ||
          headed.some(({ dn }) => dn === first(entry, attribute.organization)),
      );
      return Promise.all(mine.map((entry) => this.#named(client, entry, organizations)));
    });
  }

  /**
   * Whoever has the address, with the organizations that she is in, the nearest first; undefined where nobody is seen.
   * @throws Unavailable
   */
  candidate(address: string): Promise<Candidate | undefined> {
    return this.#directory.asPortal(async (client) => {
      const dn = await this.#directory.find(client, address);
      const entry = dn === undefined ? undefined : await read(client, dn, ofPerson);
      if (entry === undefined || first(entry, 'mail') === undefined) return undefined;
      return { entry, organizations: await this.#above(client, entry) };
    });
  }

  async #named(
    client: Client,
    entry: DirectoryEntry,
    organizations: readonly DirectoryEntry[],
  ): Promise<Shared> {
    const organization = organizations.find(({ dn }) => dn === first(entry, attribute.organization));
    if (organization === undefined) throw new Error(`${entry.dn} was found by its organization`);
    const delegates = delegatesOf(entry).map(async (delegate) => {
      const person = await read(client, mailboxDn(this.#site, delegate.account), ofPerson);
      return person === undefined || first(person, 'mail') === undefined
        ? delegate
        : { ...delegate, entry: person };
    });
    const headDn = first(organization, headAttribute);
    const head = headDn === undefined ? undefined : await read(client, headDn, ofPerson);
    return {
      entry,
      organization,
      ...(head === undefined || first(head, 'mail') === undefined ? {} : { head }),
      delegates: await Promise.all(delegates),
    };
  }

  /** Organizations whose head the person is; a person may be of another one, above or below. */
  #headedBy(client: Client, { dn: value }: DirectoryEntry): Promise<readonly DirectoryEntry[]> {
    const filter = new EqualityFilter({ attribute: headAttribute, value });
    return search(client, this.#directory.organizations, { filter, attributes: ofOrganization });
  }

  /** Its organization, the one above that, and so on, as far as they are active. */
  async #above(client: Client, start: DirectoryEntry): Promise<readonly DirectoryEntry[]> {
    const found: DirectoryEntry[] = [];
    for (let dn = first(start, attribute.organization); dn !== undefined && found.length < highest; ) {
      const entry = await read(client, dn, ofOrganization);
      if (entry === undefined) break;
      found.push(entry);
      dn = first(entry, attribute.organization);
    }
    return found;
  }
}
