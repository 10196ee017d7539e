/** What is let go is held back: for how long, from whom, and that no crash leaves a gap. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { Unavailable } from '../../../../operator/errors.ts';
import { Province } from '../../../support/province.ts';
import { socTrang } from '../../../support/sites.ts';

const at = (localPart: string) => `${localPart}@soctrang.gov.vn`;
const binh = 'Nguyễn Thanh Bình';
let province: Province;

// Closed accounts stay as long as the tests go.
const site = { ...socTrang, retention: { ...socTrang.retention, closedDays: 36_500 } };

beforeEach(async () => {
  province = new Province(site);
  province.organization('so-tttt', { name: 'Sở Thông tin và Truyền thông' });
  province.person('binh', binh, 'so-tttt', { spec: { aliases: ['vanthu'] } });
  await province.settle();
});

/** Lets whole days go by, then runs passes until nothing changes. */
async function after(days: number): Promise<readonly string[]> {
  province.now = new Date(province.now.getTime() + days * 86_400_000);
  return province.settle();
}

function heldBy(uid: string): readonly string[] | undefined {
  return province.directory.entry(`uid=${uid},ou=held,dc=soctrang,dc=gov,dc=vn`)?.attributes[
    'hopThuHeldAddress'
  ];
}

function annotate(name: string, annotations: Record<string, string>): void {
  const { spec } = province.mailbox(name);
  const { namespace } = province;
  province.cluster.apply({ kind: 'Mailbox', name, namespace, spec: spec as object, annotations });
}

const asks = (name: string, localPart: string) =>
  province.person(name, 'Trần Thị Lan', 'so-tttt', { spec: { localPart } });

describe('an alias that goes', () => {
  beforeEach(async () => {
    province.person('binh', binh, 'so-tttt');
    await province.settle();
  });

  it('is held for a year from everybody else, and nothing more is written', async () => {
    expect(heldBy(province.mailbox('binh').metadata.uid)).toEqual([`${at('vanthu')} 2027-11-21T00:00:00Z`]);
    asks('lan', 'vanthu');
    await province.settle();
    province.expectReady(
      'lan',
      'False',
      'AddressHeld',
      /vanthu@soctrang.gov.vn was an address of soc-trang-accounts\/binh and is held back until 2027-11-21, and as long as that Mailbox exists.*lift-hold=vanthu@/,
    );
    expect(await after(1)).toEqual([]);
  });

  it('is held beyond its year while its resource exists, and no longer', async () => {
    asks('lan', 'vanthu');
    await after(400);
    province.expectReady('lan', 'False', 'AddressHeld');
    province.delete('binh');
    await province.settle();
    expect(province.addressOf('lan')).toBe(at('vanthu'));
  });

  it('may come back to its own mailbox at any time', async () => {
    province.person('binh', binh, 'so-tttt', { spec: { aliases: ['vanthu'] } });
    await province.settle();
    expect(province.status('binh').aliases).toEqual([at('vanthu')]);
  });

  it('goes to the one whose annotation lifts the hold, and to nobody else', async () => {
    asks('lan', 'vanthu');
    asks('other', 'vanthu');
    await province.settle();
    annotate('other', { 'hopthu.io/lift-hold': at('vanthu') });
    await province.settle();
    expect(province.addressOf('other')).toBe(at('vanthu'));
    province.expectReady('lan', 'False', 'AddressConflict', /held by soc-trang-accounts\/other/);
  });

  it('stays with whom it was granted after the annotation and the entry are gone', async () => {
    asks('lan', 'vanthu');
    annotate('lan', { 'hopthu.io/lift-hold': at('vanthu') });
    await province.settle();
    annotate('lan', {});
    province.directory.drop(
      `uid=${province.mailbox('lan').metadata.uid},ou=mailboxes,dc=soctrang,dc=gov,dc=vn`,
    );
    await province.settle();
    expect(province.addressOf('lan')).toBe(at('vanthu'));
    province.expectReady('lan', 'True', 'Active');
  });
});

