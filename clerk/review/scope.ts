/** Who may ask, for whom, and where (R20). Pure. */
import type { KnownOrganization } from '../../cli/annex/organization-index.ts';
import { Refused } from '../../cli/annex/refused.ts';
import type { Finding, MailboxRequest, RequestRow } from '../../operator/api/request.ts';
import type { Resource } from '../../operator/api/resource.ts';
import { addressOf } from '../../operator/core/naming/identity.ts';
import type { Site } from '../../operator/core/site.ts';
import type { RequestRules } from '../../operator/core/site-requests.ts';
import { actionTitle } from './cells.ts';
import type { Mailboxes } from './world.ts';

/** What is wrong with whoever asks: then no row is carried out. */
export function requesterFindings(
  { spec }: MailboxRequest,
  requester: KnownOrganization | undefined,
  mailboxes: Pick<Mailboxes, 'ownOf'>,
): readonly Finding[] {
  const { organizationRef, address } = spec.requester;
  const refused = (message: string, rule: string): Finding => ({ rule, message, refuses: true });
  if (requester === undefined)
    return [refused(`đơn vị đề nghị "${organizationRef.name}" không có trong danh mục`, 'R44')];
  const empty =
    spec.rows.length === 0 && spec.findings === undefined
      ? [refused('danh sách không có dòng nào', 'R20')]
      : [];
  const own = addressIn(mailboxes.ownOf(requester.id.name));
  if (spec.source === 'Mail' && address?.toLowerCase() !== own)
    return [refused(`${address} không phải là hộp thư của ${requester.name}`, 'R20'), ...empty];
  return empty;
}

/** The address of a mailbox, where it receives mail. */
export function addressIn(mailbox: Resource | undefined): string | undefined {
  const { address, state } = (mailbox?.status ?? {}) as { address?: string; state?: string };
  return state === 'Reclaimed' || state === 'Closed' ? undefined : address;
}

/** Each kind of request has its service address. */
export function serviceFinding(
  site: Site,
  { service }: MailboxRequest['spec'],
  { number, action }: RequestRow,
): Finding | undefined {
  const right = action && site.requests.services[action];
  if (action === undefined || right === undefined || service === undefined || service === right)
    return undefined;
  const message = `yêu cầu ${actionTitle(action)} gửi đến ${addressOf(site, right)}, không gửi đến ${addressOf(site, service)}`;
  return { row: number, field: 'action', rule: 'R20', message, refuses: true };
}

/**
 * What a row is allowed to speak of.
 * @returns a check that throws Refused for an organization that the requester may not ask for
 */
export function scopeCheck(
  scope: RequestRules['scope'],
  requester: KnownOrganization,
): (organization: KnownOrganization | undefined) => void {
  return (organization) => {
    const isOwn = organization === undefined ? false : isSame(organization, requester);
    if (isOwn || (scope === 'OwnAndBelow' && isBelow(organization, requester))) return;
    const whose = organization?.name ?? 'một đơn vị không có trong danh mục';
    throw new Refused(`${requester.name} không được đề nghị thay cho ${whose}`, {
      field: 'organization',
      rule: 'R20',
    });
  };
}

function isSame(one: KnownOrganization, other: KnownOrganization): boolean {
  return one.id.name === other.id.name && one.id.namespace === other.id.namespace;
}

function isBelow(organization: KnownOrganization | undefined, top: KnownOrganization): boolean {
  const above = organization?.parent;
  return above !== undefined && (isSame(above, top) || isBelow(above, top));
}
