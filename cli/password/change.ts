/** What a refused change of a password is to whoever types it at a terminal. */
import { missingClasses } from '../../operator/core/password-rules.ts';
import type { Site } from '../../operator/core/site.ts';
import type { PasswordRefused } from '../../operator/ldap/password-change.ts';
import { Failed } from '../failure.ts';

/** Not for `wrong`, which another password may put right. */
export function explain({ passwords }: Site, wanted: string, { reason, message }: PasswordRefused): Failed {
  const missing = missingClasses(wanted).join(', ');
  const classes = 'an upper-case letter, a lower-case letter, a digit and a special character';
  const words: Readonly<Record<PasswordRefused['reason'], string>> = {
    wrong: 'the current password is not the right one',
    expired: 'the current password has expired: ask the Centre for a new one',
    closed: 'the account is suspended or closed',
    forbidden: 'this account may not change its password',
    weak: `the new password is too weak: it needs ${classes}${missing === '' ? '' : `; missing: ${missing}`} (R25)`,
    short: `the new password is too short: it needs at least ${passwords.minLength} characters (R25)`,
    young: 'the current password is too new to be changed again',
    used: `the new password was used before: the last ${passwords.history} are refused`,
    other: `the directory refuses: ${message}`,
  };
  return new Failed(words[reason]);
}
