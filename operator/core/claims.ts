/** Who may hold addresses, and who may not and why. Pure. */
import { type Mailbox, parseMailbox } from '../api/mailbox.ts';
import type { Resource } from '../api/resource.ts';
import type { DirectoryEntry } from '../ports.ts';
import type { Claimant } from './addresses.ts';
import { adopters, adoptionOf } from './adoption.ts';
import {
  closedProblem,
  endedAccounts,
  formerAccounts,
  isSamePerson,
  removalProblem,
  restoreOf,
  takingBackProblem,
} from './former.ts';
import { attribute } from './layout.ts';
import type { Restore } from './mail-work.ts';
import { resourceName } from './naming/identity.ts';
import { accountOf, first, type Observed } from './observed.ts';
import type { Organizations, ResolvedOrganization } from './organizations.ts';
import { hostOf } from './shards.ts';
import { attempt, type Problem, waiting } from './verdict.ts';

export type Claims = {
  /** By UID of the resource. */
  readonly claimants: ReadonlyMap<string, Claimant>;
  /** By UID of the resource; a claimant may have some, too. */
  readonly problems: ReadonlyMap<string, readonly Problem[]>;
  /** By UID of the resource that waits for it. */
  readonly restores: ReadonlyMap<string, Restore>;
};

/** Checks every mailbox, and finds its organization and the account that it has or takes back. */
export function claimsOf(
  mailboxes: readonly Resource[],
  observed: Observed,
  organizations: Organizations,
): Claims {
  const accounts = {
    observed,
    former: formerAccounts(mailboxes, observed),
    ended: endedAccounts(observed),
    adopting: adopters(mailboxes),
  };
  const claimants = new Map<string, Claimant>();
  const problems = new Map<string, Problem[]>();
  const restores = new Map<string, Restore>();
  for (const resource of mailboxes) {
    const { uid, deletionTimestamp } = resource.metadata;
    const parsed = attempt('Invalid', () => parseMailbox(resource));
    if ('problem' in parsed) {
      problems.set(uid, [parsed.problem]);
      continue;
    }
    const mailbox = parsed.value;
    const organization = organizations.resolved.get(organizationName(mailbox));
    if (organization === undefined) problems.set(uid, [organizationProblem(organizations, mailbox)]);
    const { refusal, restore, ...account } = accountFor(resource, mailbox, organization, accounts);
    if (restore !== undefined && deletionTimestamp === undefined) restores.set(uid, restore);
    if (refusal !== undefined) problems.set(uid, [refusal]);
    else claimants.set(uid, { ...account, ...(organization === undefined ? {} : { organization }) });
  }
  return { claimants, problems, restores };
}

type Accounts = {
  readonly observed: Observed;
  readonly former: ReadonlyMap<string, DirectoryEntry>;
  readonly ended: ReadonlyMap<string, readonly DirectoryEntry[]>;
  readonly adopting: ReturnType<typeof adopters>;
};

/** Its own account, a former resource's of its name, one it adopts, one that lies in the archive, or none yet. */
function accountFor(
  resource: Resource,
  mailbox: Mailbox,
  organization: ResolvedOrganization | undefined,
  { observed, former, ended, adopting }: Accounts,
): Omit<Claimant, 'organization'> & { readonly refusal?: Problem; readonly restore?: Restore } {
  const { uid } = mailbox.metadata;
  const own = observed.byOwner.get(uid);
  const claim = { mailbox, ownerUid: uid };
  if (own !== undefined) return { ...claim, ...refused(closedProblem(own)) };
  const name = resourceName(mailbox.metadata);
  const account = former.get(name);
  if (account !== undefined) {
    const ownerUid = first(account, attribute.ownerUid) ?? uid;
    return { ...claim, ownerUid, ...refused(takingBackProblem(account, mailbox, organization)) };
  }
  const adoption = adoptionOf(observed, resource, adopting);
  if (adoption !== undefined)
    return { ...claim, ownerUid: adoption.owner ?? uid, ...refused(adoption.problem) };
  // Another person's is nothing to this one: the name is free.
  const memory = ended.get(name)?.find((entry) => isSamePerson(entry, mailbox, organization));
  if (memory === undefined) return claim;
  const restore = restoreOf(memory);
  return {
    ...claim,
    mailbox: withAddress(mailbox, memory),
    account: accountOf(memory),
    host: hostOf(memory),
    ...refused(removalProblem(memory)),
    ...(restore === undefined ? {} : { restore }),
  };
}

function refused(refusal: Problem | undefined): { readonly refusal?: Problem } {
  return refusal === undefined ? {} : { refusal };
}

/** The address that was the account's is promised to it, as one in the status is. */
function withAddress(mailbox: Mailbox, memory: DirectoryEntry): Mailbox {
  const address = first(memory, 'mail');
  return address === undefined ? mailbox : { ...mailbox, status: { address, ...mailbox.status } };
}

function organizationName({ metadata, spec }: Mailbox): string {
  return `${metadata.namespace}/${spec.organizationRef.name}`;
}

function organizationProblem({ names }: Organizations, mailbox: Mailbox): Problem {
  const { name } = mailbox.spec.organizationRef;
  return names.has(organizationName(mailbox))
    ? waiting(
        'OrganizationNotReady',
        `spec.organizationRef: Organization ${name} is not ready; see its conditions`,
      )
    : waiting(
        'OrganizationNotFound',
        `spec.organizationRef: there is no Organization ${name} in ${mailbox.metadata.namespace}`,
      );
}
