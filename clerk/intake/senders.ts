/** Whose mailbox an address is: an organization's own, or somebody's. Pure. */
import type { MailboxSpec, MailboxStatus } from '../../operator/api/mailbox.ts';
import type { Resource } from '../../operator/api/resource.ts';
import { localPartOf } from '../../operator/core/naming/identity.ts';
import type { Site } from '../../operator/core/site.ts';

export type Sender = {
  readonly type: MailboxSpec['type'];
  readonly namespace: string;
  /** Resource name of the organization that the mailbox belongs to. */
  readonly organization: string;
  /** The mailbox's own address, whatever it was written from. */
  readonly address: string;
};

/**
 * An address of any of the site's domains, the further and former ones of a mailbox among them.
 * @returns undefined where it is no mailbox's
 */
export function senderOf(site: Site, mailboxes: Iterable<Resource>, address: string): Sender | undefined {
  const localPart = localPartOf(site, address.toLowerCase());
  if (localPart === undefined) return undefined;
  for (const resource of mailboxes) {
    const status = resource.status as MailboxStatus | undefined;
    const addresses = [status?.address, ...(status?.aliases ?? [])];
    if (
      status?.address === undefined ||
      !addresses.some((one) => one && localPartOf(site, one) === localPart)
    )
      continue;
    const { type, organizationRef } = resource.spec as MailboxSpec;
    return {
      type,
      namespace: resource.metadata.namespace,
      organization: organizationRef.name,
      address: status.address,
    };
  }
  return undefined;
}
