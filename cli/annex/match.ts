/** Which mailbox a row speaks of. Where two could be meant, nobody is chosen. */
import { localPartOf } from '../../operator/core/naming/identity.ts';
import type { Site } from '../../operator/core/site.ts';
import { type Cells, keyOf } from './columns.ts';
import type { AnnexField } from './form.ts';
import type { KnownMailbox, MailboxIndex } from './mailbox-index.ts';
import { type KnownOrganization, organizationKey } from './organization-index.ts';
import { Refused } from './refused.ts';

type Wanted = {
  readonly site: Site;
  readonly mailboxes: MailboxIndex;
  readonly cells: Cells<AnnexField>;
  readonly organization: KnownOrganization | undefined;
};

/** A row with the organization's name in both columns is about the organization's own mailbox (R3). */
export function isOrganizationMailbox(
  site: Site,
  { name }: Cells<AnnexField>,
  organization: KnownOrganization | undefined,
): boolean {
  return (
    name !== undefined &&
    organization !== undefined &&
    organizationKey(site, name) === organizationKey(site, organization.name)
  );
}

/**
 * The mailbox that a grant is for already, so that a list may be imported twice.
 * @throws Refused when it cannot be told whether it is there
 */
export function findGranted(wanted: Wanted): KnownMailbox | undefined {
  const { site, mailboxes, cells, organization } = wanted;
  if (cells.resource !== undefined) {
    const named = byResource(wanted);
    return named?.type === 'Personal' ? agreed(named, cells) : named;
  }
  if (isOrganizationMailbox(site, cells, organization)) return onlyOne(ofOrganization(wanted), wanted);
  const found = onlyOne(byStaffNumber(wanted), wanted);
  if (found !== undefined) return agreed(found, cells);
  const namesakes = mailboxes
    .called(cells.name ?? '')
    .filter((mailbox) => mailbox.organization === organization);
  if (cells.id === undefined) return onlyOne(namesakes, wanted);
  const unnumbered = namesakes.find(({ staffNumber }) => staffNumber === undefined);
  if (unnumbered === undefined) return undefined;
  throw new Refused(
    `${cells.name} đã có hộp thư ${unnumbered.manifest.file} chưa ghi mã cán bộ: nếu là cùng một người thì ghi mã vào tệp đó (spec.person.id), nếu không thì Trung tâm xử lý riêng`,
  );
}

/**
 * The mailbox that a change, a reset or a cancellation is about.
 * @throws Refused when there is none, or more than one
 */
export function findExisting(wanted: Wanted): KnownMailbox {
  const { site, cells, organization } = wanted;
  const { id, address, resource } = cells;
  if (organization !== undefined && isOrganizationMailbox(site, cells, organization)) {
    const found = onlyOne(ofOrganization(wanted), wanted);
    if (found !== undefined) return found;
    throw new Refused(`${organization.name} chưa có hộp thư đơn vị`);
  }
  if (id === undefined && address === undefined && resource === undefined) {
    throw new Refused('thiếu mã cán bộ hoặc địa chỉ hiện có', { field: 'address', rule: 'R20' });
  }
  const found =
    byResource(wanted) ?? onlyOne(byStaffNumber(wanted), wanted) ?? onlyOne(byAddress(wanted), wanted);
  if (found === undefined) {
    throw new Refused(`không có hộp thư nào với ${subject(cells)}`, {
      field: id === undefined ? 'address' : 'id',
    });
  }
  checkAgreement(found, wanted);
  return agreed(found, cells);
}

/** Of several ways in which a row names a mailbox, none may speak of another one. @throws Refused */
function checkAgreement(found: KnownMailbox, wanted: Wanted): void {
  const { cells, organization } = wanted;
  const { id, address, resource } = cells;
  if (id !== undefined && found.staffNumber !== undefined && keyOf(found.staffNumber) !== keyOf(id)) {
    throw new Refused(`${address ?? resource} là của mã cán bộ ${found.staffNumber}, không phải ${id}`, {
      field: 'id',
    });
  }
  if (address !== undefined && !holds(wanted, found)) {
    throw new Refused(`${address} không phải là địa chỉ của ${found.fullName} (${found.manifest.file})`, {
      field: 'address',
    });
  }
  if (organization !== undefined && !isWithin(found.organization, organization)) {
    const own = found.organization?.name ?? 'một đơn vị không có trong danh mục';
    throw new Refused(`hộp thư này thuộc ${own}, không thuộc ${organization.name} (R20)`, {
      field: 'organization',
      rule: 'R20',
    });
  }
}

function byResource({ mailboxes, cells }: Wanted): KnownMailbox | undefined {
  return cells.resource === undefined ? undefined : mailboxes.named(cells.resource)[0];
}

function ofOrganization({ mailboxes, organization }: Wanted): readonly KnownMailbox[] {
  return organization === undefined ? [] : mailboxes.ownOf(organization);
}

function byStaffNumber({ mailboxes, cells: { id } }: Wanted): readonly KnownMailbox[] {
  if (id === undefined) return [];
  return mailboxes.numbered(id);
}

/** Whoever asks for the address or was granted it; else the one person of that name who may have been given it. */
function byAddress({ site, mailboxes, cells, organization }: Wanted): readonly KnownMailbox[] {
  if (cells.address === undefined) return [];
  const localPart = localPartOf(site, cells.address.toLowerCase());
  if (localPart === undefined)
    throw new Refused(`${cells.address} không phải là địa chỉ của ${site.domain}`, { field: 'address' });
  const holders = mailboxes.holdersOf(localPart);
  if (holders.length > 0 || cells.name === undefined) return holders;
  return mailboxes
    .called(cells.name)
    .filter(
      (mailbox) =>
        (organization === undefined || isWithin(mailbox.organization, organization)) &&
        mailboxes.mayHold(mailbox, localPart),
    );
}

function holds({ site, mailboxes, cells }: Wanted, mailbox: KnownMailbox): boolean {
  const localPart = localPartOf(site, cells.address?.toLowerCase() ?? '');
  if (localPart === undefined) return false;
  return mailboxes.holdersOf(localPart).includes(mailbox) || mailboxes.mayHold(mailbox, localPart);
}

function onlyOne(found: readonly KnownMailbox[], { cells }: Wanted): KnownMailbox | undefined {
  if (found.length <= 1) return found[0];
  const files = found.map(({ manifest }) => manifest.file).join(', ');
  throw new Refused(`${subject(cells)} có ở nhiều hộp thư (${files}): ghi thêm mã cán bộ`, { field: 'id' });
}

/** A wrong number must not change or close somebody else's mailbox. */
function agreed(found: KnownMailbox, { name, id, address }: Cells<AnnexField>): KnownMailbox {
  if (name === undefined || found.nameKey === keyOf(name)) return found;
  throw new Refused(
    `${id ?? address} là của ${found.fullName || found.organization?.name}, không phải ${name} (${found.manifest.file})`,
    { field: 'name' },
  );
}

function isWithin(organization: KnownOrganization | undefined, top: KnownOrganization | undefined): boolean {
  if (organization === undefined) return false;
  return organization === top || isWithin(organization.parent, top);
}

function subject({ id, address, name, resource }: Cells<AnnexField>): string {
  if (resource !== undefined) return `tên tài nguyên ${resource}`;
  if (id !== undefined) return `mã cán bộ ${id}`;
  return address === undefined ? `họ và tên ${name}` : `địa chỉ ${address}`;
}
