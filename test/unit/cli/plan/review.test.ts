/** What `hopthu plan` prints is what the operator then does, line by line. */
import { describe, expect, it } from '@jest/globals';
import { byName, resourcesOf } from '../../../../cli/plan/resources.ts';
import { review } from '../../../../cli/plan/review.ts';
import { socTrang } from '../../../support/sites.ts';
import {
  type Folder,
  linesOf,
  namespace,
  organization,
  person,
  placed,
  planLive,
  planOffline,
  settled,
  sync,
} from './twins.ts';

const base: Folder = {
  'so-tttt': organization('Sở Thông tin và Truyền thông'),
  'so-y-te': organization('Sở Y tế'),
  'phong-cntt': organization('Phòng Công nghệ thông tin', { parentRef: { name: 'so-tttt' } }),
  'so-tttt-mail': { kind: 'Mailbox', spec: { organizationRef: { name: 'so-tttt' }, type: 'Organization' } },
  binh: person('Nguyễn Thanh Bình', 'so-tttt', { aliases: ['binh.nguyen'] }, 'CB-1'),
  'binh-2': person('Nguyễn Thanh Bình', 'phong-cntt'),
  ha: person('Trần Thị Thu Hà', 'so-y-te'),
};
const { ha, ...withoutHa } = base;
const { 'phong-cntt': _, 'binh-2': __, ...withoutUnit } = base;

const changes: Readonly<Record<string, Folder>> = {
  nothing: base,
  grant: {
    ...base,
    dung: person('Nguyễn Văn Dũng', 'so-y-te'),
    'binh-3': person('Nguyễn Thanh Bình', 'so-tttt'),
  },
  rename: { ...base, ha: person('Trần Thị Thu Hà', 'so-y-te', { localPart: 'thuha' }) },
  'change of name, title and aliases': {
    ...base,
    binh: person('Nguyễn Thanh Bính', 'so-tttt', { aliases: ['binh.n', 'b.nguyen'] }, 'CB-1'),
  },
  suspension: { ...base, ha: person('Trần Thị Thu Hà', 'so-y-te', { state: 'Suspended' }) },
  'suspension of an organization': {
    ...base,
    'so-tttt': organization('Sở Thông tin và Truyền thông', { state: 'Suspended' }),
  },
  quota: { ...base, ha: person('Trần Thị Thu Hà', 'so-y-te', { quota: '2Gi' }) },
  'quota of an organization': {
    ...base,
    'so-tttt': organization('Sở Thông tin và Truyền thông', { quota: { personal: '1Gi' } }),
  },
  'an end date that is past': {
    ...base,
    ha: person('Trần Thị Thu Hà', 'so-y-te', { validUntil: '2026-11-19' }),
  },
  'a new first password': { ...base, ha: person('Trần Thị Thu Hà', 'so-y-te', { passwordReset: 'one' }) },
  'an alias that is let go': { ...base, binh: person('Nguyễn Thanh Bình', 'so-tttt', {}, 'CB-1') },
  deletion: withoutHa,
  'deletion of a unit with its people': withoutUnit,
  transfer: { ...base, ha: person('Trần Thị Thu Hà', 'phong-cntt') },
  'transfer while another one comes': {
    ...base,
    ha: person('Trần Thị Thu Hà', 'so-tttt', { localPart: 'ttt.ha' }),
    'ha-2': person('Trần Thị Thu Hà', 'so-y-te'),
  },
  'pause with a change': {
    ...base,
    ha: { ...person('Trần Thị Thu Hà', 'so-y-te', { quota: '2Gi' }), paused: true },
  },
};

