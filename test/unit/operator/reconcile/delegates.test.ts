import { beforeEach, describe, expect, it } from '@jest/globals';
import { Province } from '../../../support/province.ts';
import { socTrang } from '../../../support/sites.ts';

const binh = 'ntbinh@soctrang.gov.vn';
const office = 'sotttt@soctrang.gov.vn';
const suffix = 'ou=mailboxes,dc=soctrang,dc=gov,dc=vn';

let province: Province;

type Right = 'Read' | 'Write' | 'SendAs';
const delegate = (name: string, ...rights: readonly Right[]) => ({ mailboxRef: { name }, rights });
const give = (...delegates: readonly object[]) =>
  province.organizationMailbox('so-tttt', 'so-tttt', delegates.length === 0 ? {} : { delegates });
const uidOf = (name: string) => province.mailbox(name).metadata.uid;
const settings = (name: string) => province.entryOf(name)['hopThuMailSetting'] ?? [];
const opened = (role: 'reader' | 'writer') => {
  const owner = uidOf('so-tttt');
  return [
    `namespace+=${owner}`,
    `namespace/${owner}/prefix=Hộp thư cơ quan/${office}/`,
    `namespace/${owner}/mail_path=/srv/vmail/${owner}/Maildir`,
    `namespace/${owner}/acl_user=${role}`,
  ];
};

beforeEach(async () => {
  province = new Province(socTrang);
  province.organization('so-tttt', { name: 'Sở Thông tin và Truyền thông' });
  province.organization('phong', { name: 'Phòng Công nghệ thông tin', parentRef: { name: 'so-tttt' } });
  province.organization('so-yt', { name: 'Sở Y tế' });
  province.person('binh', 'Nguyễn Thanh Bình', 'so-tttt');
  province.person('tam', 'Lê Văn Tám', 'phong');
  province.person('ngoai', 'Đoàn Văn Thông', 'so-yt');
  province.organizationMailbox('phong', 'phong');
  give();
  await province.settle();
});

describe('a delegate (R26)', () => {
  it.each<[Right[], 'reader' | 'writer' | undefined, boolean]>([
    [['Read'], 'reader', false],
    [['Write'], 'writer', false],
    [['SendAs', 'Read', 'Write'], 'writer', true],
    [['SendAs'], undefined, true],
  ])('with %j reads or writes as %s; sends: %s', async (rights, role, sends) => {
    give(delegate('binh', ...rights));
    await province.settle();
    province.expectReady('so-tttt', 'True', 'Active');
    expect(settings('binh')).toEqual(role === undefined ? [] : opened(role));
    const sendAs = sends ? [`uid=${uidOf('binh')},${suffix}`] : undefined;
    expect(province.entryOf('so-tttt')['hopThuSendAs']).toEqual(sendAs);
    const inOrder = (['Read', 'Write', 'SendAs'] as const).filter((right) => rights.includes(right));
    expect(province.status('so-tttt').delegates).toEqual([{ name: 'binh', rights: inOrder }]);
  });

  it('is granted and withdrawn in words that a review shows', async () => {
    give(delegate('binh', 'Read', 'SendAs'));
    const name = 'Sở Thông tin và Truyền thông';
    expect(await province.settle()).toEqual([
      `~ ${binh}  Nguyễn Thanh Bình (${name})  delegate of: + ${office} (Read)`,
      `~ ${office}  ${name}  delegates: + binh (Read, SendAs)`,
    ]);
    give();
    expect(await province.settle()).toEqual([
      `~ ${binh}  Nguyễn Thanh Bình (${name})  delegate of: − ${office} (Read)`,
      `~ ${office}  ${name}  delegates: − binh (Read, SendAs)`,
      `~ ${binh}  Nguyễn Thanh Bình (${name})  sessions of withdrawn rights ended`,
    ]);
    expect(settings('binh')).toEqual([]);
    expect(province.status('so-tttt').delegates).toBeUndefined();
  });

  it('of several mailboxes has the folders of each, and a unit may be one', async () => {
    province.organizationMailbox('phong', 'phong', { delegates: [delegate('tam', 'Read')] });
    give(delegate('tam', 'Write'), delegate('phong', 'Read'));
    await province.settle();
    const both = [uidOf('phong'), uidOf('so-tttt')].sort().join();
    expect(settings('tam')).toContain(`namespace+=${both}`);
    expect(settings('tam')).toHaveLength(7);
    expect(settings('phong')).toEqual(opened('reader'));
  });

  it('may be granted in the pass that makes everybody', async () => {
    const all = new Province(socTrang);
    all.organization('so-tttt', { name: 'Sở Thông tin và Truyền thông' });
    all.organizationMailbox('so-tttt', 'so-tttt', { delegates: [delegate('binh', 'Read')] });
    all.person('binh', 'Nguyễn Thanh Bình', 'so-tttt');
    await all.pass();
    all.expectReady('so-tttt', 'True', 'Active');
    expect(all.entryOf('binh')['hopThuMailSetting']).toHaveLength(4);
  });

  it('finds the folders under the address that the mailbox moved to', async () => {
    give(delegate('binh', 'Read'));
    await province.settle();
    province.organizationMailbox('so-tttt', 'so-tttt', {
      delegates: [delegate('binh', 'Read')],
      localPart: 'tttt',
    });
    await province.settle();
    expect(settings('binh')).toContain(
      `namespace/${uidOf('so-tttt')}/prefix=Hộp thư cơ quan/tttt@soctrang.gov.vn/`,
    );
  });
});

