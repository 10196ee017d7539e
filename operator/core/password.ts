/** When somebody gets a first password, when it is forgotten, and when a password is too old (R25). Pure. */
import type { Mailbox } from '../api/mailbox.ts';
import type { DirectoryEntry } from '../ports.ts';
import type { Attributes } from './entry.ts';
import { attribute } from './layout.ts';
import type { Life } from './life.ts';
import { all, first } from './observed.ts';
import { firstPasswordSecret, givenSecret } from './secrets.ts';
import type { Site } from './site.ts';
import { isPasswordDue } from './state.ts';
import { dateInVietnam, parseGeneralizedTime } from './time.ts';

export type PasswordFacts = {
  readonly mailbox: Mailbox;
  readonly life: Life;
  readonly entry?: DirectoryEntry;
  readonly now: Date;
};

/**
 * A new entry, a new `spec.passwordReset` and a reclaimed mailbox that is granted again ask for a first password; the entry remembers which one was acted on, so
 * that none is set twice. Once the person has changed it, slapd drops `pwdReset`, and its Secret may go.
 */
export function passwordAttributes(site: Site, { mailbox, life, entry, now }: PasswordFacts): Attributes {
  const asked = mailbox.spec.passwordReset;
  const acted = entry && first(entry, attribute.passwordReset);
  if (entry === undefined || (asked !== undefined && asked !== acted)) {
    return {
      [attribute.passwordReset]: asked === undefined ? [] : [asked],
      [attribute.passwordSecret]: [
        givenSecret(mailbox.spec) ?? firstPasswordSecret(mailbox.metadata.name, asked),
      ],
    };
  }
  if (life.grantedAgain !== undefined) {
    const secret = firstPasswordSecret(mailbox.metadata.name, `grant ${life.grantedAgain}`);
    return { [attribute.passwordSecret]: [secret] };
  }
  const mustChange = first(entry, 'pwdReset') === 'TRUE';
  const isDue = isPasswordDue(first(entry, 'pwdChangedTime'), site.passwords.maxAgeDays, now);
  return {
    [attribute.passwordSecret]: mustChange ? all(entry, attribute.passwordSecret) : [],
    // While slapd still lets the person in: an expired password could not be changed any more.
    ...(isDue && !mustChange && life.status === 'Active' ? { pwdReset: ['TRUE'] } : {}),
  };
}

/** The date in Việt Nam from which on the password must be changed (R25); nothing where that is not known, or never. */
export function passwordExpiry(
  { passwords: { maxAgeDays } }: Site,
  entry: DirectoryEntry | undefined,
): { readonly passwordExpiry?: string } {
  const changed = parseGeneralizedTime(entry && first(entry, 'pwdChangedTime'));
  if (changed === undefined || maxAgeDays === 0) return {};
  return { passwordExpiry: dateInVietnam(changed + maxAgeDays * 86_400_000) };
}
