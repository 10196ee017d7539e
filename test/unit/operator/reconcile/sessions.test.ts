import { beforeEach, describe, expect, it } from '@jest/globals';
import { Unavailable } from '../../../../operator/errors.ts';
import { Province } from '../../../support/province.ts';
import { socTrang } from '../../../support/sites.ts';

const binh = 'ntbinh@soctrang.gov.vn';
const thong = 'dvthong@soctrang.gov.vn';

let province: Province;

beforeEach(async () => {
  province = new Province(socTrang);
  province.organization('so-tttt', { name: 'Sở Thông tin và Truyền thông' });
  province.person('binh', 'Nguyễn Thanh Bình', 'so-tttt');
  province.person('thong', 'Đoàn Văn Thông', 'so-tttt');
  await province.settle();
  province.sessions.names.add(binh).add(thong);
});

const suspend = (name: string, fullName: string) =>
  province.person(name, fullName, 'so-tttt', { spec: { state: 'Suspended' } });

const open = () => [...province.sessions.names];

describe('open sessions', () => {
  it('end in the pass that suspends, and those of others go on', async () => {
    suspend('binh', 'Nguyễn Thanh Bình');
    await province.pass();
    expect(open()).toEqual([thong]);
    province.expectReady('binh', 'True', 'Suspended');
  });

  it('end when the mailbox is deleted, and when its organization is suspended', async () => {
    province.delete('binh');
    await province.pass();
    expect(open()).toEqual([thong]);
    province.organization('so-tttt', { name: 'Sở Thông tin và Truyền thông', state: 'Suspended' });
    await province.pass();
    expect(open()).toEqual([]);
  });

  it('end under the name they were opened with, however it is spelled', async () => {
    province.person('binh', 'Nguyễn Thanh Bình', 'so-tttt', { spec: { localPart: 'binh.moi' } });
    await province.settle();
    suspend('binh', 'Nguyễn Thanh Bình');
    province.sessions.names.add('NTBinh@soctrang.gov.vn');
    await province.settle();
    expect(open()).not.toContain('NTBinh@soctrang.gov.vn');
  });

  it('end beside the grants: no grant waits for a Dovecot that does not answer', async () => {
    const granted = new Promise<void>((resolve) => {
      province.directory.intercept = (moment, call) => {
        if (moment === 'after' && call === 'add') resolve();
      };
    });
    province.sessions.open = async () => {
      await granted;
      return open();
    };
    suspend('binh', 'Nguyễn Thanh Bình');
    province.person('late', 'Trần Văn Hai', 'so-tttt');
    await province.settle();
    expect(open()).toEqual([thong]);
    expect(province.addressOf('late')).toBe('tvhai@soctrang.gov.vn');
  });

  it('of a name that no entry has are left alone', async () => {
    province.sessions.names.add('stranger@soctrang.gov.vn');
    suspend('binh', 'Nguyễn Thanh Bình');
    await province.settle();
    expect(open()).toContain('stranger@soctrang.gov.vn');
  });

  it('are not looked at while the site is paused', async () => {
    suspend('binh', 'Nguyễn Thanh Bình');
    await province.settle();
    province.sessions.names.add(binh);
    province.cluster.annotateSite({ 'hopthu.io/paused': 'true' });
    await province.pass();
    expect(open()).toContain(binh);
  });
});

describe('while Dovecot does not answer', () => {
  beforeEach(() => province.sessions.down());

  it('the suspension stands, its mailbox says what is missing, and it is done when Dovecot is back', async () => {
    suspend('binh', 'Nguyễn Thanh Bình');
    expect(await province.pass()).toMatchObject({ failures: 1 });
    expect(province.entryOf('binh')['hopThuStatus']).toEqual(['Suspended']);
    for (const passes of [1, 2]) {
      province.expectReady('binh', 'False', 'DovecotUnavailable', /open sessions may go on/);
      expect([passes, await province.pass()]).toMatchObject([passes, { failures: 1 }]);
    }
    expect(province.status('binh').state).toBe('Suspended');
    province.expectReady('thong', 'True', 'Active');
    province.sessions.up();
    await province.pass();
    expect(open()).toEqual([thong]);
    province.expectReady('binh', 'True', 'Suspended');
  });

  it('an operator that starts anew knows of it without having been told', async () => {
    suspend('binh', 'Nguyễn Thanh Bình');
    await province.pass();
    const { status } = province.cluster.writes;
    province.sessions.up();
    await province.pass(); // a pass keeps nothing of the one before: any other process would do the same
    expect(open()).toEqual([thong]);
    expect(province.cluster.writes.status).toBe(status + 1);
  });

  it('a deletion goes on, and sessions of a mailbox that is gone are ended afterwards', async () => {
    province.delete('binh');
    await province.pass();
    await province.pass();
    expect(province.cluster.get('Mailbox', province.namespace, 'binh')).toBeUndefined();
    province.sessions.up();
    await province.pass();
    expect(open()).toEqual([thong]);
  });

  it('those who were suspended long ago are not told', async () => {
    province.sessions.up();
    suspend('binh', 'Nguyễn Thanh Bình');
    await province.settle();
    province.sessions.down();
    await province.pass();
    province.expectReady('binh', 'True', 'Suspended');
  });

  it('nobody is asked, and nothing fails, where everybody may log in', async () => {
    expect(await province.pass()).toMatchObject({ failures: 0 });
  });
});

describe('a lease that is lost', () => {
  const lost = new Unavailable('Lease', 'lost');

  it.each([
    ['before an account is added', 'directory', 'add'],
    ['before a status is written', 'cluster', 'writeStatus'],
  ] as const)('ends the pass %s, and nothing more is written', async (_, part, call) => {
    province.person('first', 'Trần Văn Một', 'so-tttt');
    province.person('second', 'Trần Văn Hai', 'so-tttt');
    const intercept = (moment: string, called: string) => {
      if (moment === 'before' && called === call) throw lost;
    };
    province[part].intercept = intercept;
    await expect(province.pass()).rejects.toBe(lost);
    expect(province.cluster.events.filter(({ type }) => type === 'Warning')).toEqual([]);
    expect(province.failures).toEqual([]);
    province[part].intercept = () => undefined;
    await province.settle();
    province.expectReady('first', 'True', 'Active');
  });
});
