/** Two who ask for one address: the earlier keeps it, whichever field asks. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { Province } from '../../../support/province.ts';
import { socTrang } from '../../../support/sites.ts';

const address = 'sotttt@soctrang.gov.vn';
let province: Province;

beforeEach(() => {
  province = new Province(socTrang);
  province.organization('so-tttt', { name: 'Sở Thông tin và Truyền thông' });
});

const ways = {
  explicit: (name: string) =>
    province.person(name, 'Trần Thị Lan', 'so-tttt', { spec: { localPart: 'sotttt' } }),
  alias: (name: string) =>
    province.person(name, 'Trần Thị Lan', 'so-tttt', { spec: { aliases: ['sotttt'] } }),
  organization: (name: string) => province.organizationMailbox(name, 'so-tttt'),
};

type Way = keyof typeof ways;
const pairs = (Object.keys(ways) as Way[]).flatMap((first) =>
  (Object.keys(ways) as Way[]).map((second) => [first, second] as const),
);

function has(name: string): boolean {
  const { address: primary, aliases = [] } = province.status(name);
  return [primary, ...aliases].includes(address);
}

describe.each(pairs)('%s before %s', (first, second) => {
  it('keeps the address when both are applied at once', async () => {
    ways[first]('earlier');
    province.now = new Date(province.now.getTime() + 60_000);
    ways[second]('another');
    await province.settle();
    expect(has('earlier')).toBe(true);
    province.expectReady('another', 'False', 'AddressConflict', /held by soc-trang-accounts\/earlier/);
  });

  it('keeps the address when it was granted already', async () => {
    ways[first]('granted');
    await province.settle();
    // The name comes first and the time is the same: what is granted outranks both.
    ways[second]('a');
    await province.settle();
    expect(has('granted')).toBe(true);
    province.expectReady('a', 'False', 'AddressConflict', /held by soc-trang-accounts\/granted/);
  });
});

it('an address whose entry was lost is kept for its resource while that is paused', async () => {
  ways.explicit('lost');
  await province.settle();
  const { uid } = province.mailbox('lost').metadata;
  province.directory.drop(`uid=${uid},ou=mailboxes,dc=soctrang,dc=gov,dc=vn`);
  const { spec } = province.mailbox('lost');
  const { namespace, cluster } = province;
  const annotations = { 'hopthu.io/paused': 'true' };
  cluster.apply({ kind: 'Mailbox', name: 'lost', namespace, spec: spec as object, annotations });
  ways.alias('other');
  await province.settle();
  province.expectReady('other', 'False', 'AddressConflict', /held by soc-trang-accounts\/lost/);
});

it('a service address that a foreign entry has is not taken from it', async () => {
  const { centre } = socTrang;
  const dn = 'uid=legacy,ou=mailboxes,dc=soctrang,dc=gov,dc=vn';
  const admin = 'admin@soctrang.gov.vn';
  province.directory.put(dn, { cn: ['Legacy'], sn: ['L'], mail: [admin], hopThuAddress: [admin] });
  province.organizationMailbox(centre.mailbox, 'so-tttt');
  await province.settle();
  province.expectReady(
    centre.mailbox,
    'False',
    'AddressConflict',
    /admin@soctrang.gov.vn is held by the foreign/,
  );
  expect(province.status(centre.mailbox)).toMatchObject({ address });
});