describe('a former address', () => {
  beforeEach(async () => {
    province.person('binh', binh, 'so-tttt', { spec: { localPart: 'ntbinh.vp' } });
    await province.settle();
  });

  it('delivers for the days of the site file, then is held', async () => {
    await after(89);
    expect(province.status('binh').aliases).toEqual([at('ntbinh')]);
    asks('lan', 'ntbinh');
    await province.settle();
    province.expectReady('lan', 'False', 'AddressConflict', /held by soc-trang-accounts\/binh/);
    expect(await after(1)).toEqual([
      `~ ntbinh.vp@soctrang.gov.vn  ${binh} (Sở Thông tin và Truyền thông)  addresses ntbinh.vp@soctrang.gov.vn ntbinh@soctrang.gov.vn → ntbinh.vp@soctrang.gov.vn`,
    ]);
    expect(province.status('binh')).not.toHaveProperty('aliases');
    province.expectReady('lan', 'False', 'AddressHeld', /until 2028-02-19/);
  });

  it('is passed over by the rule while it is held', async () => {
    await after(100);
    province.person('namesake', binh, 'so-tttt');
    await province.settle();
    expect(province.addressOf('namesake')).toBe(at('ntbinh.sotttt'));
  });

  it('of an entry written before there were dates is given one', async () => {
    const { uid } = province.mailbox('binh').metadata;
    const dn = `uid=${uid},ou=mailboxes,dc=soctrang,dc=gov,dc=vn`;
    province.directory.put(dn, { ...province.entryOf('binh'), hopThuFormerAddress: [at('ntbinh')] });
    await after(1);
    expect(province.entryOf('binh')['hopThuFormerAddress']).toEqual([`${at('ntbinh')} 2027-02-20T00:00:00Z`]);
  });
});

describe('a closed account', () => {
  let uid: string;

  beforeEach(async () => {
    uid = province.mailbox('binh').metadata.uid;
    province.delete('binh');
    await province.settle();
    province.person('namesake', binh, 'so-tttt');
    asks('lan', 'vanthu');
    await province.settle();
  });

  it('holds every address it had', async () => {
    expect(province.addressOf('namesake')).toBe(at('ntbinh.sotttt'));
    province.expectReady('lan', 'False', 'AddressHeld');
    expect(heldBy(uid)).toEqual(
      expect.arrayContaining([
        `${at('ntbinh')} 2027-11-21T00:00:00Z`,
        `${at('vanthu')} 2027-11-21T00:00:00Z`,
      ]),
    );
  });

  it('holds them when its entry was removed by hand, too', async () => {
    province.directory.drop(`uid=${uid},ou=mailboxes,dc=soctrang,dc=gov,dc=vn`);
    await after(1);
    province.expectReady('lan', 'False', 'AddressHeld');
  });

  it('lets go what is asked for when the hold has ended, and keeps the rest; nobody moves', async () => {
    await after(366);
    expect(province.addressOf('lan')).toBe(at('vanthu'));
    expect(province.addressOf('namesake')).toBe(at('ntbinh.sotttt'));
    const entry = province.directory.entry(`uid=${uid},ou=mailboxes,dc=soctrang,dc=gov,dc=vn`);
    expect(entry?.attributes['hopThuAddress']).toEqual([at('ntbinh')]);
  });

  it('whose address somebody else has by now is given back with another one', async () => {
    asks('late', 'ntbinh');
    annotate('late', { 'hopthu.io/lift-hold': at('ntbinh') });
    await province.settle();
    expect(province.addressOf('late')).toBe(at('ntbinh'));
    province.person('binh', binh, 'so-tttt');
    await province.settle();
    expect(province.addressOf('binh')).toBe(at('ntbinh2.sotttt'));
    expect(province.status('binh').aliases).toBeUndefined();
    expect(province.status('binh').entry).toContain(uid);
  });

  it('of the time before holds were written lets go only by annotation, and is held first', async () => {
    province.directory.drop(`uid=${uid},ou=held,dc=soctrang,dc=gov,dc=vn`);
    await after(3650);
    province.expectReady('lan', 'False', 'AddressHeld', /is held back; ask for another/);
    annotate('lan', { 'hopthu.io/lift-hold': at('vanthu') });
    await province.settle();
    expect(province.addressOf('lan')).toBe(at('vanthu'));
    expect(heldBy(uid)?.[0]).toContain(at('vanthu'));
  });
});

describe('a crash', () => {
  it.each(['before', 'after'] as const)('%s any write while an alias goes leaves no gap', async (moment) => {
    province.person('binh', binh, 'so-tttt');
    asks('lan', 'vanthu');
    for (let allowed = 0; allowed < 6; allowed += 1) {
      let calls = 0;
      province.directory.intercept = (when, call) => {
        if (call === 'snapshot' || when !== moment) return;
        calls += 1;
        if (calls > allowed) throw new Unavailable('LDAP', 'killed');
      };
      await province.pass();
      const holds = heldBy(province.mailbox('binh').metadata.uid) ?? [];
      const delivers = province.entryOf('binh')['hopThuAddress']?.includes(at('vanthu'));
      expect(delivers === true || holds.length === 1).toBe(true);
      expect(province.addressOf('lan')).toBeUndefined();
    }
    province.directory.intercept = () => undefined;
    await province.settle();
    province.expectReady('lan', 'False', 'AddressHeld');
  });
});
