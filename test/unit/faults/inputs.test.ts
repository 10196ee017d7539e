/** What may not come in: refused by the schema, by the rules of addresses, or brought into one form. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { type Mailbox, parseMailbox } from '../../../operator/api/mailbox.ts';
import { parseOrganization } from '../../../operator/api/organization.ts';
import type { Kind, Resource } from '../../../operator/api/resource.ts';
import { parseBytes } from '../../../operator/core/quota.ts';
import { Invalid } from '../../../operator/errors.ts';
import { Province } from '../../support/province.ts';
import { socTrang } from '../../support/sites.ts';

const resource = (kind: Kind, spec: object): Resource => ({
  kind,
  metadata: {
    name: 'x',
    namespace: 'soc-trang-accounts',
    uid: 'u',
    resourceVersion: '1',
    generation: 1,
    creationTimestamp: '2026-01-01T00:00:00Z',
    finalizers: [],
    annotations: {},
  },
  spec,
  status: undefined,
});
const person = { fullName: 'Nguyễn Thanh Bình' };
const mailbox = (more: object): Mailbox =>
  parseMailbox(
    resource('Mailbox', { organizationRef: { name: 'so-tttt' }, type: 'Personal', person, ...more }),
  );
const organization = (more: object) =>
  parseOrganization(resource('Organization', { name: 'Sở Y tế', ...more }));

/** No text field takes these, wherever they stand. */
const poison: Readonly<Record<string, string>> = {
  NUL: '\0',
  'line feed': '\n',
  'carriage return and line feed': '\r\nBcc: a@b',
  tab: '\t',
  escape: '\x1b[31m',
  'C1 control': '\x85',
  'right-to-left override': '\u202e',
  'left-to-right isolate': '\u2066',
  'zero-width space': '\u200b',
  'zero-width joiner': '\u200d',
  'byte order mark': '\ufeff',
  'soft hyphen': '\u00ad',
  'line separator': '\u2028',
  'paragraph separator': '\u2029',
  'unpaired surrogate': '\ud800',
  'replacement character': '\ufffd',
  'private use': '\ue000',
  'tag character': '\u{e0041}',
  'Cyrillic look-alike': '\u0430',
  'Greek look-alike': '\u03bf',
};

/** Every text field, with a way to set it. */
const fields: Readonly<Record<string, (text: string) => unknown>> = {
  fullName: (text) => mailbox({ person: { fullName: text } }),
  title: (text) => mailbox({ person: { ...person, title: text } }),
  'staff number': (text) => mailbox({ person: { ...person, id: text } }),
  localPart: (text) => mailbox({ localPart: text }),
  alias: (text) => mailbox({ aliases: [text] }),
  quota: (text) => mailbox({ quota: text }),
  reference: (text) => mailbox({ organizationRef: { name: text } }),
  registeredAt: (text) => mailbox({ person: { ...person, registeredAt: text } }),
  'organization name': (text) => organization({ name: text }),
  abbreviation: (text) => organization({ abbreviation: text }),
  telephone: (text) => organization({ contact: { phone: text } }),
  'postal address': (text) => organization({ contact: { address: text } }),
  parent: (text) => organization({ parentRef: { name: text } }),
};

describe.each(Object.entries(fields))('%s', (_, set) => {
  it.each(Object.entries(poison))('refuses a %s', (_name, bad) => {
    for (const text of [bad, `Nguyen${bad}`, `${bad}Nguyen`, `Nguyen${bad}Binh`])
      expect(() => set(text)).toThrow(Invalid);
  });

  it('refuses nothing and 300 characters', () => {
    expect(() => set('')).toThrow(Invalid);
    expect(() => set(' ')).toThrow(Invalid);
    expect(() => set('a'.repeat(300))).toThrow(Invalid);
  });
});

