/**
 * Between two full passes only what a change concerns is looked at: nothing may be left over for the next full pass, and
 * nobody may be written by two at once. FC_SEED=… runs the same histories again, FC_RUNS=… more of them.
 */
import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Unavailable } from '../../../../operator/errors.ts';
import { AddressHistory, type Step, step } from '../../../support/address-history.ts';
import { LivingOperator } from '../../../support/living-operator.ts';
import { killAt, type Perturbation } from '../../../support/perturbed.ts';
import { Province } from '../../../support/province.ts';
import { daNang, socTrang } from '../../../support/sites.ts';

const { FC_SEED: seed, FC_RUNS: runs = '60' } = process.env;
const parameters = { numRuns: Number(runs), ...(seed === undefined ? {} : { seed: Number(seed) }) };

const soTttt = 'Sở Thông tin và Truyền thông';
let province: Province;
let operator: LivingOperator;

beforeEach(async () => {
  province = new Province(socTrang);
  province.organization('so-tttt', { name: soTttt });
  province.person('binh', 'Nguyễn Thanh Bình', 'so-tttt');
  operator = new LivingOperator(province);
  await operator.settle();
});

const writesOf = ({ cluster, directory }: Province) => JSON.stringify([cluster.writes, directory.writes]);

/** Lives through the steps with an operator that stays alive; whenever it rests, a full pass has nothing to do. */
async function live(history: AddressHistory, steps: readonly Step[]): Promise<void> {
  const living = new LivingOperator(history.province);
  let hasAged = false;
  for (const next of [...steps, { kind: 'passes' } as const]) {
    if (next.kind === 'apply') history.apply(next.wish);
    else if (next.kind === 'delete') history.province.delete(next.name);
    else if (next.kind === 'days') {
      history.province.now = new Date(history.province.now.getTime() + next.days * 86_400_000);
      living.resync();
      hasAged = true;
    } else {
      await living.settle();
      // Notices and the archives of who was reclaimed are work of time, not of changes: the next resync's.
      if (hasAged) living.resync();
      await living.settle();
      const before = writesOf(history.province);
      living.resync();
      await living.settle();
      expect(writesOf(history.province)).toBe(before);
    }
  }
}

describe.each([socTrang, daNang])('changes of $name', (site) => {
  it('leave nothing to do for a full pass, and come to the same addresses', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step(site), { maxLength: 20 }), async (steps) => {
        const [passes, changes] = [new AddressHistory(site, false), new AddressHistory(site, false)];
        await passes.live(steps);
        await live(changes, steps);
        expect(await changes.addresses()).toEqual(await passes.addresses());
      }),
      parameters,
    );
  }, 120_000);
});

describe('a change', () => {
  it('is looked at without a full pass', async () => {
    const { full } = operator.count;
    province.person('tam', 'Lê Văn Tám', 'so-tttt');
    await operator.settle();
    province.person('binh', 'Nguyễn Thanh Bình', 'so-tttt', { spec: { state: 'Suspended' } });
    await operator.settle();
    expect(operator.count.full).toBe(full);
    province.expectReady('tam', 'True', 'Active');
    province.expectReady('binh', 'True', 'Suspended');
  });

  it('does not look at anybody whom it does not concern', async () => {
    const others = Array.from({ length: 20 }, (_, index) => `Lê Văn ${'ABCDEGHKLMNOPQRSTUVXY'[index]}`);
    for (const [index, name] of others.entries()) province.person(`p${index}`, name, 'so-tttt');
    await operator.settle();
    for (const [index] of others.entries()) {
      const dn = `uid=${province.mailbox(`p${index}`).metadata.uid},ou=mailboxes,dc=soctrang,dc=gov,dc=vn`;
      province.directory.put(dn, { ...province.entryOf(`p${index}`), title: ['by hand'] });
    }
    province.person('binh', 'Nguyễn Thanh Bình', 'so-tttt', { spec: { quota: '1Gi' } });
    await operator.settle();
    expect(province.entryOf('binh')).toMatchObject({ hopThuQuotaBytes: [String(2 ** 30)] });
    expect(province.entryOf('p7')).toMatchObject({ title: ['by hand'] });
    operator.resync();
    await operator.settle();
    expect(province.entryOf('p7')).not.toHaveProperty('title');
  });

  it('that only a full pass can judge says so', async () => {
    const key = { namespace: province.namespace, name: 'so-tttt' };
    expect(await operator.reconciler.changed([{ kind: 'Organization', ...key }])).toBeUndefined();
    const nothingRead = new LivingOperator(province);
    expect(await nothingRead.reconciler.changed([{ kind: 'Mailbox', ...key, name: 'binh' }])).toBeUndefined();
  });

  it('lets an organization go whose last mailbox leaves', async () => {
    province.delete('so-tttt', 'Organization');
    await operator.settle();
    expect(province.cluster.get('Organization', province.namespace, 'so-tttt')).toBeDefined();
    province.delete('binh');
    await operator.settle();
    expect(province.cluster.get('Organization', province.namespace, 'so-tttt')).toBeUndefined();
    await province.expectSound();
  });

  it('counts with all others before the guard: one by one they take no more away than at once', async () => {
    const names = Array.from({ length: 40 }, (_, index) => `p${index}`);
    for (const [index, name] of names.entries()) {
      province.person(name, `Lê ${'ABCDEGHKLMNOPQRSTUVXY'[index % 20]} Tám${'x'.repeat(index)}`, 'so-tttt');
    }
    await operator.settle();
    for (const name of names) {
      province.delete(name);
      await operator.look();
    }
    await operator.settle();
    const closed = names.filter((name) => !province.cluster.get('Mailbox', province.namespace, name));
    expect(closed).toHaveLength(10);
    province.expectReady('p39', 'False', 'AwaitingApproval', /30 mailboxes|40 mailboxes/);
  });
});

