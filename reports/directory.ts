/** Mailboxes and organizations from LDAP, all of them or none: with the account `reports`, which reads no names of people. */
import type { Entry } from 'ldapts';
import { dnKey, isBelow } from '../operator/core/dn.ts';
import { container, sentinel } from '../operator/core/layout.ts';
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