describe('a plan has the lines that the operator applies', () => {
  it.each(Object.entries(changes))('%s', async (name, folder) => {
    const province = await settled(base);
    const live = await planLive(province, folder);
    await sync(province, folder);
    const applied = await province.settle();
    expect(linesOf(live)).toEqual(applied);
    expect(linesOf(planOffline(base, folder))).toEqual(applied);
    expect(applied.length > 0).toBe(name !== 'nothing' && name !== 'pause with a change');
    expect(live.blocked).toEqual([]);
  });

  it('also after the operator moved an address: former ones are known from the status', async () => {
    const moved = { ...base, ha: person('Trần Thị Thu Hà', 'so-y-te', { localPart: 'thuha' }) };
    const province = await settled(moved);
    await sync(province, base);
    await province.settle();
    expect((await planLive(province, base)).changes).toEqual([]);
  });

  it('and of accounts whose deletion was rejected and whose resource is gone: they are taken back, and keep their addresses', async () => {
    const people = Object.fromEntries(
      [...'abcdefghijkl'].map((letter) => [
        letter,
        person(`Nguyễn Văn ${letter.toUpperCase()}nh`, 'so-tttt'),
      ]),
    );
    const province = await settled({ ...base, ...people });
    await sync(province, base);
    await province.settle();
    const message = province.status('a').conditions?.[0]?.message ?? '';
    const hash = /approve-plan=([0-9a-f]+)/.exec(message)?.[1] ?? '';
    province.cluster.annotateSite({ 'hopthu.io/reject-plan': hash });
    await province.settle();
    expect(province.cluster.get('Mailbox', namespace, 'a')).toBeUndefined();
    const { b: _b, ...others } = people;
    const folder = { ...base, ...others, new: person('Nguyễn Văn Bnh', 'so-y-te') };
    const live = await planLive(province, folder);
    await sync(province, folder);
    const applied = await province.settle();
    expect(linesOf(live)).toEqual(applied);
    expect(applied.filter((line) => line.startsWith('+'))).toEqual([
      expect.stringContaining('nvbnh.soyt@soctrang.gov.vn'),
    ]);
  });

  it('and of resources that wait for their first pass', async () => {
    const province = await settled(base);
    const folder = { ...base, dung: person('Nguyễn Văn Dũng', 'so-y-te') };
    await sync(province, folder);
    const live = await planLive(province, folder);
    expect(linesOf(live)).toEqual(await province.settle());
  });
});

describe('a base with statuses, as kubectl get -o yaml saves it', () => {
  it('counts for what it says was granted', () => {
    const status = {
      address: 'thuha@soctrang.gov.vn',
      aliases: ['tttha@soctrang.gov.vn'],
      state: 'Suspended',
      quota: { limit: '2Gi' },
      entry: 'uid=ha,ou=mailboxes,dc=soctrang,dc=gov,dc=vn',
    };
    const from = placed(base).map((manifest) =>
      manifest.name === 'ha' ? { ...manifest, status } : manifest,
    );
    const resources = resourcesOf(from, '2026-11-21T00:00:00Z');
    const manifests = byName(placed(base));
    const made = review({
      site: socTrang,
      base: resources,
      live: false,
      manifests,
      now: new Date(0),
      prune: true,
    });
    expect(linesOf(made)).toEqual([
      '~ thuha@soctrang.gov.vn  Trần Thị Thu Hà (Sở Y tế)  state Suspended → Active, quota 2 GiB → 500 MiB',
    ]);
  });
});

describe('actions and addresses', () => {
  const action = (to: Folder, from: Folder = base) =>
    planOffline(from, to).changes.map((item) => [item.action, item.name, item.address]);

  it('are those of the contract', () => {
    expect(action(changes['rename'] ?? {})).toEqual([['rename', 'ha', 'thuha@soctrang.gov.vn']]);
    expect(action(changes['suspension'] ?? {})).toEqual([['suspend', 'ha', 'tttha@soctrang.gov.vn']]);
    expect(action(base, changes['suspension'])).toEqual([['resume', 'ha', 'tttha@soctrang.gov.vn']]);
    expect(action(changes['quota'] ?? {})).toEqual([['update', 'ha', 'tttha@soctrang.gov.vn']]);
    expect(action(withoutHa)).toEqual([['delete', 'ha', 'tttha@soctrang.gov.vn']]);
    expect(action(base, withoutHa)).toEqual([['create', 'ha', 'tttha@soctrang.gov.vn']]);
    expect(action(withoutUnit)).toEqual([
      ['delete', 'binh-2', 'ntbinh.sotttt@soctrang.gov.vn'],
      ['delete', 'phong-cntt', ''],
    ]);
  });
});

