/**
 * What a mailbox's entry remembers of notices (`hopThuNotice`): what its people were told, and what happened that they
 * are still to be told. Pure.
 */
import { type NoticeTopic, noticeTopics } from '../../api/mailbox.ts';
import type { DirectoryEntry } from '../../ports.ts';
import { attribute, type EntryStatus } from '../layout.ts';
import { all } from '../observed.ts';
import { rfc3339 } from '../time.ts';

const day = 86_400_000;

/** Days after which something that nobody could be told is no news any more. */
const newsDays = 30;

/** Days for which it is remembered that people were told of something that happened. */
const memoryDays = 90;

export type NoticeMemory = {
  readonly topic: NoticeTopic;
  /** What it speaks of: days, percent, `<date>/<days>`, a Mailbox, an address; `-` where nothing more can be said. */
  readonly about: string;
  /** Milliseconds since the epoch: when people were told, or when it happened. */
  readonly at: number;
  /** It has happened, and people are still to be told. */
  readonly isDue: boolean;
};

const topics: readonly string[] = noticeTopics;

const none: readonly NoticeMemory[] = [];

/** Everything that an entry remembers; what cannot be read is nothing. */
export function memoriesOf(entry: DirectoryEntry): readonly NoticeMemory[] {
  const values = all(entry, attribute.notice);
  return values.length === 0 ? none : values.flatMap((value) => parseMemory(value) ?? []);
}

/** `<days> <RFC 3339>` of a reclaim (R23), `<topic> <about> <RFC 3339>` of all others, and ` due` while it is to be told. */
export function parseMemory(value: string): NoticeMemory | undefined {
  const [head = '', ...rest] = value.split(' ');
  const isReclaim = /^\d/.test(head);
  if (!isReclaim && !topics.includes(head)) return undefined;
  const [about = '', time = '', due] = isReclaim ? [head, ...rest] : rest;
  const at = Date.parse(time);
  if (Number.isNaN(at)) return undefined;
  return { topic: isReclaim ? 'reclaim' : (head as NoticeTopic), about, at, isDue: due === 'due' };
}

export function formatMemory({ topic, about, at, isDue }: NoticeMemory): string {
  const head = topic === 'reclaim' ? about : `${topic} ${about}`;
  return `${head} ${rfc3339(new Date(at))}${isDue ? ' due' : ''}`;
}

/** What memories are compared with. Times are milliseconds since the epoch. */
export type MemoryFacts = {
  readonly now: number;
  /** As it will be after the pass. */
  readonly status: EntryStatus;
  readonly lastAccess: number;
  readonly passwordChanged: number | undefined;
  readonly validUntil: string | undefined;
};

/** Is it still about what there is? What has been told of another password, end date or suspension is forgotten. */
export function stillCounts(memory: NoticeMemory, facts: MemoryFacts): boolean {
  const { topic, about, at } = memory;
  switch (topic) {
    case 'reclaim':
      return (facts.status === 'Active' || facts.status === 'Reclaimed') && at > facts.lastAccess;
    case 'password':
      return facts.passwordChanged !== undefined && at > facts.passwordChanged;
    case 'quota':
      return true;
    case 'end':
      return facts.validUntil !== undefined && about.startsWith(`${facts.validUntil}/`);
    case 'suspension':
      return facts.status === 'Suspended' && isRemembered(memory, facts.now);
    default:
      return isRemembered(memory, facts.now);
  }
}

/** Is it to be told, and still news? */
export function isNews(memory: NoticeMemory, now: number): boolean {
  return memory.isDue && isRemembered(memory, now);
}

function isRemembered({ at, isDue }: NoticeMemory, now: number): boolean {
  return now - at < (isDue ? newsDays : memoryDays) * day;
}

/** The same with `added`; what was known of the same things is replaced. */
export function withMemories(
  known: readonly NoticeMemory[],
  added: readonly NoticeMemory[],
): readonly NoticeMemory[] {
  const isReplaced = (one: NoticeMemory) =>
    added.some(({ topic, about }) => topic === one.topic && about === one.about);
  return [...known.filter((one) => !isReplaced(one)), ...added];
}
