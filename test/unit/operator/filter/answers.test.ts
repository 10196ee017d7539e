import { describe, expect, it } from '@jest/globals';
import { countsOf, isComplete, samplesOf, signaturesOf } from '../../../../operator/filter/answers.ts';

const resp = (...values: readonly string[]) =>
  `*${values.length}\r\n${values.map((value) => `$${Buffer.byteLength(value)}\r\n${value}\r\n`).join('')}`;

describe('counts', () => {
  const answer = resp('action no action', '12', 'rule SECRET', '3', 'something else', '1');

  it('are numbers by action and by rule', () => {
    expect(countsOf(answer)).toEqual({ action: { 'no action': 12 }, rule: { SECRET: 3 } });
    expect(countsOf(resp())).toEqual({ action: {}, rule: {} });
  });

  it('are no numbers when Valkey complains', () => {
    expect(() => countsOf('-LOADING Valkey is loading the dataset in memory\r\n')).toThrow('LOADING');
  });

  it.each([...answer.slice(1)].map((_, index) => answer.slice(0, index + 1)))(
    'are not read from a part: %j',
    (part) => {
      expect(isComplete(part)).toBe(false);
    },
  );

  it('are read from the whole', () => {
    expect([answer, resp(), '-LOADING\r\n'].map(isComplete)).toEqual([true, true, true]);
  });
});

it.each([
  ['ClamAV 1.4.3/27461/Tue Nov 24 09:26:01 2026\0', Date.UTC(2026, 10, 24, 9, 26, 1) / 1000],
  ['ClamAV 1.4.3\0', undefined],
  ['ClamAV 1.4.3/27461/yesterday\0', undefined],
])('signatures of %j are of %p', (version, seconds) => {
  expect(signaturesOf(version)).toBe(seconds);
});

it("rspamd's metrics may stand behind others: no end, no name of theirs", () => {
  const text = '# TYPE rspamd_scanned counter\nrspamd_scanned_total 3\nprocess_start_time_seconds 1\n# EOF\n';
  expect(samplesOf(text)).toBe('rspamd_scanned_total 3\n');
});
