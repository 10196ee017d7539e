/** What people are told, by whom it is read, and that it is said once (R24–R26, R29, R30). */
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { OrganizationStatus } from '../../../../operator/api/organization.ts';
import { Province } from '../../../support/province.ts';
import { socTrang } from '../../../support/sites.ts';

const day = 86_400_000;
const [binh, office, centre] = ['ntbinh', 'sotttt', 'admin'].map((name) => `${name}@soctrang.gov.vn`);
const own = 'Sở Thông tin và Truyền thông';
const unit = 'Trung tâm Công nghệ thông tin';
let province: Province;

const person = (spec: object = {}) => province.person('binh', 'Nguyễn Thanh Bình', 'so-tttt', { spec });
const officeWith = (spec: object = {}) => province.organizationMailbox('so-tttt', 'so-tttt', spec);
const later = (days: number) => {
  province.now = new Date(province.now.getTime() + days * day);
};
const generalized = () => `${province.now.toISOString().slice(0, 19).replaceAll(/[-:T]/g, '')}Z`;
/** They changed their passwords: there is somebody who reads these mailboxes. */
const logIn = (...names: readonly string[]) => {
  for (const name of names) province.write(name, { pwdReset: [], pwdChangedTime: [generalized()] });
};
/** `lvan@` watches over the department's use of mail. */
const withOfficial = async () => {
  province.person('an', 'Lê Văn An', 'so-tttt');
  province.organization('so-tttt', { name: own, mailOfficerRef: { name: 'an' } });
  await province.settle();
  logIn('an');
  await province.settle();
};
/** Kind and recipients of what went out since the last look. */
const heard = () => province.notices.sent.splice(0).map(({ kind, to }) => [kind, ...to]);
const notices = (name: string) =>
  province.status(name).notices?.map(({ topic, about }) => [topic, about].join(' ').trim());

beforeEach(async () => {
  province = new Province(socTrang);
  province.organization('so-tttt', { name: own });
  province.organization('trung-tam', {
    name: unit,
    parentRef: { name: 'so-tttt' },
  });
  province.organizationMailbox('tt-cntttt', 'trung-tam');
  officeWith();
  person();
  await province.settle();
  logIn('so-tttt', 'tt-cntttt', 'binh');
  await province.settle();
  expect(heard()).toEqual([]);
});

describe('a password that expires (R25)', () => {
  it('is told of 7, 3 and 1 days before, to its owner alone, in the status too; a change begins anew', async () => {
    for (const [days, ...told] of [[23], [1, 'password'], [1], [3, 'password'], [2, 'password']] as const) {
      later(days);
      logIn('so-tttt', 'tt-cntttt');
      await province.settle();
      expect(heard()).toEqual(told.map((kind) => [kind, binh]));
    }
    expect(notices('binh')).toEqual(['password 7', 'password 3', 'password 1']);
    later(0.5);
    logIn('binh');
    await province.settle();
    expect(notices('binh')).toBeUndefined();
    expect(province.entryOf('binh')).not.toHaveProperty('hopThuNotice');
    later(26);
    await province.settle();
    expect(heard()).toContainEqual(['password', binh]);
  });

  it('names the day and the page where it is changed', async () => {
    later(24);
    await province.settle();
    expect(province.notices.sent.find(({ to }) => to.includes(binh ?? ''))?.fields).toMatchObject({
      date: '22/12/2026',
      days: '7',
      passwordPage: 'https://mail.soctrang.gov.vn/tai-khoan/mat-khau',
    });
  });
});

describe('a mailbox that fills (R30)', () => {
  const resync = async (mebibytes: number) => {
    province.store.used.set(binh ?? '', mebibytes * 2 ** 20);
    province.usage.due();
    await province.pass();
    await province.usage.idle();
    await province.settle();
  };

  it('is told at 80 and 95 % once each, and again after it was emptied', async () => {
    await resync(390);
    expect(heard()).toEqual([]);
    await resync(410);
    expect(province.notices.sent[0]?.fields).toMatchObject({
      percent: '82',
      used: '410 MB',
      limit: '500 MB',
    });
    expect(heard()).toEqual([['quota', binh]]);
    await resync(480);
    expect(heard()).toEqual([['quota', binh]]);
    await resync(460);
    expect(heard()).toEqual([]);
    expect(notices('binh')).toEqual(['quota 80', 'quota 95']);
    await resync(100);
    expect(notices('binh')).toBeUndefined();
    await resync(410);
    expect(heard()).toEqual([['quota', binh]]);
  });

  it('is told through its organization as well once it takes no letter', async () => {
    await resync(505);
    expect(heard()).toEqual([['quota', binh, office]]);
  });
});

describe('an end date (R24)', () => {
  it('is told to the person and the organization; who cannot read is left out; a later one begins anew', async () => {
    person({ validUntil: '2026-12-20' });
    await province.settle();
    expect(heard()).toEqual([['end', binh, office]]);
    later(23);
    await province.settle();
    expect(heard()).toContainEqual(['end', binh, office]);
    person({ validUntil: '2027-01-10' });
    province.write('binh', { pwdReset: ['TRUE'] });
    await province.settle();
    expect(heard()).toEqual([['end', office]]);
    expect(notices('binh')).toEqual(['end 2027-01-10/30']);
  });
});

