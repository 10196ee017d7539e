/**
 * What the people of one mailbox shall be told now. Asked of every mailbox in every pass, so it costs those of whom
 * nothing is to be said some comparisons and no memory. Pure.
 */
import type { MailboxSpec } from '../../api/mailbox.ts';
import { annotation, type Resource } from '../../api/resource.ts';
import type { DirectoryEntry } from '../../ports.ts';
import { isOthers } from '../adoption.ts';
import type { Desired } from '../desired.ts';
import { attribute } from '../layout.ts';
import { all, first } from '../observed.ts';
import type { Site } from '../site.ts';
import { endOfDay } from '../state.ts';
import { dateInVietnam, generalizedTime, parseGeneralizedTime } from '../time.ts';
import { isNews, memoriesOf, type NoticeMemory } from './memory.ts';

const day = 86_400_000;

/** Points below a threshold of the quota at which it counts anew. */
const hysteresis = 5;

/** What there is to say. Times are milliseconds since the epoch. */
export type Matter =
  | { readonly topic: 'reclaim'; readonly days: number; readonly at: number; readonly access: number }
  | { readonly topic: 'password'; readonly days: number; readonly at: number }
  | { readonly topic: 'end'; readonly days: number; readonly date: string; readonly at: number }
  | {
      readonly topic: 'quota';
      readonly percent: number;
      /** With the lower ones: a fall below the highest is no reason to tell of another. */
      readonly reached: readonly number[];
      /** Bytes. */
      readonly used: number;
      readonly limit: number;
      /** In Việt Nam. */
      readonly today: string;
    }
  /** Nothing is said: thresholds of the quota that it fell below count anew. */
  | { readonly topic: 'room'; readonly percents: readonly number[] }
  | { readonly topic: 'suspension'; readonly since: number }
  | { readonly topic: 'delegation'; readonly name: string; readonly since: number }
  | { readonly topic: 'rename'; readonly former: string; readonly since: number };

export type DueNotice = {
  readonly resource: Resource;
  /** As it was when this was decided: of another one nothing is said. */
  readonly entry: DirectoryEntry;
  readonly matter: Matter;
};

/** The site's thresholds on the day of a pass, in the form in which entries and specs have them. */
export type Thresholds = {
  readonly site: Site;
  readonly now: number;
  /** Passwords that were changed by then expire within the longest notice; before everything where none do. */
  readonly changedBy: string;
  /** Mailboxes whose last day is not later end within the longest notice. */
  readonly endsBy: string;
  /** The lowest percentage. */
  readonly percent: number;
};

export function thresholdsOf(site: Site, now: Date): Thresholds {
  const { passwords, notices } = site;
  const time = now.getTime();
  const [longest = 0] = notices.passwordDays;
  const expires = passwords.maxAgeDays > 0 && longest > 0;
  const [end] = notices.endDays;
  return {
    site,
    now: time,
    changedBy: expires ? generalizedTime(new Date(time - (passwords.maxAgeDays - longest) * day)) : '',
    endsBy: end === undefined ? '' : dateInVietnam(time + end * day),
    percent: notices.quotaPercent[0] ?? Number.POSITIVE_INFINITY,
  };
}

const none: readonly DueNotice[] = [];

/** @param used bytes, undefined while they are not known */
export function dueNotices(
  thresholds: Thresholds,
  desired: Desired,
  used: number | undefined,
): readonly DueNotice[] {
  const { resource, entry, attributes, reclaim } = desired;
  if (entry === undefined || resource.kind !== 'Mailbox') return none;
  const isOpen =
    first(entry, attribute.status) === 'Active' && attributes?.[attribute.status]?.[0] === 'Active';
  const logsIn = isOpen && first(entry, 'pwdReset') !== 'TRUE';
  const isAny =
    reclaim?.notice !== undefined ||
    all(entry, attribute.notice).length > 0 ||
    (logsIn && (first(entry, 'pwdChangedTime') ?? 'never') <= thresholds.changedBy) ||
    (isOpen && (endOf(resource) ?? 'never') <= thresholds.endsBy) ||
    (isOpen && used !== undefined && isFull(used, limitOf(entry), thresholds.percent));
  if (!isAny || isOthers(entry, resource)) return none;
  const { metadata } = resource;
  if (metadata.deletionTimestamp !== undefined || metadata.annotations[annotation.paused] === 'true')
    return none;
  const memories = memoriesOf(entry);
  const matters = [
    reclaimMatter(desired),
    logsIn ? passwordMatter(thresholds, entry, memories) : undefined,
    isOpen ? endMatter(thresholds, resource, memories) : undefined,
    ...(isOpen && used !== undefined ? quotaMatters(thresholds, entry, memories, used) : []),
    ...memories.map((memory) => newsMatter(thresholds, entry, memory)),
  ];
  return matters.flatMap((matter) => (matter === undefined ? [] : [{ resource, entry, matter }]));
}

