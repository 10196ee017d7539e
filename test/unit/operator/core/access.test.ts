import { describe, expect, it } from '@jest/globals';
import { type AccessFacts, accessToKeep, lastAccess } from '../../../../operator/core/access.ts';

const grant = Date.UTC(2026, 0, 5);
const date = (time: number | undefined) => time !== undefined && new Date(time).toISOString().slice(0, 10);

describe('the last access is the latest of (R23)', () => {
  it.each<[string, AccessFacts, string]>([
    ['the grant, while nothing else was', { granted: grant }, '2026-01-05'],
    ['the last login', { granted: grant, bind: '20260301000000Z' }, '2026-03-01'],
    ['a login before it was granted again', { granted: grant, bind: '20251101000000Z' }, '2026-01-05'],
    ['the own change of the password', { granted: grant, passwordChanged: '20260401000000Z' }, '2026-04-01'],
    [
      'not the setting of a first password by the operator, which the person has not changed',
      { granted: grant, passwordChanged: '20260401000000Z', mustChange: true },
      '2026-01-05',
    ],
    ["a delegate's access", { granted: grant, delegates: [Date.UTC(2026, 4, 1), 0] }, '2026-05-01'],
    ['what was kept: a lost login time takes nothing back', { kept: '20260601000000Z' }, '2026-06-01'],
    [
      'all of them',
      {
        granted: grant,
        kept: '20260601000000Z',
        bind: '20260701000000.123456Z',
        passwordChanged: '20260501000000Z',
        delegates: [Date.UTC(2026, 5, 30)],
      },
      '2026-07-01',
    ],
  ])('%s', (_, facts, expected) => {
    expect(date(lastAccess(facts))).toBe(expected);
  });

  it('nothing where nothing is known, and nothing from what cannot be read', () => {
    expect(lastAccess({})).toBeUndefined();
    expect(lastAccess({ bind: 'yesterday' })).toBeUndefined();
  });
});

describe('what is kept', () => {
  it.each<[string, string | undefined, number, string]>([
    ['the first one', undefined, Date.UTC(2026, 5, 1), '20260601000000Z'],
    ['nothing new within a day', '20260601000000Z', Date.UTC(2026, 5, 1, 23, 59, 59), '20260601000000Z'],
    ['a day later', '20260601000000Z', Date.UTC(2026, 5, 2), '20260602000000Z'],
    ['never an earlier one', '20260601000000Z', Date.UTC(2026, 1, 1), '20260601000000Z'],
  ])('%s', (_, kept, latest, expected) => {
    expect(accessToKeep(kept, latest)).toBe(expected);
  });
});
