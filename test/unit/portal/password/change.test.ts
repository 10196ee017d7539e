/** How a wish for another password ends, and when (R25, R42). */
import { setImmediate as turn } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Outcome } from '../../../../operator/core/portal-texts.ts';
import { Unavailable } from '../../../../operator/errors.ts';
import { type PasswordRefusal, PasswordRefused } from '../../../../operator/ldap/password-change.ts';
import { Memory } from '../../../../operator/throttle/memory.ts';
import { Attempts } from '../../../../portal/attempts.ts';
import { namesOf } from '../../../../portal/directory.ts';
import { Changes, faultOf } from '../../../../portal/password/change.ts';
import { daNang, socTrang as site } from '../../../support/sites.ts';

const form = {
  token: '',
  address: 'ntbinh',
  current: 'Cu-Mat-Khau-1',
  wanted: 'Moi-Mat-Khau-2',
  again: 'Moi-Mat-Khau-2',
};
const { pair } = site.throttle.failures;

let refusal: Error | undefined;
let kick: Error | undefined;
/** Milliseconds: what slapd takes for an answer, and how long it is since the beginning. */
let work: number;
let time: number;
let asked: number;
let ended: (readonly string[])[];
let seen: { outcome: Outcome; person: string; address: string }[];
let changes: Changes;

beforeEach(() => {
  refusal = undefined;
  kick = undefined;
  [work, time, asked, ended, seen] = [0, 0, 0, [], []];
  changes = new Changes({
    site,
    attempts: new Attempts({
      site,
      memory: new Memory(site.throttle, 100, () => 0),
      now: () => time,
      pause: async (milliseconds) => {
        time += milliseconds;
      },
    }),
    directory: {
      async change() {
        asked += 1;
        await turn();
        time += work;
        if (refusal !== undefined) throw refusal;
        return ['ntbinh@soctrang.gov.vn'];
      },
    },
    async endSessions(names) {
      ended.push(names);
      if (kick !== undefined) throw kick;
    },
    observe: (outcome, { person, address }) => seen.push({ outcome, person, address }),
  });
});

const carryOut = (more: Partial<typeof form> = {}, address = '192.0.2.7') =>
  changes.carryOut({ ...form, ...more }, address);

it('changes the password and ends the sessions', async () => {
  expect(await carryOut()).toBe('changed');
  expect(ended).toEqual([['ntbinh@soctrang.gov.vn']]);
  expect(seen).toEqual([{ outcome: 'changed', person: 'ntbinh@soctrang.gov.vn', address: '192.0.2.7' }]);
});

it('says so when sessions may go on', async () => {
  kick = new Unavailable('Dovecot', 'gone');
  expect(await carryOut()).toBe('changedOnly');
});

it.each<[PasswordRefusal, Outcome]>([
  ['wrong', 'wrong'],
  ['closed', 'wrong'],
  ['short', 'weak'],
  ['used', 'used'],
  ['expired', 'expired'],
  ['other', 'other'],
])('what slapd refuses as %s is told as %s', async (reason, outcome) => {
  refusal = new PasswordRefused(reason);
  expect(await carryOut()).toBe(outcome);
  expect(ended).toEqual([]);
});

describe('without asking the directory', () => {
  it.each<[Partial<typeof form>, Outcome]>([
    [{ current: '' }, 'incomplete'],
    [{ again: 'Moi-Mat-Khau-3' }, 'different'],
    [{ wanted: form.current, again: form.current }, 'same'],
    [{ wanted: 'ngan', again: 'ngan' }, 'weak'],
    [{ wanted: 'Moi-Mat-Khau-2\n', again: 'Moi-Mat-Khau-2\n' }, 'weak'],
  ])('%j is %s', async (more, outcome) => {
    expect(faultOf(site, { ...form, ...more })).toBe(outcome);
    expect(await carryOut(more)).toBe(outcome);
    expect(asked).toBe(0);
  });
});

describe('guessing', () => {
  const guess = (number: number, more: Partial<typeof form> = {}, address?: string) =>
    carryOut({ current: `Sai-Mat-Khau-${number}`, ...more }, address);

  it('is refused after as many as at a login, whatever name is used, and for nobody at another address', async () => {
    refusal = new PasswordRefused('wrong');
    const names = ['ntbinh', 'NTBinh@soctrang.gov.vn'];
    for (let number = 0; number < pair; number += 1)
      expect(await guess(number, { address: names[number % 2] ?? '' })).toBe('wrong');
    expect(await guess(99)).toBe('throttled');
    expect(asked).toBe(pair);
    refusal = undefined;
    expect(await carryOut()).toBe('throttled');
    expect(await carryOut({}, '192.0.2.8')).toBe('changed');
  });

  it('is not what a new password that is refused is', async () => {
    refusal = new PasswordRefused('used');
    for (let number = 0; number < pair * 2; number += 1) expect(await carryOut()).toBe('used');
  });

  it('is not what an outage is', async () => {
    refusal = new Unavailable('LDAP', 'gone');
    for (let number = 0; number < pair * 2; number += 1) expect(await guess(number)).toBe('unavailable');
  });

  it('gets its answers at even times, however soon slapd answers', async () => {
    refusal = new PasswordRefused('wrong');
    for (const [milliseconds, answered] of [
      [0.1, 1000],
      [600, 1000],
      [1700, 2000],
    ] as const) {
      [work, time] = [milliseconds, 0];
      await guess(milliseconds);
      expect(time).toBeCloseTo(answered);
    }
  });
});

it('carries out a few at a time, and tells the others at once', async () => {
  const outcomes = await Promise.all(
    Array.from({ length: 6 }, (_, number) => carryOut({}, `192.0.2.${number}`)),
  );
  expect(outcomes.filter((outcome) => outcome === 'busy')).toHaveLength(2);
});

it.each([
  [site, 'NTBinh ', ['ntbinh @soctrang.gov.vn']],
  [site, 'ntbinh@soctrang.gov.vn', ['ntbinh@soctrang.gov.vn']],
  [site, 'ntbinh@example.org', ['ntbinh@example.org']],
  [{ ...daNang, domainAliases: ['cu.gov.vn'] }, 'x@cu.gov.vn', ['x@danang.gov.vn', 'x@cu.gov.vn']],
])('%# an address means', (of, typed, names) => {
  expect(namesOf(of, typed)).toEqual(names);
});
