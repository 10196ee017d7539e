/** The cluster, the directory or a person does what nobody planned. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { Blocked, Unavailable } from '../../../operator/errors.ts';
import type { ClusterSnapshot } from '../../../operator/ports.ts';
import { copyOf, type Perturbation } from '../../support/perturbed.ts';
import { Province } from '../../support/province.ts';
import { socTrang } from '../../support/sites.ts';

const suffix = 'dc=soctrang,dc=gov,dc=vn';
const surnames = ['Lê', 'Lý', 'Võ', 'Vũ', 'Hồ', 'Hà', 'Đỗ', 'Mai', 'Cao', 'Tạ', 'Tô', 'Từ'];
let province: Province;

beforeEach(() => {
  province = new Province(socTrang);
  province.organization('so-tttt', { name: 'Sở Thông tin và Truyền thông' });
});

const entryDn = (name: string) => `uid=${province.mailbox(name).metadata.uid},ou=mailboxes,${suffix}`;
const statusOf = (dn: string) => province.directory.entry(dn)?.attributes['hopThuStatus']?.[0];

/** A dozen people, granted. */
async function dozen(): Promise<readonly string[]> {
  const names = surnames.map((_, index) => `p${index}`);
  for (const [index, name] of names.entries()) province.person(name, `${surnames[index]} Văn Tám`, 'so-tttt');
  await province.settle();
  return names;
}

