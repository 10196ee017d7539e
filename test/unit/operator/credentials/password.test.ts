import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { generatePassword } from '../../../../operator/credentials/password.ts';
import { hashPassword } from '../../../../operator/credentials/ssha512.ts';

const samples = Array.from({ length: 5_000 }, generatePassword);

describe('generatePassword', () => {
  it('has every class of R25 and only characters that no one mixes up', () => {
    for (const password of samples) {
      expect(password).toMatch(/^[A-HJ-NP-Za-hjkmnp-z2-9]{4}(-[A-HJ-NP-Za-hjkmnp-z2-9]{4}){3}$/);
      for (const characters of [/[A-Z]/, /[a-z]/, /[0-9]/, /-/]) expect(password).toMatch(characters);
    }
  });

  it('never repeats', () => {
    expect(new Set(samples).size).toBe(samples.length);
  });

  it('draws 16 characters about equally often from enough for 80 bits', () => {
    const counts = new Map<string, number>();
    for (const character of samples.join('').replaceAll('-', '')) {
      counts.set(character, (counts.get(character) ?? 0) + 1);
    }
    expect(counts.size).toBe(55);
    // One bit off for the draws that lack a class.
    expect(16 * Math.log2(counts.size) - 1).toBeGreaterThan(80);
    // 5,000 × 16 / 55 ≈ 1,455 each, digits a little more; 20 % is more than seven standard deviations.
    for (const count of counts.values()) expect(Math.abs(count - 1_455)).toBeLessThan(291);
  });
});

describe('hashPassword', () => {
  it('is SHA-512 over password and salt, followed by 16 bytes of salt', () => {
    const stored = hashPassword('Mật khẩu 1!');
    expect(stored).toMatch(/^\{SSHA512\}/);
    const bytes = Buffer.from(stored.slice('{SSHA512}'.length), 'base64');
    const salt = bytes.subarray(64);
    expect(salt).toHaveLength(16);
    expect(bytes.subarray(0, 64)).toEqual(createHash('sha512').update('Mật khẩu 1!').update(salt).digest());
  });

  it('salts every hash anew', () => {
    expect(hashPassword('same')).not.toBe(hashPassword('same'));
  });
});
