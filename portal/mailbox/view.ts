/** What the page of a mailbox says, from what is known of it. */
import { type DelegateRight, delegateRights } from '../../operator/api/mailbox.ts';
import { attribute, headAttribute } from '../../operator/core/layout.ts';
import { accountOf, all, first, parseDated } from '../../operator/core/observed.ts';
import { passwordExpiry } from '../../operator/core/password.ts';
import type { MailboxWords } from '../../operator/core/portal-texts.ts';
import { officialBytes } from '../../operator/core/quota.ts';
import type { Site } from '../../operator/core/site.ts';
import { parseGeneralizedTime, writtenDate } from '../../operator/core/time.ts';
import type { DirectoryEntry } from '../../operator/ports.ts';
import type { SignedIn } from '../login/who.ts';
import type { NamedDelegate, Shared } from './directory.ts';
import { day, moment } from './display.ts';
import { newRows } from './form.ts';
import type { Use } from './store.ts';

/** Every name that sessions of the mailbox may have, the address of today first. */
export function namesOfEntry(entry: DirectoryEntry): readonly string[] {
  return [...new Set([...all(entry, 'mail'), ...all(entry, attribute.address)])];
}

export function addressView(entry: DirectoryEntry) {
  const former = all(entry, attribute.formerAddress).map(parseDated);
  const known = new Set([first(entry, 'mail'), ...former.map(({ address }) => address)]);
  return {
    name: first(entry, 'cn') ?? '',
    title: first(entry, 'title') ?? '',
    organization: first(entry, 'o') ?? '',
    address: first(entry, 'mail') ?? '',
    aliases: all(entry, attribute.address)
      .filter((address) => !known.has(address))
      .map((alias) => ({ alias })),
    former: former.map(({ address, until }) => ({
      alias: address,
      until: until === undefined ? '' : day(Date.parse(until)),
    })),
  };
}

/** Nearly full is what the first notice is sent for (R30). */
export function quotaView({ notices }: Site, entry: DirectoryEntry, { usedBytes }: Use) {
  const limit = Number(first(entry, attribute.quotaBytes) ?? 0);
  const percent = limit === 0 ? 0 : Math.ceil(((usedBytes ?? 0) * 100) / limit);
  return {
    isUsedKnown: usedBytes !== undefined,
    // Whole units: what is written to the byte is read by nobody.
    used: officialBytes(roundedUp(usedBytes ?? 0)),
    limit: officialBytes(limit),
    percent,
    isNearlyFull: percent >= (notices.quotaPercent[0] ?? 100),
  };
}

function roundedUp(bytes: number): number {
  const unit = bytes < 2 ** 20 ? 2 ** 10 : 2 ** 20;
  return Math.ceil(bytes / unit) * unit;
}

export function loginView(
  site: Site,
  words: MailboxWords,
  { entry, before, logins }: SignedIn,
  { sessions }: Use,
) {
  const changed = parseGeneralizedTime(first(entry, 'pwdChangedTime'));
  const former = parseGeneralizedTime(before);
  return {
    expiry: writtenDate(passwordExpiry(site, entry).passwordExpiry ?? ''),
    changed: changed === undefined ? '' : day(changed),
    before: former === undefined ? '' : moment(former),
    logins: (logins ?? []).map(({ at, succeeded }) => ({ when: moment(at * 1000), succeeded })),
    isSessionsKnown: sessions !== undefined,
    sessions: (sessions ?? []).map(({ service, connections, addresses }) => ({
      service: words.services[service as keyof MailboxWords['services']] ?? service,
      connections,
      from: addresses.join(', '),
    })),
  };
}

/** @param person who looks at it */
export function sharedView(words: MailboxWords, person: DirectoryEntry, shared: Shared, number: number) {
  const rights = shared.delegates.find(({ account }) => account === accountOf(person))?.rights ?? [];
  return {
    number,
    address: first(shared.entry, 'mail') ?? '',
    organization: first(shared.organization, 'cn') ?? '',
    rights: rightsText(words, rights),
    isOwn: shared.entry.dn === person.dn,
    isHead: isHead(person, shared.organization),
    head: (shared.head && first(shared.head, 'cn')) ?? '',
    // A list of one, or none: the page has the form where there is something to propose.
    managed: mayPropose(person, shared) ? [{ account: accountOf(shared.entry) }] : [],
    delegates: shared.delegates.map(delegateView),
    rows: newRows.map((row) => ({ row })),
  };
}

function delegateView({ account, name, rights, entry }: NamedDelegate) {
  return {
    account,
    name: (entry && first(entry, 'cn')) ?? name,
    mail: (entry && first(entry, 'mail')) ?? '',
    read: rights.includes('Read'),
    write: rights.includes('Write'),
    send: rights.includes('SendAs'),
  };
}

/** Whoever has the mailbox itself, and its head (R26); where no head is named, whoever works in it as a head does. */
export function mayPropose(person: DirectoryEntry, { entry, organization, delegates }: Shared): boolean {
  if (all(organization, headAttribute).length > 0)
    return entry.dn === person.dn || isHead(person, organization);
  const own = delegates.find(({ account }) => account === accountOf(person));
  return entry.dn === person.dn || own?.rights.includes('Write') === true;
}

function isHead({ dn }: DirectoryEntry, organization: DirectoryEntry): boolean {
  return all(organization, headAttribute).includes(dn);
}

export function rightsText(words: MailboxWords, rights: readonly DelegateRight[]): string {
  return delegateRights
    .filter((right) => rights.includes(right))
    .map((right) => words.rights[right])
    .join(', ');
}