describe('a suspension', () => {
  it('and a reclaim are told to the official, too (R23, R29)', async () => {
    await withOfficial();
    later(154);
    logIn('so-tttt', 'tt-cntttt', 'an');
    await province.settle();
    // The person's own password is five months old by then: nobody can read it.
    expect(heard()).toContainEqual(['reclaim', office, 'lvan@soctrang.gov.vn']);
  });

  it('is told to the organization and its official, and not to the mailbox (R29)', async () => {
    await withOfficial();
    person({ state: 'Suspended' });
    await province.settle();
    expect(heard()).toEqual([['suspension', office, 'lvan@soctrang.gov.vn']]);
    later(1);
    await province.settle();
    expect(heard()).toEqual([]);
    expect(notices('binh')).toEqual(['suspension']);
    person();
    await province.settle();
    expect(notices('binh')).toBeUndefined();
  });

  it('of a whole organization is told once, to the one above', async () => {
    province.organization('so-tttt', { name: own, state: 'Suspended' });
    province.organization('trung-tam', { name: unit });
    await province.settle();
    expect(heard()).toEqual([['suspension', centre]]);
  });

  it('that ends before anybody could be told is no news', async () => {
    province.notices.down();
    person({ state: 'Suspended' });
    await province.settle();
    person();
    province.notices.up();
    await province.settle();
    expect(heard()).toEqual([]);
  });

  it('of before this was kept is not told', async () => {
    person({ state: 'Suspended' });
    province.notices.down();
    await province.settle();
    province.notices.up();
    province.write('binh', { hopThuNotice: [] });
    await province.settle();
    expect(heard()).toEqual([]);
  });
});

describe('a delegation (R26)', () => {
  const delegates = (...rights: readonly string[]) => ({
    delegates: [{ mailboxRef: { name: 'binh' }, rights }],
  });

  it('is told when it is given, altered and withdrawn, to both', async () => {
    officeWith(delegates('Read'));
    await province.settle();
    expect(province.notices.sent[0]).toMatchObject({
      rights: ['Read'],
      fields: { delegate: 'Nguyễn Thanh Bình' },
    });
    expect(heard()).toEqual([['delegation-granted', binh, office]]);
    officeWith(delegates('Read', 'SendAs'));
    await province.settle();
    expect(heard()).toEqual([['delegation-granted', binh, office]]);
    officeWith();
    await province.settle();
    expect(heard()).toEqual([['delegation-withdrawn', binh, office]]);
    expect(notices('so-tttt')).toEqual(['delegation binh']);
    later(91);
    await province.settle();
    expect(notices('so-tttt') ?? []).not.toContain('delegation binh');
  });

  it('waits for a delegate who has not logged in yet, and for a month at most', async () => {
    province.person('moi', 'Lê Văn Mới', 'so-tttt');
    await province.settle();
    officeWith({ delegates: [{ mailboxRef: { name: 'moi' }, rights: ['Read'] }] });
    await province.settle();
    expect(heard()).toEqual([]);
    later(2);
    logIn('moi');
    await province.settle();
    expect(heard()).toEqual([['delegation-granted', 'lvmoi@soctrang.gov.vn', office]]);
  });

  it('that ends with its Mailbox is told to the organization', async () => {
    officeWith(delegates('Read'));
    await province.settle();
    heard();
    province.delete('binh');
    await province.settle();
    expect(heard()).toEqual([['delegation-withdrawn', office]]);
  });

  it('lets the mailbox be read whose own password nobody uses', async () => {
    officeWith(delegates('Read'));
    province.write('so-tttt', { pwdReset: ['TRUE'] });
    await province.settle();
    expect(heard()).toEqual([['delegation-granted', binh, office]]);
    officeWith();
    await province.settle();
    expect(heard()).toEqual([['delegation-withdrawn', binh]]);
  });
});

describe('another address', () => {
  it('is told with the former one and until when that delivers, once it can be read', async () => {
    province.write('binh', { pwdReset: ['TRUE'] });
    person({ localPart: 'vanphong' });
    await province.settle();
    expect(heard()).toEqual([]);
    later(1);
    logIn('binh');
    await province.settle();
    expect(province.notices.sent[0]?.fields).toMatchObject({
      address: 'vanphong@soctrang.gov.vn',
      former: binh,
      until: '19/02/2027',
    });
    expect(heard()).toEqual([['rename', 'vanphong@soctrang.gov.vn']]);
    await province.settle();
    expect(heard()).toEqual([]);
  });
});

describe("an organization's official (R29)", () => {
  const condition = () => {
    const { status } = province.cluster.get('Organization', province.namespace, 'so-tttt') ?? {};
    return (status as OrganizationStatus).conditions;
  };

  it('watches over its units, too; one that is not there is told in the status, and nobody waits', async () => {
    province.organization('so-tttt', { name: own, mailOfficerRef: { name: 'an' } });
    province.person('tam', 'Lê Văn Tám', 'trung-tam');
    await province.settle();
    expect(condition()).toContainEqual(
      expect.objectContaining({
        type: 'MailOfficerMissing',
        message: expect.stringMatching(/no Mailbox an/),
      }),
    );
    province.expectReady('binh', 'True', 'Active');
    province.person('an', 'Lê Văn An', 'so-tttt');
    await province.settle();
    expect(condition()).toHaveLength(1);
    logIn('an');
    province.person('tam', 'Lê Văn Tám', 'trung-tam', { spec: { state: 'Suspended' } });
    await province.settle();
    expect(heard()).toEqual([['suspension', 'trungtamcntt.sotttt@soctrang.gov.vn', 'lvan@soctrang.gov.vn']]);
  });
});
