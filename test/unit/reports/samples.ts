/** A month of a small province. */
import { daysOf, parsePeriod, startOf } from '../../../reports/day.ts';
import type { Facts } from '../../../reports/figures.ts';
import { noStanding } from '../../../reports/standing.ts';
import type { DayFile } from '../../../reports/store.ts';
import { noTraffic } from '../../../reports/traffic.ts';

const hour = 3_600_000;
const october = daysOf(parsePeriod('2026-10'));
const isWeekend = (day: string) => [0, 6].includes(new Date(`${day}T12:00:00Z`).getUTCDay());

function fileOf(day: string, index: number): DayFile {
  const busy = isWeekend(day) ? 0.2 : 1 + (index % 5) / 10;
  const count = (of: number) => Math.round(of * busy);
  const traffic = (of: number) => ({
    ...noTraffic(),
    ...{
      sent: count(of),
      sentOut: count(of / 4),
      received: count(of * 3),
      receivedOut: count(of),
      spam: count(of / 20),
    },
    ...{
      sentBytes: count(of * 90_000),
      receivedBytes: count(of * 200_000),
      refusedIn: { virus: index % 2, spam: 3, unknown: 2 },
    },
    refusedOut: { large: index % 7 === 0 ? 1 : 0 },
  });
  const granted = index < 5 ? [['granted', `account-${index}`]] : [];
  return {
    traffic: {
      at: startOf(day) + 25 * hour,
      lost: 0,
      organizations: { 'so-y-te': traffic(120), 'benh-vien': traffic(60), 'so-noi-vu': traffic(80) },
    },
    standing: {
      at: startOf(day) + 23 * hour,
      organizations: {
        'so-y-te': {
          ...noStanding(),
          mailboxes: { 'Personal Active': 160, 'Organization Active': 8, 'Personal Closed': 6 },
          quota: 9e10,
          used: 2e10,
          full: 3,
        },
        'so-noi-vu': {
          ...noStanding(),
          mailboxes: {
            'Personal Active': 140,
            'Organization Active': 2,
            'Personal Suspended': 4,
            'Personal Reclaimed': 2,
          },
          quota: 7e10,
          used: 1e10,
          full: 0,
        },
      },
    },
    changes: Object.fromEntries(
      granted.map(([kind, account = '']) => [
        `${kind} ${account}`,
        {
          kind: 'granted',
          account,
          address: `${account}@x`,
          organization: 'so-y-te',
          type: 'Personal',
          at: startOf(day),
        } as const,
      ]),
    ),
    logins: {
      'openldap-0': told(day, { 'so-y-te': count(400), 'so-noi-vu': count(300) }),
      'openldap-1': told(day, { 'benh-vien': count(90) }),
    },
    runs: {
      [`site-${day}`]: { job: 'backup-site', ended: startOf(day) + 23.07 * hour, ok: true },
      [`mail-${day}`]: { job: 'backup-mail', ended: startOf(day) + 23.2 * hour, ok: index !== 9 },
    },
  };
}

/** One of a hundred was refused. */
function told(day: string, succeeded: Readonly<Record<string, number>>) {
  const organizations = Object.entries(succeeded).map(([id, count]) => [
    id,
    { succeeded: count, refused: Math.round(count / 100) },
  ]);
  return { until: startOf(day) + 24 * hour, organizations: Object.fromEntries(organizations) };
}

const accounts = Array.from({ length: 302 }, (_, index) => [
  `account-${index}`,
  {
    organization: index < 120 ? 'so-y-te' : index < 160 ? 'benh-vien' : 'so-noi-vu',
    ...{ type: 'Personal', status: 'Active' },
    days:
      index % 6 === 0
        ? 0
        : october.reduce(
            (bits, day, position) =>
              isWeekend(day) || (index + position) % 3 === 0 ? bits : bits + 2 ** position,
            0,
          ),
  } as const,
]);

export const facts: Facts = {
  providers: ['openldap-0', 'openldap-1'],
  days: new Map(october.map((day, index) => [day, fileOf(day, index)])),
  months: new Map([['2026-10', Object.fromEntries(accounts)]]),
  offices: [
    { id: 'so-y-te', name: 'Sở Y tế', resource: 'soc-trang-accounts/so-y-te' },
    {
      id: 'benh-vien',
      name: 'Bệnh viện đa khoa',
      resource: 'soc-trang-accounts/benh-vien',
      parent: 'so-y-te',
    },
    { id: 'so-noi-vu', name: 'Sở Nội vụ', resource: 'soc-trang-accounts/so-noi-vu' },
  ],
  requests: [
    {
      kind: 'Grant',
      at: startOf('2026-10-05'),
      settled: startOf('2026-10-07'),
      outcome: 'Approved',
      organization: 'so-y-te',
    },
    {
      kind: 'Grant',
      at: startOf('2026-10-05'),
      settled: startOf('2026-10-07'),
      outcome: 'Refused',
      organization: 'so-y-te',
    },
    {
      kind: 'Rename',
      at: startOf('2026-10-12'),
      settled: startOf('2026-10-13'),
      outcome: 'Approved',
      organization: 'so-noi-vu',
    },
    { kind: 'Cancel', at: startOf('2026-11-01'), organization: 'so-noi-vu' },
  ],
  incidents: [
    {
      name: '2026-10-12-x7f2p',
      at: startOf('2026-10-12') + 8 * hour,
      kind: 'StolenAccount',
      summary: 'Phát tán thư rác từ hộp thư',
      address: 'lvtam@soctrang.gov.vn',
      told: ['Trần Thị Thu Hà, Sở Y tế'],
      settled: startOf('2026-10-12') + 16 * hour,
    },
  ],
};
