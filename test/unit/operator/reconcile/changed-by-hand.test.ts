/** Who changes `mail` in the directory by hand grants nothing: it is drift, and goes back with a line in the plan. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { Killed, type Perturbation } from '../../../support/perturbed.ts';
import { Province } from '../../../support/province.ts';
import { socTrang } from '../../../support/sites.ts';

const at = (localPart: string) => `${localPart}@soctrang.gov.vn`;
const binh = 'Nguyễn Thanh Bình';
let province: Province;

const apply = (spec: object = {}) =>
  province.person('binh', binh, 'so-tttt', { spec: { aliases: ['vanthu'], ...spec } });
const entry = () => province.entryOf('binh');
const dn = () => `uid=${province.mailbox('binh').metadata.uid},ou=mailboxes,dc=soctrang,dc=gov,dc=vn`;

beforeEach(async () => {
  province = new Province(socTrang);
  province.organization('so-tttt', { name: 'Sở Thông tin và Truyền thông' });
  apply();
  await province.settle();
});

describe('mail changed by hand', () => {
  it.each([
    ['an alias', 'vanthu', ['ntbinh', 'vanthu']],
    ['an address that nobody was granted', 'giamdoc', ['ntbinh', 'vanthu', 'giamdoc']],
  ])('to %s goes back, told by a line', async (_, localPart, addresses) => {
    province.directory.put(dn(), { ...entry(), mail: [at(localPart)], hopThuAddress: addresses.map(at) });
    const lines = await province.settle();
    expect(lines).toEqual([expect.stringMatching(/ntbinh@soctrang\.gov\.vn/)]);
    expect(entry()['mail']).toEqual([at('ntbinh')]);
    expect(province.addressOf('binh')).toBe(at('ntbinh'));
    expect(await province.settle()).toEqual([]);
    await province.expectSound();
  });

  it('to a former address goes back, too', async () => {
    apply({ localPart: 'thanhbinh' });
    await province.settle();
    const { hopThuAddress = [] } = entry();
    expect(hopThuAddress).toContain(at('ntbinh'));
    province.directory.put(dn(), { ...entry(), mail: [at('ntbinh')] });
    await province.settle();
    expect(entry()['mail']).toEqual([at('thanhbinh')]);
  });
});

describe('what the operator or a restore has written is believed', () => {
  it('a move whose status was not written any more', async () => {
    apply({ localPart: 'vanthu', aliases: [] });
    const kills: Perturbation = async (call, run) => {
      if (call === 'cluster.writeStatus') throw new Killed();
      return run();
    };
    await province.pass(kills).catch(() => undefined);
    expect(entry()['mail']).toEqual([at('vanthu')]);
    expect(province.addressOf('binh')).toBe(at('ntbinh'));
    apply({ aliases: [] });
    await province.settle();
    expect(province.addressOf('binh')).toBe(at('vanthu'));
  });

  it('a directory of before the move', async () => {
    const older = entry();
    apply({ localPart: 'thanhbinh' });
    await province.settle();
    province.directory.put(dn(), older);
    apply();
    await province.settle();
    expect(province.addressOf('binh')).toBe(at('ntbinh'));
    await province.expectSound();
  });
});
