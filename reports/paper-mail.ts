/** Mailboxes and mail in a report. Pure. */
import type { Block, Cell } from '../documents/model.ts';
import { shown } from '../documents/model.ts';
import { writtenDate } from '../operator/core/time.ts';
import type { ChangeKind } from './accounts.ts';
import { shortDay } from './day.ts';
import { type Figures, percent, total } from './figures.ts';
import type { Why } from './mail-log.ts';
import type { Words } from './words.ts';

const types = ['Personal', 'Organization'] as const;
const states = ['Active', 'Suspended', 'Expired', 'Reclaimed', 'Closed'] as const;
const changeKinds: readonly ChangeKind[] = [
  ...(['granted', 'renamed', 'transferred', 'suspended', 'expired'] as const),
  ...(['reclaimed', 'reopened', 'closed', 'removed'] as const),
];
const reasons: readonly Why[] = [
  ...(['virus', 'spam', 'unknown', 'full', 'large', 'closed'] as const),
  ...(['secret', 'spoofed', 'relay', 'limit', 'later', 'other'] as const),
];
/** Where the reason's own name means something else in a report. */
const reasonWords: Partial<Record<Why, string>> = { spam: 'spamRefused', closed: 'closedMailbox' };

export function mailboxBlocks({ whole, unused, period }: Figures, words: Words): readonly Block[] {
  const { standing, changes } = whole;
  const row = (name: string, of: readonly string[]): readonly Cell[] => {
    const counts = states.map((state) =>
      of.reduce((sum, type) => sum + (standing.mailboxes[`${type} ${state}`] ?? 0), 0),
    );
    return [name, ...counts, counts.reduce((sum, count) => sum + count, 0)];
  };
  return [
    { kind: 'heading', text: words('mailboxes') },
    {
      kind: 'table',
      title: words('mailboxesByState', { to: writtenDate(period.to) }),
      columns: [
        { title: words('type'), width: 2 },
        ...[...states, 'sum'].map((name) => ({ title: words(name) })),
      ],
      rows: types.map((type) => row(words(type), [type])),
      total: row(words('sum'), types),
    },
    {
      kind: 'table',
      title: words('changes'),
      columns: [{ title: words('change'), width: 4 }, { title: words('count') }],
      rows: changeKinds.map((kind) => [words(kind), changes[kind] ?? 0]),
    },
    {
      kind: 'paragraph',
      text: words('unused', {
        active: shown(whole.active),
        used: shown(whole.used),
        unused: shown(unused),
        percent: shown(percent(whole.used, whole.active)),
      }),
    },
    {
      kind: 'paragraph',
      text: words('quota', {
        quota: bytes(standing.quota),
        used: bytes(standing.used),
        percent: shown(percent(standing.used, standing.quota)),
        full: shown(standing.full),
      }),
    },
  ];
}

export function trafficBlocks({ whole, daily }: Figures, words: Words): readonly Block[] {
  const { traffic } = whole;
  const numbers = ['sent', 'sentOut', 'undelivered', 'received', 'receivedOut', 'spam'] as const;
  const rows: readonly (readonly Cell[])[] = [
    ...numbers.map((name) => [words(name), traffic[name]]),
    [words('refusedIn'), total(traffic.refusedIn)],
    [words('refusedOut'), total(traffic.refusedOut)],
    [words('sentBytes'), bytes(traffic.sentBytes)],
    [words('receivedBytes'), bytes(traffic.receivedBytes)],
  ];
  return [
    { kind: 'heading', text: words('traffic') },
    {
      kind: 'chart',
      form: 'line',
      title: words('trafficDaily'),
      axis: words('day'),
      labels: daily.map(({ day }) => shortDay(day)),
      series: [
        { name: words('sentShort'), values: daily.map(({ sent }) => sent) },
        { name: words('receivedShort'), values: daily.map(({ received }) => received) },
        { name: words('refused'), values: daily.map(({ refused }) => refused) },
      ],
    },
    {
      kind: 'table',
      title: words('trafficTable'),
      columns: [
        { title: words('change'), width: 4 },
        { title: words('count'), align: 'right' },
      ],
      rows,
    },
    ...refusals(traffic, words),
  ];
}

function refusals({ refusedIn, refusedOut }: Figures['whole']['traffic'], words: Words): readonly Block[] {
  const rows = reasons
    .filter((why) => (refusedIn[why] ?? 0) + (refusedOut[why] ?? 0) > 0)
    .map((why) => [words(reasonWords[why] ?? why), refusedIn[why] ?? 0, refusedOut[why] ?? 0]);
  if (rows.length === 0) return [{ kind: 'paragraph', text: words('noRefusals') }];
  return [
    {
      kind: 'table',
      title: words('refusals'),
      columns: [
        { title: words('reason'), width: 3 },
        { title: words('incoming') },
        { title: words('outgoing') },
      ],
      rows,
      total: [words('sum'), total(refusedIn), total(refusedOut)],
    },
  ];
}

const units = ['byte', 'KiB', 'MiB', 'GiB', 'TiB'];

/** `1,5 GiB` */
export function bytes(count: number): string {
  const power = count < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(count) / 10));
  return `${shown(count / 2 ** (power * 10))} ${units[power]}`;
}
