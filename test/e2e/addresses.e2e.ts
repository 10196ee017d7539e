/** An administrator applies the regulations' own examples, and gets the regulations' own addresses. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { applySamples } from '../kind/install.ts';
import { daNang, socTrang } from '../support/sites.ts';
import { inAccounts, testCluster } from './support/cluster.ts';
import { restartOperator } from './support/directory.ts';
import { apply, field, personSpec, ready } from './support/resources.ts';

describe('the samples, applied while the site is paused, then resumed', () => {
  // A process that told much a moment ago, as after a burst of grants, keeps further Events back.
  beforeAll(() => restartOperator(socTrang));

  it.each([
    {
      site: socTrang,
      addresses: {
        'doan-van-thong': 'dvthong@soctrang.gov.vn',
        'nguyen-thanh-binh': 'ntbinh@soctrang.gov.vn',
        'nguyen-thanh-binh-cb123': 'ntbinh2.sotttt@soctrang.gov.vn',
        'nguyen-thanh-binh-cb214': 'ntbinh.sotttt@soctrang.gov.vn',
        'phong-cntt': 'phongcntt.sotttt@soctrang.gov.vn',
        'phong-vhtt-my-xuyen': 'phongvhtt.huyenmx@soctrang.gov.vn',
        'so-tttt': 'sotttt@soctrang.gov.vn',
        'ubnd-huyen-my-xuyen': 'huyenmx@soctrang.gov.vn',
        'xa-thanh-phu': 'xatp.huyenmx@soctrang.gov.vn',
      },
    },
    {
      site: daNang,
      addresses: {
        'nguyen-van-dung': 'dungnv@danang.gov.vn',
        'nguyen-van-dung-dn163': 'dungnv1@danang.gov.vn',
        'nguyen-van-dung-dn107': 'dungnv2@danang.gov.vn',
        'so-khdt': 'skhdt@danang.gov.vn',
      },
    },
  ])('are Ready with exactly the addresses of $site.name', async ({ site, addresses }) => {
    await applySamples(testCluster(), site);
    const list = JSON.parse(await inAccounts(site, ['get', 'mailboxes', '-o', 'json']));
    const granted = list.items.map((item: { metadata: { name: string }; status: { address: string } }) => [
      item.metadata.name,
      item.status.address,
    ]);
    expect(Object.fromEntries(granted)).toMatchObject(addresses);
  });

  it('show what an administrator wants to see', async () => {
    const table = await inAccounts(socTrang, ['get', 'mbx', 'nguyen-thanh-binh', '-o', 'wide']);
    expect(table.split(/\s{2,}|\n/)).toEqual(
      expect.arrayContaining([
        'ADDRESS',
        'ORGANIZATION',
        'QUOTA',
        'STATE',
        'READY',
        'ntbinh@soctrang.gov.vn',
        'so-tttt',
        '500Mi',
        'Active',
        'True',
      ]),
    );
    const description = await inAccounts(socTrang, ['describe', 'mailbox', 'nguyen-thanh-binh']);
    expect(description).toContain(
      '+ ntbinh@soctrang.gov.vn  Nguyễn Thanh Bình (Sở Thông tin và Truyền thông)  500 MiB',
    );
  });
});

describe('R14', () => {
  it('leaves a granted address with the junior who came first', async () => {
    await apply(socTrang, 'Organization', 'journey', { name: 'Sở Nội vụ' });
    await apply(socTrang, 'Mailbox', 'junior', {
      ...personSpec('Trần Thị Lan'),
      person: { fullName: 'Trần Thị Lan', title: 'Chuyên viên' },
    });
    await ready(socTrang, 'mailbox/junior');
    await apply(socTrang, 'Mailbox', 'director', {
      ...personSpec('Trần Thị Lan'),
      person: { fullName: 'Trần Thị Lan', title: 'Giám đốc' },
    });
    await ready(socTrang, 'mailbox/director');
    expect(await field(socTrang, 'mailbox/junior', '.status.address')).toBe('ttlan@soctrang.gov.vn');
    expect(await field(socTrang, 'mailbox/director', '.status.address')).toBe('ttlan.sonv@soctrang.gov.vn');
  });
});
