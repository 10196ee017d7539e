/** Notices one after another, whatever fails meanwhile. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { Blocked, Unavailable } from '../../../../operator/errors.ts';
import type { PassDependencies } from '../../../../operator/reconcile/pass.ts';
import { Reconciler } from '../../../../operator/reconcile/reconciler.ts';
import { Province } from '../../../support/province.ts';
import { socTrang } from '../../../support/sites.ts';

const names = { an: 'Lê Văn An', ba: 'Lê Văn Ba', tam: 'Lê Văn Tám' };
let province: Province;
let pauses: number[];

function all(more: Partial<PassDependencies> = {}): PassDependencies {
  const report = {
    orphans: () => undefined,
    held: () => undefined,
    planned: () => undefined,
    failure: (_: string, error: Error) => province.failures.push(error),
  };
  const { site, cluster, directory, sessions, notices } = province;
  const pause = async (milliseconds: number) => void pauses.push(milliseconds);
  const clock = () => province.now;
  return { site, cluster, directory, sessions, notices, pause, clock, report, ...more };
}

/** An operator over the province that stays alive. */
function operator(more: Partial<PassDependencies> = {}): Reconciler {
  return new Reconciler(all(more));
}

/** A look at everything as it is, and the notices that come of it. */
async function look(reconciler: Reconciler): Promise<void> {
  reconciler.forget();
  await reconciler.full();
  await reconciler.notices.idle();
}

const told = () => province.notices.sent.map(({ to }) => to[0]?.split('@')[0]).sort();

/** Everybody's password expires within a week. */
beforeEach(async () => {
  pauses = [];
  province = new Province(socTrang);
  province.organization('so-y-te', { name: 'Sở Y tế' });
  for (const [name, fullName] of Object.entries(names)) province.person(name, fullName, 'so-y-te');
  await province.settle();
  for (const name of Object.keys(names))
    province.write(name, { pwdReset: [], pwdChangedTime: ['20261121000000Z'] });
  await province.settle();
  province.now = new Date('2026-12-16T00:00:00Z');
});

describe('notices that are due', () => {
  it('go out one after another, no more in a minute than the site allows, and a pass waits for none', async () => {
    const site = { ...socTrang, notices: { ...socTrang.notices, perMinute: 60 } };
    const gate = Promise.withResolvers<void>();
    const reconciler = operator({
      site,
      pause: async (milliseconds) => {
        pauses.push(milliseconds);
        await gate.promise;
      },
    });
    await reconciler.full();
    expect(told().length).toBeLessThan(2);
    gate.resolve();
    await reconciler.notices.idle();
    expect(told()).toEqual(['lvan', 'lvba', 'lvtam']);
    expect(pauses).toHaveLength(2);
    for (const pause of pauses) expect(pause).toBeGreaterThan(500);
    expect(reconciler.notices.backlog.size).toBe(0);
  });

  it('are counted by topic while they wait, with the time since when', async () => {
    const reconciler = operator();
    province.notices.down();
    await look(reconciler);
    const since = province.now.getTime();
    expect(reconciler.notices.backlog).toEqual(new Map([['password', { count: 3, since }]]));
    province.now = new Date(since + 3_600_000);
    await look(reconciler);
    expect(reconciler.notices.backlog.get('password')).toEqual({ count: 3, since });
    await reconciler.notices.stop();
  });

  it('are not sent by an old view: who was changed meanwhile is looked at again', async () => {
    const keys = ['an', 'ba'].map(
      (name) => ({ kind: 'Mailbox', namespace: province.namespace, name }) as const,
    );
    const reconciler: Reconciler = operator({
      pause: async () => {
        for (const name of ['an', 'ba'] as const)
          province.person(name, names[name], 'so-y-te', { spec: { state: 'Suspended' } });
        await reconciler.changed(keys);
      },
    });
    await look(reconciler);
    await look(reconciler);
    expect(told()).toEqual(['lvtam']);
  });
});

