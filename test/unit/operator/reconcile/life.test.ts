import { beforeEach, describe, expect, it } from '@jest/globals';
import { Province } from '../../../support/province.ts';
import { socTrang } from '../../../support/sites.ts';

let province: Province;
const secrets = () => [...province.cluster.secrets.keys()];

/** Writes to the entry of `binh` as slapd does by itself. */
function slapdWrites(values: Readonly<Record<string, readonly string[]>>): void {
  const { uid } = province.mailbox('binh').metadata;
  const merged = Object.entries({ ...province.entryOf('binh'), ...values }).filter(
    ([, list]) => list.length > 0,
  );
  province.directory.put(`uid=${uid},ou=mailboxes,dc=soctrang,dc=gov,dc=vn`, Object.fromEntries(merged));
}

/** The person's own change: slapd drops `pwdReset` and notes the time. */
const personChanges = (at: string) =>
  slapdWrites({ userPassword: ['{ARGON2}own'], pwdReset: [], pwdChangedTime: [at] });

beforeEach(async () => {
  province = new Province(socTrang);
  province.organization('so-tttt', { name: 'Sở Thông tin và Truyền thông' });
  province.person('binh', 'Nguyễn Thanh Bình', 'so-tttt');
  await province.settle();
});

describe('the annotation hopthu.io/suspend', () => {
  const annotate = (kind: 'Mailbox' | 'Organization', name: string, annotations: Record<string, string>) => {
    const found = province.cluster.get(kind, province.namespace, name);
    province.cluster.apply({
      kind,
      name,
      namespace: province.namespace,
      spec: found?.spec as object,
      annotations,
    });
  };

  it('outranks the spec until it is taken away', async () => {
    annotate('Mailbox', 'binh', { 'hopthu.io/suspend': 'stolen' });
    await province.settle();
    expect(province.status('binh').state).toBe('Suspended');
    province.person('binh', 'Nguyễn Thanh Bình', 'so-tttt', { spec: { state: 'Active' } });
    await province.settle();
    expect(province.entryOf('binh')).toMatchObject({
      hopThuStatus: ['Suspended'],
      pwdAccountLockedTime: ['000001010000Z'],
    });
    annotate('Mailbox', 'binh', {});
    await province.settle();
    expect(province.status('binh').state).toBe('Active');
  });

  it('suspends everybody of an organization', async () => {
    annotate('Organization', 'so-tttt', { 'hopthu.io/suspend': 'true' });
    await province.settle();
    expect(province.status('binh').state).toBe('Suspended');
  });
});

describe('validUntil', () => {
  it('refuses logins after its day, keeps the mail, and opens again with a later date', async () => {
    province.person('binh', 'Nguyễn Thanh Bình', 'so-tttt', { spec: { validUntil: '2026-11-21' } });
    await province.settle();
    expect(province.status('binh').state).toBe('Active');
    province.now = new Date('2026-11-21T17:00:00Z');
    expect(await province.settle()).toEqual([
      '~ ntbinh@soctrang.gov.vn  Nguyễn Thanh Bình (Sở Thông tin và Truyền thông)  state Active → Expired',
    ]);
    province.expectReady('binh', 'True', 'Expired', /logins are refused, mail is kept/);
    expect(province.entryOf('binh')).toMatchObject({ pwdAccountLockedTime: ['000001010000Z'] });
    province.person('binh', 'Nguyễn Thanh Bình', 'so-tttt', { spec: { validUntil: '2027-11-21' } });
    await province.settle();
    expect(province.status('binh').state).toBe('Active');
  });

  it('counts for the guard like every loss of access', async () => {
    const letters = 'abcdefghijk';
    for (const letter of letters) {
      province.person(`p${letter}`, `Trần Văn ${letter}`, 'so-tttt', { spec: { validUntil: '2026-11-21' } });
    }
    await province.settle();
    province.now = new Date('2026-11-22T00:00:00Z');
    await province.settle();
    province.expectReady('pa', 'False', 'AwaitingApproval', /11 mailboxes would lose access/);
    expect(province.entryOf('pa')).toMatchObject({ hopThuStatus: ['Active'] });
  });
});

