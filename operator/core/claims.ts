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
  const former = formerAccounts(mailboxes, observed);
  const adopting = adopters(mailboxes);
  const ended = endedAccounts(observed);
  const claimants = new Map<string, Claimant>();
  const problems = new Map<string, Problem[]>();
  const restores = new Map<string, Restore>();
  for (const resource of mailboxes) {
    const { uid } = resource.metadata;
    const parsed = attempt('Invalid', () => parseMailbox(resource));
    if ('problem' in parsed) {
      problems.set(uid, [parsed.problem]);
      continue;
    }
    const mailbox = parsed.value;
    const organization = organizations.resolved.get(organizationName(mailbox));
    if (organization === undefined) problems.set(uid, [organizationProblem(organizations, mailbox)]);
    const own = observed.byOwner.get(uid);
    const account = own === undefined ? former.get(resourceName(resource.metadata)) : undefined;
    const isNew = own === undefined && account === undefined;
    const adoption = isNew ? adoptionOf(observed, resource, adopting) : undefined;
    const memory =
      isNew && adoption === undefined
        ? endedAccount(ended.get(resourceName(resource.metadata)), mailbox, organization)
        : undefined;
    const refusal =
      account === undefined
        ? (closedProblem(own) ?? adoption?.problem ?? (memory && removalProblem(memory)))
        : takingBackProblem(account, mailbox, organization);
    if (refusal !== undefined) {
      problems.set(uid, [refusal]);
      const restore = memory && restoreOf(memory);
      if (restore !== undefined && resource.metadata.deletionTimestamp === undefined)
        restores.set(uid, restore);
      continue;
    }
    const ownerUid = adoption?.owner ?? (account && first(account, attribute.ownerUid)) ?? uid;
    claimants.set(uid, {
      mailbox: memory === undefined ? mailbox : withAddress(mailbox, memory),
      ownerUid,
      ...(memory === undefined ? {} : { account: accountOf(memory) }),
      ...(organization === undefined ? {} : { organization }),
    });
  }
  return { claimants, problems, restores };
}

/** The account that ended, if this is the same person; else the name is free for another one. */
function endedAccount(
  memory: DirectoryEntry | undefined,
  mailbox: Mailbox,
  organization: ResolvedOrganization | undefined,
): DirectoryEntry | undefined {
  return memory !== undefined && isSamePerson(memory, mailbox, organization) ? memory : undefined;
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