describe('who is refused', () => {
  it.each<[string, string, RegExp]>([
    ['ngoai', 'NotInside', /^spec\.delegates: Mailbox ngoai belongs to Sở Y tế, .*R26/],
    ['so-tttt', 'NotInside', /Mailbox so-tttt is this mailbox itself/],
    ['nobody', 'DelegateNotFound', /Mailbox nobody does not exist in soc-trang-accounts/],
  ])('%s, because %s; the others have their rights', async (name, reason, message) => {
    give(delegate(name, 'Read'), delegate('binh', 'Read'));
    await province.settle();
    province.expectReady('so-tttt', 'False', reason, message);
    expect(province.status('so-tttt').delegates).toEqual([{ name: 'binh', rights: ['Read'] }]);
    expect(settings('ngoai')).toEqual([]);
  });

  it('the organization above is outside of a unit', async () => {
    province.organizationMailbox('phong', 'phong', { delegates: [delegate('binh', 'Read')] });
    await province.settle();
    province.expectReady('phong', 'False', 'NotInside', /neither Phòng Công nghệ thông tin nor below it/);
  });

  it('one who waits for an address waits, and has the right with it', async () => {
    province.person('cho', 'Võ Văn Chờ', 'so-tttt', { spec: { localPart: 'sotttt' } });
    give(delegate('cho', 'Read'));
    await province.settle();
    province.expectReady('so-tttt', 'False', 'DelegateNotReady', /Mailbox cho has no account yet/);
    province.person('cho', 'Võ Văn Chờ', 'so-tttt');
    await province.settle();
    province.expectReady('so-tttt', 'True', 'Active');
    expect(settings('cho')).toEqual(opened('reader'));
  });

  it('a personal mailbox has no delegates (R28)', async () => {
    province.person('binh', 'Nguyễn Thanh Bình', 'so-tttt', {
      spec: { delegates: [delegate('tam', 'Read')] },
    });
    await province.settle();
    province.expectReady('binh', 'False', 'Invalid', /spec\.delegates.*R28/);
    expect(settings('tam')).toEqual([]);
  });
});

