import { describe, expect, it } from '@jest/globals';
import { type GivenNotice, planReclaim } from '../../../../operator/core/reclaim.ts';

const rules = { afterDays: 184, noticeDays: [30, 7] };
const access = Date.UTC(2026, 0, 1);
const on = (day: number) => access + day * 86_400_000;
const dayOf = (time: number | undefined) => time !== undefined && (time - access) / 86_400_000;

/** @param notices days of the notice and the day it was sent on */
function plan(today: number, ...notices: readonly [number, number][]) {
  const sent = notices.map(([days, day]): GivenNotice => ({ days, sent: on(day) }));
  const found = planReclaim(rules, access, sent, new Date(on(today)));
  return { at: dayOf(found?.at), notice: found?.notice, due: found?.due };
}

describe('a mailbox that nobody uses (R23)', () => {
  it.each<[string, ReturnType<typeof plan>, ReturnType<typeof plan>]>([
    ['is left alone for 154 days', plan(153), { at: 184, notice: undefined, due: false }],
    ['is given notice 30 days before', plan(154), { at: 184, notice: 30, due: false }],
    ['once', plan(155, [30, 154]), { at: 184, notice: undefined, due: false }],
    ['and 7 days before', plan(177, [30, 154]), { at: 184, notice: 7, due: false }],
    ['once', plan(178, [30, 154], [7, 177]), { at: 184, notice: undefined, due: false }],
    ['is reclaimed on the day', plan(184, [30, 154], [7, 177]), { at: 184, notice: undefined, due: true }],
    ['never without notice, however long it was unused', plan(900), { at: 930, notice: 30, due: false }],
    ['nor at once after the first', plan(901, [30, 900]), { at: 930, notice: undefined, due: false }],
    ['nor after the second', plan(923, [30, 900]), { at: 930, notice: 7, due: false }],
    [
      'nor sooner than a late second one says',
      plan(930, [30, 900], [7, 929]),
      { at: 936, notice: undefined, due: false },
    ],
    [
      'when both were given in time',
      plan(936, [30, 900], [7, 929]),
      { at: 936, notice: undefined, due: true },
    ],
    [
      'notices before the last access are void',
      plan(184, [30, -100], [7, -10]),
      { at: 214, notice: 30, due: false },
    ],
  ])('%s', (_, found, expected) => {
    expect(found).toEqual(expected);
  });

  it('is left alone for ever where the site says so', () => {
    expect(planReclaim({ ...rules, afterDays: 0 }, access, [], new Date(on(900)))).toBeUndefined();
  });
});
