/** Reads the published directory as one of the two accounts that may: what it is not shown it cannot pass on (R40). */
import { Client, type Entry } from 'ldapts';
import {
  attribute,
  container,
  headAttribute,
  sentinel,
  serviceDn,
  suffixOf,
} from '../../operator/core/layout.ts';
import type { Site } from '../../operator/core/site.ts';
import { directoryDomain } from '../../operator/core/site-domains.ts';
import { Unavailable } from '../../operator/errors.ts';
import type { Listed, ListedMailbox, ListedOrganization } from './model.ts';

export type ReaderOptions = {
  readonly host: string;
  readonly port: number;
  /** The name in its certificate. @default host */
  readonly servername?: string;
  readonly account: 'published' | 'publisher';
  /** Both are read before every use, so that they may be renewed meanwhile. */
  readonly ca: () => Promise<string>;
  readonly password: () => Promise<string>;
};

/** Milliseconds for each page. */
const deadline = 20_000;
/** Entries of a page, which are made sense of in one turn of the event loop. */
const pageSize = 500;

const ofOrganization = [
  ...['cn', 'telephoneNumber', 'postalAddress'],
  ...[attribute.abbreviation, attribute.sector, attribute.organization, headAttribute],
];
const ofMailbox = ['cn', 'title', 'mail', 'telephoneNumber', attribute.type, attribute.organization];

/**
 * Everything that the account is shown, read anew each time.
 * @throws Unavailable where it cannot be read, or is not the whole directory
 */
export async function readListed(site: Site, options: ReaderOptions): Promise<Listed> {
  const { host, port, servername = host, account } = options;
  const [ca, password] = await Promise.all([options.ca(), options.password()]);
  const client = new Client({
    url: `ldaps://${host}:${port}`,
    tlsOptions: { ca, servername },
    timeout: deadline,
    connectTimeout: deadline,
  });
  const suffix = suffixOf(directoryDomain(site));
  try {
    await client.bind(serviceDn(directoryDomain(site), account), password);
    await client.search(`${sentinel},${suffix}`, { scope: 'base', attributes: ['1.1'] });
    return {
      organizations: await all(
        client,
        `${container.organizations},${suffix}`,
        ofOrganization,
        toOrganization,
      ),
      mailboxes: await all(client, `${container.mailboxes},${suffix}`, ofMailbox, toMailbox),
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Unavailable('LDAP', `${host}:${port}: the published directory: ${reason}`, error);
  } finally {
    await client.unbind().catch(() => undefined);
  }
}

async function all<T>(
  client: Client,
  base: string,
  attributes: string[],
  read: (entry: Entry) => T,
): Promise<readonly T[]> {
  const found: T[] = [];
  const pages = client.searchPaginated(base, { scope: 'one', attributes, paged: { pageSize } });
  for await (const { searchEntries } of pages) for (const entry of searchEntries) found.push(read(entry));
  return found;
}

function toOrganization(entry: Entry): ListedOrganization {
  const address = first(entry, 'postalAddress');
  return {
    dn: entry.dn,
    name: first(entry, 'cn') ?? '',
    abbreviation: first(entry, attribute.abbreviation) ?? '',
    ...given('parent', first(entry, attribute.organization)),
    ...given('sector', first(entry, attribute.sector)),
    ...given('head', first(entry, headAttribute)),
    ...given('phone', first(entry, 'telephoneNumber')),
    ...given('address', address === undefined ? undefined : postalText(address)),
  };
}

function toMailbox(entry: Entry): ListedMailbox {
  return {
    dn: entry.dn,
    type: first(entry, attribute.type) === 'Organization' ? 'Organization' : 'Personal',
    name: first(entry, 'cn') ?? '',
    organization: first(entry, attribute.organization) ?? '',
    ...given('title', first(entry, 'title')),
    ...given('mail', first(entry, 'mail')),
    ...given('phone', first(entry, 'telephoneNumber')),
  };
}

function given<K extends string>(key: K, value: string | undefined): { readonly [key in K]?: string } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [key in K]?: string });
}

function first(entry: Entry, name: string): string | undefined {
  const value = entry[name];
  const one = Array.isArray(value) ? value[0] : value;
  return one === undefined ? undefined : String(one);
}

/** RFC 4517 section 3.3.28: lines end with `$`, and two characters are escaped. */
function postalText(value: string): string {
  return value.replaceAll('$', ', ').replaceAll(/\\24/g, '$').replaceAll(/\\5C/gi, '\\');
}
