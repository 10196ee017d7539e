import { expect, it } from '@jest/globals';
import { weaknessOf } from '../../../../operator/core/password-rules.ts';
import { generatePassword } from '../../../../operator/credentials/password.ts';
import { socTrang } from '../../../support/sites.ts';

it.each([
  ['Aa1-5678', undefined],
  ['Aa1-567', 'has less than 8 characters (R25)'],
  ['aa1-5678', 'is too weak (R25); missing: upper case'],
  ['AA1-5678', 'is too weak (R25); missing: lower case'],
  ['Aaa-bcde', 'is too weak (R25); missing: digit'],
  ['Aaa1bcde', 'is too weak (R25); missing: special character'],
  ['Aa1-5678\r\n', 'has a line break or another control character'],
])('%j %s', (password, weakness) => {
  expect(weaknessOf(socTrang, password)).toBe(weakness);
});

it('takes what is drawn', () => {
  expect(weaknessOf(socTrang, generatePassword())).toBeUndefined();
});
