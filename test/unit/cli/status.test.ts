import { describe, expect, it } from '@jest/globals';
import type { EventsV1Event, V1MicroTime } from '@kubernetes/client-node';
import { mergeLogs, parseDirectoryLog } from '../../../cli/directory-log.ts';
import { momentsOf } from '../../../cli/history.ts';
import { printData, printTable } from '../../../cli/print.ts';
import { printSummary, summarize } from '../../../cli/status.ts';
import { Province } from '../../support/province.ts';
import { socTrang } from '../../support/sites.ts';

/** A site with one good mailbox, one whose organization is missing, and one that no pass has seen. */
async function world() {
  const province = new Province(socTrang);
  province.organization('so-tttt', { name: 'Sở Thông tin và Truyền thông' });
  province.person('binh', 'Nguyễn Thanh Bình', 'so-tttt');
  province.person('lost', 'Đoàn Văn Thông', 'no-such');
  await province.settle();
  province.person('new', 'Lê Văn An', 'so-tttt');
  return province.cluster.snapshot();
}

describe('hopthu status', () => {
  it('counts by state and shows problems first', async () => {
    const { organizations, mailboxes } = await world();
    const summary = summarize([...organizations, ...mailboxes]);
    expect(summary.counts).toEqual({
      mailboxes: { Active: 1, Pending: 2 },
      organizations: { Active: 1 },
      problems: 2,
    });
    expect(summary.resources.map(({ name, reason }) => `${name} ${reason}`)).toEqual([
      'lost OrganizationNotFound',
      'new NotYetSeen',
      'so-tttt Active',
      'binh Active',
    ]);
    const lines = printSummary(summary).split('\n');
    expect(lines.slice(0, 4)).toEqual([
      'mailboxes: 3 (1 Active, 2 Pending)',
      'organizations: 1 (1 Active)',
      'with a problem: 2',
      '',
    ]);
    expect(lines[5]).toMatch(
      /^Mailbox +soc-trang-accounts +lost +no-such +Pending +False +OrganizationNotFound +spec\.organizationRef: /,
    );
    expect(lines[8]).toMatch(/binh@?.* ntbinh@soctrang\.gov\.vn +so-tttt +Active +True +Active$/);
  });

  it('shows what is used of a quota, where that is known', async () => {
    const { mailboxes } = await world();
    const used = mailboxes.map((mailbox) => ({
      ...mailbox,
      status: { ...(mailbox.status as object), quota: { limit: '500Mi', used: '12Mi', percent: 3 } },
    }));
    expect(printSummary(summarize(used.slice(0, 1)))).toMatch(/ USED .*\n.* Active +12Mi \(3%\) +True/);
  });

  it('takes the answer to an older spec for none', async () => {
    const { mailboxes } = await world();
    const changed = mailboxes.map((mailbox) => ({
      ...mailbox,
      metadata: { ...mailbox.metadata, generation: mailbox.metadata.generation + 1 },
    }));
    expect(new Set(summarize(changed).resources.map(({ ready }) => ready))).toEqual(new Set(['Unknown']));
  });

  it('of an empty site is the counts alone', () => {
    expect(printSummary(summarize([]))).toBe('mailboxes: 0\norganizations: 0\nwith a problem: 0');
  });
});

describe('hopthu history', () => {
  const event: EventsV1Event = {
    metadata: {},
    // As client-node hands it over.
    eventTime: '2026-11-21T00:00:01.000000Z' as unknown as V1MicroTime,
    type: 'Normal',
    reason: 'Created',
    note: '+ ntbinh@soctrang.gov.vn',
  };

  it('puts the resource, its conditions and its Events in order of time', async () => {
    const { mailboxes } = await world();
    const moments = momentsOf(
      mailboxes.find(({ metadata }) => metadata.name === 'binh'),
      [event],
    );
    expect(moments.map(({ source, type, reason }) => `${source} ${type} ${reason}`)).toEqual([
      'resource Normal Created',
      'condition Ready=True Active',
      'event Normal Created',
    ]);
  });

  it('has what the directory wrote between them, and by whom', async () => {
    const dn = 'uid=1,ou=mailboxes,dc=soctrang,dc=gov,dc=vn';
    const operator = 'cn=operator,ou=services,dc=soctrang,dc=gov,dc=vn';
    const log = [
      `20261121000000.000001Z\tadd\t${operator}\tcn mail`,
      `20261121000002.500000Z\tmodify\t${dn}\tuserPassword`,
      `20261121000003Z\tdelete\tuid=2,ou=mailboxes,dc=x\t`,
      `20261121000004Z\tmodify\tcn=directory,dc=soctrang,dc=gov,dc=vn\thopThuOrganization`,
      '',
    ].join('\n');
    const moments = momentsOf(undefined, [event], parseDirectoryLog(log, dn));
    expect(moments.map(({ time, reason, message }) => `${time} ${reason} ${message}`)).toEqual([
      '2026-11-21T00:00:00.000Z Add by operator: cn, mail',
      '2026-11-21T00:00:01.000Z Created + ntbinh@soctrang.gov.vn',
      '2026-11-21T00:00:02.500Z Modify by its owner: userPassword',
      '2026-11-21T00:00:03.000Z Delete by uid=2,ou=mailboxes,dc=x',
      '2026-11-21T00:00:04.000Z Modify by slapd itself: hopThuOrganization',
    ]);
  });

  it('tells each write of two logs once, and by whom it was asked for', () => {
    const operator = 'cn=operator,ou=services,dc=soctrang,dc=gov,dc=vn';
    const copier = 'cn=directory,dc=soctrang,dc=gov,dc=vn';
    const write = (time: string, who: string, provider: number) =>
      `${time}Z\tadd\t${who}\tcn\t${time}.1Z#000000#00${provider}#000000`;
    const [one, two] = ['20261121000001', '20261121000002'];
    const moments = mergeLogs(
      [
        { pod: 'openldap-0', lines: [write(one, operator, 1), write(two, copier, 2)].join('\n') },
        { pod: 'openldap-1', lines: [write(one, copier, 1), write(two, operator, 2)].join('\n') },
      ],
      'uid=1',
    );
    expect(moments.map(({ time, message }) => `${time} ${message}`)).toEqual([
      '2026-11-21T00:00:01.000Z by operator: cn',
      '2026-11-21T00:00:02.000Z by operator: cn',
    ]);
  });

  it('of a mailbox that is gone is what its Events say', () => {
    expect(momentsOf(undefined, [event])).toEqual([
      {
        time: '2026-11-21T00:00:01.000Z',
        source: 'event',
        type: 'Normal',
        reason: 'Created',
        message: '+ ntbinh@soctrang.gov.vn',
      },
    ]);
  });
});

describe('what is printed', () => {
  it('lines columns up by letters, however they are composed, and shows no control characters', () => {
    expect(
      printTable([
        ['A', 'B'],
        ['Đoàn'.normalize('NFD'), 'x'],
        ['a\u001B[31m', ''],
      ]),
    ).toBe('A        B\nĐoàn     x\na?[31m');
  });

  it('is JSON or YAML for scripts', () => {
    expect(printData([{ a: 1 }], 'json')).toBe('[\n  {\n    "a": 1\n  }\n]');
    expect(printData([{ a: 1 }], 'yaml')).toBe('- a: 1');
    expect(() => printData([], 'xml')).toThrow('-o xml: use json or yaml');
  });
});
