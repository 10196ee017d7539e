import { beforeEach, describe, expect, it } from '@jest/globals';
import { finalizer } from '../../../../operator/api/resource.ts';
import { Unavailable } from '../../../../operator/errors.ts';
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
      description: ['hand-written'],
    });
    await province.settle();
    expect(province.entryOf('binh')).toMatchObject({
      hopThuQuotaBytes: [String(500 * 2 ** 20)],
      hopThuAddress: ['ntbinh@soctrang.gov.vn'],
      description: ['hand-written'],
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

describe('deletion', () => {
  beforeEach(async () => {
    province.person('binh', 'Nguyễn Thanh Bình', 'so-tttt');
    await province.settle();
    expect(province.mailbox('binh').metadata.finalizers).toEqual([finalizer]);
  });

  const entry = (uid: string) =>
    province.directory.entry(`uid=${uid},ou=mailboxes,dc=soctrang,dc=gov,dc=vn`)?.attributes;

  it('closes the account, keeps mail and address, and lets the resource go after it was read back', async () => {
    const { uid } = province.mailbox('binh').metadata;
    province.delete('binh');
    await province.pass();
    expect(province.mailbox('binh').metadata.finalizers).toEqual([finalizer]); // not yet seen
    await province.settle();
    expect(province.cluster.get('Mailbox', province.namespace, 'binh')).toBeUndefined();
    expect(entry(uid)).toMatchObject({
      hopThuStatus: ['Closed'],
      mail: ['ntbinh@soctrang.gov.vn'],
      pwdAccountLockedTime: ['000001010000Z'],
    });
  });

  it('waits while the directory is down, and says so', async () => {
    province.delete('binh');
    province.directory.down();
    await expect(province.pass()).rejects.toThrow(Unavailable);
    province.expectReady('binh', 'False', 'LDAPUnavailable', /nothing is lost/);
    expect(province.mailbox('binh').metadata.finalizers).toEqual([finalizer]);
    province.directory.up();
    await province.settle();
    expect(province.cluster.get('Mailbox', province.namespace, 'binh')).toBeUndefined();
  });

  it('does not hand the address of a closed account to the next person of that name', async () => {
    province.delete('binh');
    await province.settle();
    province.person('another', 'Nguyễn Thanh Bình', 'so-tttt');
    await province.settle();
    expect(province.addressOf('another')).toBe('ntbinh.sotttt@soctrang.gov.vn');
  });

  it('gives the account back to the same person under the same name', async () => {
    province.delete('binh');
    await province.settle();
    province.person('binh', 'Nguyễn Thanh Bình', 'so-tttt');
    await province.settle();
    province.expectReady('binh', 'True', 'Active', /^ntbinh@soctrang/);
  });

  it('does not give it to somebody else under that name', async () => {
    province.delete('binh');
    await province.settle();
    province.person('binh', 'Nguyễn Thái Bình', 'so-tttt');
    await province.settle();
    province.expectReady('binh', 'False', 'FormerAccount', /not the same person: use another name/);
  });

  it('of an organization waits for its last mailbox', async () => {
    province.delete('so-tttt', 'Organization');
    await province.settle();
    const organization = () => province.cluster.get('Organization', province.namespace, 'so-tttt');
    expect(JSON.stringify(organization()?.status)).toContain('1 mailboxes and units still belong to it');
    province.delete('binh');
    await province.settle();
    expect(organization()).toBeUndefined();
  });
});

describe('pause and outage', () => {
  it('writes nothing to the directory while the site is paused, and shows what waits', async () => {
    province.cluster.annotateSite({ 'hopthu.io/paused': 'true' });
    province.person('binh', 'Nguyễn Thanh Bình', 'so-tttt');
    await province.pass();
    expect(province.directory.writes).toEqual({ add: 0, modify: 0, remove: 0 });
    province.expectReady('binh', 'False', 'Paused', /\+ ntbinh@soctrang.gov.vn/);
    province.cluster.annotateSite({});
    await province.settle();
    province.expectReady('binh', 'True', 'Active');
  });

  it('tells only those who wait of an outage, once', async () => {
    province.person('settled', 'Trần Văn Một', 'so-tttt');
    await province.settle();
    province.directory.down();
    province.person('waits', 'Trần Văn Hai', 'so-tttt');
    await expect(province.pass()).rejects.toThrow(Unavailable);
    province.expectReady('settled', 'True', 'Active');
    province.expectReady('waits', 'False', 'LDAPUnavailable');
    const { status } = province.cluster.writes;
    await expect(province.pass()).rejects.toThrow(Unavailable);
    expect(province.cluster.writes.status).toBe(status);
  });

  it('a pass with nothing to do writes nothing anywhere', async () => {
    province.person('binh', 'Nguyễn Thanh Bình', 'so-tttt');
    await province.settle();
    const before = structuredClone([province.cluster.writes, province.directory.writes]);
    province.now = new Date('2026-11-22T00:00:00Z');
    await province.pass();
    expect([province.cluster.writes, province.directory.writes]).toEqual(before);
  });
});

describe('the guard', () => {
  const names = Array.from({ length: 11 }, (_, index) => `p${index}`);

  it('holds a mass suspension until exactly that plan is approved; grants go on', async () => {
    for (const name of names)
      province.person(
        name,
        `Trần Văn ${name}`.replace(/\d+/g, (d) => 'abcdefghijk'[Number(d)] ?? ''),
        'so-tttt',
      );
    await province.settle();
    for (const name of names) province.delete(name);
    province.person('new', 'Đoàn Văn Thông', 'so-tttt');
    await province.settle();
    expect(province.addressOf('new')).toBe('dvthong@soctrang.gov.vn');
    province.expectReady(
      'p0',
      'False',
      'AwaitingApproval',
      /11 mailboxes would lose access at once; 10 of 12/,
    );
    const message = province.status('p0').conditions?.[0]?.message ?? '';
    const hash = /approve-plan=([0-9a-f]+)/.exec(message)?.[1] ?? '';
    province.cluster.annotateSite({ 'hopthu.io/approve-plan': hash });
    await province.settle();
    expect(province.cluster.get('Mailbox', province.namespace, 'p0')).toBeUndefined();
  });
});
