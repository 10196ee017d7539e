import { beforeEach, describe, expect, it } from '@jest/globals';
import { Province } from '../../../support/province.ts';
import { daNang, socTrang } from '../../../support/sites.ts';

const soTttt = 'Sở Thông tin và Truyền thông';
let province: Province;

beforeEach(() => {
  province = new Province(socTrang);
  province.organization('so-tttt', { name: soTttt });
});

describe('grant', () => {
  it('creates the entry that the regulation asks for, and says so in plan, status and Event', async () => {
    province.person('nguyen-thanh-binh', 'Nguyễn Thanh Bình', 'so-tttt', {
      person: { title: 'Phó Giám đốc', id: 'CB-1' },
    });
    expect(await province.settle()).toEqual([
      '+ Sở Thông tin và Truyền thông (sotttt)',
      '+ ntbinh@soctrang.gov.vn  Nguyễn Thanh Bình (Sở Thông tin và Truyền thông)  500 MiB',
    ]);
    expect(province.status('nguyen-thanh-binh')).toMatchObject({
      address: 'ntbinh@soctrang.gov.vn',
      state: 'Active',
      quota: { limit: '500Mi' },
      observedGeneration: 1,
    });
    province.expectReady('nguyen-thanh-binh', 'True', 'Active', /^ntbinh@soctrang.gov.vn, 500 MiB$/);
    expect(province.entryOf('nguyen-thanh-binh')).toMatchObject({
      cn: ['Nguyễn Thanh Bình'],
      sn: ['Nguyễn'],
      givenName: ['Bình'],
      title: ['Phó Giám đốc'],
      employeeNumber: ['CB-1'],
      o: [soTttt],
      mail: ['ntbinh@soctrang.gov.vn'],
      hopThuAddress: ['ntbinh@soctrang.gov.vn'],
      hopThuStatus: ['Active'],
      hopThuQuotaBytes: [String(500 * 2 ** 20)],
      hopThuResource: ['soc-trang-accounts/nguyen-thanh-binh'],
    });
    expect(province.cluster.events.map(({ reason }) => reason)).toEqual(['Granted', 'Granted']);
  });

  it('sets a random password once, hashed, to be changed at the first login, and keeps it in a Secret alone', async () => {
    province.person('binh', 'Nguyễn Thanh Bình', 'so-tttt');
    await province.settle();
    const secret = province.cluster.secrets.get('soc-trang-accounts/binh-initial-password');
    const { userPassword, pwdReset } = province.entryOf('binh');
    expect(pwdReset).toEqual(['TRUE']);
    expect(userPassword?.[0]).toMatch(/^\{SSHA512\}/);
    expect(secret?.password).toHaveLength(19);
    const everythingElse = JSON.stringify([
      province.mailbox('binh'),
      province.cluster.events,
      province.entryOf('binh'),
    ]);
    expect(everythingElse).not.toContain(secret?.password);
  });

  it('never asserts the password again, nor must-change, after the person changed it', async () => {
    province.person('binh', 'Nguyễn Thanh Bình', 'so-tttt');
    await province.settle();
    const { uid } = province.mailbox('binh').metadata;
    const { pwdReset: _, ...rest } = province.entryOf('binh');
    province.directory.put(`uid=${uid},ou=mailboxes,dc=soctrang,dc=gov,dc=vn`, {
      ...rest,
      userPassword: ['{ARGON2}own'],
    });
    province.person('binh', 'Nguyễn Thanh Bình', 'so-tttt', { person: { title: 'Giám đốc' } });
    await province.settle();
    expect(province.entryOf('binh')).toMatchObject({ userPassword: ['{ARGON2}own'], title: ['Giám đốc'] });
    expect(province.entryOf('binh')).not.toHaveProperty('pwdReset');
  });

  it('gives quota by mailbox, organization and site, in that order (R30)', async () => {
    province.organization('big', { name: 'Sở Y tế', quota: { personal: '2Gi' } });
    province.person('own', 'Trần Văn Một', 'big', { spec: { quota: '3Gi' } });
    province.person('organizations', 'Trần Văn Hai', 'big');
    province.person('sites', 'Trần Văn Ba', 'so-tttt');
    await province.settle();
    const limits = ['own', 'organizations', 'sites'].map((name) => province.status(name).quota?.limit);
    expect(limits).toEqual(['3Gi', '2Gi', '500Mi']);
  });

  it("names the Centre's mailbox as the site's service addresses (R20)", async () => {
    province.organizationMailbox('tt-cntttt', 'so-tttt');
    await province.settle();
    expect(province.status('tt-cntttt')).toMatchObject({
      address: 'sotttt@soctrang.gov.vn',
      aliases: ['abuse@soctrang.gov.vn', 'admin@soctrang.gov.vn', 'postmaster@soctrang.gov.vn'],
    });
  });

  it('waits for an organization that is not there, and goes on when it comes', async () => {
    province.person('binh', 'Nguyễn Thanh Bình', 'so-y-te');
    await province.settle();
    province.expectReady(
      'binh',
      'False',
      'OrganizationNotFound',
      /spec.organizationRef: there is no Organization so-y-te/,
    );
    province.organization('so-y-te', { name: 'Sở Y tế' });
    await province.settle();
    province.expectReady('binh', 'True', 'Active');
  });
});

