/** A notice that is due, as a message: who is told, the values of the site's words, and what is remembered of it. Pure. */
import type { DirectoryEntry, Notice, NoticeKind } from '../../ports.ts';
import { delegatesOf } from '../delegates.ts';
import { attribute } from '../layout.ts';
import { accountOf, all, first, parseDated } from '../observed.ts';
import { passwordPage } from '../portal.ts';
import type { Site } from '../site.ts';
import { dateInVietnam, writtenDate } from '../time.ts';
import { aboutOf, type DueNotice, type Matter } from './due.ts';
import { formatMemory, memoriesOf, type NoticeMemory, withMemories } from './memory.ts';
import { answerable, centreAddress, itself, mailOfficer, type Readers } from './readers.ts';

const day = 86_400_000;

/** A message, and what an Event says of it. */
export type Composed = { readonly notice: Notice; readonly summary: string };

/** What is special about a message. */
type Content = {
  readonly kind: NoticeKind;
  /** What makes the id of one message about this mailbox another one's. */
  readonly stamp: string | number;
  readonly to: readonly (string | undefined)[];
  readonly fields: Readonly<Record<string, string>>;
  readonly rights?: Notice['rights'];
  readonly summary: string;
};

/** @returns undefined where nobody who is to be told can read it now */
export function compose(readers: Readers, due: DueNotice): Composed | undefined {
  const content = contentOf(readers, due);
  const to = [...new Set(content?.to.filter((address) => address !== undefined))];
  if (content === undefined || to.length === 0) return undefined;
  const { kind, stamp, fields, rights, summary } = content;
  const { entry } = due;
  const { site } = readers;
  const address = first(entry, 'mail') ?? '';
  return {
    summary,
    notice: {
      kind,
      id: `${kind}${'days' in due.matter ? `-${due.matter.days}` : ''}.${stamp}.${accountOf(entry)}`,
      to,
      fields: {
        name: first(entry, 'cn') ?? address,
        organization: first(entry, 'o') ?? '',
        address,
        regulation: site.regulation,
        site: site.title,
        webmail: site.hosts.webmail,
        passwordPage: passwordPage(site),
        centre: centreAddress(site),
        ...fields,
      },
      ...(rights === undefined ? {} : { rights }),
    },
  };
}

/** Is it told to others, too, where the mailbox itself cannot be read? If not, it waits until it can. */
export function hasOthers({ topic }: Matter): boolean {
  return topic === 'reclaim' || topic === 'end' || topic === 'suspension';
}

function contentOf(readers: Readers, { entry, matter }: DueNotice): Content | undefined {
  const { site, now } = readers;
  const own = itself(readers, entry);
  switch (matter.topic) {
    case 'reclaim':
      return {
        kind: 'reclaim',
        stamp: matter.access,
        to: [own, answerable(readers, entry), mailOfficer(readers, entry)],
        fields: {
          lastAccess: inVietnamese(matter.access),
          date: inVietnamese(matter.at),
          days: String(matter.days),
          afterDays: String(site.reclaim.afterDays),
        },
        summary: `${matter.days} days ahead: reclaimed on ${inVietnamese(matter.at)} unless it is used`,
      };
    case 'password':
      return {
        kind: 'password',
        stamp: matter.at,
        to: [own],
        fields: { date: inVietnamese(matter.at), days: daysLeft(matter.at, now) },
        summary: `the password expires on ${inVietnamese(matter.at)}`,
      };
    case 'end':
      return {
        kind: 'end',
        stamp: matter.date,
        to: [own, answerable(readers, entry)],
        fields: { date: writtenDate(matter.date), days: daysLeft(matter.at, now) },
        summary: `access ends with ${matter.date}`,
      };
    case 'quota':
      return quotaContent(readers, entry, matter, own);
    case 'suspension':
      return {
        kind: 'suspension',
        stamp: matter.since,
        to: [answerable(readers, entry), mailOfficer(readers, entry)],
        fields: { date: inVietnamese(matter.since) },
        summary: 'it was suspended',
      };
    case 'delegation':
      return delegationContent(readers, entry, matter, own);
    case 'rename':
      return renameContent(site, entry, matter, own);
    case 'room':
      return undefined;
  }
}

