import { describe, expect, it } from '@jest/globals';
import type { Resource } from '../../../../operator/api/resource.ts';
import { type MailTask, mailWork } from '../../../../operator/core/mail-work.ts';
import { observe } from '../../../../operator/core/observed.ts';
import type { DirectoryEntry } from '../../../../operator/ports.ts';
import { socTrang } from '../../../support/sites.ts';

const now = new Date('2026-11-21T00:00:00Z');
const receipt = `2026-11-20T00:00:00Z 2 4096 ${'0a'.repeat(32)}`;

function entry(uid: string, attributes: Record<string, readonly string[]>): DirectoryEntry {
  return {
    dn: `uid=${uid},ou=mailboxes,dc=soctrang,dc=gov,dc=vn`,
    attributes: {
      objectClass: ['inetOrgPerson', 'hopThuMailbox'],
      hopThuSite: ['soc-trang'],
      hopThuResource: [`soc-trang-accounts/${uid}`],
      hopThuOwnerUID: [uid],
      hopThuStatusSince: ['20200101000000Z'],
      ...attributes,
    },
  };
}

function workOf(mailboxes: readonly Resource[], entries: readonly DirectoryEntry[]): readonly MailTask[] {
  const observed = observe(socTrang, entries);
  return mailWork({ site: socTrang, now, mailboxes, desired: [], observed, orders: {} });
}

const other: Resource = {
  kind: 'Mailbox',
  metadata: {
    name: 'other',
    namespace: 'soc-trang-accounts',
    uid: 'other',
    resourceVersion: '1',
    generation: 1,
    creationTimestamp: '2026-01-01T00:00:00Z',
    finalizers: [],
    annotations: {},
  },
  spec: {},
  status: {},
};
const work = (...entries: readonly DirectoryEntry[]) => workOf([other], entries);

const kinds = (...entries: readonly DirectoryEntry[]) => work(...entries).map(({ kind }) => kind);

describe('the mail of accounts', () => {
  it('goes step by step, as the entry says', () => {
    const closed = { hopThuStatus: ['Closed'] };
    expect(kinds(entry('a', closed))).toEqual(['archive']);
    expect(kinds(entry('a', { ...closed, hopThuDeletionPolicy: ['Delete'] }))).toEqual(['mark']);
    expect(kinds(entry('a', { ...closed, hopThuArchive: [receipt] }))).toEqual(['remove']);
    expect(kinds(entry('a', { ...closed, hopThuArchive: ['2026-11-20T00:00:00Z none'] }))).toEqual([
      'discard',
    ]);
  });

  it('that are reclaimed goes into the archive at once, and their entry stays (R23)', () => {
    const reclaimed = { hopThuStatus: ['Reclaimed'], hopThuStatusSince: ['20261121000000Z'] };
    expect(kinds(entry('a', reclaimed))).toEqual(['archive']);
    const [removal] = work(entry('a', { ...reclaimed, hopThuArchive: [receipt] }));
    expect(removal).toMatchObject({ kind: 'remove', account: 'a', ownerUid: 'a' });
    expect(removal).not.toHaveProperty('first');
    expect(kinds(entry('a', { ...reclaimed, hopThuArchive: [`${receipt} removed`] }))).toEqual([]);
  });

  it('stays where it is while they are open, of another site, or closed of late', () => {
    expect(
      kinds(
        entry('a', { hopThuStatus: ['Active'], hopThuArchive: [receipt] }),
        entry('b', { hopThuStatus: ['Suspended'] }),
      ),
    ).toEqual([]);
    expect(kinds(entry('a', { hopThuStatus: ['Closed'], hopThuSite: ['da-nang'] }))).toEqual([]);
    expect(kinds(entry('a', { hopThuStatus: ['Closed'], hopThuStatusSince: ['20261120000000Z'] }))).toEqual(
      [],
    );
    expect(kinds(entry('a', { hopThuStatus: ['Closed'], hopThuStatusSince: [] }))).toEqual([]);
  });

  it('stays where it is when every resource is missing and somebody is open', () => {
    const closed = entry('a', { hopThuStatus: ['Closed'] });
    expect(workOf([], [closed, entry('b', { hopThuStatus: ['Active'] })])).toEqual([]);
  });

  it('stays where it is while a resource has its name or UID, whosever that is', () => {
    const closed = { hopThuStatus: ['Closed'] };
    expect(kinds(entry('other', closed), entry('a', { ...closed, hopThuOwnerUID: ['other'] }))).toEqual([]);
  });
});
