import { beforeEach, describe, expect, it } from '@jest/globals';
import { binh, Department, delegate, mailboxes, office } from '../../../support/delegated.ts';
import { Province } from '../../../support/province.ts';
import { socTrang } from '../../../support/sites.ts';

let province: Department;

beforeEach(async () => {
  province = await Department.granted();
});

type Right = 'Read' | 'Write' | 'SendAs';

describe('a delegate (R26)', () => {
  it.each<[Right[], 'reader' | 'writer' | undefined, boolean]>([
    [['Read'], 'reader', false],
    [['Write'], 'writer', false],
    [['SendAs', 'Read', 'Write'], 'writer', true],
    [['SendAs'], undefined, true],
  ])('with %j reads or writes as %s; sends: %s', async (rights, role, sends) => {
    province.give(delegate('binh', ...rights));
    await province.settle();
    province.expectReady('so-tttt', 'True', 'Active');
    expect(province.settings('binh')).toEqual(role === undefined ? [] : province.opened(role));
    const sendAs = sends ? [`uid=${province.uidOf('binh')},${mailboxes}`] : undefined;
    expect(province.entryOf('so-tttt')['hopThuSendAs']).toEqual(sendAs);
    const inOrder = (['Read', 'Write', 'SendAs'] as const).filter((right) => rights.includes(right));
    expect(province.status('so-tttt').delegates).toEqual([{ name: 'binh', rights: inOrder }]);
  });

  it('is granted and withdrawn in words that a review shows', async () => {
    province.give(delegate('binh', 'Read', 'SendAs'));
    const name = 'Sở Thông tin và Truyền thông';
    expect(await province.settle()).toEqual([
      `~ ${binh}  Nguyễn Thanh Bình (${name})  delegate of: + ${office} (Read)`,
      `~ ${office}  ${name}  delegates: + binh (Read, SendAs)`,
    ]);
    province.give();
    expect(await province.settle()).toEqual([
      `~ ${binh}  Nguyễn Thanh Bình (${name})  delegate of: − ${office} (Read)`,
      `~ ${office}  ${name}  delegates: − binh (Read, SendAs)`,
      `~ ${binh}  Nguyễn Thanh Bình (${name})  sessions of withdrawn rights ended`,
    ]);
    expect(province.settings('binh')).toEqual([]);
    expect(province.status('so-tttt').delegates).toBeUndefined();
  });

  it('of several mailboxes has the folders of each, and a unit may be one', async () => {
    province.organizationMailbox('phong', 'phong', { delegates: [delegate('tam', 'Read')] });
    province.give(delegate('tam', 'Write'), delegate('phong', 'Read'));
    await province.settle();
    const both = [province.uidOf('phong'), province.uidOf('so-tttt')].sort().join();
    expect(province.settings('tam')).toContain(`namespace+=${both}`);
    expect(province.settings('tam')).toHaveLength(7);
    expect(province.settings('phong')).toEqual(province.opened('reader'));
  });

  it('that was granted later has not been there by that (R23)', async () => {
    province.give(delegate('moi', 'Read'));
    await province.settle();
    const { lastAccess } = province.status('so-tttt');
    province.now = new Date(province.now.getTime() + 3 * 86_400_000);
    province.person('moi', 'Lê Văn Mới', 'so-tttt');
    await province.settle();
    await province.settle();
    expect(province.status('so-tttt').delegates).toEqual([{ name: 'moi', rights: ['Read'] }]);
    expect(province.status('so-tttt').lastAccess).toBe(lastAccess);
  });

  it('may be granted in the pass that makes everybody', async () => {
    const all = new Province(socTrang);
    all.organization('so-tttt', { name: 'Sở Thông tin và Truyền thông' });
    all.organizationMailbox('so-tttt', 'so-tttt', { delegates: [delegate('binh', 'Read')] });
    all.person('binh', 'Nguyễn Thanh Bình', 'so-tttt');
    await all.pass();
    all.expectReady('so-tttt', 'True', 'Active');
    expect(all.entryOf('binh')['hopThuMailSetting']).toHaveLength(4);
  });

  it('finds the folders under the address that the mailbox moved to', async () => {
    province.give(delegate('binh', 'Read'));
    await province.settle();
    province.organizationMailbox('so-tttt', 'so-tttt', {
      delegates: [delegate('binh', 'Read')],
      localPart: 'tttt',
    });
    await province.settle();
    expect(province.settings('binh')).toContain(
      `namespace/${province.uidOf('so-tttt')}/prefix=Hộp thư đơn vị/tttt@soctrang.gov.vn/`,
    );
  });
});

