/**
 * One look at everything that is counted, written down by day. Run it as often as you like: a day's mail is counted anew from its
 * journal, and what changed has a key of its own, so nothing counts twice.
 */

import { Unavailable } from '../operator/errors.ts';
import {
  type Change,
  changeKey,
  changesBetween,
  monthWith,
  type Office,
  type Seen,
  usesAdded,
} from './accounts.ts';
import { countLogins, type LoginSources } from './count-logins.ts';
import { type Day, dayOf, monthOf, nextDay, startOf } from './day.ts';
import { standingOf } from './standing.ts';
import type { DayFile, Run, Store } from './store.ts';
import { countTraffic } from './traffic.ts';

/** What there is to look at. Each throws where it cannot be read whole. */
export type Sources = {
  readonly directory: () => Promise<{
    readonly accounts: readonly Seen[];
    readonly offices: readonly Office[];
  }>;
  /** Bytes in use by account. */
  readonly used: () => Promise<ReadonlyMap<string, number>>;
  /** Jobs of the backup that have ended, by their UID. */
  readonly runs: () => Promise<Readonly<Record<string, Run>>>;
  readonly logins: LoginSources;
};

/**
 * @param journalDays for how many days lines of Postfix's log are kept after they were counted
 * @param now milliseconds
 */
export async function collect(
  store: Store,
  sources: Sources,
  journalDays: number,
  now: number,
): Promise<void> {
  const [{ accounts, offices }, used, runs] = await Promise.all([
    sources.directory(),
    sources.used(),
    sources.runs(),
  ]);
  const known = await store.known();
  // As while a site is being restored: absence is no news.
  if (accounts.length === 0 && known.size > 0)
    throw new Unavailable('LDAP', 'the directory has no mailboxes any more: nothing is counted until it has');
  const days = new Days(store);
  for (const change of changesBetween(known, accounts, now)) days.change(change);
  for (const [uid, run] of Object.entries(runs)) days.run(uid, run);
  const today = dayOf(now);
  const organizations = standingOf(accounts, (id) => used.get(id));
  days.edit(today, (file) => ({ ...file, standing: { at: now, organizations } }));
  await countJournals(store, days, accounts, now);
  await countLogins(
    sources.logins,
    accounts,
    (day) => store.day(day),
    (day, provider, told) =>
      days.edit(day, (file) => ({ ...file, logins: { ...file.logins, [provider]: told } })),
    now,
  );
  await days.write();
  await writeMonths(store, accounts, today);
  await store.writeOffices(merged(await store.offices(), offices));
  // Last: a look that died before is taken again, against the same one before.
  await store.writeKnown(accounts.map(({ addresses: _, quota: __, uses: ___, ...account }) => account));
  await removeOld(store, journalDays, today);
}

/** Days that are touched, each read and written once. */
class Days {
  readonly #store: Store;
  readonly #edits = new Map<Day, ((file: DayFile) => DayFile)[]>();

  constructor(store: Store) {
    this.#store = store;
  }

  edit(day: Day, edit: (file: DayFile) => DayFile): void {
    this.#edits.set(day, [...(this.#edits.get(day) ?? []), edit]);
  }

  change(change: Change): void {
    this.edit(dayOf(change.at), (file) => ({
      ...file,
      changes: { ...file.changes, [changeKey(change)]: change },
    }));
  }

  run(uid: string, run: Run): void {
    this.edit(dayOf(run.ended), (file) => ({ ...file, runs: { ...file.runs, [uid]: run } }));
  }

  async write(): Promise<void> {
    // In their order: what is written of a day vouches for the days before (`countLogins`).
    for (const [day, edits] of [...this.#edits].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
      const before = await this.#store.day(day);
      await this.#store.writeDay(
        day,
        edits.reduce((file, edit) => edit(file), before),
      );
    }
  }
}

/** A day that was counted an hour after it had ended says nothing new. */
const settled = 3_600_000;

async function countJournals(
  store: Store,
  days: Days,
  accounts: readonly Seen[],
  now: number,
): Promise<void> {
  const owners = new Map(
    accounts.flatMap(({ address, addresses, organization }) =>
      [address, ...addresses].map((one) => [one, organization] as const),
    ),
  );
  for (const day of await store.journalDays()) {
    const counted = (await store.day(day)).traffic?.at ?? 0;
    if (counted > startOf(nextDay(day)) + settled) continue;
    const [lines, before] = await Promise.all([store.journal(day), store.journal(nextDay(day, -1))]);
    const traffic = countTraffic(lines, before, (address) => owners.get(address));
    days.edit(day, (file) => ({ ...file, traffic: { ...traffic, at: now } }));
  }
}

/** The month before gets what was used at its end and is seen only now. */
async function writeMonths(store: Store, accounts: readonly Seen[], today: Day): Promise<void> {
  const month = monthOf(today);
  await store.writeMonth(month, monthWith(month, await store.month(month), accounts));
  const last = monthOf(nextDay(`${month}-01`, -1));
  const before = await store.month(last);
  if (Object.keys(before).length > 0) await store.writeMonth(last, usesAdded(last, before, accounts));
}

function merged(before: readonly Office[], present: readonly Office[]): readonly Office[] {
  const gone = before.map((office): Office => ({ ...office, gone: true }));
  return [...new Map([...gone, ...present].map((office) => [office.id, office])).values()];
}

async function removeOld(store: Store, journalDays: number, today: Day): Promise<void> {
  const first = nextDay(today, -journalDays);
  for (const day of await store.journalDays()) if (day < first) await store.removeJournal(day);
}
