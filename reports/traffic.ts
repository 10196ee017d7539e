/** The mail of one day per organization, counted from the journal of Postfix's log. Pure. */
import { type Fact, type JournalLine, parseJournal, type Why } from './mail-log.ts';

export type Traffic = {
  /** Messages that people, and programs with a login, handed in and that were taken. */
  sent: number;
  /** Recipients elsewhere to whose servers these were given. */
  sentOut: number;
  /** Recipients to whom these could not be delivered. */
  undelivered: number;
  sentBytes: number;
  /** Copies put into mailboxes; a message to three people is three. */
  received: number;
  /** Of these, from outside. */
  receivedOut: number;
  /** Of these, taken for spam and put into Junk. */
  spam: number;
  receivedBytes: number;
  /** Attempts to write to us that were refused or put off, by reason. */
  refusedIn: Partial<Record<Why, number>>;
  /** Attempts of people who were logged in. */
  refusedOut: Partial<Record<Why, number>>;
};

export function noTraffic(): Traffic {
  return {
    ...{
      sent: 0,
      sentOut: 0,
      undelivered: 0,
      sentBytes: 0,
      received: 0,
      receivedOut: 0,
      spam: 0,
      receivedBytes: 0,
    },
    ...{ refusedIn: {}, refusedOut: {} },
  };
}

/** Key of what belongs to no organization: unknown recipients, refusals of relaying. */
export const nobodys = '';

export type DayTraffic = {
  /** By the organization's account in the directory. */
  readonly organizations: Readonly<Record<string, Traffic>>;
  /** Lines that the journal could not keep, as on a full volume: by so many the numbers may be too low. */
  readonly lost: number;
};

/**
 * Each fact counts once however often its line is there: by the message's queue id and the recipient, or by the line itself.
 * @param lines of the day's journal
 * @param before lines of the days before, for what messages were that are only delivered today
 * @param ownerOf the organization of one of our addresses
 */
export function countTraffic(
  lines: Iterable<string>,
  before: Iterable<string>,
  ownerOf: (address: string) => string | undefined,
): DayTraffic {
  const messages = new Map<string, Message>();
  for (const line of before) note(messages, parseJournal(line));
  for (const message of messages.values()) message.counted = message.bytes !== undefined;
  const day = new Count(ownerOf);
  const facts: (readonly [string, Fact])[] = [];
  for (const line of lines) {
    const parsed = parseJournal(line);
    note(messages, parsed);
    if (parsed === undefined) continue;
    if ('lost' in parsed) day.lost += parsed.lost;
    else facts.push([keyOf(parsed), parsed.fact]);
  }
  // The delivery may be logged before what is said of the message.
  for (const [, fact] of new Map(facts)) day.add(fact, messages);
  return { organizations: Object.fromEntries(day.organizations), lost: day.lost };
}

type Message = {
  by?: string;
  login?: string;
  from?: string;
  bytes?: number;
  spam?: boolean;
  counted?: boolean;
};

function note(messages: Map<string, Message>, line: JournalLine | undefined): void {
  if (line === undefined || 'lost' in line || line.fact.kind === 'refused') return;
  const { fact } = line;
  const message = messages.get(fact.id) ?? {};
  messages.set(fact.id, message);
  if (fact.kind === 'taken')
    Object.assign(message, { by: fact.by, ...(fact.login === undefined ? {} : { login: fact.login }) });
  else if (fact.kind === 'queued') Object.assign(message, { from: fact.from, bytes: fact.bytes });
  else if (fact.kind === 'spam') message.spam = true;
}

/** Of two facts with one key the later counts: a message that was put off is delivered in the end. */
function keyOf(line: Exclude<JournalLine, { lost: number }>): string {
  const { fact, text, at } = line;
  if (fact.kind === 'handed') return `handed ${fact.id} ${fact.to}`;
  return fact.kind === 'refused' ? `refused ${at} ${text}` : `${fact.kind} ${fact.id}`;
}

class Count {
  readonly organizations = new Map<string, Traffic>();
  lost = 0;
  readonly #ownerOf: (address: string) => string | undefined;

  constructor(ownerOf: (address: string) => string | undefined) {
    this.#ownerOf = ownerOf;
  }

  add(fact: Fact, messages: ReadonlyMap<string, Message>): void {
    const message = 'id' in fact && fact.id !== undefined ? messages.get(fact.id) : undefined;
    if (fact.kind === 'queued') {
      // What the filter refuses is never queued; what waits for another server is queued again every day.
      if (message?.by !== 'people' || message.counted === true) return;
      const traffic = this.#of(message.login);
      traffic.sent += 1;
      traffic.sentBytes += fact.bytes;
    } else if (fact.kind === 'handed') this.#handed(fact, message);
    else if (fact.kind === 'refused') this.#refused(fact, message);
  }

  #handed({ to, via, status }: Extract<Fact, { kind: 'handed' }>, message: Message | undefined): void {
    if (status === 'sent' && via === 'lmtp') {
      const traffic = this.#of(to);
      traffic.received += 1;
      traffic.receivedBytes += message?.bytes ?? 0;
      if (message?.by === 'outside') traffic.receivedOut += 1;
      if (message?.spam === true) traffic.spam += 1;
    } else if (message?.by === 'people') {
      const traffic = this.#of(message.login);
      if (status === 'sent' && via === 'smtp') traffic.sentOut += 1;
      else if (status === 'bounced' || status === 'expired') traffic.undelivered += 1;
    }
  }

  #refused({ by, why, from, to }: Extract<Fact, { kind: 'refused' }>, message: Message | undefined): void {
    const people = by === 'people' || message?.by === 'people';
    const owner = people ? (message?.login ?? from) : to;
    const reasons = this.#of(owner)[people ? 'refusedOut' : 'refusedIn'];
    reasons[why] = (reasons[why] ?? 0) + 1;
  }

  #of(address: string | undefined): Traffic {
    const key = (address === undefined ? undefined : this.#ownerOf(address)) ?? nobodys;
    const known = this.organizations.get(key);
    if (known !== undefined) return known;
    const fresh = noTraffic();
    this.organizations.set(key, fresh);
    return fresh;
  }
}

/** The sum of both, as a new value. */
export function addTraffic(one: Traffic, other: Traffic): Traffic {
  const reasons = (a: Traffic['refusedIn'], b: Traffic['refusedIn']) => {
    const sum: Traffic['refusedIn'] = { ...a };
    for (const [why, count] of Object.entries(b) as [Why, number][]) sum[why] = (sum[why] ?? 0) + count;
    return sum;
  };
  return {
    sent: one.sent + other.sent,
    sentOut: one.sentOut + other.sentOut,
    undelivered: one.undelivered + other.undelivered,
    sentBytes: one.sentBytes + other.sentBytes,
    received: one.received + other.received,
    receivedOut: one.receivedOut + other.receivedOut,
    spam: one.spam + other.spam,
    receivedBytes: one.receivedBytes + other.receivedBytes,
    refusedIn: reasons(one.refusedIn, other.refusedIn),
    refusedOut: reasons(one.refusedOut, other.refusedOut),
  };
}