describe('who is refused', () => {
  it.each<[string, string, RegExp]>([
    ['ngoai', 'NotInside', /^spec\.delegates: Mailbox ngoai belongs to Sở Y tế, .*R26/],
    ['so-tttt', 'NotInside', /Mailbox so-tttt is this mailbox itself/],
    ['nobody', 'DelegateNotFound', /Mailbox nobody does not exist in soc-trang-accounts/],
  ])('%s, because %s; the others have their rights', async (name, reason, message) => {
    province.give(delegate(name, 'Read'), delegate('binh', 'Read'));
    await province.settle();
    province.expectReady('so-tttt', 'False', reason, message);
    expect(province.status('so-tttt').delegates).toEqual([{ name: 'binh', rights: ['Read'] }]);
    expect(province.settings('ngoai')).toEqual([]);
  });

  it('the organization above is outside of a unit', async () => {
    province.organizationMailbox('phong', 'phong', { delegates: [delegate('binh', 'Read')] });
    await province.settle();
    province.expectReady('phong', 'False', 'NotInside', /neither Phòng Công nghệ thông tin nor below it/);
  });

  it('one who waits for an address waits, and has the right with it', async () => {
    province.person('cho', 'Võ Văn Chờ', 'so-tttt', { spec: { localPart: 'sotttt' } });
    province.give(delegate('cho', 'Read'));
    await province.settle();
    province.expectReady('so-tttt', 'False', 'DelegateNotReady', /Mailbox cho has no account yet/);
    province.person('cho', 'Võ Văn Chờ', 'so-tttt');
    await province.settle();
    province.expectReady('so-tttt', 'True', 'Active');
    expect(province.settings('cho')).toEqual(province.opened('reader'));
  });

  it('a personal mailbox has no delegates (R28)', async () => {
    province.person('binh', 'Nguyễn Thanh Bình', 'so-tttt', {
      spec: { delegates: [delegate('tam', 'Read')] },
    });
    await province.settle();
    province.expectReady('binh', 'False', 'Invalid', /spec\.delegates.*R28/);
    expect(province.settings('tam')).toEqual([]);
  });
});

describe('rights end by themselves', () => {
  beforeEach(async () => {
    province.give(delegate('tam', 'Write', 'SendAs'));
    await province.settle();
    province.sessions.names.add('lvtam@soctrang.gov.vn').add(binh);
  });
  const expectWithdrawn = () => {
    expect(province.settings('tam')).toEqual([]);
    expect(province.entryOf('so-tttt')['hopThuSendAs']).toBeUndefined();
    expect([...province.sessions.names]).toEqual([binh]);
  };

  it('with a transfer out of the organization (R24)', async () => {
    province.person('tam', 'Lê Văn Tám', 'so-yt');
    await province.settle();
    expectWithdrawn();
    province.expectReady('so-tttt', 'False', 'NotInside', /Mailbox tam belongs to Sở Y tế/);
  });

  it("with the delegate's suspension, and come back with its end", async () => {
    province.person('tam', 'Lê Văn Tám', 'phong', { spec: { state: 'Suspended' } });
    await province.settle();
    expectWithdrawn();
    province.expectReady('so-tttt', 'True', 'Active');
    expect(province.status('so-tttt').delegates).toBeUndefined();
    province.person('tam', 'Lê Văn Tám', 'phong');
    await province.settle();
    expect(province.settings('tam')).toEqual(province.opened('writer'));
  });

  it('with the suspension and with the deletion of the mailbox', async () => {
    province.organizationMailbox('so-tttt', 'so-tttt', {
      delegates: [delegate('tam', 'Write')],
      state: 'Suspended',
    });
    await province.settle();
    expectWithdrawn();
    province.give(delegate('tam', 'Write'));
    await province.settle();
    province.delete('so-tttt');
    await province.settle();
    expect(province.settings('tam')).toEqual([]);
  });

  it('and not before the guard lets a deletion happen', async () => {
    const surnames = ['Lê', 'Lý', 'Võ', 'Vũ', 'Hồ', 'Hà', 'Đỗ', 'Mai', 'Cao', 'Tạ', 'Tô', 'Từ'];
    for (const [index, surname] of surnames.entries())
      province.person(`p${index}`, `${surname} Văn Hai`, 'phong');
    await province.settle();
    for (const name of ['tam', 'so-tttt', ...surnames.keys().map((index) => `p${index}`)])
      province.delete(name);
    await province.settle();
    province.expectReady('tam', 'False', 'AwaitingApproval');
    expect(province.settings('tam')).toEqual(province.opened('writer'));
    expect([...province.sessions.names]).toContain('lvtam@soctrang.gov.vn');
  });

  it('with the deletion of the delegate', async () => {
    province.delete('tam');
    await province.settle();
    expect(province.entryOf('so-tttt')['hopThuDelegate']).toBeUndefined();
    province.expectReady('so-tttt', 'False', 'DelegateNotFound');
  });
});
