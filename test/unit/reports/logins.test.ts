/** The logins of a report against those that there were, counted a second time by simpler means: two providers, any looks. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Seen } from '../../../reports/accounts.ts';
import { collect } from '../../../reports/collect.ts';
import { countLogins, type LoginLog, type LoginSources } from '../../../reports/count-logins.ts';
import { type Day, dayOf, parsePeriod, startOf } from '../../../reports/day.ts';
import { gather } from '../../../reports/facts.ts';
import { type Figures, figuresOf } from '../../../reports/figures.ts';
import type { Login, Told } from '../../../reports/logins.ts';
import type { DayFile } from '../../../reports/store.ts';
import { emptyStore } from './folder-store.ts';

const hour = 3_600_000;
const start = startOf('2026-10-01');
const days = 5;
const people = ['an', 'binh', 'cuc'];
const officeOf = (name: string) => (name === 'cuc' ? 'so-b' : 'so-a');
const names = ['openldap-0', 'openldap-1'] as const;
type Logged = Login & { readonly provider: (typeof names)[number] };

const seen = (id: string): Seen => ({
  ...{
    id,
    address: `${id}@x`,
    addresses: [`${id}@x`],
    type: 'Personal',
    status: 'Active',
    quota: 1,
    uses: [],
  },
  ...{ created: start - hour, modified: start, organization: officeOf(id) },
});

/** A provider that logged these, as far as it could by now; it does not answer while it is away. */
function log(logged: readonly Logged[], now: number, isAway: boolean): LoginLog {
  return async (from, to, take) => {
    for (const login of logged) if (login.at >= from && login.at < to && login.at <= now) take(login);
    // Half an answer is none.
    if (isAway) throw new Error('away');
  };
}

/** `dies`: as soon as one day is written down. */
type Look = { readonly at: number; readonly away: readonly string[]; readonly dies?: boolean };

const offices = ['so-a', 'so-b'].map((id) => ({ id, name: id, resource: `x/${id}` }));
const accounts = people.map(seen);
const period = parsePeriod('2026-10-01..2026-10-05');

function sourcesAt({ at, away }: Look, logged: readonly Logged[]): LoginSources {
  const logs = names.map((name): [string, LoginLog] => {
    const its = logged.filter(({ provider }) => provider === name);
    return [name, log(its, at, away.includes(name))];
  });
  return { logs: Object.fromEntries(logs), keptDays: 90, onFailure: () => undefined };
}

async function figures(logged: readonly Logged[], looks: readonly Look[]): Promise<Figures> {
  const files = new Map<Day, DayFile>();
  const fileOf = (day: Day) => files.get(day) ?? { changes: {}, runs: {} };
  for (const look of looks) {
    const today = dayOf(look.at);
    const edits: (readonly [Day, string, Told])[] = [];
    const write = (day: Day, provider: string, told: Told) => void edits.push([day, provider, told]);
    await countLogins(sourcesAt(look, logged), accounts, async (day) => fileOf(day), write, look.at);
    const touched = [...new Set([...edits.map(([day]) => day), today])].sort();
    for (const day of look.dies === true ? touched.slice(0, 1) : touched) {
      const told = edits.filter(([of]) => of === day).map(([, name, one]) => [name, one]);
      const standing = day === today ? { standing: { at: look.at, organizations: {} } } : {};
      const before = fileOf(day);
      files.set(day, { ...before, ...standing, logins: { ...before.logins, ...Object.fromEntries(told) } });
    }
  }
  const nothing = { months: new Map(), requests: [], incidents: [] };
  return figuresOf({ ...nothing, days: files, offices, providers: names }, period, undefined, '2026-12-01');
}

const login: fc.Arbitrary<Logged> = fc.record({
  at: fc.nat({ max: days * 24 - 1 }).map((hours) => start + hours * hour + 59 * 60_000 + 59_999),
  account: fc.constantFrom(...people, 'gone'),
  succeeded: fc.boolean(),
  provider: fc.constantFrom(...names),
});
const look: fc.Arbitrary<Look> = fc.record({
  at: fc.nat({ max: days * 24 * 60 }).map((minutes) => start + minutes * 60_000),
  away: fc.subarray([...names]),
  dies: fc.boolean(),
});
const first: Look = { at: start, away: [] };
const last: Look = { at: start + days * 24 * hour + 5 * 60_000, away: [] };

describe('logins', () => {
  it('are those that both providers logged, whoever was away or died how often', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(login, { maxLength: 30 }),
        fc.array(look, { maxLength: 8 }),
        async (all, some) => {
          const { whole, parts, daily, missing } = await figures(all, [
            first,
            ...some.toSorted((a, b) => a.at - b.at),
            last,
          ]);
          const count = (of: readonly Logged[]) => ({
            succeeded: of.filter(({ succeeded }) => succeeded).length,
            refused: of.filter(({ succeeded }) => !succeeded).length,
          });
          expect(whole.logins).toEqual(count(all));
          expect(daily.map(({ logins }) => logins)).toEqual(
            daily.map(({ day }) => count(all.filter(({ at }) => dayOf(at) === day))),
          );
          for (const office of ['so-a', 'so-b'])
            expect(parts.find(({ name }) => name === office)?.logins).toEqual(
              count(all.filter(({ account }) => account !== 'gone' && officeOf(account) === office)),
            );
          expect(missing.logins).toEqual([]);
        },
      ),
    );
  });

  it('are written down with the rest that a look sees, and added to at the next', async () => {
    const { store } = emptyStore();
    const at = (hours: number): Logged => ({
      ...{ at: start + hours * hour, account: 'cuc', succeeded: true, provider: 'openldap-0' },
    });
    const logged = [at(0.5), at(1.5), at(23.99)];
    for (const hours of [0, 1, 1, 2, 24.5]) {
      const look = { at: start + hours * hour, away: [] };
      const sources = {
        directory: async () => ({ accounts, offices }),
        used: async () => new Map<string, number>(),
        runs: async () => ({}),
        logins: sourcesAt(look, logged),
      };
      await collect(store, sources, 7, look.at);
    }
    const facts = { ...(await gather(store, { requests: [], incidents: [] }, period)), providers: names };
    const { whole, missing } = figuresOf(facts, period, undefined, '2026-10-03');
    expect(whole.logins).toEqual({ succeeded: 3, refused: 0 });
    expect(missing.logins).toEqual(['2026-10-02']);
  });

  it('of a provider that was not asked since are missing, and said to be', async () => {
    const logged: Logged = { at: start + hour, account: 'an', succeeded: true, provider: 'openldap-1' };
    const { whole, missing } = await figures(
      [logged],
      [first, { at: start + 30 * hour, away: ['openldap-1'] }],
    );
    expect(whole.logins).toEqual({ succeeded: 0, refused: 0 });
    expect(missing.logins).toEqual(['01', '02', '03', '04', '05'].map((day) => `2026-10-${day}`));
  });

  it('of before the first look are none of ours; of a log that goes back beyond it nothing is taken', async () => {
    const before: Logged = { at: start - hour, account: 'an', succeeded: true, provider: 'openldap-0' };
    expect((await figures([before], [first, last])).whole.logins).toEqual({ succeeded: 0, refused: 0 });
  });
});
