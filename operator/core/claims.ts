/** Who may hold addresses, and who may not and why. Pure. */
import { type Mailbox, parseMailbox } from '../api/mailbox.ts';
import type { Resource } from '../api/resource.ts';
import type { Claimant } from './addresses.ts';
import { closedProblem, formerAccounts, takingBackProblem } from './former.ts';
import { attribute } from './layout.ts';
import { resourceName } from './naming/identity.ts';
import { first, type Observed } from './observed.ts';
import type { Organizations } from './organizations.ts';
import { attempt, type Problem, waiting } from './verdict.ts';

export type Claims = {
  /** By UID of the resource. */
  readonly claimants: ReadonlyMap<string, Claimant>;
  /** By UID of the resource; a claimant may have some, too. */
  readonly problems: ReadonlyMap<string, readonly Problem[]>;
};

/** Checks every mailbox, and finds its organization and the account that it has or takes back. */
export function claimsOf(
  mailboxes: readonly Resource[],
  observed: Observed,
  organizations: Organizations,
): Claims {
  const former = formerAccounts(mailboxes, observed);
  const claimants = new Map<string, Claimant>();
  const problems = new Map<string, Problem[]>();
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
    const account = observed.byOwner.has(uid) ? undefined : former.get(resourceName(resource.metadata));
    const refusal =
      account === undefined
        ? closedProblem(observed.byOwner.get(uid))
        : takingBackProblem(account, mailbox, organization);
    if (refusal !== undefined) {
      problems.set(uid, [refusal]);
      continue;
    }
    const ownerUid = (account && first(account, attribute.ownerUid)) ?? uid;
    claimants.set(uid, { mailbox, ownerUid, ...(organization === undefined ? {} : { organization }) });
  }
  return { claimants, problems };
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