function endOf({ spec }: Resource): string | undefined {
  const { validUntil } = (spec ?? {}) as Partial<MailboxSpec>;
  return typeof validUntil === 'string' ? validUntil : undefined;
}

function limitOf(entry: DirectoryEntry): number {
  return Number(first(entry, attribute.quotaBytes) ?? Number.NaN);
}

function isFull(used: number, limit: number, percent: number): boolean {
  return used * 100 >= limit * percent;
}

function reclaimMatter({ reclaim }: Desired): Matter | undefined {
  if (reclaim?.notice === undefined) return undefined;
  return { topic: 'reclaim', days: reclaim.notice, at: reclaim.at, access: reclaim.access };
}

/** The nearest of the notices whose time has come: who was told nothing for long is not told three times at once. */
function nearest(list: readonly number[], left: number): number | undefined {
  return list.findLast((days) => left <= days * day);
}

function passwordMatter(
  { site, now }: Thresholds,
  entry: DirectoryEntry,
  memories: readonly NoticeMemory[],
): Matter | undefined {
  const changed = parseGeneralizedTime(first(entry, 'pwdChangedTime'));
  if (changed === undefined || site.passwords.maxAgeDays === 0) return undefined;
  const at = changed + site.passwords.maxAgeDays * day;
  const days = nearest(site.notices.passwordDays, at - now);
  if (days === undefined || at <= now) return undefined;
  const isTold = memories.some(
    (memory) => memory.topic === 'password' && memory.at > changed && Number(memory.about) <= days,
  );
  return isTold ? undefined : { topic: 'password', days, at };
}

function endMatter(
  { site, now }: Thresholds,
  resource: Resource,
  memories: readonly NoticeMemory[],
): Matter | undefined {
  const date = endOf(resource);
  if (date === undefined) return undefined;
  const at = endOfDay(date);
  const days = nearest(site.notices.endDays, at - now);
  if (days === undefined || at <= now) return undefined;
  const isTold = memories.some(({ topic, about }) => {
    const [of, before] = about.split('/');
    return topic === 'end' && of === date && Number(before) <= days;
  });
  return isTold ? undefined : { topic: 'end', days, date, at };
}

function quotaMatters(
  { site, now }: Thresholds,
  entry: DirectoryEntry,
  memories: readonly NoticeMemory[],
  used: number,
): readonly Matter[] {
  const limit = limitOf(entry);
  const told = memories.filter(({ topic }) => topic === 'quota').map(({ about }) => Number(about));
  const percents = told.filter((percent) => !isFull(used, limit, percent - hysteresis));
  const reached = site.notices.quotaPercent.filter((one) => isFull(used, limit, one));
  const percent = reached.at(-1);
  const isDue = percent !== undefined && !told.some((one) => one >= percent);
  return [
    ...(percents.length > 0 ? [{ topic: 'room', percents } as const] : []),
    ...(isDue ? [{ topic: 'quota', percent, reached, used, limit, today: dateInVietnam(now) } as const] : []),
  ];
}

/** Something that happened, where it is still so. */
function newsMatter({ now }: Thresholds, entry: DirectoryEntry, memory: NoticeMemory): Matter | undefined {
  if (!isNews(memory, now)) return undefined;
  const { topic, about, at } = memory;
  const status = first(entry, attribute.status);
  if (topic === 'suspension') return status === 'Suspended' ? { topic, since: at } : undefined;
  if (topic === 'delegation') return { topic, name: about, since: at };
  if (topic === 'rename' && about !== first(entry, 'mail')) return { topic, former: about, since: at };
  return undefined;
}

/** Names what is said of a mailbox, so that it is said once. */
export function keyOf({ entry, matter }: DueNotice): string {
  return `${entry.dn} ${matter.topic} ${aboutOf(matter)}`;
}

/** What the entry remembers of it. */
export function aboutOf(matter: Matter): string {
  switch (matter.topic) {
    case 'reclaim':
    case 'password':
      return String(matter.days);
    case 'end':
      return `${matter.date}/${matter.days}`;
    case 'quota':
      return String(matter.percent);
    case 'delegation':
      return matter.name;
    case 'rename':
      return matter.former;
    default:
      return '-';
  }
}

const order: readonly Matter['topic'][] = [
  'room',
  'suspension',
  'delegation',
  'reclaim',
  'password',
  'end',
  'quota',
  'rename',
];

/** What goes first has the smaller one: incidents, then what is nearest. */
export function urgencyOf({ matter }: DueNotice): number {
  return order.indexOf(matter.topic) * 1_000 + ('days' in matter ? matter.days : 0);
}
