import { beforeEach, describe, expect, it } from '@jest/globals';
import { binh, Department, delegate, mailboxes, office } from '../../../support/delegated.ts';

let province: Department;

beforeEach(async () => {
  province = await Department.granted();
});

describe('sessions of withdrawn rights', () => {
  const marked = () => province.entryOf('binh')['hopThuEndSessions'];

  beforeEach(async () => {
    province.give(delegate('binh', 'Write'));
    await province.settle();
    province.sessions.names.add(binh).add(office);
  });

  it('end, and those of others go on', async () => {
    province.give();
    await province.settle();
    expect([...province.sessions.names]).toEqual([office]);
    expect(marked()).toBeUndefined();
  });

  it('end when Write becomes Read, and not when a right is added', async () => {
    province.organizationMailbox('phong', 'phong');
    province.give(delegate('binh', 'Read'));
    await province.settle();
    expect([...province.sessions.names]).toEqual([office]);
    province.sessions.names.add(binh);
    province.give(delegate('binh', 'Read', 'SendAs'));
    await province.settle();
    province.give(delegate('binh', 'Write', 'SendAs'));
    await province.settle();
    expect([...province.sessions.names]).toContain(binh);
  });

  it('are none where a folder has another name only', async () => {
    const dn = `uid=${province.uidOf('binh')},${mailboxes}`;
    const renamed = province
      .settings('binh')
      .map((value) => value.replace('/prefix=Hộp thư đơn vị/', '/prefix=Hộp thư cũ/'));
    province.directory.put(dn, { ...province.entryOf('binh'), hopThuMailSetting: renamed });
    await province.settle();
    expect(province.settings('binh')).toEqual(province.opened('writer'));
    expect([...province.sessions.names]).toContain(binh);
  });

  it('are not forgotten while Dovecot does not answer, nor by an operator that dies in between', async () => {
    province.sessions.down();
    province.give();
    await province.pass();
    const failed = await province.pass();
    expect(failed.failures).toBe(1);
    expect(marked()).toEqual(['TRUE']);
    province.expectReady('binh', 'False', 'DovecotUnavailable', /open sessions may go on/);
    province.sessions.up();
    await province.settle();
    expect([...province.sessions.names]).toEqual([office]);
    expect(marked()).toBeUndefined();
    province.expectReady('binh', 'True', 'Active');
  });
});

describe('nothing is withdrawn because something is not seen', () => {
  beforeEach(async () => {
    province.give(delegate('binh', 'Read'));
    await province.settle();
  });

  /** Its finalizer is stripped by hand: the resource goes without having been seen leaving. */
  const lose = (name: string) => {
    const { spec, metadata } = province.mailbox(name);
    const { namespace } = metadata;
    province.delete(name);
    province.cluster.apply({ kind: 'Mailbox', name, namespace, spec: spec as object, finalizers: [] });
  };

  it('of a mailbox that is paused, or whose spec cannot be read', async () => {
    for (const change of [{ annotations: { 'hopthu.io/paused': 'true' } }, { spec: { quota: 'x' } }]) {
      const { spec, metadata } = province.mailbox('so-tttt');
      province.cluster.apply({
        kind: 'Mailbox',
        name: metadata.name,
        namespace: metadata.namespace,
        spec: { ...(spec as object), delegates: [], ...change.spec },
        ...change,
      });
      await province.settle();
      expect(province.settings('binh')).toEqual(province.opened('reader'));
    }
  });

  it('of a mailbox whose resource is lost', async () => {
    const before = province.opened('reader');
    lose('so-tttt');
    await province.settle();
    expect(province.settings('binh')).toEqual(before);
  });

  it('of a delegate whose resource is lost, while the account is open', async () => {
    const dn = `uid=${province.uidOf('binh')},${mailboxes}`;
    lose('binh');
    await province.settle();
    expect(province.entryOf('so-tttt')['hopThuDelegate']).toHaveLength(1);
    expect(province.directory.entry(dn)?.attributes['hopThuMailSetting']).toHaveLength(4);
    province.expectReady('so-tttt', 'False', 'DelegateNotFound');
  });
});

it('what somebody opens by hand is closed again', async () => {
  const dn = `uid=${province.uidOf('binh')},${mailboxes}`;
  province.directory.put(dn, { ...province.entryOf('binh'), hopThuMailSetting: province.opened('writer') });
  province.sessions.names.add(binh);
  await province.settle();
  expect(province.settings('binh')).toEqual([]);
  expect([...province.sessions.names]).toEqual([]);
});