describe('a change', () => {
  it('is told of at once, without a look at everything, and then stands in the status', async () => {
    province.now = new Date('2026-11-22T00:00:00Z');
    const reconciler = operator();
    await look(reconciler);
    const before = province.directory.writes.modify;
    province.person('ba', names.ba, 'so-y-te', { spec: { localPart: 'ba.vp' } });
    const keys = [{ kind: 'Mailbox', namespace: province.namespace, name: 'ba' }] as const;
    await reconciler.changed(keys);
    await reconciler.notices.idle();
    expect(province.notices.sent.map(({ kind, to }) => [kind, ...to])).toEqual([
      ['rename', 'ba.vp@soctrang.gov.vn'],
    ]);
    expect(province.directory.writes.modify).toBe(before + 2);
    await reconciler.changed(keys);
    expect(province.status('ba').notices).toEqual([
      { topic: 'rename', about: 'lvba@soctrang.gov.vn', sent: '2026-11-22T00:00:00Z' },
    ]);
  });

  it('is not told while the site is paused', async () => {
    province.cluster.annotateSite({ 'hopthu.io/paused': 'true' });
    await look(operator());
    expect(told()).toEqual([]);
  });
});

describe('what fails', () => {
  it('for good keeps none of the others waiting, and is tried again an hour later', async () => {
    let refusals = 0;
    province.notices.intercept = (moment, { to }) => {
      if (moment !== 'before' || !to.includes('lvba@soctrang.gov.vn')) return;
      refusals += 1;
      throw new Blocked('NoticeRefused', 'full');
    };
    const reconciler = operator();
    await look(reconciler);
    await look(reconciler);
    expect(told()).toEqual(['lvan', 'lvtam']);
    expect(refusals).toBe(1);
    province.now = new Date(province.now.getTime() + 3_600_001);
    await look(reconciler);
    expect(refusals).toBe(2);
    expect(province.failures).toHaveLength(2);
  });

  it('because the mail system is away is not tried with everybody', async () => {
    province.notices.down();
    const reconciler = operator();
    await look(reconciler);
    expect(province.failures).toHaveLength(1);
    province.notices.up();
    await look(reconciler);
    expect(told()).toEqual(['lvan', 'lvba', 'lvtam']);
  });

  it('between mail and directory is not sent again: only the directory is asked again', async () => {
    const reconciler = operator();
    let isAway = true;
    province.directory.intercept = (moment, call) => {
      if (isAway && moment === 'before' && call === 'modify') throw new Unavailable('LDAP', 'away');
    };
    await reconciler.full();
    await reconciler.notices.idle();
    expect(told()).toHaveLength(1);
    isAway = false;
    await look(reconciler);
    await look(reconciler);
    expect(told()).toEqual(['lvan', 'lvba', 'lvtam']);
    for (const name of Object.keys(names))
      expect(province.entryOf(name)['hopThuNotice']).toEqual(['password 7 2026-12-16T00:00:00Z']);
  });

  it('with the Lease ends it: who has it next looks again', async () => {
    province.notices.intercept = () => {
      throw new Unavailable('Lease', 'lost');
    };
    const reconciler = operator();
    await look(reconciler);
    expect(reconciler.notices.backlog.size).toBe(0);
    expect(province.failures).toEqual([]);
    province.notices.intercept = () => undefined;
    await look(operator());
    expect(told()).toEqual(['lvan', 'lvba', 'lvtam']);
  });

  it('leaves the rest to the next one when the operator ends, and that waits for no minute', async () => {
    const site = { ...socTrang, notices: { ...socTrang.notices, perMinute: 1 } };
    const { pause, ...dependencies } = all({ site });
    const reconciler = new Reconciler(dependencies);
    await reconciler.full();
    while (told().length === 0) await new Promise(setImmediate);
    await reconciler.notices.stop();
    expect(told()).toHaveLength(1);
    await look(operator());
    expect(told()).toEqual(['lvan', 'lvba', 'lvtam']);
  });
});
