/** When somebody gets a first password, when it is forgotten, and when a password is too old (R25). Pure. */
import type { Mailbox } from '../api/mailbox.ts';
import type { DirectoryEntry } from '../ports.ts';
import type { Attributes } from './entry.ts';
import { attribute, type EntryStatus } from './layout.ts';
import { all, first } from './observed.ts';
import { firstPasswordSecret, givenSecret } from './secrets.ts';
import type { Site } from './site.ts';
import { isPasswordDue } from './state.ts';

export type PasswordFacts = {
  readonly mailbox: Mailbox;
  readonly status: EntryStatus;
  readonly entry?: DirectoryEntry;
  readonly now: Date;
};

/**
 * A new entry and a new `spec.passwordReset` ask for a first password; the entry remembers which one was acted on, so
 * that none is set twice. Once the person has changed it, slapd drops `pwdReset`, and its Secret may go.
 */
export function passwordAttributes(site: Site, { mailbox, status, entry, now }: PasswordFacts): Attributes {
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
  const mustChange = first(entry, 'pwdReset') === 'TRUE';
  const isDue = isPasswordDue(first(entry, 'pwdChangedTime'), site.passwords.maxAgeDays, now);
  return {
    [attribute.passwordSecret]: mustChange ? all(entry, attribute.passwordSecret) : [],
    // While slapd still lets the person in: an expired password could not be changed any more.
    ...(isDue && !mustChange && status === 'Active' ? { pwdReset: ['TRUE'] } : {}),
  };
}
