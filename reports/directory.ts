/** Mailboxes and organizations from LDAP, all of them or none: with the account `reports`, which reads no names of people. */
import type { Entry, SearchOptions } from 'ldapts';
import { dnKey, isBelow } from '../operator/core/dn.ts';
import { container, sentinel } from '../operator/core/layout.ts';
import { generalizedTime, parseGeneralizedTime } from '../operator/core/time.ts';
import { Unavailable } from '../operator/errors.ts';
import { Connection, type ConnectionOptions } from '../operator/ldap/connection.ts';
import type { DirectoryEntry } from '../operator/ports.ts';
import {
  accountAttributes,
  accountOf,
  type Office,
  officeAttributes,
  officeOf,
  type Seen,
} from './accounts.ts';
import type { Login } from './logins.ts';

/** Of a login, in slapd's log. */
const loginAttributes = ['reqDN', 'reqStart', 'reqResult'];
const attributes = [...new Set([...accountAttributes, ...officeAttributes])];

/**
 * @param suffix of the site's tree
 * @throws Unavailable where the directory does not answer, or what was read lacks the sentinel
 */
export async function readDirectory(
  options: ConnectionOptions,
  suffix: string,
): Promise<{ readonly accounts: readonly Seen[]; readonly offices: readonly Office[] }> {
  const connection = new Connection(options);
  const accounts: Seen[] = [];
  const offices: Office[] = [];
  let vouched = false;
  const take = (found: Entry) => {
    const key = dnKey(found.dn);
    const entry = plain(found);
    if (key === dnKey(`${sentinel},${suffix}`)) vouched = true;
    else if (isBelow(key, dnKey(`${container.mailboxes},${suffix}`)))
      accounts.push(...listed(accountOf(entry)));
    else if (isBelow(key, dnKey(`${container.organizations},${suffix}`)))
      offices.push(...listed(officeOf(entry)));
  };
  try {
    await connection.run(async (client, progress) => {
      const pages = client.searchPaginated(suffix, { scope: 'sub', attributes, paged: { pageSize: 500 } });
      for await (const page of pages) {
        progress();
        page.searchEntries.forEach(take);
      }
    });
  } finally {
    await connection.close();
  }
  if (!vouched)
    throw new Unavailable('LDAP', `${sentinel} is missing from what was read: it is not the whole directory`);
  return { accounts, offices };
}

/**
 * Logins of mailboxes that one provider has logged; services' own are left out.
 * @param from milliseconds, whole seconds of them
 * @param to does not belong to it
 * @throws Unavailable where the provider does not answer
 */
export async function readLogins(
  options: ConnectionOptions,
  suffix: string,
  { from, to }: { readonly from: number; readonly to: number },
  take: (login: Login) => void,
): Promise<void> {
  const mailboxes = dnKey(`${container.mailboxes},${suffix}`);
  const last = `${generalizedTime(new Date(to - 1000)).slice(0, -1)}.999999Z`;
  const filter = `(&(reqStart>=${generalizedTime(new Date(from))})(reqStart<=${last}))`;
  const connection = new Connection(options);
  try {
    await connection.run(async (client, progress) => {
      const search: SearchOptions = {
        scope: 'one',
        filter,
        attributes: loginAttributes,
        paged: { pageSize: 500 },
      };
      for await (const page of client.searchPaginated('cn=logins', search)) {
        progress();
        page.searchEntries.flatMap((entry) => listed(loginOf(plain(entry), mailboxes))).forEach(take);
      }
    });
  } finally {
    await connection.close();
  }
}

/** @param mailboxes key of the container; undefined for who is not in it */
function loginOf({ attributes: found }: DirectoryEntry, mailboxes: string): Login | undefined {
  const key = dnKey(found['reqDN']?.[0] ?? '');
  const at = parseGeneralizedTime(found['reqStart']?.[0]);
  const account = /^uid=([^,]+),/.exec(key)?.[1];
  if (at === undefined || account === undefined || !isBelow(key, mailboxes)) return undefined;
  return { at, account, succeeded: found['reqResult']?.[0] === '0' };
}

function listed<T>(one: T | undefined): readonly T[] {
  return one === undefined ? [] : [one];
}

/** ldapts gives one value as itself, several as a list, none as an empty one, each as text or bytes. */
function plain({ dn, ...found }: Entry): DirectoryEntry {
  const values = Object.entries(found).map(([name, value]): [string, readonly string[]] => [
    name,
    (Array.isArray(value) ? value : [value]).map(String),
  ]);
  return { dn, attributes: Object.fromEntries(values) };
}
