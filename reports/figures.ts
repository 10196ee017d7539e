/** Everything that a report says in numbers, of one period and of the organizations that it is about. Pure. */
import { bitOf, type Change, type ChangeKind, type Month, type Office } from './accounts.ts';
import { type Day, dayOf, daysOf, monthOf, type Period } from './day.ts';
import { addLogins, isWhole, type Logins, loginsOf, noLogins } from './logins.ts';
import type { Why } from './mail-log.ts';
import { addStanding, noStanding, type Standing } from './standing.ts';
import type { DayFile, Run } from './store.ts';
import { addTraffic, noTraffic, type Traffic } from './traffic.ts';
import { Tree } from './tree.ts';

/** A request that was asked for (R20), as far as a report counts it. */
export type Asked = {
  readonly kind: string;
  /** Milliseconds. */
  readonly at: number;
  readonly settled?: number;
  readonly outcome?: 'Approved' | 'Refused';
  readonly organization: string;
};

/** Something that happened (R42). */
export type Happened = {
  readonly name: string;
  readonly at: number;
  readonly kind: string;
  readonly summary: string;
  readonly address?: string;
  readonly told: readonly string[];
  readonly settled?: number;
};

export type Facts = {
  readonly days: ReadonlyMap<Day, DayFile>;
  readonly months: ReadonlyMap<string, Month>;
  readonly offices: readonly Office[];
  readonly requests: readonly Asked[];
  readonly incidents: readonly Happened[];
  /** Of the directory, by the names under which they tell of logins. */
  readonly providers: readonly string[];
};

export type OfficeFigures = {
  readonly name: string;
  readonly standing: Standing;
  readonly traffic: Traffic;
  readonly changes: Partial<Record<ChangeKind, number>>;
  /** Mailboxes that are Active at the end, and those of them that were used in the period. */
  readonly active: number;
  readonly used: number;
  readonly logins: Logins;
};

export type Figures = {
  readonly period: Period;
  /** All of it, and its parts: the organizations at the top, or one and its units. */
  readonly whole: OfficeFigures;
  readonly parts: readonly OfficeFigures[];
  readonly daily: readonly {
    readonly day: Day;
    readonly sent: number;
    readonly received: number;
    readonly refused: number;
    readonly used: number;
    readonly logins: Logins;
  }[];
  readonly unused: number;
  readonly requests: {
    readonly kinds: Readonly<Record<string, { asked: number; approved: number; refused: number }>>;
    readonly open: number;
    /** Days from the request to its settlement, the mean and the longest; absent where none was settled. */
    readonly mean?: number;
    readonly longest?: number;
  };
  readonly runs: Readonly<Record<string, { ok: number; failed: number; last?: number }>>;
  readonly incidents: readonly Happened[];
  /** Days of the period of which the mail, the directory, or the logins at each provider were not counted. */
  readonly missing: Readonly<Record<'traffic' | 'standing' | 'logins', readonly Day[]>>;
  readonly lost: number;
};

/**
 * @param root id of the organization that the report is about, with all below it; undefined for the whole site
 * @param end of what can be known already: days after it are not missing
 */
export function figuresOf(facts: Facts, period: Period, root: string | undefined, end: Day): Figures {
  const tree = new Tree(facts.offices, root);
  const days = daysOf(period).filter((day) => day <= end);
  const parts = tree.parts.flatMap((part) => {
    const figures = officeFigures(facts, days, part.name, (id) => tree.partOf(id) === part.id);
    return part.gone === true && !isWorthALine(figures) ? [] : [figures];
  });
  const others =
    root === undefined ? [officeFigures(facts, days, '', (id) => tree.partOf(id) === undefined)] : [];
  const isInside = (id: string) => root === undefined || tree.partOf(id) !== undefined;
  const inPeriod = (time: number) => dayOf(time) >= period.from && dayOf(time) <= period.to;
  const whole = [...parts, ...others].reduce(added, nothing(tree.name));
  return {
    period,
    whole,
    parts: [...parts, ...others.filter(isWorthALine)],
    daily: days.map((day) => dailyOf(facts, day, isInside)),
    unused: whole.active - whole.used,
    requests: requestsOf(
      facts.requests.filter(({ organization }) => isInside(organization)),
      inPeriod,
    ),
    runs: root === undefined ? runsOf(facts.days, days) : {},
    incidents:
      root === undefined
        ? facts.incidents.filter(({ at }) => inPeriod(at)).toSorted((a, b) => a.at - b.at)
        : [],
    missing: {
      traffic: days.filter((day) => facts.days.get(day)?.traffic === undefined),
      standing: days.filter((day) => facts.days.get(day)?.standing === undefined),
      // The day on which it is made is not over for anybody.
      logins: days.filter((day) => day < end && !isWhole(day, facts.days.get(day)?.logins, facts.providers)),
    },
    lost: days.reduce((sum, day) => sum + (facts.days.get(day)?.traffic?.lost ?? 0), 0),
  };
}

function nothing(name: string): OfficeFigures {
  return {
    name,
    standing: noStanding(),
    traffic: noTraffic(),
    changes: {},
    active: 0,
    used: 0,
    logins: noLogins,
  };
}

function added(one: OfficeFigures, other: OfficeFigures): OfficeFigures {
  const changes = { ...one.changes };
  for (const [kind, count] of Object.entries(other.changes) as [ChangeKind, number][])
    changes[kind] = (changes[kind] ?? 0) + count;
  return {
    name: one.name,
    standing: addStanding(one.standing, other.standing),
    traffic: addTraffic(one.traffic, other.traffic),
    changes,
    active: one.active + other.active,
    used: one.used + other.used,
    logins: addLogins(one.logins, other.logins),
  };
}

