/** A change of the domain: nothing moves before a person has said so, and a local part is one in both domains. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Site } from '../../../../operator/core/site.ts';
import { Province } from '../../../support/province.ts';
import { socTrang } from '../../../support/sites.ts';

const merged: Site = {
  ...socTrang,
  domain: 'cantho.gov.vn',
  domainAliases: ['soctrang.gov.vn'],
  directory: { ...socTrang.directory, domain: 'soctrang.gov.vn' },
};
const binh = 'Nguyễn Thanh Bình';
let province: Province;

const entry = (name: string) => {
  const { uid } = province.mailbox(name).metadata;
  return province.directory.entry(`uid=${uid},ou=mailboxes,dc=soctrang,dc=gov,dc=vn`)?.attributes ?? {};
};
const mails = () => ['binh', 'ha', 'vanthu'].map((name) => entry(name)['mail']?.[0]);
const approval = () =>
  /(approve-plan)=([0-9a-f]+)/.exec(province.status('binh').conditions?.[0]?.message ?? '')?.[2] ?? 'none';
const holds = async () =>
  (await province.contents()).entries.filter(({ dn }) => dn.includes(',ou=held,')).length;
const person = (name: string, fullName: string, organization: string, spec: object = {}) =>
  province.person(name, fullName, organization, { spec });

beforeEach(async () => {
  const before = new Province(socTrang);
  before.organization('so-tttt', { name: 'Sở Thông tin và Truyền thông' });
  before.organization('so-yt', { name: 'Sở Y tế' });
  before.person('binh', binh, 'so-tttt', { spec: { aliases: ['thanhbinh'] } });
  before.person('ha', 'Trần Thị Thu Hà', 'so-tttt');
  const delegates = [{ mailboxRef: { name: 'binh' }, rights: ['Write', 'SendAs'] }];
  before.organizationMailbox('vanthu', 'so-tttt', { delegates });
  await before.settle();
  const { organizations, mailboxes } = await before.cluster.snapshot();
  province = new Province(merged, before.directory);
  province.cluster.restore([...organizations, ...mailboxes]);
  for (const [name, secret] of before.cluster.secrets) province.cluster.secrets.set(name, secret);
});

const former = ['ntbinh@soctrang.gov.vn', 'tttha@soctrang.gov.vn', 'sotttt@soctrang.gov.vn'];
const present = ['ntbinh@cantho.gov.vn', 'tttha@cantho.gov.vn', 'sotttt@cantho.gov.vn'];

describe('until a person approves', () => {
  it('every address stays, and the plan has a line for each', async () => {
    expect(await province.settle()).toEqual([]);
    expect(mails()).toEqual(former);
    province.expectReady(
      'binh',
      'False',
      'AwaitingApproval',
      /^3 addresses would follow a new abbreviation or domain; .*address ntbinh@soctrang\.gov\.vn → ntbinh@cantho\.gov\.vn/,
    );
  });

  it('a local part is its holder’s in both domains', async () => {
    person('second', binh, 'so-yt');
    person('third', 'Lê Văn Tám', 'so-yt', { localPart: 'thanhbinh' });
    await province.settle();
    expect(province.addressOf('second')).toBe('ntbinh.soyt@cantho.gov.vn');
    province.expectReady('third', 'False', 'AddressConflict', /thanhbinh@cantho\.gov\.vn is held by/);
  });

  it('other changes go on in the domain that the entry has, and hold nothing back that moves', async () => {
    person('ha', 'Trần Thị Thu Hà', 'so-tttt', { aliases: ['thuha'], quota: '1Gi' });
    await province.settle();
    expect(entry('ha')).toMatchObject({
      hopThuAddress: ['tttha@soctrang.gov.vn', 'thuha@soctrang.gov.vn'],
      hopThuQuotaBytes: ['1073741824'],
    });
    expect(await holds()).toBe(0);
  });

  it('a suspension ends the sessions, whichever domain is in their names', async () => {
    for (const domain of ['cantho', 'soctrang', 'elsewhere'])
      province.sessions.names.add(`ntbinh@${domain}.gov.vn`);
    person('binh', binh, 'so-tttt', { state: 'Suspended' });
    await province.settle();
    expect(await province.sessions.open()).toEqual(['ntbinh@elsewhere.gov.vn']);
  });
});

describe('once approved', () => {
  beforeEach(async () => {
    await province.settle();
    province.cluster.annotateSite({ 'hopthu.io/approve-plan': approval() });
    await province.settle();
  });

  it('everybody has the address of the new domain, by the same account, and nothing is held back', async () => {
    expect(mails()).toEqual(present);
    expect(entry('binh')['hopThuAddress']).toEqual(['ntbinh@cantho.gov.vn', 'thanhbinh@cantho.gov.vn']);
    expect(entry('binh')).not.toHaveProperty('hopThuFormerAddress');
    expect(entry('binh')['hopThuMailSetting']?.join('\n')).toContain('/sotttt@cantho.gov.vn/');
    expect(await holds()).toBe(0);
    province.expectReady('binh', 'True', 'Active', /^ntbinh@cantho/);
    expect(await province.settle()).toEqual([]);
  });

  it('an address that was let go before is held back in both domains', async () => {
    person('binh', binh, 'so-tttt', { aliases: [] });
    await province.settle();
    person('third', 'Lê Văn Tám', 'so-yt', { localPart: 'thanhbinh' });
    await province.settle();
    province.expectReady('third', 'False', 'AddressHeld');
  });
});

it('once rejected, every address stays', async () => {
  await province.settle();
  province.cluster.annotateSite({ 'hopthu.io/reject-plan': approval() });
  await province.settle();
  await province.settle();
  expect(mails()).toEqual(former);
});
