/** From references to delegates to their accounts, where they are inside the organization (R26). Pure. */
import { delegateRights, type MailboxSpec } from '../api/mailbox.ts';
import type { Metadata } from '../api/resource.ts';
import type { Claimant } from './addresses.ts';
import type { Delegate } from './delegates.ts';
import type { ResolvedOrganization } from './organizations.ts';
import { type Problem, stalled, waiting } from './verdict.ts';

type Reference = NonNullable<MailboxSpec['delegates']>[number];

/** A mailbox once everything but its delegates is decided. */
export type Account = {
  /** `uid` of its entry, or of the one that it gets. */
  readonly account: string;
  readonly resource: Metadata;
  /** Absent where its spec or its account is at fault. */
  readonly claimant?: Claimant;
  /** It has an entry, or gets one in this pass. */
  readonly isGranted: boolean;
  /** It logs in now, or will after this pass. */
  readonly isActive: boolean;
  readonly isLeaving: boolean;
};

/** What else there is on a site. */
export type Known = {
  /** @param name `namespace/name` */
  readonly find: (name: string) => Account | undefined;
  /** Is there an account of this `uid`, and not closed? */
  readonly isOpen: (account: string) => boolean;
};

export type Resolved = { readonly delegates: readonly Delegate[]; readonly problems: readonly Problem[] };

/** What a reference comes to: a right, none for now, or the problem; `keep` leaves a right that is there as it is. */
type Answer = { readonly account?: string; readonly problem?: Problem; readonly keep?: true };

/**
 * The delegates of `owner`, and why others of those asked for are not. A reference about which nothing can be said keeps
 * the right that it gave before: it is not seen to be wrong.
 * @param before the delegates that its entry names now
 */
export function resolveDelegates(
  owner: Account,
  asked: readonly Reference[],
  before: readonly Delegate[],
  known: Known,
): Resolved {
  const delegates: Delegate[] = [];
  const problems: Problem[] = [];
  for (const { mailboxRef, rights } of asked) {
    const { name } = mailboxRef;
    const { account, problem, keep } = answer(owner, name, known);
    if (problem !== undefined) problems.push(problem);
    const former = before.find((delegate) => delegate.name === name);
    const kept = keep && former !== undefined && known.isOpen(former.account) ? former : undefined;
    const given = delegateRights.filter(
      (right) => rights.includes(right) && (kept === undefined || kept.rights.includes(right)),
    );
    const whose = account ?? kept?.account;
    if (whose !== undefined && given.length > 0) delegates.push({ account: whose, name, rights: given });
  }
  return { delegates, problems };
}

function answer(owner: Account, name: string, known: Known): Answer {
  const { namespace } = owner.resource;
  const says = (text: string) => `spec.delegates: Mailbox ${name} ${text}`;
  if (name === owner.resource.name) return { problem: stalled('NotInside', says('is this mailbox itself')) };
  const found = known.find(`${namespace}/${name}`);
  if (found === undefined)
    return { keep: true, problem: waiting('DelegateNotFound', says(`does not exist in ${namespace}`)) };
  if (found.isLeaving && !found.isActive)
    return { problem: waiting('DelegateNotFound', says('is being deleted')) };
  const organization = found.claimant?.organization;
  const own = owner.claimant?.organization;
  if (organization === undefined || own === undefined)
    return { keep: true, problem: waiting('DelegateNotReady', says('is not ready; see its conditions')) };
  if (!isInside(organization, own)) {
    const text = `belongs to ${organization.naming.name}, which is neither ${own.naming.name} nor below it; a delegate is a person or a unit inside the organization (R26)`;
    return { problem: stalled('NotInside', says(text)) };
  }
  if (!found.isGranted)
    return { problem: waiting('DelegateNotReady', says('has no account yet; see its conditions')) };
  return found.isActive ? { account: found.account } : {};
}

/** The same organization or one below it. */
export function isInside(organization: ResolvedOrganization, outer: ResolvedOrganization): boolean {
  for (let one: ResolvedOrganization | undefined = organization; one !== undefined; one = one.parent)
    if (one.dn === outer.dn) return true;
  return false;
}
