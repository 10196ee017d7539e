/** The numbers of a report against what was done, counted a second time by simpler means: random months of a small province. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { changeKey, changesBetween, type Seen } from '../../../reports/accounts.ts';
import { collect } from '../../../reports/collect.ts';
import { dayOf, parsePeriod, startOf } from '../../../reports/day.ts';
import { gather } from '../../../reports/facts.ts';
import { figuresOf, total } from '../../../reports/figures.ts';
import { officeNamed } from '../../../reports/make.ts';
import { countTraffic } from '../../../reports/traffic.ts';
import { emptyStore } from './folder-store.ts';

const domain = 'soctrang.gov.vn';
const people = ['an', 'binh', 'cuc', 'dung'];
const officeOf = (name: string) => (['an', 'binh'].includes(name) ? 'so-a' : 'so-b');
const address = (name: string) => `${name}@${domain}`;

/** One thing that happens to the mail system. */
type Deed =
  | { readonly kind: 'sent'; readonly from: string; readonly to: readonly string[]; readonly out: number }
  | { readonly kind: 'came'; readonly to: readonly string[]; readonly spam: boolean }
  | { readonly kind: 'refused'; readonly to: string; readonly virus: boolean };

const someone = fc.constantFrom(...people);
const some = fc.uniqueArray(someone, { minLength: 1, maxLength: 3 });
const deed: fc.Arbitrary<Deed> = fc.oneof(
  fc.record({ kind: fc.constant('sent' as const), from: someone, to: some, out: fc.nat(2) }),
  fc.record({ kind: fc.constant('came' as const), to: some, spam: fc.boolean() }),
  fc.record({ kind: fc.constant('refused' as const), to: someone, virus: fc.boolean() }),
);

/** What Postfix logs of a deed. */
function logOf(one: Deed, number: number): readonly string[] {
  const id = `4jZdYY${String(number).padStart(5, '0')}`;
  const line = (rest: string) => `Nov 26 00:38:46 mail postfix/${rest}`;
  if (one.kind === 'refused') {
    const reply = one.virus ? '5.7.1 Thu co virus, khong nhan: Eicar (virus found)' : '5.1.1 no such user';
    return [
      line(`smtpd[1]: ${id}: client=x[192.0.2.1]`),
      line(
        `cleanup[1]: ${id}: milter-reject: END-OF-MESSAGE from x[192.0.2.1]: ${reply} ${number}; from=<a@b.org> to=<${address(one.to)}> proto=ESMTP`,
      ),
    ];
  }
  const login = one.kind === 'sent' ? `, sasl_method=PLAIN, sasl_username=${address(one.from)}` : '';
  const out =
    one.kind === 'sent' ? Array.from({ length: one.out }, (_, index) => `x${index}@example.org`) : [];
  return [
    line(`${one.kind === 'sent' ? 'submission/' : ''}smtpd[1]: ${id}: client=x[192.0.2.1]${login}`),
    ...(one.kind === 'came' && one.spam
      ? [
          line(
            `cleanup[1]: ${id}: milter-header-warning: header X-Spam: Yes from x[192.0.2.1]; from=<a@b.org> to=<c@d>`,
          ),
        ]
      : []),
    line(
      `qmgr[1]: ${id}: from=<${one.kind === 'sent' ? address(one.from) : 'a@b.org'}>, size=1000, nrcpt=1 (queue active)`,
    ),
    ...one.to.map((name) =>
      line(
        `lmtp[1]: ${id}: to=<${address(name)}>, relay=x, delay=1, dsn=2.0.0, status=sent (250 2.0.0 Saved)`,
      ),
    ),
    ...out.flatMap((to) => [
      line(`smtp[1]: ${id}: to=<${to}>, relay=x, delay=1, dsn=4.0.0, status=deferred (later)`),
      line(`smtp[1]: ${id}: to=<${to}>, relay=x, delay=1, dsn=2.0.0, status=sent (250 ok)`),
    ]),
  ];
}

const journal = (deeds: readonly Deed[], at: number) =>
  deeds.flatMap((one, number) => logOf(one, number).map((text) => `${at}\t${text}`));