describe('resources', () => {
  it('that cannot be granted do not keep others waiting', async () => {
    for (let index = 0; index < 20; index += 1)
      province.person(`poison-${index}`, 'Tám', 'so-tttt', { spec: { quota: '9Ei' } });
    province.person('binh', 'Nguyễn Thanh Bình', 'so-tttt');
    await province.settle();
    province.expectReady('binh', 'True', 'Active');
    province.expectReady('poison-7', 'False', 'Invalid', /spec.quota/);
  });

  it('that slapd refuses, whatever is done, are tried ever more rarely, and at once when they were touched', async () => {
    const tries: number[] = [];
    const refusing: Perturbation = async (call, run, dn) => {
      if (call !== 'directory.add' || !dn?.includes(poison.metadata.uid)) return run();
      tries.push(province.now.getTime());
      throw new Blocked('DirectoryRefused', 'no such syntax');
    };
    const poison = province.person('poison', 'Lê Văn Tám', 'so-tttt');
    const day = 24 * 60;
    for (let minute = 0; minute < day; minute += 1) {
      if (minute === 60) province.person('other', 'Nguyễn Thanh Bình', 'so-tttt');
      for (let second = 0; second < 60; second += minute < 5 ? 1 : 30) {
        await province.pass(refusing, province.patience);
        province.now = new Date(province.now.getTime() + (minute < 5 ? 1_000 : 30_000));
      }
      if (minute === 60) province.expectReady('other', 'True', 'Active');
    }
    const waits = tries.slice(1).map((time, index) => (time - (tries[index] ?? 0)) / 60_000);
    expect(Math.max(...waits)).toBeLessThanOrEqual(15.5);
    expect(waits.at(-1)).toBeGreaterThan(14);
    expect(tries.length).toBeLessThan(day / 15 + 20);
    province.expectReady('poison', 'False', 'DirectoryRefused', /no such syntax/);
    const before = tries.length;
    province.person('poison', 'Lê Văn Tám', 'so-tttt', { spec: { quota: '1Gi' } });
    await province.pass(refusing, province.patience);
    expect(tries).toHaveLength(before + 1);
    await province.settle();
    await province.expectSound();
  }, 30_000);

  it('whose account slapd does not let be closed stay, say so, and go when it does', async () => {
    province.person('binh', 'Nguyễn Thanh Bình', 'so-tttt');
    await province.settle();
    province.delete('binh');
    const refusing: Perturbation = async (call, run) => {
      if (call === 'directory.modify') throw new Blocked('DirectoryRefused', 'no');
      return run();
    };
    const { failures } = await province.pass(refusing);
    expect(failures).toBe(1);
    province.expectReady('binh', 'False', 'DirectoryRefused', /no/);
    await province.settle();
    await province.expectSound();
  });

  it('that bring out a defect do not keep others waiting', async () => {
    const refusing: Perturbation = async (call, run) => {
      if (call === 'directory.add' && refused++ < 20) throw new TypeError('a defect of the operator');
      return run();
    };
    let refused = 0;
    for (let index = 0; index < 24; index += 1) province.person(`p${index}`, 'Lê Văn Tám', 'so-tttt');
    await province.pass(refusing).catch(() => undefined);
    expect(province.directory.writes.add).toBe(5);
    await province.settle();
    await province.expectSound();
  });

  it('with fields and a status of another version of the schema keep what they have, obey a suspension, and are written only when they change', async () => {
    province.person('binh', 'Nguyễn Thanh Bình', 'so-tttt');
    await province.settle();
    province.person('binh', 'Nguyễn Thanh Bình', 'so-tttt', {
      spec: { fieldOfTomorrow: true, state: 'Suspended' },
      person: { nickname: 'Bi' },
    });
    await province.cluster.writeStatus(province.mailbox('binh'), { phase: 'Old', conditions: 'none' });
    province.person('tam', 'Lê Văn Tám', 'so-tttt');
    await province.settle();
    province.expectReady('tam', 'True', 'Active');
    province.expectReady('binh', 'False', 'Invalid', /Unrecognized key: "nickname"/);
    expect(province.entryOf('binh')['hopThuStatus']).toEqual(['Suspended']);
    await province.expectSound();
    const before = { ...province.cluster.writes };
    await province.pass();
    expect(province.cluster.writes).toEqual(before);
  });

  it('whose finalizer was stripped by hand leave an orphan that is reported and not touched', async () => {
    province.person('binh', 'Nguyễn Thanh Bình', 'so-tttt');
    await province.settle();
    const dn = entryDn('binh');
    const { uid, namespace } = province.mailbox('binh').metadata;
    const before = province.directory.entry(dn);
    province.delete('binh');
    province.cluster.apply({
      kind: 'Mailbox',
      name: 'binh',
      namespace,
      spec: province.mailbox('binh').spec as object,
      finalizers: [],
    });
    await province.settle();
    expect(new Set(province.orphans)).toEqual(new Set([dn]));
    expect(province.directory.entry(dn)).toEqual(before);
    // Nor does a new resource of that name get a second account beside it, nor this one unasked.
    province.person('binh', 'Nguyễn Thanh Bình', 'so-tttt');
    await province.settle();
    province.expectReady('binh', 'False', 'AwaitingApproval', /taken back by a new resource/);
    await province.expectSound([uid]);
  });

  it('that lost the finalizer while they live get it back', async () => {
    province.person('binh', 'Nguyễn Thanh Bình', 'so-tttt');
    await province.settle();
    const { namespace, name, finalizers } = province.mailbox('binh').metadata;
    const spec = province.mailbox('binh').spec as object;
    province.cluster.apply({ kind: 'Mailbox', name, namespace, spec, finalizers: [] });
    await province.settle();
    expect(province.mailbox('binh').metadata.finalizers).toEqual(finalizers);
  });

  it('in a namespace that is being deleted say what is forbidden, and their accounts are closed', async () => {
    province.person('binh', 'Nguyễn Thanh Bình', 'so-tttt');
    await province.settle();
    const dn = entryDn('binh');
    province.person('late', 'Lê Văn Tám', 'so-tttt');
    const forbidding: Perturbation = async (call, run) => {
      if (call !== 'cluster.keepFirstPassword') return run();
      throw new Unavailable('Kubernetes', '403 namespace is being terminated');
    };
    await province.pass(forbidding);
    province.expectReady('late', 'False', 'KubernetesUnavailable', /being terminated/);
    for (const name of ['binh', 'late']) province.delete(name);
    province.delete('so-tttt', 'Organization');
    await province.settle(forbidding);
    expect((await province.contents()).mailboxes).toEqual([]);
    expect(statusOf(dn)).toBe('Closed');
    await province.expectSound();
  });
});

