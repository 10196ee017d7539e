/** A snapshot of which only what changed was read is the snapshot that reads everything. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Client } from 'ldapts';
import { attribute } from '../../operator/core/layout.ts';
import { organizationDn } from '../../operator/core/naming/identity.ts';
import { hashPassword } from '../../operator/credentials/ssha512.ts';
import { Connection } from '../../operator/ldap/connection.ts';
import { LdaptsDirectory } from '../../operator/ldap/ldapts-directory.ts';
import type { DirectoryEntry } from '../../operator/ports.ts';
import { RememberedDirectory } from '../../operator/reconcile/remembered-directory.ts';
import { at, mailbox, mailboxDn } from './support/mailbox.ts';
import { connectTo, Slapd, site, suffix } from './support/slapd.ts';

const password = 'Kx7m-Qp4r-Wt9h-Zc3e';
const byDn = (a: DirectoryEntry, b: DirectoryEntry) => (a.dn < b.dn ? -1 : 1);

let slapd: Slapd;
let connection: Connection;
let remembered: RememberedDirectory;
/** Another client of the directory, and one that knows nothing. */
let hand: LdaptsDirectory;

beforeAll(async () => {
  slapd = await Slapd.start();
  hand = new LdaptsDirectory(new Connection(connectTo(slapd)), suffix);
  for (const uid of ['u1', 'u2', 'u3', 'u4'])
    await hand.add(mailboxDn(uid), mailbox(uid, { userPassword: [hashPassword(password)] }));
}, 30_000);
afterAll(async () => {
  await hand?.close();
  await slapd?.stop();
});
beforeEach(async () => {
  await remembered?.close();
  connection = new Connection(connectTo(slapd));
  remembered = new RememberedDirectory(new LdaptsDirectory(connection, suffix));
  await remembered.snapshot();
});
afterAll(() => remembered?.close());

const resync = async () => [...(await remembered.snapshot(true))].sort(byDn);
const truth = async () => [...(await hand.snapshot())].sort(byDn);

/** Resyncs, and gives the DNs of those that were read as whole entries. */
async function reread(): Promise<readonly string[]> {
  const before = new Set(await remembered.snapshot());
  const after = await resync();
  expect(after).toEqual(await truth());
  return after.filter((entry) => !before.has(entry)).map(({ dn }) => dn);
}

describe('what changed by another hand is seen, and the rest is not read', () => {
  it('nothing', async () => {
    expect(await reread()).toEqual([]);
  });

  it('an attribute, an entry that came, and one that went', async () => {
    await hand.modify(mailboxDn('u2'), 'u2', [{ attribute: 'title', values: ['by hand'] }]);
    await hand.add(mailboxDn('u5'), mailbox('u5'));
    await hand.remove(mailboxDn('u4'), 'u4');
    expect(await reread()).toEqual([mailboxDn('u2'), mailboxDn('u5')]);
    expect((await resync()).map(({ dn }) => dn)).not.toContain(mailboxDn('u4'));
  });

  it('what slapd itself writes: a login', async () => {
    const tlsOptions = { ca: await slapd.ca(), servername: 'localhost' };
    const person = new Client({ url: `ldaps://127.0.0.1:${slapd.port}`, tlsOptions });
    await person.bind(mailboxDn('u3'), password);
    await person.unbind();
    expect(await reread()).toEqual([mailboxDn('u3')]);
    expect((await resync()).find(({ dn }) => dn === mailboxDn('u3'))?.attributes).toHaveProperty(
      'pwdLastSuccess',
    );
  });

  it('what slapd itself writes: a reference to what is gone', async () => {
    const dn = organizationDn(site, 'so');
    await hand.add(dn, {
      objectClass: ['organizationalUnit', 'hopThuOrganizationUnit'],
      cn: ['Sở Y tế'],
      [attribute.abbreviation]: ['soyt'],
      [attribute.status]: ['Active'],
      [attribute.site]: [site.name],
      [attribute.resource]: ['soc-trang-accounts/so'],
      [attribute.ownerUid]: ['so'],
    });
    await hand.modify(mailboxDn('u1'), 'u1', [{ attribute: attribute.organization, values: [dn] }]);
    await resync();
    await hand.remove(dn, 'so');
    // refint takes the reference back a moment later.
    while ((await truth()).some(({ attributes }) => attribute.organization in attributes));
    expect(await reread()).toEqual([mailboxDn('u1')]);
  });

  it('what this process wrote is read once, because slapd may have added to it', async () => {
    await remembered.modify(mailboxDn('u1'), 'u1', [{ attribute: 'title', values: ['Giám đốc'] }]);
    expect(await reread()).toEqual([mailboxDn('u1')]);
    expect(await reread()).toEqual([]);
  });
});

it('after any changes by this and by another hand it is what a whole read gives', async () => {
  const uid = fc.constantFrom('a', 'b', 'c', 'd');
  const step = fc.record({ uid, by: fc.constantFrom('us', 'them'), title: fc.constantFrom('x', 'y', '') });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(step, { maxLength: 4 }), { maxLength: 4 }), async (rounds) => {
      for (const steps of rounds) {
        for (const { uid, by, title } of steps) {
          const directory = by === 'us' ? remembered : hand;
          const isThere = (await hand.snapshot()).some(({ dn }) => dn === mailboxDn(uid));
          if (!isThere) await directory.add(mailboxDn(uid), mailbox(uid, { title: title ? [title] : [] }));
          else if (title === '') await directory.remove(mailboxDn(uid), uid);
          else await directory.modify(mailboxDn(uid), uid, [{ attribute: 'title', values: [title] }]);
        }
        expect(await resync()).toEqual(await truth());
      }
    }),
    { numRuns: 25 },
  );
}, 60_000);

it('more changes than one search asks for, and so many that everything is read', async () => {
  const uids = Array.from({ length: 380 }, (_, index) => `many${index}`);
  for (const uid of uids) await hand.add(mailboxDn(uid), mailbox(uid, { [attribute.address]: [at(uid)] }));
  expect(await reread()).toHaveLength(380);
  for (const uid of uids.slice(0, 120))
    await hand.modify(mailboxDn(uid), uid, [{ attribute: 'title', values: ['x'] }]);
  expect(await reread()).toHaveLength(120);
}, 30_000);

it('a new session believes no version of before: what slapd was loaded with meanwhile may carry it', async () => {
  const directory = new LdaptsDirectory(connection, suffix);
  const remembered = new Map<string, DirectoryEntry>();
  const recall = (dn: string) => remembered.get(dn);
  for (const entry of await directory.snapshot(true, recall))
    remembered.set(entry.dn, { ...entry, attributes: { ...entry.attributes, title: ['as remembered'] } });
  const isBelieved = (entries: readonly DirectoryEntry[]) =>
    entries.some(({ attributes }) => attributes['title']?.[0] === 'as remembered');
  expect(isBelieved(await directory.snapshot(true, recall))).toBe(true);
  await slapd.kill();
  await slapd.resume();
  const readAgain = () => directory.snapshot(true, recall).catch(() => undefined);
  let entries = await readAgain();
  while (entries === undefined) entries = await readAgain();
  expect(connection.state().reconnects).toBe(1);
  expect(isBelieved(entries)).toBe(false);
});
