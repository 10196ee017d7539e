/** The head of an organization, who manages its mailbox (R26): who is it by the directory, and what is told where nobody is. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { OrganizationStatus } from '../../../../operator/api/organization.ts';
import { Department, mailboxes } from '../../../support/delegated.ts';
import { LivingOperator } from '../../../support/living-operator.ts';
import { Province } from '../../../support/province.ts';
import { socTrang } from '../../../support/sites.ts';

const department = { name: 'Sở Thông tin và Truyền thông' };
let province: Department;

beforeEach(async () => {
  province = await Department.granted();
});

const nameHead = (name: string, of = 'so-tttt', spec: object = department) =>
  province.organization(of, { ...spec, headRef: { name } });
const entryOf = (name: string, of: Province = province) => {
  const { metadata } = of.cluster.get('Organization', of.namespace, name) ?? {};
  return of.directory.entry(`ou=${metadata?.uid},ou=organizations,dc=soctrang,dc=gov,dc=vn`)?.attributes;
};
const headOf = (name: string) => entryOf(name)?.['manager'];
const dnOf = (name: string) => [`uid=${province.uidOf(name)},${mailboxes}`];
const conditions = (name = 'so-tttt') => {
  const { status } = province.cluster.get('Organization', province.namespace, name) ?? {};
  return (status as OrganizationStatus).conditions?.map(({ type, reason, message }) => ({
    type,
    reason,
    message,
  }));
};
const missing = (reason: string, message: RegExp) => ({
  type: 'HeadMissing',
  reason,
  message: expect.stringMatching(message),
});

describe('a head (R26)', () => {
  it('is in the directory, and comes and goes in words that a review shows', async () => {
    nameHead('binh');
    const line = `~ ${department.name} (sotttt)  head: `;
    expect(await province.settle()).toEqual([`${line}binh`]);
    expect(headOf('so-tttt')).toEqual(dnOf('binh'));
    expect(conditions()).toHaveLength(1);
    province.organization('so-tttt', department);
    expect(await province.settle()).toEqual([`${line}(none)`]);
    expect(headOf('so-tttt')).toBeUndefined();
  });

  it('may be of a unit below, or of an organization above', async () => {
    nameHead('tam');
    const unit = { name: 'Phòng Công nghệ thông tin', parentRef: { name: 'so-tttt' } };
    nameHead('binh', 'phong', unit);
    await province.settle();
    expect(headOf('so-tttt')).toEqual(dnOf('tam'));
    expect(headOf('phong')).toEqual(dnOf('binh'));
  });

  it.each<[string, string, string, RegExp]>([
    ['nobody', 'chua-co', 'MailboxNotFound', /spec\.headRef: Mailbox chua-co does not exist/],
    ['of another organization', 'ngoai', 'NotInside', /belongs to Sở Y tế, which is neither/],
    ['an organization’s mailbox', 'phong', 'NotAPerson', /is an organization's/],
    ['without an account', 'la', 'HeadNotReady', /has no account yet/],
    ['of an organization that is not ready', 'treo', 'HeadNotReady', /is not ready/],
  ])(
    'that is %s is told in the status, nobody waits, and nobody is the head',
    async (_, name, reason, text) => {
      province.person('la', 'Trần Văn Lạ', 'so-tttt', { spec: { localPart: 'postmaster' } });
      province.person('treo', 'Trần Văn Treo', 'khong-co');
      nameHead('binh');
      await province.settle();
      nameHead(name);
      await province.settle();
      expect(conditions()).toEqual([
        expect.objectContaining({ type: 'Ready', reason: 'Active' }),
        missing(reason, text),
      ]);
      expect(headOf('so-tttt')).toBeUndefined();
    },
  );

  it('who is deleted is the head no longer; who is suspended is still', async () => {
    nameHead('binh');
    province.person('binh', 'Nguyễn Thanh Bình', 'so-tttt', { spec: { state: 'Suspended' } });
    await province.settle();
    expect(headOf('so-tttt')).toEqual(dnOf('binh'));
    province.delete('binh');
    await province.settle();
    expect(headOf('so-tttt')).toBeUndefined();
    expect(conditions()).toContainEqual(missing('MailboxNotFound', /does not exist/));
  });

  it('whose resource vanished is still the head: absence is no order', async () => {
    nameHead('binh');
    await province.settle();
    const head = dnOf('binh');
    province.vanish('binh');
    await province.settle();
    expect(headOf('so-tttt')).toEqual(head);
    expect(conditions()).toContainEqual(missing('MailboxNotFound', /does not exist/));
    nameHead('binh-2');
    await province.settle();
    expect(headOf('so-tttt')).toBeUndefined();
  });

  it('is put back where a hand wrote somebody else', async () => {
    nameHead('binh');
    await province.settle();
    const dn = `ou=${province.cluster.get('Organization', province.namespace, 'so-tttt')?.metadata.uid},ou=organizations,dc=soctrang,dc=gov,dc=vn`;
    province.directory.put(dn, { ...entryOf('so-tttt'), manager: dnOf('ngoai') });
    await province.settle();
    expect(headOf('so-tttt')).toEqual(dnOf('binh'));
  });
});

it('may be granted in the passes that make everybody', async () => {
  const all = new Province(socTrang);
  all.organization('so-tttt', { ...department, headRef: { name: 'binh' } });
  all.person('binh', 'Nguyễn Thanh Bình', 'so-tttt');
  expect((await all.pass()).again).toBe(true);
  await all.pass();
  expect(entryOf('so-tttt', all)?.['manager']).toEqual([
    `uid=${all.mailbox('binh').metadata.uid},${mailboxes}`,
  ]);
});

it('is found as soon as the Mailbox is there, or is somewhere else', async () => {
  const operator = new LivingOperator(province);
  nameHead('an');
  await operator.settle();
  expect(headOf('so-tttt')).toBeUndefined();
  province.person('an', 'Lê Văn An', 'so-tttt');
  await operator.settle();
  expect(headOf('so-tttt')).toEqual(dnOf('an'));
  expect(conditions()).toHaveLength(1);
  province.person('an', 'Lê Văn An', 'so-yt');
  await operator.settle();
  expect(headOf('so-tttt')).toBeUndefined();
});
