/** Asks every provider of the directory for the logins that were not counted yet, and adds them to their days. */
import type { Seen } from './accounts.ts';
import { type Day, dayOf, nextDay, startOf } from './day.ts';
import { gapsOf, type Login, LoginCount, type Told } from './logins.ts';
import type { DayFile } from './store.ts';

/** Gives every login from a time to another, which does not belong to it. @throws where it cannot be read whole */
export type LoginLog = (from: number, to: number, take: (login: Login) => void) => Promise<void>;

export type LoginSources = {
  /** By the provider's name. */
  readonly logs: Readonly<Record<string, LoginLog>>;
  /** Days for which providers keep it. */
  readonly keptDays: number;
  /** One that cannot be asked: it is asked for the same again at the next look. */
  readonly onFailure: (provider: string, error: unknown) => void;
};

/** Milliseconds, whole seconds of them, until everything that began before is written down: slapd logs a login when it has ended, by when it began. */
const lag = 60_000;

/**
 * @param dayFile what is known of a day
 * @param write takes what a provider has told of a day; in the order of the days, so that one that was written vouches for those before
 */
export async function countLogins(
  { logs, keptDays, onFailure }: LoginSources,
  accounts: readonly Seen[],
  dayFile: (day: Day) => Promise<DayFile>,
  write: (day: Day, provider: string, told: Told) => void,
  now: number,
): Promise<void> {
  const until = Math.floor((now - lag) / 1000) * 1000;
  const owners = new Map(accounts.map(({ id, organization }) => [id, organization]));
  for (const [provider, log] of Object.entries(logs)) {
    const since = await sinceWhen(provider, keptDays, dayFile, now);
    try {
      for (const { day, from, to } of gapsOf(since, until, dayOf)) {
        const count = new LoginCount((await dayFile(day)).logins?.[provider], (id) => owners.get(id) ?? '');
        await log(from, to, (login) => count.add(login));
        write(day, provider, count.told(to));
      }
    } catch (error) {
      onFailure(provider, error);
    }
  }
}

/**
 * Until when a provider has told, by the last day of which it told anything; else the first day on which the directory was looked
 * at, but none that its log has lost by now.
 */
async function sinceWhen(
  provider: string,
  keptDays: number,
  dayFile: (day: Day) => Promise<DayFile>,
  now: number,
): Promise<number> {
  const today = dayOf(now);
  let first = today;
  for (let day = today; day > nextDay(today, -keptDays); day = nextDay(day, -1)) {
    const { logins, standing } = await dayFile(day);
    const until = logins?.[provider]?.until;
    if (until !== undefined) return until;
    if (standing !== undefined) first = day;
  }
  return startOf(first);
}
