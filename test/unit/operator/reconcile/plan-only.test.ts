/** The read-only mode: everything is decided, nothing is written, and the lines are those that a writing pass applies. */
import { expect, it } from '@jest/globals';
import { Unavailable } from '../../../../operator/errors.ts';
import { Province } from '../../../support/province.ts';
import { socTrang } from '../../../support/sites.ts';

async function inHaste(): Promise<Province> {
  const province = new Province(socTrang);
  province.organization('so-tttt', { name: 'Sở Thông tin và Truyền thông' });
  for (const name of ['binh', 'lan']) province.person(name, `Nguyễn Văn ${name}`, 'so-tttt');
  await province.settle();
  province.delete('lan');
  province.person('binh', 'Nguyễn Văn binh', 'so-tttt', { spec: { quota: '2Gi', passwordReset: 'now' } });
  province.person('tam', 'Lê Văn Tám', 'so-tttt');
  return province;
}

const written = ({ cluster, directory }: Province) =>
  structuredClone([cluster.writes, directory.writes, cluster.report, cluster.events.length]);

it('writes nothing, and plans what a pass that writes then does', async () => {
  const province = await inHaste();
  const before = written(province);
  const { changes, planned } = await province.pass(undefined, undefined, true);
  expect(written(province)).toEqual(before);
  expect(changes).toEqual([]);
  expect(planned).toBe(3);
  const done = await province.pass();
  expect(province.planned).toEqual(done.changes.map(({ line }) => line));
});

it('tells nobody of an outage in a status', async () => {
  const province = await inHaste();
  province.directory.down();
  const before = written(province);
  await expect(province.pass(undefined, undefined, true)).rejects.toThrow(Unavailable);
  expect(written(province)).toEqual(before);
});

it('plans nothing for a site that is paused', async () => {
  const province = await inHaste();
  province.cluster.annotateSite({ 'hopthu.io/paused': 'true' });
  expect((await province.pass(undefined, undefined, true)).planned).toBe(0);
});
