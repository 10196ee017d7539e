/** Accounts of a directory that runs, read over LDAPS: a bind, one search in pages, nothing else. */
import { rootCertificates } from 'node:tls';
import { type Client, FilterParser, ResultCodeError } from 'ldapts';
import { container, snapshotAttributes, suffixOf } from '../operator/core/layout.ts';
import type { Site } from '../operator/core/site.ts';
import { directoryDomain } from '../operator/core/site-domains.ts';
import { Unavailable } from '../operator/errors.ts';
import { withDeadline } from '../operator/ldap/deadline.ts';
import { EntryReader } from '../operator/ldap/entry-reader.ts';
import { type Account, Session } from '../operator/ldap/session.ts';
import type { DirectoryEntry } from '../operator/ports.ts';
import { Failed, WrongInput } from './failure.ts';
import { readText } from './read-text.ts';

/** How a directory is asked; of no use with a file. */
export type LiveOptions = {
  readonly bindDn?: string;
  readonly passwordFile?: string;
  readonly caFile?: string;
  readonly base?: string;
  readonly filter?: string;
};

const pageSize = 500;
/** Milliseconds for connecting and binding, and then for each page. */
const deadline = 30_000;
const standardPort = 636;

/** Is it the address of a directory, and no name of a file? */
export function isLdapUrl(source: string): boolean {
  return /^ldap[a-z]*:\/\//i.test(source);
}

/**
 * Never asks for passwords. What the account that binds may not see is missing without a word: bind as one that may.
 * @param url `ldaps://host[:port]`
 * @returns entries as a snapshot of the operator has them
 * @throws WrongInput for options that cannot be right; Failed where the directory does not answer, or not all of it
 */
export async function readLive(
  site: Site,
  url: string,
  options: LiveOptions,
): Promise<readonly DirectoryEntry[]> {
  const account = accountOf(url, options);
  const filter = options.filter ?? '(objectClass=*)';
  checkFilter(filter);
  const base = options.base ?? `${container.mailboxes},${suffixOf(directoryDomain(site))}`;
  try {
    const session = await Session.open(account, deadline);
    try {
      return await search(session.client, base, filter);
    } finally {
      session.destroy(new Error('the directory was read'));
    }
  } catch (error) {
    if (error instanceof ResultCodeError)
      throw new Failed(`${url} refuses to search ${base}: ${error.message}`);
    if (error instanceof Unavailable) throw new Failed(error.message);
    throw error;
  }
}

async function search(client: Client, base: string, filter: string): Promise<readonly DirectoryEntry[]> {
  const reader = new EntryReader();
  const entries: DirectoryEntry[] = [];
  const pages = client.searchPaginated(base, {
    scope: 'sub',
    filter,
    attributes: [...snapshotAttributes],
    paged: { pageSize },
  });
  for (;;) {
    const late = () => new Unavailable('LDAP', `no page of ${base} within ${deadline} ms`);
    const { done, value } = await withDeadline(pages.next(), deadline, late);
    if (done === true) return entries;
    entries.push(...value.searchEntries.map((found) => reader.read(found)));
  }
}

function accountOf(url: string, { bindDn, passwordFile, caFile }: LiveOptions): Account {
  const [, host = '', port = String(standardPort)] =
    /^ldaps:\/\/([A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(?::(\d{1,5}))?\/?$/i.exec(url) ?? [];
  if (host === '') throw new WrongInput(`--from-ldap ${url}: use ldaps://HOST[:PORT], without anything else`);
  if (bindDn === undefined || passwordFile === undefined)
    throw new WrongInput('--from-ldap ldaps://…: say who asks with --bind-dn and --password-file');
  const password = readText('--password-file', passwordFile).replace(/\r?\n$/, '');
  const ca = caFile === undefined ? rootCertificates.join('\n') : readText('--ca-file', caFile);
  return {
    host: host.replace(/^\[|\]$/g, ''),
    port: Number(port),
    bindDn,
    password: async () => password,
    ca: async () => ca,
  };
}

function checkFilter(filter: string): void {
  try {
    FilterParser.parseString(filter);
  } catch (error) {
    throw new WrongInput(`--filter ${filter}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
