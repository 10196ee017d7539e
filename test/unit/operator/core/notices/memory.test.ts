import { describe, expect, it } from '@jest/globals';
import {
  formatMemory,
  type MemoryFacts,
  parseMemory,
  stillCounts,
} from '../../../../../operator/core/notices/memory.ts';

const now = Date.UTC(2026, 10, 26);
const ago = (days: number) => new Date(now - days * 86_400_000).toISOString().replace('.000', '');

describe('what an entry remembers of notices', () => {
  it.each([
    '30 2026-10-22T00:00:00Z',
    'password 7 2026-10-22T00:00:00Z',
    'quota 95 2026-10-22T00:00:00Z',
    'end 2027-01-01/30 2026-10-22T00:00:00Z',
    'suspension - 2026-10-22T00:00:00Z due',
    'delegation nguyen-thanh-binh 2026-10-22T00:00:00Z',
    'rename cu@soctrang.gov.vn 2026-10-22T00:00:00Z due',
  ])('is read as it was written: %s', (value) => {
    const memory = parseMemory(value);
    expect(memory && formatMemory(memory)).toBe(value);
  });

  it.each(['', '30', 'password 7', 'party - 2026-10-22T00:00:00Z', 'password 7 soon'])(
    'is nothing where it cannot be read: %j',
    (value) => {
      expect(parseMemory(value)).toBeUndefined();
    },
  );

  const facts: MemoryFacts = {
    now,
    status: 'Active',
    lastAccess: now - 10 * 86_400_000,
    passwordChanged: now - 10 * 86_400_000,
    validUntil: '2027-01-01',
  };
  it.each<[boolean, string, Partial<MemoryFacts>]>([
    [true, `30 ${ago(9)}`, {}],
    [false, `30 ${ago(11)}`, {}],
    [false, `30 ${ago(9)}`, { status: 'Suspended' }],
    [true, `7 ${ago(9)}`, { status: 'Reclaimed' }],
    [true, `password 7 ${ago(9)}`, {}],
    [false, `password 7 ${ago(11)}`, {}],
    [false, `password 7 ${ago(9)}`, { passwordChanged: undefined }],
    [true, `quota 80 ${ago(900)}`, {}],
    [true, `end 2027-01-01/7 ${ago(9)}`, {}],
    [false, `end 2027-01-02/7 ${ago(9)}`, {}],
    [false, `end 2027-01-01/7 ${ago(9)}`, { validUntil: undefined }],
    [false, `suspension - ${ago(9)}`, {}],
    [true, `suspension - ${ago(9)} due`, { status: 'Suspended' }],
    [false, `delegation binh ${ago(31)} due`, {}],
    [true, `delegation binh ${ago(89)}`, {}],
    [false, `rename cu@soctrang.gov.vn ${ago(91)}`, {}],
  ])('counts (%s): %s %j', (expected, value, changed) => {
    const memory = parseMemory(value);
    expect(memory && stillCounts(memory, { ...facts, ...changed })).toBe(expected);
  });
});
