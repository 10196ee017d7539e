/** The operator dies at every single call while people are told what happened to their mailboxes: everybody is told, twice at most. */
import { expect, it } from '@jest/globals';
import { killAt } from '../../support/perturbed.ts';
import { Province } from '../../support/province.ts';
import { daNang } from '../../support/sites.ts';

const department = 'Sở Nội vụ';

/** A person who is suspended, one with another address, and one who is given the organization's mailbox, all at once. */
async function changed(): Promise<Province> {
  const province = new Province(daNang);
  province.organization('so-nv', { name: department });
  province.organizationMailbox('so-nv', 'so-nv');
  const people = { an: 'Lê Văn An', ba: 'Lê Văn Ba', tam: 'Lê Văn Tám' };
  for (const [name, fullName] of Object.entries(people)) province.person(name, fullName, 'so-nv');
  await province.settle();
  province.settleIn('so-nv', ...Object.keys(people));
  await province.settle();
  province.person('an', people.an, 'so-nv', { spec: { state: 'Suspended' } });
  province.person('ba', people.ba, 'so-nv', { spec: { localPart: 'ba.vp' } });
  province.organizationMailbox('so-nv', 'so-nv', {
    delegates: [{ mailboxRef: { name: 'tam' }, rights: ['Read'] }],
  });
  return province;
}

it('a kill at any call: what happened is told, twice at most, as the same message', async () => {
  let moment = 0;
  for (let isHit = true; isHit; moment += 1) {
    const province = await changed();
    const { around, hit } = killAt(moment);
    await province.settle(around).catch((error: Error) => {
      if (!hit()) throw error;
    });
    isHit = hit();
    await province.settle();
    const sent = Map.groupBy(province.notices.sent, ({ kind }) => kind);
    expect([...sent.keys()].sort()).toEqual(['delegation-granted', 'rename', 'suspension']);
    for (const [, notices] of sent) {
      expect(notices.length).toBeLessThanOrEqual(2);
      expect(new Set(notices.map(({ id }) => id)).size).toBe(1);
    }
    await province.expectSound();
    const told = ['an', 'ba', 'so-nv'].map((name) =>
      province.status(name).notices?.map(({ topic }) => topic),
    );
    expect(told).toEqual([['suspension'], ['rename'], ['delegation']]);
  }
  expect(moment).toBeGreaterThan(20);
});