describe("the day's mail", () => {
  it('is what was done, whoever reads the journal how often', () => {
    fc.assert(
      fc.property(fc.array(deed, { maxLength: 30 }), fc.nat(3), (deeds, again) => {
        const lines = journal(deeds, 1795653526);
        const read = [...lines, ...Array.from({ length: again }, () => lines).flat()];
        const { organizations, lost } = countTraffic(read, [], (one) => {
          const name = one.split('@')[0] ?? '';
          return people.includes(name) ? officeOf(name) : undefined;
        });
        expect(lost).toBe(0);
        for (const office of ['so-a', 'so-b']) {
          const traffic = organizations[office];
          const mine = (names: readonly string[]) => names.filter((name) => officeOf(name) === office).length;
          const sent = deeds.filter((one) => one.kind === 'sent' && officeOf(one.from) === office);
          const copies = deeds.reduce((sum, one) => sum + (one.kind === 'refused' ? 0 : mine(one.to)), 0);
          const spam = deeds.reduce(
            (sum, one) => sum + (one.kind === 'came' && one.spam ? mine(one.to) : 0),
            0,
          );
          const viruses = deeds.filter(
            (one) => one.kind === 'refused' && one.virus && officeOf(one.to) === office,
          );
          expect(traffic?.sent ?? 0).toBe(sent.length);
          expect(traffic?.sentOut ?? 0).toBe(
            sent.reduce((sum, one) => sum + (one.kind === 'sent' ? one.out : 0), 0),
          );
          expect(traffic?.received ?? 0).toBe(copies);
          expect(traffic?.receivedBytes ?? 0).toBe(copies * 1000);
          expect(traffic?.spam ?? 0).toBe(spam);
          expect(traffic?.refusedIn.virus ?? 0).toBe(viruses.length);
          expect(total(traffic?.refusedIn ?? {})).toBe(
            deeds.filter((one) => one.kind === 'refused' && officeOf(one.to) === office).length,
          );
        }
      }),
    );
  });

  it('counts as sent what was taken, on the first day that it waits', async () => {
    const [taken = '', queued = ''] = journal([{ kind: 'sent', from: 'an', to: [], out: 0 }], 1795653526);
    const refused = taken.replace('4jZdYY00000', '4jZdYY00009');
    const sent = (lines: readonly string[], before: readonly string[]) =>
      countTraffic(lines, before, () => 'so-a').organizations['so-a']?.sent ?? 0;
    expect(sent([taken, queued, refused], [])).toBe(1);
    expect(sent([queued], [taken, queued])).toBe(0);
    expect(sent([queued], [taken])).toBe(1);
  });

  it('knows of a message what the day before has logged of it', () => {
    const [taken = '', ...rest] = journal([{ kind: 'came', to: ['an'], spam: false }], 1795653526);
    const { organizations } = countTraffic(rest, [taken], () => 'so-a');
    expect(organizations['so-a']).toMatchObject({ received: 1, receivedOut: 1 });
  });
});

/** Logins have a test of their own. */
const noLog = { logs: {}, keptDays: 90, onFailure: () => undefined };