/** A mailbox that is full takes no letter: its organization is told as well. */
function quotaContent(
  readers: Readers,
  entry: DirectoryEntry,
  { percent, used, limit, today }: Extract<Matter, { topic: 'quota' }>,
  own: string | undefined,
): Content | undefined {
  if (own === undefined) return undefined;
  const present = Math.floor((used * 100) / limit);
  return {
    kind: 'quota',
    stamp: `${percent}.${today}`,
    to: [own, present >= 100 ? answerable(readers, entry) : undefined],
    fields: { percent: String(present), used: megabytes(used), limit: megabytes(limit) },
    summary: `${present} % of the quota is used`,
  };
}

/** As it is now: who got a right and lost it before anybody was told is told that there is none. */
function delegationContent(
  readers: Readers,
  entry: DirectoryEntry,
  { name, since }: Extract<Matter, { topic: 'delegation' }>,
  own: string | undefined,
): Content | undefined {
  const namespace = (first(entry, attribute.resource) ?? '').split('/')[0];
  const dn = readers.find(`${namespace}/${name}`);
  const delegate = dn === undefined ? undefined : readers.recall(dn);
  const address = delegate && first(delegate, 'mail');
  if (delegate === undefined || address === undefined) return undefined;
  const theirs = itself(readers, delegate);
  const account = accountOf(delegate);
  const given = delegatesOf(entry).find((one) => one.account === account);
  // Whoever has not logged in yet is told of it once that is done.
  if (given !== undefined && theirs === undefined) return undefined;
  return {
    kind: given === undefined ? 'delegation-withdrawn' : 'delegation-granted',
    stamp: `${since}.${account}`,
    to: [theirs, own],
    fields: {
      delegate: first(delegate, 'cn') ?? address,
      delegateAddress: address,
      date: inVietnamese(since),
    },
    ...(given === undefined ? {} : { rights: given.rights }),
    summary: `${name} ${given === undefined ? 'is no longer a delegate' : `is a delegate (${given.rights.join(', ')})`}`,
  };
}

function renameContent(
  site: Site,
  entry: DirectoryEntry,
  { former, since }: Extract<Matter, { topic: 'rename' }>,
  own: string | undefined,
): Content {
  const dated = all(entry, attribute.formerAddress).map(parseDated);
  const until = Date.parse(dated.find(({ address }) => address === former)?.until ?? '');
  // Where former addresses deliver no longer, that was the last day.
  const end = Number.isNaN(until) ? since + site.naming.formerAddressDays * day : until;
  return {
    kind: 'rename',
    stamp: since,
    to: [own],
    fields: { former, until: inVietnamese(end) },
    summary: `its address was ${former}`,
  };
}

/** Values of `hopThuNotice` after it was told. @param entry as it is known then */
export function rememberedAfter({ matter }: DueNotice, entry: DirectoryEntry, sent: Date): readonly string[] {
  const known = memoriesOf(entry);
  if (matter.topic === 'room')
    return known
      .filter(({ topic, about }) => topic !== 'quota' || !matter.percents.includes(Number(about)))
      .map(formatMemory);
  const told = (about: string): NoticeMemory => {
    return { topic: matter.topic, about, at: sent.getTime(), isDue: false };
  };
  const abouts = matter.topic === 'quota' ? matter.reached.map(String) : [aboutOf(matter)];
  return withMemories(known, abouts.map(told)).map(formatMemory);
}

/** `21/11/2026`, in Việt Nam. */
function inVietnamese(time: number): string {
  return writtenDate(dateInVietnam(time));
}

/** Whole days that are left, the one that has begun included. */
function daysLeft(at: number, now: Date): string {
  return String(Math.max(1, Math.ceil((at - now.getTime()) / day)));
}

/** "MB" in the regulations is MiB. */
function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20)} MB`;
}
