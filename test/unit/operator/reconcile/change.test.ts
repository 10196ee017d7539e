import { beforeEach, describe, expect, it } from '@jest/globals';
import { Province } from '../../../support/province.ts';
import { socTrang } from '../../../support/sites.ts';

const soTttt = 'Sở Thông tin và Truyền thông';
let province: Province;

beforeEach(() => {
  province = new Province(socTrang);
  province.organization('so-tttt', { name: soTttt });
});

describe('change', () => {
  beforeEach(async () => {
    province.person('binh', 'Nguyễn Thanh Bình', 'so-tttt', {
      person: { title: 'Chuyên viên' },
      spec: { aliases: ['binh.nguyen'] },
    });
    await province.settle();
  });

  it('of name, title and quota changes the entry; the address stays', async () => {
    province.person('binh', 'Nguyễn Thanh Bính', 'so-tttt', {
      spec: { quota: '1Gi', aliases: ['binh.nguyen'] },
    });
    expect(await province.settle()).toEqual([
      '~ ntbinh@soctrang.gov.vn  Nguyễn Thanh Bình (Sở Thông tin và Truyền thông)  name Nguyễn Thanh Bình → Nguyễn Thanh Bính, title Chuyên viên → (none), quota 500 MiB → 1 GiB',
    ]);
    expect(province.addressOf('binh')).toBe('ntbinh@soctrang.gov.vn');
    expect(province.entryOf('binh')).not.toHaveProperty('title');
  });

  it('of organization keeps entry and address (R24)', async () => {
    province.organization('so-y-te', { name: 'Sở Y tế' });
    province.person('binh', 'Nguyễn Thanh Bình', 'so-y-te', {
      person: { title: 'Chuyên viên' },
      spec: { aliases: ['binh.nguyen'] },
    });
    await province.settle();
    expect(province.entryOf('binh')).toMatchObject({ o: ['Sở Y tế'], mail: ['ntbinh@soctrang.gov.vn'] });
  });

  it('of aliases adds and takes away', async () => {
    expect(province.status('binh').aliases).toEqual(['binh.nguyen@soctrang.gov.vn']);
    province.person('binh', 'Nguyễn Thanh Bình', 'so-tttt', { person: { title: 'Chuyên viên' } });
    await province.settle();
    expect(province.entryOf('binh')['hopThuAddress']).toEqual(['ntbinh@soctrang.gov.vn']);
    expect(province.status('binh')).not.toHaveProperty('aliases');
  });

  it('of the explicit address moves it; the former one still delivers', async () => {
    province.person('binh', 'Nguyễn Thanh Bình', 'so-tttt', {
      person: { title: 'Chuyên viên' },
      spec: { localPart: 'ntbinh.vp' },
    });
    await province.settle();
    expect(province.status('binh')).toMatchObject({
      address: 'ntbinh.vp@soctrang.gov.vn',
      aliases: ['ntbinh@soctrang.gov.vn'],
    });
    province.person('other', 'Nguyễn Thanh Bình', 'so-tttt');
    await province.settle();
    expect(province.addressOf('other')).toBe('ntbinh.sotttt@soctrang.gov.vn');
  });

  it('of state suspends and resumes; slapd itself refuses the binds meanwhile', async () => {
    province.person('binh', 'Nguyễn Thanh Bình', 'so-tttt', { spec: { state: 'Suspended' } });
    await province.settle();
    expect(province.entryOf('binh')).toMatchObject({
      hopThuStatus: ['Suspended'],
      pwdAccountLockedTime: ['000001010000Z'],
    });
    province.expectReady('binh', 'True', 'Suspended', /logins are refused, mail is kept/);
    province.person('binh', 'Nguyễn Thanh Bình', 'so-tttt');
    await province.settle();
    expect(province.entryOf('binh')).toMatchObject({ hopThuStatus: ['Active'] });
    expect(province.entryOf('binh')).not.toHaveProperty('pwdAccountLockedTime');
  });

  it('suspends everybody of a suspended organization, and whoever is suspended while the organization is missing', async () => {
    province.organization('so-tttt', { name: soTttt, state: 'Suspended' });
    await province.settle();
    expect(province.status('binh').state).toBe('Suspended');
    province.organization('so-tttt', { name: soTttt });
    await province.settle();
    expect(province.status('binh').state).toBe('Active');
    province.person('binh', 'Nguyễn Thanh Bình', 'gone', { spec: { state: 'Suspended' } });
    await province.settle();
    expect(province.entryOf('binh')['hopThuStatus']).toEqual(['Suspended']);
  });
});