function isWorthALine({ standing, traffic, changes, logins }: OfficeFigures): boolean {
  const refused = [...Object.values(traffic.refusedIn), ...Object.values(traffic.refusedOut)];
  return (
    Object.keys(standing.mailboxes).length +
      Object.keys(changes).length +
      refused.length +
      traffic.received +
      traffic.sent +
      logins.succeeded +
      logins.refused >
    0
  );
}

function officeFigures(
  facts: Facts,
  days: readonly Day[],
  name: string,
  isOf: (id: string) => boolean,
): OfficeFigures {
  const files = days.map((day) => facts.days.get(day)).filter((file) => file !== undefined);
  const last = files.findLast(({ standing }) => standing !== undefined)?.standing?.organizations ?? {};
  const sumOf = <T>(of: Readonly<Record<string, T>>, add: (one: T, other: T) => T, none: T): T =>
    Object.entries(of).reduce((sum, [id, one]) => (isOf(id) ? add(sum, one) : sum), none);
  const changes: Partial<Record<ChangeKind, number>> = {};
  for (const { kind, organization } of files.flatMap((file) => Object.values<Change>(file.changes)))
    if (isOf(organization)) changes[kind] = (changes[kind] ?? 0) + 1;
  const active = activeOf(facts.months, days, isOf);
  return {
    name,
    standing: sumOf(last, addStanding, noStanding()),
    traffic: files.reduce(
      (sum, { traffic }) => sumOf(traffic?.organizations ?? {}, addTraffic, sum),
      noTraffic(),
    ),
    changes,
    active: active.length,
    used: active.filter((id) => days.some((day) => usedOn(facts.months, day, id))).length,
    logins: files.reduce((sum, { logins }) => addLogins(sum, loginsOf(logins, isOf)), noLogins),
  };
}

function usedOn(months: ReadonlyMap<string, Month>, day: Day, account: string): boolean {
  const days = months.get(monthOf(day))?.[account]?.days ?? 0;
  return Math.floor(days / bitOf(day)) % 2 === 1;
}

/** Accounts that are Active in the last month of the period that was looked at. */
function activeOf(
  months: ReadonlyMap<string, Month>,
  days: readonly Day[],
  isOf: (id: string) => boolean,
): readonly string[] {
  const last = [...new Set(days.map(monthOf))].findLast(
    (month) => Object.keys(months.get(month) ?? {}).length > 0,
  );
  return Object.entries(months.get(last ?? '') ?? {})
    .filter(([, { status, organization }]) => status === 'Active' && isOf(organization))
    .map(([id]) => id);
}

function dailyOf(facts: Facts, day: Day, isInside: (id: string) => boolean): Figures['daily'][number] {
  const inside = Object.entries(facts.days.get(day)?.traffic?.organizations ?? {}).filter(([id]) =>
    isInside(id),
  );
  const traffic = inside.reduce((sum, [, one]) => addTraffic(sum, one), noTraffic());
  const accounts = Object.entries(facts.months.get(monthOf(day)) ?? {});
  return {
    day,
    sent: traffic.sent,
    received: traffic.received,
    refused: total(traffic.refusedIn) + total(traffic.refusedOut),
    used: accounts.filter(([id, { organization }]) => isInside(organization) && usedOn(facts.months, day, id))
      .length,
    logins: loginsOf(facts.days.get(day)?.logins, isInside),
  };
}

export function total(reasons: Partial<Record<Why, number>>): number {
  return Object.values(reasons).reduce((sum, count) => sum + count, 0);
}

const dayLength = 86_400_000;

function requestsOf(requests: readonly Asked[], inPeriod: (time: number) => boolean): Figures['requests'] {
  const asked = requests.filter(({ at }) => inPeriod(at));
  const kinds: Record<string, { asked: number; approved: number; refused: number }> = {};
  for (const { kind, outcome } of asked) {
    const counts = kinds[kind] ?? { asked: 0, approved: 0, refused: 0 };
    kinds[kind] = counts;
    counts.asked += 1;
    if (outcome === 'Approved') counts.approved += 1;
    if (outcome === 'Refused') counts.refused += 1;
  }
  const times = asked.flatMap(({ at, settled }) =>
    settled === undefined ? [] : [(settled - at) / dayLength],
  );
  return {
    kinds,
    open: asked.filter(({ settled }) => settled === undefined).length,
    ...(times.length === 0
      ? {}
      : { mean: times.reduce((sum, one) => sum + one, 0) / times.length, longest: Math.max(...times) }),
  };
}

function runsOf(files: ReadonlyMap<Day, DayFile>, days: readonly Day[]): Figures['runs'] {
  const runs: Record<string, { ok: number; failed: number; last?: number }> = {};
  const all = days.flatMap((day) => Object.values<Run>(files.get(day)?.runs ?? {}));
  for (const { job, ok, ended } of all) {
    const before = runs[job] ?? { ok: 0, failed: 0 };
    const last = ok ? Math.max(before.last ?? 0, ended) : before.last;
    runs[job] = {
      ok: before.ok + (ok ? 1 : 0),
      failed: before.failed + (ok ? 0 : 1),
      ...(last === undefined ? {} : { last }),
    };
  }
  return runs;
}

/** With one digit behind the comma; of nothing it is 0. */
export function percent(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.round((part * 1000) / whole) / 10;
}
