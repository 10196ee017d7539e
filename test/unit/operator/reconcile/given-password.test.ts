/** R25: a first password that the administrator gives in a Secret. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { Province } from '../../../support/province.ts';
import { socTrang } from '../../../support/sites.ts';

const strong = 'Mùa-xuân-2026-Aa';
let province: Province;

beforeEach(() => {
  province = new Province(socTrang);
  province.organization('so-tttt', { name: 'Sở Thông tin và Truyền thông' });
});

const give = (password: string, ownerUid = 'somebody') =>
  province.cluster.secrets.set(`${province.namespace}/given`, { ownerUid, address: '', password });
const apply = (spec: object = {}) =>
  province.person('binh', 'Nguyễn Thanh Bình', 'so-tttt', {
    spec: { passwordSecretRef: { name: 'given' }, ...spec },
  });
const hash = () => province.entryOf('binh')['userPassword']?.[0];
/** What slapd does when a person changes the password. */
const change = () => {
  const { uid } = province.mailbox('binh').metadata;
  const { pwdReset: _, ...attributes } = province.entryOf('binh');
  province.directory.put(`uid=${uid},ou=mailboxes,dc=soctrang,dc=gov,dc=vn`, {
    ...attributes,
    userPassword: ['{ARGON2}of-the-person'],
  });
};

describe('a Secret that the spec names', () => {
  it('is taken instead of a password that is drawn, and must be changed', async () => {
    give(strong);
    apply();
    await province.settle();
    province.expectReady('binh', 'True', 'Active');
    expect(hash()).toMatch(/^\{ARGON2\}\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(province.entryOf('binh')['pwdReset']).toEqual(['TRUE']);
    expect(province.status('binh').passwordSecret).toBe('given');
    expect([...province.cluster.secrets.keys()]).toEqual([`${province.namespace}/given`]);
    const told = JSON.stringify([province.cluster.events, province.mailbox('binh')]);
    expect(told).not.toContain(strong);
  });

  it('is waited for', async () => {
    apply();
    await province.pass();
    province.expectReady('binh', 'False', 'SecretNotFound', /given does not exist yet/);
    give(strong);
    await province.settle();
    province.expectReady('binh', 'True', 'Active');
  });

  it.each([
    ['Ab-4567', /less than 8 characters/],
    ['alllowercase-1', /missing: upper case/],
    [`${strong}\n`, /line break/],
  ])('%j is refused without saying it', async (password, why) => {
    give(password);
    apply();
    await province.pass();
    province.expectReady('binh', 'False', 'WeakPassword', why);
    expect(JSON.stringify(province.status('binh'))).not.toContain(password.trim());
    expect(province.directory.writes.add).toBe(1); // the organization
  });

  it('of another Mailbox is refused', async () => {
    province.person('lan', 'Trần Thị Lan', 'so-tttt');
    await province.settle();
    give(strong, province.mailbox('lan').metadata.uid);
    apply();
    await province.pass();
    province.expectReady('binh', 'False', 'SecretConflict', /another Mailbox/);
  });

  it('is not set again, whatever becomes of it, and stays when it is not used any more', async () => {
    give(strong);
    apply();
    await province.settle();
    change();
    give('Another-1-password');
    await province.settle();
    expect(hash()).toBe('{ARGON2}of-the-person');
    expect(province.status('binh').passwordSecret).toBeUndefined();
    expect(province.cluster.secrets.has(`${province.namespace}/given`)).toBe(true);
    province.cluster.secrets.clear();
    province.person('binh', 'Nguyễn Thanh Bình', 'so-tttt');
    await province.settle();
    expect(hash()).toBe('{ARGON2}of-the-person');
  });

  it('is read again at a reset, before and after the person changed the former one', async () => {
    give(strong);
    apply();
    await province.settle();
    const first = hash();
    apply({ passwordReset: '1' });
    await province.settle();
    const second = hash();
    expect(second).not.toBe(first);
    change();
    apply({ passwordReset: '2' });
    await province.settle();
    expect(hash()).toMatch(/^\{ARGON2\}\$argon2id/);
    expect(province.entryOf('binh')).toMatchObject({ pwdReset: ['TRUE'], hopThuPasswordReset: ['2'] });
  });
});
