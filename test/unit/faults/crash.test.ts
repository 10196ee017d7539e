/** The operator dies, or the directory goes, at every single call of every kind of work; the next start finishes it. */
import { describe, expect, it } from '@jest/globals';
import { Unavailable } from '../../../operator/errors.ts';
import { killAt, type Perturbation } from '../../support/perturbed.ts';
import { Province } from '../../support/province.ts';
import { socTrang } from '../../support/sites.ts';

type Scenario = {
  readonly before: (province: Province) => void;
  readonly work: (province: Province) => void;
};

const people = { binh: 'Nguyễn Thanh Bình', binh2: 'Nguyễn Thanh Bình', ha: 'Trần Thị Thu Hà' } as const;
const grantAll = (province: Province) => {
  province.organization('so-tttt', { name: 'Sở Thông tin và Truyền thông' });
  province.organization('phong', { name: 'Phòng Tổng hợp', parentRef: { name: 'so-tttt' } });
  for (const [name, fullName] of Object.entries(people)) province.person(name, fullName, 'so-tttt');
  province.organizationMailbox('van-thu', 'so-tttt');
};
const nothing = () => undefined;

const scenarios: Readonly<Record<string, Scenario>> = {
  grants: { before: nothing, work: grantAll },
  changes: {
    before: grantAll,
    work: (province) => {
      province.person('binh', 'Nguyễn Thanh Bính', 'phong', { spec: { localPart: 'vp', aliases: ['binh'] } });
      province.person('ha', people.ha, 'so-tttt', { spec: { state: 'Suspended', quota: '1Gi' } });
    },
  },
  'a password reset': {
    before: grantAll,
    work: (province) => {
      province.person('ha', people.ha, 'so-tttt', { spec: { passwordReset: '2026-11-22' } });
    },
  },
  deletions: {
    before: grantAll,
    work: (province) => {
      province.delete('binh');
      province.delete('ha');
      province.delete('phong', 'Organization');
    },
  },
  'a deletion of what was never granted': {
    before: nothing,
    work: (province) => {
      grantAll(province);
      province.delete('ha');
    },
  },
};

/** A province in which the work of the scenario waits. */
async function waiting({ before, work }: Scenario): Promise<Province> {
  const province = new Province(socTrang);
  before(province);
  await province.settle();
  work(province);
  return province;
}

/** Runs `attempt` with 0, 1, 2 … until one run meets no fault any more; gives how many there were. */
async function everywhere(attempt: (moment: number) => Promise<boolean>): Promise<number> {
  let moment = 0;
  while (await attempt(moment)) moment += 1;
  return moment;
}

/** Addresses of those who stay: what every official was told must still be true. */
async function addressesOf(province: Province): Promise<Record<string, string | undefined>> {
  const { mailboxes } = await province.cluster.snapshot();
  return Object.fromEntries(mailboxes.map(({ metadata: { name } }) => [name, province.addressOf(name)]));
}

type Fault = { readonly around: Perturbation; readonly hit: () => boolean };

/** The directory goes with the `turn`-th call to it, before or after that took effect, and stays away. */
function outageFrom(turn: number, afterEffect: boolean): Fault {
  let turns = 0;
  let out = false;
  const around: Perturbation = async (call, run) => {
    if (!call.startsWith('directory.')) return run();
    const isFirst = turns++ === turn;
    if (isFirst && afterEffect) await run();
    out ||= isFirst;
    if (out) throw new Unavailable('LDAP', 'no answer within the deadline');
    return run();
  };
  return { around, hit: () => out };
}

const faults: Readonly<Record<string, (moment: number) => Fault>> = {
  'a kill': killAt,
  'a directory that is gone': (turn) => outageFrom(turn, false),
  'a directory that does what is asked and never answers': (turn) => outageFrom(turn, true),
};

describe.each(Object.entries(scenarios))('during %s', (_, scenario) => {
  it.each(Object.entries(faults))('%s at any call is made good', async (_fault, fault) => {
    const undisturbed = await waiting(scenario);
    await undisturbed.settle();
    const expected = await addressesOf(undisturbed);
    const moments = await everywhere(async (moment) => {
      const province = await waiting(scenario);
      const { around, hit } = fault(moment);
      await province.settle(around).catch((error: Error) => {
        if (!hit()) throw error;
      });
      if (!hit()) return false;
      await province.settle();
      await province.expectSound();
      expect(await addressesOf(province)).toEqual(expected);
      return true;
    });
    expect(moments).toBeGreaterThan(2);
  });
});