describe("a month's mailboxes", () => {
  const start = startOf('2026-10-01');
  const hour = 3_600_000;
  const offices = ['so-a', 'so-b'].map((id) => ({ id, name: id, resource: `x/${id}` }));
  const seen = (name: string, more: Partial<Seen> = {}): Seen => ({
    ...{ id: name, address: address(name), addresses: [address(name)], type: 'Personal', status: 'Active' },
    ...{
      created: start - 40 * 24 * hour,
      modified: start,
      organization: officeOf(name),
      quota: 100,
      uses: [],
    },
    ...more,
  });

  /** Looks at each hour of the month that is given, some of them twice, as a job that failed and was tried again. */
  async function month(looks: readonly (readonly [number, readonly Seen[]])[]) {
    const { store } = emptyStore();
    for (const [at, accounts] of looks)
      for (const _ of [1, 2]) {
        const sources = {
          directory: async () => ({ accounts, offices }),
          used: async () => new Map([['an', 50]]),
          runs: async () => ({ one: { job: 'backup-site', ended: start + hour, ok: true } }),
          logins: noLog,
        };
        await collect(store, sources, 7, at);
      }
    const period = parsePeriod('2026-10');
    return figuresOf(
      { ...(await gather(store, { requests: [], incidents: [] }, period)), providers: [] },
      period,
      undefined,
      '2026-12-01',
    );
  }

  it('counts what was granted, renamed, suspended, closed and given another organization, each once and on its day', async () => {
    const base = [seen('an'), seen('binh'), seen('cuc')];
    const granted = seen('dung', { created: start + 10 * hour });
    const since = start + 20 * hour;
    const later = [
      seen('an', { address: `moi@${domain}`, modified: start + 30 * hour }),
      seen('binh', { status: 'Suspended', since }),
      seen('cuc', { status: 'Closed', since }),
      { ...granted, organization: 'so-a', modified: start + 31 * hour },
    ];
    const figures = await month([
      [start, base],
      [start + 11 * hour, [...base, granted]],
      [start + 32 * hour, later],
      [start + 33 * hour, later],
    ]);
    expect(figures.whole.changes).toEqual({
      granted: 1,
      renamed: 1,
      suspended: 1,
      closed: 1,
      transferred: 1,
    });
    expect(figures.whole.standing).toMatchObject({
      mailboxes: { 'Personal Active': 2, 'Personal Suspended': 1, 'Personal Closed': 1 },
      quota: 300,
      used: 50,
    });
    expect(figures.runs).toEqual({ 'backup-site': { ok: 1, failed: 0, last: start + hour } });
    expect(figures.missing.standing).toHaveLength(29);
  });

  it('takes an empty directory for one that is being filled, not for a province without mailboxes', async () => {
    const full = [start, [seen('an')]] as const;
    await expect(month([full, [start + hour, []]])).rejects.toThrow(/no mailboxes any more/);
    expect((await month([full])).whole.changes).toEqual({});
  });

  it('tells who used a mailbox, on which days, and who did not', async () => {
    const days = (count: number) => start + count * 24 * hour + 8 * hour;
    const figures = await month([
      [days(0), [seen('an', { uses: [days(0)] }), seen('cuc')]],
      [days(4), [seen('an', { uses: [days(4)] }), seen('cuc')]],
      [days(5), [seen('an', { uses: [days(4)] }), seen('cuc', { uses: [start - hour] })]],
    ]);
    expect(figures.whole).toMatchObject({ active: 2, used: 1 });
    expect(figures.unused).toBe(1);
    expect(figures.daily.filter(({ used }) => used > 0).map(({ day }) => day)).toEqual([
      dayOf(days(0)),
      dayOf(days(4)),
    ]);
    expect(figures.parts.map(({ name, active, used }) => [name, active, used])).toEqual([
      ['so-a', 1, 1],
      ['so-b', 1, 0],
    ]);
  });

  it.each<[string, (account: Seen) => readonly Seen[]]>([
    ['removed', () => []],
    ['renamed', (account) => [{ ...account, address: `moi@${domain}` }]],
    ['transferred', (account) => [{ ...account, organization: 'so-c' }]],
  ])('counts %s once, though the first look died before it was remembered', (kind, changed) => {
    const account = seen('an');
    const keys = [1, 2].map((hours) => {
      const at = start + hours * hour;
      // Somebody writes to the entry meanwhile.
      const accounts = changed({ ...account, modified: at });
      return changesBetween(new Map([['an', account]]), accounts, at).map(changeKey);
    });
    expect(keys).toEqual([[expect.stringContaining(kind)], keys[0]]);
  });

  it('is that of the organizations of its time: one that is no more has its line as long as it has numbers', async () => {
    const { store } = emptyStore();
    const look = (at: number, ids: readonly string[], accounts: readonly Seen[]) => {
      const named = ids.map((id) => ({ id, name: id, resource: 'x/so' }));
      const directory = async () => ({ accounts, offices: named });
      const nothing = { used: async () => new Map<string, number>(), runs: async () => ({}), logins: noLog };
      return collect(store, { directory, ...nothing }, 7, at);
    };
    const october = start + hour;
    const november = startOf('2026-11-05');
    await look(october, ['cu'], [seen('an', { organization: 'cu' })]);
    await look(november, ['moi'], [seen('an', { organization: 'moi' })]);
    const facts = async (text: string) => ({
      ...(await gather(store, { requests: [], incidents: [] }, parsePeriod(text))),
      providers: [],
    });
    const linesOf = async (text: string, end: string) =>
      figuresOf(await facts(text), parsePeriod(text), undefined, end).parts.map(({ name }) => name);
    expect(await linesOf('2026-10', '2026-10-31')).toEqual(['cu', 'moi']);
    expect(await linesOf('2026-11', '2026-11-30')).toEqual(['moi']);
    expect(officeNamed(await store.offices(), 'so')).toMatchObject({ id: 'moi' });
  });
});