describe('the first password', () => {
  it('is removed with its Secret once the person has changed it', async () => {
    expect(province.status('binh').passwordSecret).toBe('binh-initial-password');
    personChanges('20261121000000Z');
    expect(await province.settle()).toEqual([
      '~ ntbinh@soctrang.gov.vn  Nguyễn Thanh Bình (Sở Thông tin và Truyền thông)  first password changed by its owner',
    ]);
    expect(secrets()).toEqual([]);
    expect(province.status('binh')).not.toHaveProperty('passwordSecret');
    expect(province.entryOf('binh')['userPassword']).toEqual(['{ARGON2}own']);
  });
});

describe('passwordReset', () => {
  const ask = (passwordReset: string) =>
    province.person('binh', 'Nguyễn Thanh Bình', 'so-tttt', { spec: { passwordReset } });

  it('sets one new first password, with a Secret of its own', async () => {
    personChanges('20261121000000Z');
    await province.settle();
    ask('2026-11-21');
    expect(await province.settle()).toEqual([
      '~ ntbinh@soctrang.gov.vn  Nguyễn Thanh Bình (Sở Thông tin và Truyền thông)  new first password',
    ]);
    expect(province.entryOf('binh')).toMatchObject({
      pwdReset: ['TRUE'],
      hopThuPasswordReset: ['2026-11-21'],
    });
    expect(province.entryOf('binh')['userPassword']?.[0]).toMatch(/^\{SSHA512\}/);
    expect(secrets()).toEqual([`soc-trang-accounts/${province.status('binh').passwordSecret}`]);
  });

  it('leaves a suspended person locked out by slapd, which unlocks with a new password', async () => {
    const suspended = { state: 'Suspended' };
    province.person('binh', 'Nguyễn Thanh Bình', 'so-tttt', { spec: suspended });
    await province.settle();
    province.person('binh', 'Nguyễn Thanh Bình', 'so-tttt', { spec: { ...suspended, passwordReset: 'one' } });
    await province.pass();
    expect(province.entryOf('binh')).toMatchObject({
      hopThuPasswordReset: ['one'],
      pwdAccountLockedTime: ['000001010000Z'],
    });
  });

  it('is acted on once: never again after the own change, not even when it is taken out of the spec', async () => {
    ask('2026-11-21');
    await province.settle();
    personChanges('20261121010000Z');
    await province.settle();
    province.person('binh', 'Nguyễn Thanh Bình', 'so-tttt');
    await province.settle();
    ask('2026-11-21');
    await province.settle();
    expect(province.entryOf('binh')['userPassword']).toEqual(['{ARGON2}own']);
    expect(secrets()).toEqual([]);
  });

  it('finishes with the same password when the pass dies between Secret and directory', async () => {
    province.directory.intercept = (moment, call) => {
      if (moment === 'before' && call === 'modify') throw new Error('killed');
    };
    ask('2026-11-22');
    await expect(province.pass()).resolves.toMatchObject({ failures: 1 });
    const [, password] = [...province.cluster.secrets.values()].map((secret) => secret.password);
    province.directory.intercept = () => undefined;
    await province.settle();
    expect([...province.cluster.secrets.values()].map((secret) => secret.password)).toEqual([password]);
  });
});

describe('the age of a password', () => {
  it('marks it must-change on the day, once, and not again after the own change', async () => {
    personChanges('20261121000000Z');
    await province.settle();
    province.now = new Date('2026-12-22T00:00:00Z');
    expect(await province.settle()).toEqual([
      '~ ntbinh@soctrang.gov.vn  Nguyễn Thanh Bình (Sở Thông tin và Truyền thông)  password too old: it must be changed',
    ]);
    expect(province.entryOf('binh')).toMatchObject({ pwdReset: ['TRUE'], userPassword: ['{ARGON2}own'] });
    expect(secrets()).toEqual([]);
    expect(province.status('binh').passwordExpiry).toBe('2026-12-22');
    personChanges('20261222010000Z');
    expect(await province.settle()).toEqual([
      '~ ntbinh@soctrang.gov.vn  Nguyễn Thanh Bình (Sở Thông tin và Truyền thông)  last access 2026-11-21T00:00:00Z → 2026-12-22T01:00:00Z',
    ]);
    expect(province.status('binh').passwordExpiry).toBe('2027-01-22');
    expect(province.entryOf('binh')).not.toHaveProperty('pwdReset');
  });
});
