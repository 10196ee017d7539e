/** What the command says of a refused change (R25). */
import { expect, it } from '@jest/globals';
import { explain } from '../../../cli/password/change.ts';
import { PasswordRefused } from '../../../operator/ldap/password-change.ts';
import { socTrang } from '../../support/sites.ts';

it.each([
  [new PasswordRefused('short'), 'too short: it needs at least 8 characters (R25)'],
  [new PasswordRefused('weak'), 'missing: upper case, special character (R25)'],
  [new PasswordRefused('used'), 'used before: the last 5 are refused'],
  [new PasswordRefused('other', 'constraint violation'), 'the directory refuses: constraint violation'],
])('%j', (refused, words) => {
  expect(explain(socTrang, 'abcd1234', refused).message).toContain(words);
});
