import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { isPasswordDue, type StateFacts, stateOf } from '../../../../operator/core/state.ts';

const now = new Date('2026-11-21T00:00:00Z');
const granted: StateFacts = { granted: true, leaving: false, reclaimed: false, suspended: false };

describe('the state of a mailbox', () => {
  it.each<[string, StateFacts, string]>([
    ['nothing granted yet', { ...granted, granted: false }, 'Pending'],
    ['granted', granted, 'Active'],
    ['suspended', { ...granted, suspended: true }, 'Suspended'],
    ['suspended before it was granted', { ...granted, granted: false, suspended: true }, 'Pending'],
    ['its end is to come', { ...granted, validUntil: '2026-12-31' }, 'Active'],
    ['its last day is today in Việt Nam', { ...granted, validUntil: '2026-11-21' }, 'Active'],
    ['its last day was yesterday in Việt Nam', { ...granted, validUntil: '2026-11-20' }, 'Expired'],
    ['past its end and suspended', { ...granted, validUntil: '2026-11-20', suspended: true }, 'Suspended'],
    ['nobody used it for six months', { ...granted, reclaimed: true }, 'Reclaimed'],
    [
      'reclaimed, then suspended and past its end',
      { ...granted, reclaimed: true, suspended: true, validUntil: '2026-11-20' },
      'Reclaimed',
    ],
    ['deleted', { ...granted, leaving: true }, 'Closed'],
    [
      'deleted, reclaimed, suspended and past its end',
      { granted: true, leaving: true, reclaimed: true, suspended: true, validUntil: '2020-01-01' },
      'Closed',
    ],
  ])('%s', (_, facts, state) => {
    expect(stateOf(facts, now)).toBe(state);
  });

  it('ends with the day in Việt Nam, not in Greenwich', () => {
    const facts = { ...granted, validUntil: '2026-11-20' };
    expect(stateOf(facts, new Date('2026-11-20T16:59:59Z'))).toBe('Active');
    expect(stateOf(facts, new Date('2026-11-20T17:00:00Z'))).toBe('Expired');
  });
});

describe('docs/states.md', () => {
  const text = readFileSync(new URL('../../../../docs/states.md', import.meta.url), 'utf8');
  const drawn = [...text.matchAll(/^ {2}(\w+) --> (\w+):/gm)].map(([, from, to]) => `${from} --> ${to}`);

  /** Every fact turned over alone, from every set of facts that can be; a deletion is never taken back. */
  function reachable(): Set<string> {
    const both = [true, false];
    const all = both
      .flatMap((isGranted) => both.map((leaving) => ({ granted: isGranted, leaving })))
      .flatMap((facts) => both.map((reclaimed) => ({ ...facts, reclaimed })))
      .flatMap((facts) => both.map((suspended) => ({ ...facts, suspended })))
      .flatMap((facts): StateFacts[] => [facts, { ...facts, validUntil: '2020-01-01' }]);
    const distance = (a: StateFacts, b: StateFacts) =>
      [
        a.granted !== b.granted,
        a.leaving !== b.leaving,
        a.reclaimed !== b.reclaimed,
        a.suspended !== b.suspended,
        a.validUntil !== b.validUntil,
      ].filter(Boolean).length;
    const steps = all.flatMap((from) =>
      all
        .filter(
          (to) =>
            distance(from, to) === 1 &&
            !(from.leaving && !to.leaving) &&
            !(from.granted && !to.granted) &&
            // Only who can log in is reclaimed for not doing it.
            !(to.reclaimed && !from.reclaimed && stateOf(from, now) !== 'Active') &&
            (from.granted || !from.reclaimed) &&
            !(to.reclaimed && !to.granted),
        )
        .map((to) => [stateOf(from, now), stateOf(to, now)] as const),
    );
    return new Set(steps.filter(([from, to]) => from !== to).map(([from, to]) => `${from} --> ${to}`));
  }

  it('draws every transition that there is, and no other', () => {
    expect(new Set(drawn)).toEqual(reachable());
  });
});

describe('the age of a password (R25)', () => {
  it.each<[string, string | undefined, number, boolean]>([
    ['changed a month ago', '20261021000000Z', 31, true],
    ['a second before a month is over', '20261021000001Z', 31, false],
    ['passwords that do not age', '20200101000000Z', 0, false],
    ['never changed', undefined, 31, false],
    ['with fractions of a second', '20261021000000.123456Z', 31, true],
    ['unreadable', 'yesterday', 31, false],
  ])('%s', (_, changed, maxAgeDays, due) => {
    expect(isPasswordDue(changed, maxAgeDays, now)).toBe(due);
  });
});