describe('blocked', () => {
  const many = (count: number): Folder =>
    Object.fromEntries(
      Array.from({ length: count }, (_, index) => [
        `person-${String(index).padStart(2, '0')}`,
        person(`Nguyễn Văn ${String.fromCharCode(65 + index)}nh`, 'so-y-te'),
      ]),
    );

  it('is what the guard holds, with the same lines and reason as the operator', async () => {
    const folder = { ...base, ...many(20) };
    const province = await settled(folder);
    const live = await planLive(province, base);
    const offline = planOffline(folder, base);
    await sync(province, base);
    await province.pass();
    const held = Object.keys(many(20)).map((name) => {
      province.expectReady(name, 'False', 'AwaitingApproval');
      return province.status(name).conditions?.[0]?.message ?? '';
    });
    expect(live.changes).toEqual([]);
    expect(live.blocked.map(({ summary }) => summary).sort()).toEqual(
      held.map((message) => message.replace(/^.*approve-plan=\w+: /, '')).sort(),
    );
    expect(live.blocked.every(({ action }) => action === 'delete')).toBe(true);
    expect(held[0]?.startsWith(live.reason ?? '?')).toBe(true);
    expect(offline).toEqual(live);
  });

  it('is a manifest that is refused, by file and field; what was there stays', () => {
    const refused = planOffline(base, {
      ...base,
      ha: person('Trần Thị Thu Hà 2', 'so-y-te'),
      new: person('Lê Văn Tám', 'so-y-te', { quota: '1 GB' }),
    });
    expect(refused).toEqual({
      changes: [],
      blocked: [
        {
          action: 'update',
          kind: 'Mailbox',
          namespace,
          name: 'ha',
          address: '',
          summary: 'ha.yaml:1: spec.person.fullName: a name of letters, spaces, hyphens and apostrophes',
        },
        {
          action: 'create',
          kind: 'Mailbox',
          namespace,
          name: 'new',
          address: '',
          summary: 'new.yaml:1: spec.quota: a size such as 500Mi or 1Gi',
        },
      ],
    });
  });

  it.each([
    [
      'type',
      { ha: { kind: 'Mailbox', spec: { organizationRef: { name: 'so-y-te' }, type: 'Organization' } } },
    ],
    ['person.id', { binh: person('Nguyễn Thanh Bình', 'so-tttt', {}, 'CB-2') }],
  ] as const)('is a change of spec.%s, which the API server refuses', (field, change) => {
    const { changes: made, blocked } = planOffline(base, { ...base, ...change });
    expect(made).toEqual([]);
    expect(blocked.map(({ summary }) => summary)).toEqual([
      expect.stringContaining(`spec.${field}: is immutable`),
    ]);
  });

  it('is an address that another one holds, and an organization that is still in use', () => {
    const { 'so-y-te': ___, ...withoutSoYTe } = base;
    const { changes: made, blocked } = planOffline(base, {
      ...withoutSoYTe,
      late: person('Lê Văn Tám', 'so-tttt', { localPart: 'ntbinh' }),
    });
    expect(made).toEqual([]);
    expect(blocked.map(({ action, name, summary }) => [action, name, summary])).toEqual([
      ['delete', 'so-y-te', expect.stringContaining('1 mailboxes and units still belong to it')],
      [
        'create',
        'late',
        `late.yaml:1: spec.localPart: ntbinh@soctrang.gov.vn is held by ${namespace}/binh; ask for another address (R12, R16)`,
      ],
    ]);
  });

  it('is an address that was let go in the same change: it is held back', async () => {
    const folder = {
      ...base,
      binh: person('Nguyễn Thanh Bình', 'so-tttt', {}, 'CB-1'),
      late: person('Lê Văn Tám', 'so-tttt', { localPart: 'binh.nguyen' }),
    };
    const province = await settled(base);
    const live = await planLive(province, folder);
    await sync(province, folder);
    expect(linesOf(live)).toEqual(await province.settle());
    const { message } = province.status('late').conditions?.[0] ?? {};
    expect(live.blocked.map(({ summary }) => summary)).toEqual([`late.yaml:1: ${message}`]);
    expect(planOffline(base, folder)).toEqual(live);
  });

  it('is not what was wrong before', () => {
    const wrong = { ...base, lost: person('Lê Văn Tám', 'no-such') };
    expect(planOffline(wrong, wrong)).toEqual({ changes: [], blocked: [] });
  });
});