describe('R14, R15: one address, several people', () => {
  it('Sóc Trăng: title first, then registration; the others get the organization', async () => {
    province.person('third', 'Nguyễn Thanh Bình', 'so-tttt', {
      person: { title: 'Chuyên viên', registeredAt: '2014-10-08T00:00:00Z' },
    });
    province.person('second', 'Nguyễn Thanh Bình', 'so-tttt', {
      person: { title: 'Chuyên viên', registeredAt: '2014-10-07T00:00:00Z' },
    });
    province.person('first', 'Nguyễn Thanh Bình', 'so-tttt', {
      person: { title: 'Phó Giám đốc', registeredAt: '2014-10-09T00:00:00Z' },
    });
    await province.settle();
    expect(['first', 'second', 'third'].map((name) => province.addressOf(name))).toEqual([
      'ntbinh@soctrang.gov.vn',
      'ntbinh.sotttt@soctrang.gov.vn',
      'ntbinh2.sotttt@soctrang.gov.vn',
    ]);
  });

  it('Đà Nẵng: numbers', async () => {
    province = new Province(daNang);
    province.organization('skhdt', { name: 'Sở Kế hoạch và Đầu tư thành phố Đà Nẵng' });
    province.person('a', 'Nguyễn Văn Dũng', 'skhdt', { person: { registeredAt: '2010-01-01T00:00:00Z' } });
    province.person('b', 'Nguyễn Văn Dũng', 'skhdt', { person: { registeredAt: '2010-01-02T00:00:00Z' } });
    province.person('c', 'Nguyễn Văn Dũng', 'skhdt', { person: { registeredAt: '2010-01-03T00:00:00Z' } });
    await province.settle();
    expect(['a', 'b', 'c'].map((name) => province.addressOf(name))).toEqual([
      'dungnv@danang.gov.vn',
      'dungnv1@danang.gov.vn',
      'dungnv2@danang.gov.vn',
    ]);
  });

  it('a junior who came first keeps what was granted', async () => {
    province.person('junior', 'Nguyễn Thanh Bình', 'so-tttt', { person: { title: 'Chuyên viên' } });
    await province.settle();
    province.person('director', 'Nguyễn Thanh Bình', 'so-tttt', { person: { title: 'Giám đốc' } });
    await province.settle();
    expect(province.addressOf('junior')).toBe('ntbinh@soctrang.gov.vn');
    expect(province.addressOf('director')).toBe('ntbinh.sotttt@soctrang.gov.vn');
  });

  it('the later of two who ask for the same explicit address is told who holds it', async () => {
    province.person('early', 'Trần Văn Một', 'so-tttt', { spec: { localPart: 'vanthu' } });
    province.now = new Date('2026-11-21T00:00:01Z');
    province.person('late', 'Trần Văn Hai', 'so-tttt', { spec: { localPart: 'vanthu' } });
    await province.settle();
    expect(province.addressOf('early')).toBe('vanthu@soctrang.gov.vn');
    province.expectReady(
      'late',
      'False',
      'AddressConflict',
      /spec.localPart: vanthu@.* is held by soc-trang-accounts\/early/,
    );
    expect(province.status('late').conditions?.map(({ type }) => type)).toEqual(['Ready', 'Stalled']);
  });

  it('grants no reserved local part', async () => {
    province.person('root', 'Root', 'so-tttt');
    province.person('asks', 'Trần Văn Hai', 'so-tttt', { spec: { localPart: 'postmaster' } });
    await province.settle();
    expect(province.addressOf('root')).toBe('root.sotttt@soctrang.gov.vn');
    province.expectReady('asks', 'False', 'AddressReserved', /postmaster@soctrang.gov.vn is reserved/);
  });
});
