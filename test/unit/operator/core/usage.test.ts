import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { formatBytes, parseBytes } from '../../../../operator/core/quota.ts';
import { isOver, quotaStatus } from '../../../../operator/core/usage.ts';

const mib = 2 ** 20;

describe('what a status says of the used part of a quota', () => {
  it('is a size that people read, and a percentage', () => {
    expect(quotaStatus(500 * mib, 12 * mib, undefined)).toEqual({ limit: '500Mi', used: '12Mi', percent: 3 });
    expect(quotaStatus(500 * mib, 0, undefined)).toEqual({ limit: '500Mi', used: '0', percent: 0 });
    expect(quotaStatus(500 * mib, 1, undefined)).toEqual({ limit: '500Mi', used: '1Ki', percent: 1 });
  });

  it('is nothing, not 0, while it was never read', () => {
    expect(quotaStatus(500 * mib, undefined, undefined)).toEqual({ limit: '500Mi' });
  });

  it('stays until a step of 5 % is crossed, and while nothing is known', () => {
    const shown = quotaStatus(100 * mib, 11 * mib, undefined);
    expect(shown.percent).toBe(11);
    for (const used of [10 * mib, 14 * mib, undefined])
      expect(quotaStatus(100 * mib, used, shown)).toEqual(shown);
    expect(quotaStatus(100 * mib, 15 * mib, shown)).toMatchObject({ used: '15Mi', percent: 15 });
    expect(quotaStatus(100 * mib, 9 * mib, shown)).toMatchObject({ used: '9Mi', percent: 9 });
  });

  it('is over at the first byte too many, and not at the last that is allowed', () => {
    const full = quotaStatus(100 * mib, 100 * mib, undefined);
    expect(isOver(full)).toBe(false);
    expect(isOver(quotaStatus(100 * mib, 100 * mib + 1, full))).toBe(true);
  });

  it('follows a new limit at once, by what was last known', () => {
    const shown = quotaStatus(100 * mib, 11 * mib, undefined);
    const lowered = quotaStatus(10 * mib, undefined, shown);
    expect(lowered).toEqual({ limit: '10Mi', used: '11Mi', percent: 110 });
    expect(isOver(lowered)).toBe(true);
  });

  it('is taken for unknown where a status of another version holds something else', () => {
    expect(quotaStatus(100 * mib, undefined, { limit: '1Gi', used: 'a lot' })).toEqual({ limit: '100Mi' });
  });

  it('is written once for what does not change, whatever was shown before', () => {
    const bytes = fc.integer({ min: 0, max: 2 ** 40 });
    const limit = fc.integer({ min: 1, max: 2 ** 40 });
    fc.assert(
      fc.property(limit, bytes, bytes, (quota, before, used) => {
        const shown = quotaStatus(quota, before, undefined);
        const next = quotaStatus(quota, used, shown);
        expect(quotaStatus(quota, used, next)).toEqual(next);
        expect(quotaStatus(quota, undefined, next)).toEqual(next);
        expect(isOver(next)).toBe(used > quota);
        expect(next.limit === undefined ? quota : parseBytes(next.limit)).toBe(quota);
        expect(next.limit).toBe(formatBytes(quota));
      }),
    );
  });
});
