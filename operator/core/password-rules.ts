/** What the site asks of a password (R25), for those that slapd itself does not judge. Pure. */
import type { Site } from './site.ts';

/** Kinds of characters of which each must be there, as patterns that browsers take too. */
export const characterClasses = {
  upper: '[A-Z]',
  lower: '[a-z]',
  digit: '[0-9]',
  special: '[!-\\/:-@\\[-`\\{-~]',
} as const;

const classes: readonly (readonly [RegExp, string])[] = [
  [new RegExp(characterClasses.upper, 'u'), 'upper case'],
  [new RegExp(characterClasses.lower, 'u'), 'lower case'],
  [new RegExp(characterClasses.digit, 'u'), 'digit'],
  [new RegExp(characterClasses.special, 'u'), 'special character'],
];

/** Names of the kinds of characters that are missing. */
export function missingClasses(password: string): readonly string[] {
  return classes.filter(([characters]) => !characters.test(password)).map(([, name]) => name);
}

/** @returns what is wrong with it, without a word of it; undefined when it will do */
export function weaknessOf({ passwords }: Pick<Site, 'passwords'>, password: string): string | undefined {
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(password)) return 'has a line break or another control character';
  if ([...password].length < passwords.minLength)
    return `has less than ${passwords.minLength} characters (R25)`;
  const missing = missingClasses(password);
  return missing.length === 0 ? undefined : `is too weak (R25); missing: ${missing.join(', ')}`;
}
