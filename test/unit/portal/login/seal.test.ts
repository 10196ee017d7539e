/** What a browser keeps for the portal. */
import { describe, expect, it } from '@jest/globals';
import { seal, unseal } from '../../../../portal/login/seal.ts';

const sealed = seal('key', 'session', 'Nguyễn');

it('is opened with the same key for the same purpose, and looks different each time', () => {
  expect(unseal('key', 'session', sealed)).toBe('Nguyễn');
  expect(seal('key', 'session', 'Nguyễn')).not.toBe(sealed);
  expect(sealed).toMatch(/^[\w-]+$/);
});

describe('is not opened', () => {
  it.each([
    ['another key', () => unseal('other', 'session', sealed)],
    ['another purpose', () => unseal('key', 'another', sealed)],
    ['an altered end', () => unseal('key', 'session', `${sealed.slice(0, -4)}AAAA`)],
    ['an altered tag', () => unseal('key', 'session', `${sealed.slice(0, 20)}AAAA${sealed.slice(24)}`)],
    ['a part of it', () => unseal('key', 'session', sealed.slice(0, 30))],
    ['nothing', () => unseal('key', 'session', '')],
    ['a text', () => unseal('key', 'session', 'Nguyễn Thanh Bình '.repeat(5))],
  ])('%s', (_, open) => {
    expect(open()).toBeUndefined();
  });
});

it('has no key that is empty', () => {
  expect(() => seal('', 'session', 'x')).toThrow('empty');
});