describe('addresses', () => {
  it.each([
    ...['a,b', 'a+b', 'a"b', 'a\\b', 'a<b>', 'a;b', 'a=b', '#a', ' a', 'a ', '*', 'x)(uid=*', 'a@b'],
    ...[
      'Binh',
      'bình',
      'straße',
      'ｂinh',
      'bınh',
      'thư',
      '用户',
      '.a',
      'a.',
      'a..b',
      '-a',
      'a-',
      'a'.repeat(65),
    ],
  ])('refuse %j', (localPart) => {
    expect(() => mailbox({ localPart })).toThrow(/spec.localPart/);
    expect(() => mailbox({ aliases: [localPart] })).toThrow(/spec.aliases/);
  });

  it.each(['Straße Văn A', 'Ｎguyễn Văn A', 'Lê Văn 用户'])('are not made of %j', async (fullName) => {
    const province = new Province(socTrang);
    province.organization('so-tttt', { name: 'Sở Thông tin và Truyền thông' });
    province.person('x', fullName, 'so-tttt');
    await province.settle();
    province.expectReady('x', 'False', 'NoAddress', /no counterpart among a–z; ask for an explicit address/);
  });

  it.each(['postmaster', 'abuse', 'admin', 'root', 'mailer-daemon'])(
    '%s is nobody’s to ask for',
    async (name) => {
      const province = new Province(socTrang);
      province.organization('so-tttt', { name: 'Sở Thông tin và Truyền thông' });
      province.person('x', person.fullName, 'so-tttt', { spec: { localPart: name } });
      province.person('y', person.fullName, 'so-tttt', { spec: { aliases: [name] } });
      await province.settle();
      province.expectReady('x', 'False', 'AddressReserved');
      province.expectReady('y', 'False', 'AddressReserved');
    },
  );

  it('too many aliases are refused as a whole', () => {
    const aliases = Array.from({ length: 10_000 }, (_, index) => `a${index}`);
    expect(() => mailbox({ aliases })).toThrow(/spec.aliases/);
  });
});

describe('quotas', () => {
  it.each([
    '0',
    '-1',
    '+1',
    '01Gi',
    '1e9Gi',
    '1.5G',
    '1.5Gi',
    '1G',
    '1 Gi',
    '9Ti',
    '9223372036854775808',
    'Gi',
    'NaN',
  ])('refuse %j', (quota) => {
    expect(() => parseBytes(mailbox({ quota }).spec.quota ?? '', 'spec.quota')).toThrow(/spec.quota/);
  });
});

describe('secrets', () => {
  it.each(['password', 'userPassword', 'passwordHash'])('have no place in a spec: %s', (field) => {
    expect(() => mailbox({ [field]: 'x' })).toThrow(Invalid);
    expect(() => mailbox({ person: { ...person, [field]: 'x' } })).toThrow(Invalid);
  });
});

describe('one spelling', () => {
  let province: Province;
  beforeEach(() => {
    province = new Province(socTrang);
  });

  it('decomposed letters and doubled spaces become one form, and the second pass writes nothing', async () => {
    const odd = (text: string) => text.normalize('NFD').replaceAll(' ', '  ');
    province.organization('so-tttt', {
      name: odd('Sở Thông tin và Truyền thông'),
      contact: { phone: '0299  3822 123', address: odd('Đường Trần Hưng Đạo') },
    });
    province.person('binh', odd('Nguyễn Thanh Bình'), 'so-tttt', {
      person: { title: odd('Phó Giám đốc'), id: 'CB  1' },
    });
    await province.settle();
    expect(province.entryOf('binh')).toMatchObject({
      cn: ['Nguyễn Thanh Bình'],
      title: ['Phó Giám đốc'],
      employeeNumber: ['CB 1'],
      o: ['Sở Thông tin và Truyền thông'],
      mail: ['ntbinh@soctrang.gov.vn'],
    });
    const organization = province.directory.entry(
      province.cluster.get('Organization', province.namespace, 'so-tttt')?.metadata.uid === undefined
        ? ''
        : `ou=${province.cluster.get('Organization', province.namespace, 'so-tttt')?.metadata.uid},ou=organizations,dc=soctrang,dc=gov,dc=vn`,
    );
    expect(organization?.attributes).toMatchObject({
      telephoneNumber: ['0299 3822 123'],
      postalAddress: ['Đường Trần Hưng Đạo'],
    });
    const before = JSON.stringify([province.cluster.writes, province.directory.writes]);
    await province.pass();
    expect(JSON.stringify([province.cluster.writes, province.directory.writes])).toBe(before);
  });

  it('a title in another Unicode form has the same rank (R14)', async () => {
    province.organization('so-tttt', { name: 'Sở Thông tin và Truyền thông' });
    province.person('a', 'Lê Văn Tám', 'so-tttt', { person: { title: 'Chuyên viên' } });
    province.person('b', 'Lê Văn Tám', 'so-tttt', { person: { title: 'Giám  đốc'.normalize('NFD') } });
    await province.settle();
    expect(province.addressOf('b')).toBe('lvtam@soctrang.gov.vn');
  });

  it('a closed account comes back to the same person, however the name is spelled', async () => {
    province.organization('so-tttt', { name: 'Sở Thông tin và Truyền thông' });
    province.person('binh', 'Nguyễn Thanh Bình', 'so-tttt', { person: { id: 'CB 1' } });
    await province.settle();
    province.delete('binh');
    await province.settle();
    province.person('binh', 'Nguyễn  Thanh Bình'.normalize('NFD'), 'so-tttt', { person: { id: 'CB  1' } });
    await province.settle();
    province.expectReady('binh', 'True', 'Active', /^ntbinh@/);
  });
});