describe('while the guard holds deletions', () => {
  const names = Array.from({ length: 25 }, (_, index) => `p${index}`);
  const changed = (name: string) =>
    operator.reconciler.changed([{ kind: 'Mailbox', namespace: province.namespace, name }]);

  beforeEach(async () => {
    for (const [index, name] of names.entries())
      province.person(name, `Lê ${'ABCDEGHKLMNOPQRSTUVXY'[index % 20]} Tám${'x'.repeat(index)}`, 'so-tttt');
    await operator.settle();
    for (const name of names.slice(0, 15)) province.delete(name);
    await operator.settle();
    province.expectReady('p14', 'False', 'AwaitingApproval', /15 mailboxes/);
  });

  it('further ones are left to a full pass, which counts them once for all', async () => {
    for (const name of names.slice(15, 20)) {
      province.delete(name);
      expect(await changed(name)).toBeUndefined();
    }
    await operator.settle();
    province.expectReady('p14', 'False', 'AwaitingApproval', /20 mailboxes/);
    province.expectReady('p19', 'False', 'AwaitingApproval', /20 mailboxes/);
  });

  it('an emergency and a grant wait for nothing (R42)', async () => {
    const { spec } = province.mailbox('p20');
    const annotations = { 'hopthu.io/suspend': 'stolen' };
    province.cluster.apply({
      kind: 'Mailbox',
      name: 'p20',
      namespace: province.namespace,
      spec: spec as object,
      annotations,
    });
    province.person('tam', 'Lê Văn Tám', 'so-tttt');
    expect(await changed('p20')).toBeDefined();
    expect(await changed('tam')).toBeDefined();
    expect(province.entryOf('p20')).toMatchObject({ hopThuStatus: ['Suspended'] });
    province.expectReady('tam', 'True', 'Active');
  });
});

describe('an operator that dies while it looks at changes', () => {
  it('is made good by the next one, whatever call it dies at', async () => {
    for (let moment = 0, hit = true; hit; moment += 1) {
      province = new Province(socTrang);
      province.organization('so-tttt', { name: soTttt });
      province.person('binh', 'Nguyễn Thanh Bình', 'so-tttt');
      province.person('tam', 'Lê Văn Tám', 'so-tttt');
      await province.settle();
      let around: Perturbation = (_, run) => run();
      const dying = new LivingOperator(province, (call, run) => around(call, run));
      await dying.settle();
      province.person('ha', 'Trần Thị Thu Hà', 'so-tttt', { spec: { aliases: ['thuha'] } });
      province.person('binh', 'Nguyễn Thanh Bình', 'so-tttt', {
        spec: { localPart: 'vp', state: 'Suspended' },
      });
      province.delete('tam');
      const kill = killAt(moment);
      around = kill.around;
      await dying.look().catch(() => undefined);
      hit = kill.hit();
      await new LivingOperator(province).settle();
      await province.expectSound();
      province.expectReady('ha', 'True', 'Active');
      province.expectReady('binh', 'True', 'Suspended');
    }
  });
});