describe('a telephone number', () => {
  it('is kept in the directory, and goes when the manifest no longer has it', async () => {
    province.person('binh', 'Nguyễn Thanh Bình', 'so-tttt', { person: { phone: '0299 3822 123' } });
    await province.settle();
    expect(province.entryOf('binh')).toMatchObject({ telephoneNumber: ['0299 3822 123'] });
    province.person('binh', 'Nguyễn Thanh Bình', 'so-tttt');
    expect(await province.settle()).toEqual([expect.stringMatching(/telephone 0299 3822 123 → \(none\)$/)]);
    expect(province.entryOf('binh')['telephoneNumber'] ?? []).toEqual([]);
  });
});

describe('drift', () => {
  it('is put back in what the operator manages; the rest is left alone', async () => {
    province.person('binh', 'Nguyễn Thanh Bình', 'so-tttt');
    await province.settle();
    const { uid } = province.mailbox('binh').metadata;
    const dn = `uid=${uid},ou=mailboxes,dc=soctrang,dc=gov,dc=vn`;
    province.directory.put(dn, {
      ...province.entryOf('binh'),
      hopThuQuotaBytes: ['1'],
      hopThuAddress: ['ntbinh@soctrang.gov.vn', 'extra@soctrang.gov.vn'],
      postalAddress: ['Số 1 Hùng Vương'],
    });
    await province.settle();
    expect(province.entryOf('binh')).toMatchObject({
      hopThuQuotaBytes: [String(500 * 2 ** 20)],
      hopThuAddress: ['ntbinh@soctrang.gov.vn'],
      postalAddress: ['Số 1 Hùng Vương'],
    });
  });

  it('re-creates an entry that was removed by hand, with its address and its password', async () => {
    province.person('binh', 'Nguyễn Thanh Bình', 'so-tttt');
    await province.settle();
    const password = province.cluster.secrets.get('soc-trang-accounts/binh-initial-password');
    const { uid } = province.mailbox('binh').metadata;
    province.directory.drop(`uid=${uid},ou=mailboxes,dc=soctrang,dc=gov,dc=vn`);
    await province.settle();
    expect(province.addressOf('binh')).toBe('ntbinh@soctrang.gov.vn');
    expect(province.cluster.secrets.get('soc-trang-accounts/binh-initial-password')).toEqual(password);
  });

  it('leaves entries of others alone and does not grant their addresses', async () => {
    const dn = 'uid=legacy,ou=mailboxes,dc=soctrang,dc=gov,dc=vn';
    province.directory.put(dn, { cn: ['Legacy'], sn: ['L'], mail: ['ntbinh@soctrang.gov.vn'] });
    province.person('binh', 'Nguyễn Thanh Bình', 'so-tttt');
    await province.settle();
    expect(province.addressOf('binh')).toBe('ntbinh.sotttt@soctrang.gov.vn');
    expect(province.directory.entry(dn)?.attributes).toEqual({
      cn: ['Legacy'],
      sn: ['L'],
      mail: ['ntbinh@soctrang.gov.vn'],
    });
  });

  it('reports an entry of ours whose resource vanished, and does not touch it', async () => {
    province.person('binh', 'Nguyễn Thanh Bình', 'so-tttt');
    await province.settle();
    const { uid } = province.mailbox('binh').metadata;
    const before = province.entryOf('binh');
    const other = new Province(socTrang);
    const dn = `uid=${uid},ou=mailboxes,dc=soctrang,dc=gov,dc=vn`;
    other.directory.put(dn, before);
    await other.settle();
    expect(new Set(other.orphans)).toEqual(new Set([dn]));
    expect(other.directory.entry(dn)?.attributes).toEqual(before);
  });
});

describe('a mailbox that is left out of the published directory (R40)', () => {
  it('says so in its entry, and no other mailbox says anything', async () => {
    province.person('binh', 'Nguyễn Thanh Bình', 'so-tttt', { spec: { published: false } });
    province.person('an', 'Nguyễn Văn An', 'so-tttt', { spec: { published: true } });
    await province.settle();
    expect(province.entryOf('binh')).toMatchObject({ hopThuUnpublished: ['TRUE'] });
    expect(province.entryOf('an')['hopThuUnpublished'] ?? []).toEqual([]);
    province.person('binh', 'Nguyễn Thanh Bình', 'so-tttt');
    expect(await province.settle()).toEqual([expect.stringMatching(/in the published directory again$/)]);
  });
});
