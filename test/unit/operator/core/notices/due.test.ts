/** What people are told, decided for one mailbox at any moment (R24–R26, R29, R30): a table of each kind, and never twice. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Resource } from '../../../../../operator/api/resource.ts';
import type { Desired } from '../../../../../operator/core/desired.ts';
import {
  aboutOf,
  type DueNotice,
  dueNotices,
  type Matter,
  thresholdsOf,
} from '../../../../../operator/core/notices/due.ts';
import { memoriesOf, stillCounts } from '../../../../../operator/core/notices/memory.ts';
import { rememberedAfter } from '../../../../../operator/core/notices/message.ts';
import { generalizedTime } from '../../../../../operator/core/time.ts';
import type { DirectoryEntry } from '../../../../../operator/ports.ts';
import { daNang, socTrang } from '../../../../support/sites.ts';

const day = 86_400_000;
const start = Date.UTC(2026, 10, 1);
const on = (days: number) => new Date(start + days * day);
const text = (days: number) => `${on(days).toISOString().slice(0, 19)}Z`;
const limit = 1_000;

type World = {
  readonly days: number;
  readonly site?: typeof socTrang;
  readonly changed?: number;
  readonly status?: string;
  readonly mustChange?: boolean;
  readonly used?: number;
  readonly validUntil?: string;
  readonly notices?: readonly string[];
  readonly annotations?: Record<string, string>;
};

function entryOf({ changed = 0, status = 'Active', mustChange, notices = [] }: World): DirectoryEntry {
  const attributes = {
    mail: ['ntbinh@soctrang.gov.vn'],
    hopThuStatus: [status],
    hopThuOwnerUID: ['u1'],
    hopThuQuotaBytes: [String(limit)],
    pwdChangedTime: [generalizedTime(on(changed))],
    ...(mustChange ? { pwdReset: ['TRUE'] } : {}),
    ...(notices.length > 0 ? { hopThuNotice: notices } : {}),
  };
  return { dn: 'uid=u1,ou=mailboxes,dc=soctrang,dc=gov,dc=vn', attributes };
}

function due(world: World): readonly DueNotice[] {
  const { days, site = socTrang, used, validUntil, annotations = {} } = world;
  const metadata = { uid: 'u1', name: 'binh', namespace: 'a', annotations };
  const resource = { kind: 'Mailbox', metadata, spec: { validUntil } } as unknown as Resource;
  const entry = entryOf(world);
  const attributes = { hopThuStatus: entry.attributes['hopThuStatus'] ?? [] };
  const desired: Desired = { resource, entry, attributes, problems: [], leaving: false };
  return dueNotices(thresholdsOf(site, on(days)), desired, used);
}

/** `password 7` */
const said = (world: World) => due(world).map(({ matter }) => `${matter.topic} ${aboutOf(matter)}`);

describe('a password of 31 days (R25)', () => {
  it.each<[number, readonly string[], readonly string[]]>([
    [23.9, [], []],
    [24, [], ['password 7']],
    [24.1, [`password 7 ${text(24)}`], []],
    [28, [`password 7 ${text(24)}`], ['password 3']],
    [30, [`password 7 ${text(24)}`, `password 3 ${text(28)}`], ['password 1']],
    [30.9, [`password 1 ${text(30)}`], []],
    // Only the nearest one, however many were missed.
    [30.5, [], ['password 1']],
    [29, [], ['password 3']],
    // What was said of the password of before.
    [24, [`password 7 ${text(-7)}`, `password 1 ${text(-1)}`], ['password 7']],
    // It has to be changed now: nobody could read the notice.
    [31, [], []],
  ])('on day %d after %j: %j', (days, notices, expected) => {
    expect(said({ days, notices })).toEqual(expected);
  });

  it.each<[string, Partial<World>]>([
    ['that has to be changed already', { mustChange: true }],
    ['of somebody who is suspended', { status: 'Suspended' }],
    ['of a mailbox past its end', { status: 'Expired' }],
    ['where none expires', { site: daNang }],
    [
      'where the site tells nobody',
      { site: { ...socTrang, notices: { ...socTrang.notices, passwordDays: [] } } },
    ],
    ['of a paused mailbox', { annotations: { 'hopthu.io/paused': 'true' } }],
  ])('%s: nothing', (_, world) => {
    expect(said({ days: 28, ...world })).toEqual([]);
  });
});

describe('a quota (R30)', () => {
  const [at80, at95] = [`quota 80 ${text(0)}`, `quota 95 ${text(0)}`];
  it.each<[number | undefined, readonly string[], readonly string[]]>([
    [799, [], []],
    [800, [], ['quota 80']],
    [800, [at80], []],
    [949, [at80], []],
    [950, [at80], ['quota 95']],
    // The higher one alone, where both were passed at once.
    [990, [], ['quota 95']],
    [2_000, [at80, at95], []],
    // A fall of less than five points is none.
    [901, [at80, at95], []],
    [899, [at80, at95], ['room -']],
    [749, [at80, at95], ['room -']],
    [0, [at80], ['room -']],
    // Unknown is not empty.
    [undefined, [at80, at95], []],
  ])('of which %d per mille are used, after %j: %j', (used, notices, expected) => {
    expect(said({ days: 1, notices, ...(used === undefined ? {} : { used }) })).toEqual(expected);
  });

  it('of a mailbox that nobody may log in to is not told', () => {
    expect(said({ days: 1, used: 990, status: 'Suspended' })).toEqual([]);
  });

  it('that was passed at once is remembered with the lower threshold, so that a fall brings no letter', () => {
    const [jump] = due({ days: 1, used: 990 });
    const values = jump && rememberedAfter(jump, jump.entry, on(1));
    expect(values).toEqual([`quota 80 ${text(1)}`, `quota 95 ${text(1)}`]);
    const [room] = due({ days: 2, used: 850, notices: values ?? [] });
    expect(room?.matter).toEqual({ topic: 'room', percents: [95] });
    expect(room && rememberedAfter(room, room.entry, on(2))).toEqual([`quota 80 ${text(1)}`]);
    expect(said({ days: 3, used: 850, notices: [`quota 80 ${text(1)}`] })).toEqual([]);
  });
});

