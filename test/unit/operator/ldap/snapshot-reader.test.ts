import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import type { Client, Entry } from 'ldapts';
import { sentinel, snapshotAttributes } from '../../../../operator/core/layout.ts';
import { SnapshotReader, unversioned } from '../../../../operator/ldap/snapshot-reader.ts';

const suffix = 'dc=test';
const dn = `uid=a,ou=mailboxes,${suffix}`;
const vouching: Entry = { dn: `${sentinel},${suffix}`, entryCSN: '0' };
const progress = () => undefined;

/** A client whose every listing is the next of `listings`, and whose every other search is the next of `found`. */
function clientWith(listings: Entry[][], found: Entry[][]): Client {
  return {
    async *searchPaginated() {
      yield { searchEntries: listings.shift() ?? [], searchReferences: [] };
    },
    search: async () => ({ searchEntries: found.shift() ?? [], searchReferences: [] }),
  } as unknown as Client;
}

it('reads everything where an entry changed once more before it could be read', async () => {
  const before: Entry = { dn, entryCSN: '1', cn: 'a' };
  const after: Entry = { dn, entryCSN: '3', cn: 'c' };
  const client = clientWith(
    [
      [vouching, before],
      [vouching, { dn, entryCSN: '2' }],
      [vouching, after],
    ],
    [[]],
  );
  const reader = new SnapshotReader(suffix);
  const [known] = await reader.read(client, progress);
  expect(await reader.read(client, progress, () => known)).toEqual([
    { dn, version: '3', attributes: { cn: ['c'] } },
  ]);
});

it('believes neither a listing without the sentinel nor an entry without a version', async () => {
  const bare: Entry = { dn, cn: 'a' };
  const reader = new SnapshotReader(suffix);
  const client = clientWith([[vouching, bare], [bare], [vouching, bare], [vouching, { dn, cn: 'b' }]], []);
  const [known] = await reader.read(client, progress);
  await expect(reader.read(client, progress, () => known)).rejects.toThrow(sentinel);
  expect(await reader.read(client, progress, () => known)).toMatchObject([{ attributes: { cn: ['b'] } }]);
});

it('looks itself at every reference that slapd takes back without another version', () => {
  const config = readFileSync(
    new URL('../../../../charts/config/openldap/slapd.conf', import.meta.url),
    'utf8',
  );
  const kept = /^refint_attributes (.*)$/m.exec(config)?.[1]?.split(' ') ?? [];
  expect(kept.filter((name) => snapshotAttributes.includes(name)).sort()).toEqual([...unversioned].sort());
});

it('keeps what is equal to what is known, and only that', async () => {
  const known = { dn, version: '1', attributes: { cn: ['a'], title: ['Giám đốc'] } };
  const read = async (entry: Entry) => {
    const reader = new SnapshotReader(suffix);
    const [one] = await reader.read(clientWith([[vouching, entry]], []), progress, () => known);
    return one?.attributes;
  };
  expect(await read({ dn, entryCSN: '2', cn: 'a', title: 'Giám đốc' })).toBe(known.attributes);
  const other = await read({ dn, entryCSN: '3', cn: 'a', title: 'Phó Giám đốc' });
  expect(other).toEqual({ cn: ['a'], title: ['Phó Giám đốc'] });
  expect(other?.cn).toBe(known.attributes.cn);
  expect(await read({ dn, entryCSN: '4', cn: 'a' })).toEqual({ cn: ['a'] });
});