describe('rights end by themselves', () => {
  beforeEach(async () => {
    give(delegate('tam', 'Write', 'SendAs'));
    await province.settle();
    province.sessions.names.add('lvtam@soctrang.gov.vn').add(binh);
  });
  const expectWithdrawn = () => {
    expect(settings('tam')).toEqual([]);
    expect(province.entryOf('so-tttt')['hopThuSendAs']).toBeUndefined();
    expect([...province.sessions.names]).toEqual([binh]);
  };

  it('with a transfer out of the organization (R24)', async () => {
    province.person('tam', 'Lê Văn Tám', 'so-yt');
    await province.settle();
    expectWithdrawn();
    province.expectReady('so-tttt', 'False', 'NotInside', /Mailbox tam belongs to Sở Y tế/);
  });

  it("with the delegate's suspension, and come back with its end", async () => {
    province.person('tam', 'Lê Văn Tám', 'phong', { spec: { state: 'Suspended' } });
    await province.settle();
    expectWithdrawn();
    province.expectReady('so-tttt', 'True', 'Active');
    expect(province.status('so-tttt').delegates).toBeUndefined();
    province.person('tam', 'Lê Văn Tám', 'phong');
    await province.settle();
    expect(settings('tam')).toEqual(opened('writer'));
  });

  it('with the suspension and with the deletion of the mailbox', async () => {
    province.organizationMailbox('so-tttt', 'so-tttt', {
      delegates: [delegate('tam', 'Write')],
      state: 'Suspended',
    });
    await province.settle();
    expectWithdrawn();
    give(delegate('tam', 'Write'));
    await province.settle();
    province.delete('so-tttt');
    await province.settle();
    expect(settings('tam')).toEqual([]);
  });

  it('with the deletion of the delegate', async () => {
    province.delete('tam');
    await province.settle();
    expect(province.entryOf('so-tttt')['hopThuDelegate']).toBeUndefined();
    province.expectReady('so-tttt', 'False', 'DelegateNotFound');
  });
});

describe('sessions of withdrawn rights', () => {
  const marked = () => province.entryOf('binh')['hopThuEndSessions'];

  beforeEach(async () => {
    give(delegate('binh', 'Write'));
    await province.settle();
    province.sessions.names.add(binh).add(office);
  });

  it('end, and those of others go on', async () => {
    give();
    await province.settle();
    expect([...province.sessions.names]).toEqual([office]);
    expect(marked()).toBeUndefined();
  });

  it('end when Write becomes Read, and not when a right is added', async () => {
    province.organizationMailbox('phong', 'phong');
    give(delegate('binh', 'Read'));
    await province.settle();
    expect([...province.sessions.names]).toEqual([office]);
    province.sessions.names.add(binh);
    give(delegate('binh', 'Read', 'SendAs'));
    await province.settle();
    expect([...province.sessions.names]).toContain(binh);
  });

  it('are not forgotten while Dovecot does not answer, nor by an operator that dies in between', async () => {
    province.sessions.down();
    give();
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
    give(delegate('binh', 'Read'));
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
      expect(settings('binh')).toEqual(opened('reader'));
    }
  });

  it('of a mailbox whose resource is lost', async () => {
    const before = opened('reader');
    lose('so-tttt');
    await province.settle();
    expect(settings('binh')).toEqual(before);
  });

  it('of a delegate whose resource is lost, while the account is open', async () => {
    const dn = `uid=${uidOf('binh')},${suffix}`;
    lose('binh');
    await province.settle();
    expect(province.entryOf('so-tttt')['hopThuDelegate']).toHaveLength(1);
    expect(province.directory.entry(dn)?.attributes['hopThuMailSetting']).toHaveLength(4);
    province.expectReady('so-tttt', 'False', 'DelegateNotFound');
  });
});

it('what somebody opens by hand is closed again', async () => {
  const dn = `uid=${uidOf('binh')},${suffix}`;
  province.directory.put(dn, { ...province.entryOf('binh'), hopThuMailSetting: opened('writer') });
  province.sessions.names.add(binh);
  await province.settle();
  expect(settings('binh')).toEqual([]);
  expect([...province.sessions.names]).toEqual([]);
});