describe('a Lease that is lost while changes are looked at', () => {
  it('ends them all, those too that wait for one under way', async () => {
    const begun = Promise.withResolvers<void>();
    const lost = Promise.withResolvers<void>();
    const around: Perturbation = async (call, run) => {
      if (call !== 'directory.modify') return run();
      begun.resolve();
      await lost.promise;
      throw new Unavailable('Lease', 'another operator may hold it');
    };
    const losing = new LivingOperator(province, around);
    await losing.settle();
    const look = (quota: string) => {
      province.person('binh', 'Nguyễn Thanh Bình', 'so-tttt', { spec: { quota } });
      return losing.look().then(
        () => 'ended',
        (error: Error) => error.message,
      );
    };
    const first = look('1Gi');
    await begun.promise;
    const second = look('2Gi');
    lost.resolve();
    expect(await first).toMatch(/Lease|another operator/);
    expect(await second).toMatch(/Lease|another operator|ended/);
    await new LivingOperator(province).settle();
    expect(province.entryOf('binh')).toMatchObject({ hopThuQuotaBytes: [String(2 * 2 ** 30)] });
  });
});

/** Fails when two calls that write one resource are under way at once. */
class OneAtATime {
  readonly #busy = new Set<string>();

  watch(target: Province): void {
    const { cluster, directory } = target;
    const [writeStatus, modify] = [cluster.writeStatus.bind(cluster), directory.modify.bind(directory)];
    cluster.writeStatus = (resource, status) =>
      this.#alone(`status of ${resource.metadata.uid}`, () => writeStatus(resource, status));
    directory.modify = (dn, owner, replacements) => this.#alone(dn, () => modify(dn, owner, replacements));
  }

  async #alone<T>(what: string, run: () => Promise<T>): Promise<T> {
    if (this.#busy.has(what)) throw new Error(`${what}: written by two at once`);
    this.#busy.add(what);
    try {
      return await run();
    } finally {
      this.#busy.delete(what);
    }
  }
}

describe('changes while a full pass runs', () => {
  it('are looked at in any order of calls; nobody is written by two at once, and the end is sound', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.array(fc.nat(5), { maxLength: 6 }), async (scheduler, moves) => {
        const site = new Province(socTrang);
        const around: Perturbation = async (call, run) => {
          await scheduler.schedule(Promise.resolve(), call);
          const result = await run();
          await scheduler.schedule(Promise.resolve(), call);
          return result;
        };
        new OneAtATime().watch(site);
        site.organization('so-tttt', { name: soTttt });
        for (const name of ['a', 'b', 'c']) site.person(name, 'Lê Văn Tám', 'so-tttt');
        site.person('binh', 'Nguyễn Thanh Bình', 'so-tttt');
        const living = new LivingOperator(site, around);
        const change = [
          () => site.person('a', 'Lê Văn Tám', 'so-tttt', { spec: { localPart: 'vp' } }),
          () => site.person('b', 'Lê Văn Tám', 'so-tttt', { spec: { state: 'Suspended' } }),
          () => site.person('binh', 'Nguyễn Thanh Bình', 'so-tttt', { spec: { localPart: 'lvtam3' } }),
          () => site.delete('c'),
          () => site.person('d', 'Lê Văn Tám', 'so-tttt', { spec: { aliases: ['vp'] } }),
          () => site.person('e', 'Trần Hà', 'so-tttt'),
        ];
        const work = async () => {
          const looks = moves.map(async (move) => {
            await scheduler.schedule(Promise.resolve(), 'change');
            change[move]?.();
            await living.look();
          });
          await Promise.all([living.settle(), ...looks]);
          living.resync();
          await living.settle();
        };
        await scheduler.waitFor(work());
        expect(site.failures).toEqual([]);
        await site.expectSound();
        const before = writesOf(site);
        await site.settle();
        expect(writesOf(site)).toBe(before);
      }),
      { ...parameters, numRuns: 100 },
    );
  }, 120_000);
});
