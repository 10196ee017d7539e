/** A new abbreviation of an organization: addresses follow it only where that is asked for, and approved. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { Province } from '../../../support/province.ts';
import { socTrang } from '../../../support/sites.ts';

const name = 'Sở Thông tin và Truyền thông';
const at = (localPart: string) => `${localPart}@soctrang.gov.vn`;
let province: Province;

function organization(abbreviation: string, annotations: Record<string, string> = {}): void {
  const { namespace, cluster } = province;
  cluster.apply({
    kind: 'Organization',
    name: 'so-tttt',
    namespace,
    spec: { name, abbreviation },
    annotations,
  });
}

function approve(): void {
  const message = province.status('vanthu').conditions?.[0]?.message ?? '';
  const hash = /approve-plan=([0-9a-f]+)/.exec(message)?.[1] ?? 'none';
  province.cluster.annotateSite({ 'hopthu.io/approve-plan': hash });
}

const addresses = () =>
  ['binh', 'second', 'other', 'vanthu', 'phong'].map((mailbox) => province.addressOf(mailbox)?.split('@')[0]);

beforeEach(async () => {
  province = new Province(socTrang);
  organization('sotttt');
  province.organization('phong', { name: 'Phòng Công nghệ thông tin', parentRef: { name: 'so-tttt' } });
  province.organization('so-yt', { name: 'Sở Y tế' });
  province.person('binh', 'Nguyễn Thanh Bình', 'so-tttt');
  await province.settle();
  province.person('second', 'Nguyễn Thanh Bình', 'phong');
  province.person('other', 'Nguyễn Thanh Bình', 'so-yt');
  province.organizationMailbox('vanthu', 'so-tttt');
  province.organizationMailbox('phong', 'phong');
  await province.settle();
});

const granted = ['ntbinh', 'ntbinh.sotttt', 'ntbinh.soyt', 'sotttt', 'phongcntt.sotttt'];
const moved = ['ntbinh', 'ntbinh.sokhcn', 'ntbinh.soyt', 'sokhcn', 'phongcntt.sokhcn'];

describe('a new abbreviation', () => {
  it('moves nobody by itself', async () => {
    expect(addresses()).toEqual(granted);
    organization('sokhcn');
    await province.settle();
    expect(addresses()).toEqual(granted);
    province.expectReady('vanthu', 'True', 'Active');
  });

  it('with the annotation is planned for whoever carries the former one, and waits; everything else goes on', async () => {
    organization('sokhcn', { 'hopthu.io/rename-addresses': 'sotttt' });
    province.person('second', 'Nguyễn Thanh Bình', 'phong', { spec: { quota: '1Gi' } });
    await province.settle();
    expect(addresses()).toEqual(granted);
    province.expectReady(
      'vanthu',
      'False',
      'AwaitingApproval',
      /^3 addresses would follow a new abbreviation or domain; approve with hopthu.io\/approve-plan=[0-9a-f]{12}: ~ sotttt@soctrang.gov.vn.*address sotttt@soctrang.gov.vn → sokhcn@soctrang.gov.vn/,
    );
    expect(province.entryOf('second')['hopThuQuotaBytes']).toEqual([String(2 ** 30)]);
    province.expectReady('other', 'True', 'Active');
  });

  it('approved, moves them once; the former addresses still deliver', async () => {
    organization('sokhcn', { 'hopthu.io/rename-addresses': 'sotttt' });
    await province.settle();
    approve();
    await province.settle();
    expect(addresses()).toEqual(moved);
    expect(province.status('vanthu')).toMatchObject({ aliases: [at('sotttt')], address: at('sokhcn') });
    province.expectReady('vanthu', 'True', 'Active', /^sokhcn@/);
    province.cluster.annotateSite({});
    expect(await province.settle()).toEqual([]);
  });

  it('is approved as it was shown: another set of renames waits again', async () => {
    organization('sokhcn', { 'hopthu.io/rename-addresses': 'sotttt' });
    await province.settle();
    approve();
    province.person('second', 'Nguyễn Thanh Bình', 'phong', { spec: { localPart: 'ntbinh.sotttt' } });
    await province.settle();
    expect(addresses()).toEqual(granted);
    province.expectReady('vanthu', 'False', 'AwaitingApproval', /^2 addresses/);
  });

  it('does not hold up a suspension of the same mailbox', async () => {
    organization('sokhcn', { 'hopthu.io/rename-addresses': 'sotttt' });
    await province.settle();
    province.organizationMailbox('vanthu', 'so-tttt', { state: 'Suspended' });
    await province.settle();
    expect(province.entryOf('vanthu')).toMatchObject({ hopThuStatus: ['Suspended'], mail: [at('sotttt')] });
    province.expectReady('vanthu', 'False', 'AwaitingApproval');
  });

  it('gives nobody an address that another has: the next number, or a conflict that names the holder', async () => {
    province.person('x', 'Trần Thị Lan', 'so-yt', { spec: { aliases: ['ntbinh.sokhcn', 'sokhcn'] } });
    await province.settle();
    organization('sokhcn', { 'hopthu.io/rename-addresses': 'sotttt' });
    await province.settle();
    province.expectReady('vanthu', 'False', 'AddressConflict', /sokhcn@soctrang.gov.vn is held by .*\/x/);
    province.expectReady('second', 'False', 'AwaitingApproval', /→ ntbinh2.sokhcn@/);
  });

  it('keeps a planned address free of those who come later', async () => {
    organization('sokhcn', { 'hopthu.io/rename-addresses': 'sotttt' });
    await province.settle();
    province.person('late', 'Nguyễn Thanh Bình', 'so-tttt');
    await province.settle();
    expect(province.addressOf('late')).toBe(at('ntbinh2.sokhcn'));
  });
});