describe('the cluster', () => {
  it('without a single resource closes nothing', async () => {
    await dozen();
    const before = (await province.contents()).entries;
    const empty: Perturbation = async (call, run) => {
      const result = await run();
      const none = { mailboxes: [], organizations: [], paused: false } satisfies ClusterSnapshot;
      return call === 'cluster.snapshot' ? (none as typeof result) : result;
    };
    await province.pass(empty);
    expect((await province.contents()).entries).toEqual(before);
    expect(new Set(province.orphans).size).toBe(13);
  });

  it('restored from an older state closes no account and loses no address', async () => {
    province.person('stays', 'Nguyễn Thanh Bình', 'so-tttt');
    province.person('leaves', 'Lê Văn Tám', 'so-tttt');
    await province.settle();
    const older = copyOf(await province.cluster.snapshot());
    province.delete('leaves');
    province.person('stays', 'Nguyễn Thanh Bình', 'so-tttt', { spec: { localPart: 'ntb' } });
    province.person('came', 'Trần Thị Thu Hà', 'so-tttt');
    await province.settle();
    const [stays, came] = [entryDn('stays'), entryDn('came')];
    const { uid } = province.mailbox('came').metadata;
    const [leaver] = older.mailboxes.filter(({ metadata }) => metadata.name === 'leaves');
    const restored = province.afterRestoreOf(older);
    await restored.settle();
    expect([statusOf(stays), statusOf(came)]).toEqual(['Active', 'Active']);
    expect(new Set(restored.orphans)).toEqual(new Set([came]));
    // Who had left stays out until somebody says otherwise; a resource that came back in time is not an order.
    expect(statusOf(`uid=${leaver?.metadata.uid},ou=mailboxes,${suffix}`)).toBe('Closed');
    restored.expectReady('leaves', 'False', 'AccountClosed', /closed/);
    const attributes = restored.directory.entry(stays)?.attributes;
    expect(attributes?.['hopThuAddress']).toEqual(expect.arrayContaining(['ntb@soctrang.gov.vn']));
    await restored.expectSound([uid]);
  });
});

describe('the directory', () => {
  it('that is down is told once to each who waits, however it words itself', async () => {
    await dozen();
    for (const name of ['p0', 'p1'])
      province.person(name, 'Lê Văn Tám', 'so-tttt', { spec: { quota: '2Gi' } });
    const before = province.cluster.writes.status;
    for (let count = 0; count < 10; count += 1) {
      const down: Perturbation = async (call, run) => {
        if (call === 'directory.snapshot') throw new Unavailable('LDAP', `no answer, try ${count}`);
        return run();
      };
      await expect(province.pass(down)).rejects.toThrow(Unavailable);
    }
    expect(province.cluster.writes.status - before).toBe(2);
    province.expectReady('p1', 'False', 'LDAPUnavailable', /try 0/);
    await province.settle();
    await province.expectSound();
  });

  it('that shrank without our doing makes no deletion, while its accounts are put back', async () => {
    const [first = '', second = '', leaver = ''] = await dozen();
    const dn = entryDn(leaver);
    for (const name of [first, second]) province.directory.drop(entryDn(name));
    province.delete(leaver);
    const { held } = await province.pass();
    expect(held).toBe(1);
    expect(statusOf(dn)).toBe('Active');
    province.expectReady(leaver, 'False', 'AwaitingApproval', /2 of 12 accounts are missing/);
    expect(statusOf(entryDn(first))).toBe('Active');
    await province.settle();
    expect(statusOf(dn)).toBe('Closed');
    await province.expectSound();
  });

  it('of which one account is missing is repaired, and deletions go on', async () => {
    const [first = '', leaver = ''] = await dozen();
    const dn = entryDn(leaver);
    province.directory.drop(entryDn(first));
    province.delete(leaver);
    await province.pass();
    expect(statusOf(dn)).toBe('Closed');
  });
});

describe('the clock', () => {
  it.each([-1, 1])('off by %i day changes nothing', async (days) => {
    await dozen();
    const before = JSON.stringify([province.cluster.writes, province.directory.writes]);
    province.now = new Date(province.now.getTime() + days * 86_400_000);
    await province.pass();
    expect(JSON.stringify([province.cluster.writes, province.directory.writes])).toBe(before);
    province.person('late', 'Trần Thị Thu Hà', 'so-tttt');
    await province.settle();
    await province.expectSound();
  });
});
