/** An organization's mail on its way from one Dovecot to another: whatever dies in between, all of it arrives, once. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { annotation } from '../../../../operator/api/resource.ts';
import { attribute } from '../../../../operator/core/layout.ts';
import { Unavailable } from '../../../../operator/errors.ts';
import type { Perturbation } from '../../../support/perturbed.ts';
import { Province } from '../../../support/province.ts';
import { socTrang } from '../../../support/sites.ts';

const site = { ...socTrang, storage: { ...socTrang.storage, shards: 2 } };
const spec = { name: 'Sở Y tế' };
let province: Province;

beforeEach(async () => {
  province = new Province(site);
  province.organization('so', spec);
  province.person('binh', 'Nguyễn Thanh Bình', 'so');
  province.person('ha', 'Trần Thị Thu Hà', 'so');
  province.organizationMailbox('van-thu', 'so', {
    delegates: [{ mailboxRef: { name: 'binh' }, rights: ['Read', 'Write'] }],
  });
  await province.settle();
  for (const name of ['binh', 'ha', 'van-thu']) province.store.mail.set(accountOf(name), [`of ${name}`]);
});

const accountOf = (name: string) => province.mailbox(name).metadata.uid;
const hostOf = (name: string) => province.entryOf(name)[attribute.mailHost]?.[0];
const foldersOf = (name: string) => province.entryOf(name)[attribute.mailSetting] ?? [];

function order(shard: string): void {
  const annotations = { [annotation.shard]: shard };
  province.cluster.apply({
    kind: 'Organization',
    name: 'so',
    namespace: province.namespace,
    spec,
    annotations,
  });
}

/** Every mailbox with its letter at this shard, and nothing of it anywhere else. */
function expectAllAt(shard: string): void {
  for (const name of ['binh', 'ha', 'van-thu']) {
    expect(hostOf(name)).toBe(shard);
    expect(province.entryOf(name)).not.toHaveProperty(attribute.mailMove);
    expect(province.status(name).shard).toBe(shard);
    for (const [other, store] of province.stores) {
      const places = [store.mail, store.sealed, store.incoming, store.late];
      const letters = places.flatMap((place) => place.get(accountOf(name)) ?? []);
      expect([other, letters]).toEqual([other, other === shard ? [`of ${name}`] : []]);
    }
  }
}

describe('an organization', () => {
  it('is moved by an order, and back by another', async () => {
    order('dovecot-1');
    await province.settle();
    expectAllAt('dovecot-1');
    expect(foldersOf('binh')).not.toEqual([]);
    order('dovecot-0');
    await province.settle();
    expectAllAt('dovecot-0');
    await province.expectSound();
  });

  it('stays where it is when the order is taken away', async () => {
    order('dovecot-1');
    await province.settle();
    province.organization('so', spec);
    await province.settle();
    expectAllAt('dovecot-1');
  });

  it('is moved whatever dies at whatever call', async () => {
    for (let dies = 1; dies < 36; dies += 1) {
      let calls = 0;
      const around: Perturbation = async (call, run) => {
        if (!call.startsWith('store.') && call !== 'directory.modify') return run();
        calls += 1;
        // Half of the calls have taken effect when the answer is lost.
        if (calls === dies && dies % 4 < 2) await run();
        if (calls === dies) throw new Unavailable('Dovecot', 'lost');
        return run();
      };
      const to = dies % 2 === 1 ? 'dovecot-1' : 'dovecot-0';
      order(to);
      for (let count = 0; count < 12; count += 1) await province.pass(around).catch(() => undefined);
      expect(calls).toBeGreaterThanOrEqual(30);
      await province.settle();
      expectAllAt(to);
    }
  }, 60_000);

  it('keeps what was delivered at the former place a moment too late', async () => {
    order('dovecot-1');
    const late: Perturbation = async (call, run) => {
      const result = await run();
      if (call === 'store.seal' && province.store.sealed.has(accountOf('ha')))
        province.store.mail.set(accountOf('ha'), ['late']);
      return result;
    };
    for (let count = 0; count < 12; count += 1) await province.pass(late);
    const letters = province.storeOf('dovecot-1').mail.get(accountOf('ha'));
    expect(letters).toEqual(['of ha', 'late']);
    expect(province.store.mail.has(accountOf('ha'))).toBe(false);
  });

  it('has its folders closed to delegates who are elsewhere', async () => {
    order('dovecot-1');
    const seen = new Set<string>();
    for (let count = 0; count < 15; count += 1) {
      await province.pass();
      const apart = hostOf('binh') !== hostOf('van-thu');
      if (apart) seen.add(foldersOf('binh').length === 0 ? 'closed' : 'open');
      await province.pass();
    }
    expect([...seen]).not.toContain('open');
    expectAllAt('dovecot-1');
  });

  it('ends the sessions of a mailbox before it is sealed', async () => {
    province.sessions.names.add(province.addressOf('ha') ?? '');
    const open: boolean[] = [];
    order('dovecot-1');
    const around: Perturbation = async (call, run) => {
      const result = await run();
      if (call === 'store.seal' && province.store.sealed.has(accountOf('ha')))
        open.push(province.sessions.names.size > 0);
      return result;
    };
    for (let count = 0; count < 12; count += 1) await province.pass(around);
    expect(open.length).toBeGreaterThan(0);
    expect(open).not.toContain(true);
  });
});

it('a person who changes to an organization elsewhere is followed by the mail', async () => {
  order('dovecot-0');
  province.organization('khac', { name: 'Sở Tài chính' });
  await province.settle();
  const annotations = { [annotation.shard]: 'dovecot-1' };
  province.cluster.apply({
    kind: 'Organization',
    name: 'khac',
    namespace: province.namespace,
    spec: { name: 'Sở Tài chính' },
    annotations,
  });
  province.person('ha', 'Trần Thị Thu Hà', 'khac');
  await province.settle();
  expect(hostOf('ha')).toBe('dovecot-1');
  expect(province.storeOf('dovecot-1').mail.get(accountOf('ha'))).toEqual(['of ha']);
});
