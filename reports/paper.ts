/** Figures as a document in the form of an administrative report. Pure. */
import {
  type Block,
  type Cell,
  type Document,
  type Letterhead,
  type Signature,
  shown,
  type Table,
} from '../documents/model.ts';
import { dateInVietnam, writtenDate } from '../operator/core/time.ts';
import { type Period, shortDay } from './day.ts';
import { type Figures, type OfficeFigures, percent } from './figures.ts';
import { mailboxBlocks, trafficBlocks } from './paper-mail.ts';
import { backupBlocks, incidentBlocks, requestBlocks } from './paper-office.ts';
import type { Words } from './words.ts';

/** What stands around the figures; from the site file. */
export type Frame = {
  readonly site: string;
  readonly domain: string;
  readonly regulation: string;
  readonly letterhead: {
    readonly above?: string | undefined;
    readonly office: string;
    readonly place: string;
  };
  readonly signature: { readonly title: readonly string[]; readonly name?: string | undefined };
  readonly receivers: readonly string[];
};

/**
 * @param organization name of the one that it is about; undefined for the whole site
 * @param created when it is made
 */
export function paperOf(
  figures: Figures,
  words: Words,
  frame: Frame,
  organization: string | undefined,
  created: Date,
): Document {
  const period = periodInWords(figures.period, words);
  const { regulation, site, domain } = frame;
  const span = { from: writtenDate(figures.period.from), to: writtenDate(figures.period.to) };
  const blocks: readonly Block[] = [
    {
      kind: 'paragraph',
      text: words('intro', { regulation, site, domain, period, ...span }),
    },
    ...mailboxBlocks(figures, words),
    ...trafficBlocks(figures, words),
    ...loginBlocks(figures, words),
    ...(organization === undefined
      ? [...requestBlocks(figures, words), ...backupBlocks(figures, words), ...incidentBlocks(figures, words)]
      : []),
    ...officeBlocks(figures, words, organization),
    ...noteBlocks(figures, words),
  ];
  return {
    title: words('title'),
    subtitle:
      organization === undefined
        ? words('subtitle', { period })
        : words('subtitleOf', { organization, period }),
    letterhead: headOf(frame, words, created),
    blocks,
    signature: signatureOf(frame, words),
    author: frame.letterhead.office,
    created,
  };
}

/** `tháng 10 năm 2026` */
export function periodInWords({ kind, from, to }: Period, words: Words): string {
  const [year = '', month = ''] = from.split('-');
  if (kind === 'days') return words('days', { from: writtenDate(from), to: writtenDate(to) });
  if (kind === 'year') return words('year', { year });
  return kind === 'month'
    ? words('month', { month, year })
    : words('quarter', { quarter: ['I', 'II', 'III', 'IV'][(Number(month) - 1) / 3] ?? '', year });
}

function headOf({ letterhead }: Frame, words: Words, created: Date): Letterhead {
  const [year = '', month = '', day = ''] = dateInVietnam(created.getTime()).split('-');
  return {
    ...(letterhead.above === undefined ? {} : { above: letterhead.above }),
    office: letterhead.office,
    number: words('number'),
    placeAndDate: words('placeAndDate', { place: letterhead.place, day, month, year }),
  };
}

function signatureOf({ signature, receivers }: Frame, words: Words): Signature {
  return {
    title: signature.title,
    ...(signature.name === undefined ? {} : { name: signature.name }),
    ...(receivers.length === 0 ? {} : { receivers: { title: words('receivers'), list: receivers } }),
  };
}

function loginBlocks({ daily, whole }: Figures, words: Words): readonly Block[] {
  const labels = daily.map(({ day }) => shortDay(day));
  const used = daily.map((day) => day.used);
  const mean = used.length === 0 ? 0 : Math.round(used.reduce((sum, count) => sum + count, 0) / used.length);
  return [
    { kind: 'heading', text: words('logins') },
    {
      kind: 'paragraph',
      text: words('loginsCounted', {
        succeeded: shown(whole.logins.succeeded),
        refused: shown(whole.logins.refused),
      }),
    },
    { kind: 'paragraph', text: words('loginsMeant'), style: 'note' },
    {
      kind: 'chart',
      form: 'line',
      title: words('loginsByDay'),
      axis: words('day'),
      labels,
      series: [
        { name: words('loginsSucceeded'), values: daily.map(({ logins }) => logins.succeeded) },
        { name: words('loginsRefused'), values: daily.map(({ logins }) => logins.refused) },
      ],
    },
    { kind: 'paragraph', text: words('logins1', { mean, most: Math.max(0, ...used) }) },
    {
      kind: 'chart',
      form: 'bar',
      title: words('loginsDaily'),
      axis: words('day'),
      labels,
      series: [{ name: words('used'), values: used }],
    },
  ];
}

function officeBlocks(figures: Figures, words: Words, organization: string | undefined): readonly Block[] {
  const table: Table = {
    kind: 'table',
    title: words('officesTable'),
    columns: [
      { title: words('office'), width: 3 },
      ...[
        'active',
        'used',
        'share',
        'loginsShort',
        'sentShort',
        'receivedShort',
        'sentEach',
        'receivedEach',
      ].map((name) => ({
        title: words(name),
      })),
    ],
    rows: figures.parts.map((part) => officeRow(part, part.name || words('nobody'))),
    total: officeRow(figures.whole, words('sum')),
  };
  return [
    { kind: 'heading', text: words(organization === undefined ? 'offices' : 'officesOf') },
    { kind: 'paragraph', text: words('officesIntro'), style: 'note' },
    table,
  ];
}

function officeRow({ active, used, logins, traffic }: OfficeFigures, name: string): readonly Cell[] {
  const each = (count: number) => (active === 0 ? 0 : Math.round((count * 10) / active) / 10);
  return [
    name,
    active,
    used,
    percent(used, active),
    logins.succeeded,
    traffic.sent,
    traffic.received,
    each(traffic.sent),
    each(traffic.received),
  ];
}

/** More days than these are counted, not listed. */
const mostListed = 12;

function noteBlocks({ missing, lost }: Figures, words: Words): readonly Block[] {
  const listed = (name: string, days: readonly string[]) => {
    const list = days.slice(0, mostListed).map(shortDay).join(', ');
    return days.length === 0
      ? []
      : [words(name, { count: days.length, list: days.length > mostListed ? `${list} …` : list })];
  };
  const items = [
    words('exact'),
    ...listed('missingTraffic', missing.traffic),
    ...listed('missingStanding', missing.standing),
    ...listed('missingLogins', missing.logins),
    ...(lost === 0 ? [] : [words('lost', { count: lost })]),
  ];
  return [
    { kind: 'heading', text: words('notes'), level: 2 },
    { kind: 'list', items },
  ];
}