describe('the last day of a mailbox, 2026-12-31 (R24)', () => {
  const validUntil = '2026-12-31';
  // That day ends in Việt Nam at 17:00 UTC: 60.7 days after the first of November.
  it.each<[number, readonly string[], readonly string[]]>([
    [30.6, [], []],
    [30.8, [], ['end 2026-12-31/30']],
    [40, [`end 2026-12-31/30 ${text(31)}`], []],
    [53.8, [`end 2026-12-31/30 ${text(31)}`], ['end 2026-12-31/7']],
    [54, [], ['end 2026-12-31/7']],
    // Another date was told of.
    [31, [`end 2026-11-30/30 ${text(0)}`, `end 2026-11-30/7 ${text(20)}`], ['end 2026-12-31/30']],
    [60.8, [], []],
  ])('on day %d after %j: %j', (days, notices, expected) => {
    expect(said({ days, notices, validUntil, changed: days })).toEqual(expected);
  });
});

describe('what happened', () => {
  it.each<[string, string, Partial<World>, readonly string[]]>([
    ['a suspension', `suspension - ${text(0)} due`, { status: 'Suspended' }, ['suspension -']],
    ['one that was lifted before', `suspension - ${text(0)} due`, {}, []],
    ['one that was told', `suspension - ${text(0)}`, { status: 'Suspended' }, []],
    ['a delegation', `delegation binh ${text(0)} due`, {}, ['delegation binh']],
    ['another address', `rename cu@soctrang.gov.vn ${text(0)} due`, {}, ['rename cu@soctrang.gov.vn']],
    ['an address that it has again', `rename ntbinh@soctrang.gov.vn ${text(0)} due`, {}, []],
    ['what nobody could be told for a month', `delegation binh ${text(-30)} due`, {}, []],
    ['what nobody understands', 'party tomorrow', {}, []],
  ])('%s', (_, value, world, expected) => {
    expect(said({ days: 1, notices: [value], ...world })).toEqual(expected);
  });
});

it('costs nobody any memory of whom nothing is to be said', () => {
  const [one, other] = [due({ days: 1, used: 10 }), due({ days: 2, used: 20 })];
  expect(one).toEqual([]);
  expect(one).toBe(other);
});

type Step = { readonly hours: number; readonly used: number; readonly change: 'password' | 'state' | 'none' };

/** What a life of steps is told, by the cycle that it belongs to; and by what kind of reader. */
function live(steps: readonly Step[]): {
  readonly told: readonly string[];
  readonly unread: readonly Matter[];
} {
  const validUntil = '2027-01-15';
  let world: World = { days: 0, changed: 0, validUntil, notices: [] };
  const [told, unread]: [string[], Matter[]] = [[], []];
  let fills = 0;
  for (const { hours, used, change } of steps) {
    const days = world.days + hours / 24;
    if (change === 'password') world = { ...world, changed: days, mustChange: false };
    if (change === 'state')
      world = { ...world, status: world.status === 'Suspended' ? 'Active' : 'Suspended' };
    const age = days - (world.changed ?? 0);
    world = { ...world, days, used, ...(age >= 31 ? { mustChange: true } : {}) };
    for (let pass = 0; pass < 3; pass += 1) {
      const facts = {
        now: on(days).getTime(),
        status: (world.status ?? 'Active') as 'Active',
        lastAccess: 0,
        passwordChanged: on(world.changed ?? 0).getTime(),
        validUntil,
      };
      for (const one of due(world)) {
        const { matter } = one;
        const isOpen = world.status !== 'Suspended' && world.mustChange !== true;
        if (!isOpen && matter.topic === 'password') unread.push(matter);
        if (world.status === 'Suspended' && matter.topic !== 'room') unread.push(matter);
        if (matter.topic === 'room') fills += 1;
        else
          told.push(`${matter.topic} ${aboutOf(matter)} ${matter.topic === 'quota' ? fills : world.changed}`);
        world = { ...world, notices: rememberedAfter(one, entryOf(world), on(days)) };
      }
      const kept = memoriesOf(entryOf(world)).filter((memory) => stillCounts(memory, facts));
      expect(kept.length).toBeLessThan(12);
    }
  }
  return { told, unread };
}

const step: fc.Arbitrary<Step> = fc.record({
  hours: fc.integer({ min: 1, max: 24 * 12 }),
  used: fc.integer({ min: 0, max: 1_200 }),
  change: fc.constantFrom('password', 'state', 'none', 'none'),
});

it('is said once of each password, filling and end, and nothing to who cannot read it, whatever happens', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const { told, unread } = live(steps);
      const perCycle = told.filter((line) => !line.startsWith('end'));
      expect(new Set(perCycle).size).toBe(perCycle.length);
      const ends = told.filter((line) => line.startsWith('end')).map((line) => line.split(' ')[1]);
      expect(new Set(ends).size).toBe(ends.length);
      expect(unread).toEqual([]);
    }),
  );
});
