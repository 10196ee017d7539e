/** Mailboxes as rows of the annex's list: what `hopthu import` makes the same manifests of. */
import type { MailboxSpec } from '../../operator/api/mailbox.ts';
import { resourceName } from '../../operator/core/naming/identity.ts';
import type { Site } from '../../operator/core/site.ts';
import { type AnnexField, annexColumns, annexWidths, requestTitles, stateTitles } from './form.ts';
import { type KnownOrganization, OrganizationIndex, type Source } from './organization-index.ts';

export type ExportedMailbox = Source & {
  /** The granted address, where it is known. */
  readonly address?: string;
};

export type AnnexTable = {
  readonly rows: readonly (readonly string[])[];
  readonly widths: readonly number[];
  /** Fields that are set somewhere and have no column, such as `spec.delegates`. */
  readonly left: readonly string[];
};

const fields = Object.keys(annexColumns) as AnnexField[];
/** A request of the past is no property of the mailbox. */
const known = new Set([
  'organizationRef',
  'type',
  'localPart',
  'aliases',
  'quota',
  'state',
  'validUntil',
  'passwordReset',
  'person.id',
  'person.fullName',
  'person.title',
  'person.phone',
  'person.registeredAt',
]);

/** By organization, then by name in Vietnamese order; the first row has the titles. */
export function annexTable(
  site: Site,
  organizations: readonly Source[],
  mailboxes: readonly ExportedMailbox[],
): AnnexTable {
  const index = new OrganizationIndex(site, organizations);
  const byKey = new Map(index.all.map((organization) => [resourceName(organization.id), organization]));
  const { compare } = new Intl.Collator('vi');
  const cells = mailboxes
    .map((mailbox) => cellsOf(index, byKey, mailbox))
    .sort(
      (a, b) =>
        compare(a.organization, b.organization) || compare(a.name, b.name) || compare(a.resource, b.resource),
    );
  return {
    rows: [
      fields.map((field) => annexColumns[field].title),
      ...cells.map((row, position) =>
        fields.map((field) => (field === 'index' ? String(position + 1) : (row[field] ?? ''))),
      ),
    ],
    widths: fields.map((field) => annexWidths[field]),
    left: [...new Set(mailboxes.flatMap(({ spec }) => unknownFields(spec)))].sort(),
  };
}

type ExportedCells = Partial<Record<AnnexField, string>> & {
  name: string;
  organization: string;
  resource: string;
};

function cellsOf(
  index: OrganizationIndex,
  byKey: ReadonlyMap<string, KnownOrganization>,
  { id, spec: source, address }: ExportedMailbox,
): ExportedCells {
  const spec = source as MailboxSpec;
  const { person } = spec;
  const organization = byKey.get(`${id.namespace}/${spec.organizationRef.name}`);
  return {
    name: person?.fullName ?? organization?.name ?? '',
    title: person?.title ?? '',
    organization: organization === undefined ? spec.organizationRef.name : index.titleOf(organization),
    request: requestTitles.grant,
    address: address ?? '',
    phone: person?.phone ?? '',
    id: person?.id ?? '',
    newAddress: spec.localPart ?? '',
    aliases: (spec.aliases ?? []).join(' '),
    quota: spec.quota ?? '',
    state: spec.state === 'Suspended' ? stateTitles.Suspended : '',
    validUntil: spec.validUntil ?? '',
    registeredAt: person?.registeredAt ?? '',
    resource: id.name,
  };
}

function unknownFields(spec: unknown): readonly string[] {
  const { person, ...rest } = spec as { person?: object };
  return [...Object.keys(rest), ...Object.keys(person ?? {}).map((field) => `person.${field}`)]
    .filter((field) => !known.has(field))
    .map((field) => `spec.${field}`);
}
