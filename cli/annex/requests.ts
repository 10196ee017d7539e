/** Carries the rows of the annex's list out on a folder of manifests, in memory (R20, R21). */
import type { Site } from '../../operator/core/site.ts';
import type { Cells } from './columns.ts';
import { checkedSpec, describeEdits, editsOf, wantedLocalPart, withEdits } from './fields.ts';
import type { ManifestFolder } from './folder.ts';
import { type AnnexField, type AnnexRow, type RequestKind, requestOf, requestTitles } from './form.ts';
import { MailboxIndex } from './mailbox-index.ts';
import type { Edit, Manifest, ResourceId } from './manifest.ts';
import { findExisting, findGranted, isOrganizationMailbox } from './match.ts';
import { type KnownOrganization, OrganizationIndex } from './organization-index.ts';
import { Refused } from './refused.ts';
import type { Entry } from './report.ts';
import { slug, slugWith } from './resource-name.ts';

/** Manifests that a list is carried out on: a folder, or what a cluster has. */
export type Manifests = Pick<ManifestFolder, 'create' | 'edit' | 'remove'>;

/** What is there, as rows speak of it. */
export type Indexes = { readonly organizations: OrganizationIndex; readonly mailboxes: MailboxIndex };

export type ImportWorld = {
  readonly site: Site;
  readonly folder: Manifests;
  /** Of what is in the folder; the mailboxes are kept up with it. */
  readonly indexes: Indexes;
  /** Mailboxes, as `namespace/name`, that a grant grants again (R23). */
  readonly reclaimed?: ReadonlySet<string>;
  /** What a reset and a grant again are asked for by: the day, such as `2026-11-21`, or the number of a request. */
  readonly today: string;
  /** Whether the list may speak of an organization (R20); of any when absent. @throws Refused */
  readonly checkScope?: (organization: KnownOrganization | undefined) => void;
};

/** @param granted address by `namespace/name` as a cluster granted it; empty when none was asked */
export function indexesOf(
  site: Site,
  folder: Pick<ManifestFolder, 'manifests'>,
  granted: ReadonlyMap<string, string>,
): Indexes {
  const organizations = new OrganizationIndex(
    site,
    folder.manifests('Organization').map(({ id, spec, file }) => ({ id, spec, from: file })),
  );
  const mailboxes = new MailboxIndex(site, organizations, granted);
  for (const manifest of folder.manifests('Mailbox')) mailboxes.refresh(manifest);
  return { organizations, mailboxes };
}

/** What came of every row. The folder is changed, not written. */
export function carryOut(world: ImportWorld, rows: readonly AnnexRow[]): readonly Entry[] {
  const list = new RequestList(world);
  return rows.map(({ number, cells }) => {
    try {
      return list.carryOut(number, cells);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return { kind: 'refused', row: number, text: error.message, fault: error.fault };
    }
  });
}

/** The address that a change of access name asks for: in its own column, or in the note with its domain (R20). */
export function wantedAddress({ newAddress, note = '', address }: Cells<AnnexField>): string | undefined {
  const inNote = note.toLowerCase().match(/[^\s,;:<>()"]+@[a-z0-9.-]*[a-z0-9]/g) ?? [];
  const others = [...new Set(inNote)].filter((text) => text !== address?.toLowerCase());
  return newAddress ?? (others.length === 1 ? others[0] : undefined);
}

class RequestList {
  readonly #site: Site;
  readonly #folder: Manifests;
  readonly #today: string;
  readonly #reclaimed: ReadonlySet<string>;
  readonly #checkScope: (organization: KnownOrganization | undefined) => void;
  readonly #organizations: OrganizationIndex;
  readonly #mailboxes: MailboxIndex;
  /** Rows that a mailbox, `namespace/name`, was in already. */
  readonly #seen = new Map<string, Map<RequestKind, number>>();

  constructor({ site, folder, indexes, reclaimed, today, checkScope }: ImportWorld) {
    this.#site = site;
    this.#folder = folder;
    this.#today = today;
    this.#reclaimed = reclaimed ?? new Set();
    this.#checkScope = checkScope ?? (() => undefined);
    this.#organizations = indexes.organizations;
    this.#mailboxes = indexes.mailboxes;
  }

  carryOut(row: number, cells: Cells<AnnexField>): Entry {
    if (cells.request === undefined)
      throw new Refused('thiếu loại yêu cầu', { field: 'request', rule: 'R20' });
    const kind = requestOf(cells.request);
    if (kind === undefined) {
      const kinds = Object.values(requestTitles).join(', ');
      throw new Refused(`loại yêu cầu "${cells.request}" không phải là một trong: ${kinds}`, {
        field: 'request',
        rule: 'R20',
      });
    }
    if (kind === 'grant') return this.#grant(row, cells);
    const { manifest, fullName, organization } = findExisting(
      this.#wanted(cells, this.#organizationOf(cells)),
    );
    this.#checkScope(organization);
    this.#see(manifest, kind, row);
    if (kind === 'cancel') {
      this.#folder.remove(manifest);
      this.#mailboxes.cancel(manifest);
      const text = fullName || (organization?.name ?? '');
      return { kind: 'removed', row, file: manifest.file, text, resource: manifest.id.name };
    }
    if (kind === 'rename') return this.#edit(row, manifest, [this.#rename(manifest, cells)]);
    // The operator resets once for every new value (R25).
    return this.#edit(row, manifest, [{ path: ['passwordReset'], value: this.#today }]);
  }

  #grant(row: number, cells: Cells<AnnexField>): Entry {
    if (cells.name === undefined) throw new Refused('thiếu họ và tên', { field: 'name' });
    const organization = this.#organizationOf(cells);
    if (organization === undefined) throw new Refused('thiếu đơn vị', { field: 'organization' });
    this.#checkScope(organization);
    const isPerson = !isOrganizationMailbox(this.#site, cells, organization);
    const found = findGranted(this.#wanted(cells, organization));
    const edits = editsOf(this.#site, cells, isPerson);
    this.#checkFree(edits, found?.manifest);
    if (found === undefined) return this.#create(row, cells, organization, isPerson, edits);
    const { manifest } = found;
    if (found.type !== (isPerson ? 'Personal' : 'Organization')) {
      throw new Refused(`${manifest.file} là hộp thư loại khác; loại của hộp thư không đổi được`);
    }
    if (manifest.id.namespace !== organization.id.namespace) {
      throw new Refused(`${manifest.file} ở namespace khác với ${organization.name}: Trung tâm xử lý riêng`);
    }
    this.#checkScope(found.organization);
    this.#see(manifest, 'grant', row);
    const moved = { path: ['organizationRef'], value: { name: organization.id.name } };
    // A staff number is immutable once set; another spelling of it is the same number.
    const wanted = edits.filter(({ path }) => path[1] !== 'id' || found.staffNumber === undefined);
    const again = this.#reclaimed.has(manifest.key) ? [{ path: ['grant'], value: this.#today }] : [];
    const pending = manifest.pending([moved, ...wanted, ...again]);
    checkedSpec(manifest.id, withEdits(manifest.spec, pending));
    return this.#edit(row, manifest, pending);
  }

  #create(
    row: number,
    cells: Cells<AnnexField>,
    organization: KnownOrganization,
    isPerson: boolean,
    edits: readonly Edit[],
  ): Entry {
    const { namespace } = organization.id;
    const name = cells.resource ?? this.#freeName(cells, organization, isPerson);
    if (slug(name) !== name) {
      throw new Refused(`tên tài nguyên "${name}": chỉ gồm a–z, 0–9 và gạch nối, nhiều nhất 63 ký tự`);
    }
    const id: ResourceId = { kind: 'Mailbox', namespace, name };
    const base = {
      organizationRef: { name: organization.id.name },
      type: isPerson ? 'Personal' : 'Organization',
    };
    const manifest = this.#folder.create(id, checkedSpec(id, withEdits(base, edits)));
    this.#mailboxes.refresh(manifest);
    this.#see(manifest, 'grant', row);
    const text = isPerson ? `${cells.name} (${organization.name})` : organization.name;
    return { kind: 'created', row, file: manifest.file, text, resource: name };
  }

  #freeName(cells: Cells<AnnexField>, organization: KnownOrganization, isPerson: boolean): string {
    const { namespace } = organization.id;
    const isFree = (name: string) => name !== '' && !this.#mailboxes.isTaken(namespace, name);
    const plain = isPerson ? slug(cells.name ?? '') : organization.id.name;
    if (isFree(plain)) return plain;
    const numbered = slugWith(plain, cells.id ?? '');
    if (cells.id !== undefined && isFree(numbered)) return numbered;
    throw new Refused(
      isPerson && cells.id === undefined
        ? `đã có hộp thư tên ${plain || cells.name} của người khác: ghi mã cán bộ để phân biệt`
        : `tên tài nguyên ${numbered || plain} đã có: ghi một tên khác ở cột "Tên tài nguyên"`,
    );
  }

  #edit(row: number, manifest: Manifest, edits: readonly Edit[]): Entry {
    const pending = manifest.pending(edits);
    const { file } = manifest;
    const resource = manifest.id.name;
    if (pending.length === 0) return { kind: 'unchanged', row, file, text: '', resource };
    const text = describeEdits(manifest, pending);
    this.#mailboxes.refresh(this.#folder.edit(manifest, pending));
    return { kind: 'changed', row, file, text, resource };
  }

  #rename(manifest: Manifest, cells: Cells<AnnexField>): Edit {
    const wanted = wantedAddress(cells);
    if (wanted === undefined) {
      throw new Refused(
        `thiếu địa chỉ mới: ghi ở cột "Địa chỉ mới", hoặc trong ghi chú đúng một địa chỉ như ten.moi@${this.#site.domain}`,
        { field: 'newAddress', rule: 'R20' },
      );
    }
    const edit = { path: ['localPart'], value: wantedLocalPart(this.#site, wanted) };
    this.#checkFree([edit], manifest);
    return edit;
  }

  /** Addresses are granted by the operator; what two manifests ask for is refused here already (R12, R16). */
  #checkFree(edits: readonly Edit[], own: Manifest | undefined): void {
    const asked = edits
      .filter(({ path }) => path[0] === 'localPart' || path[0] === 'aliases')
      .flatMap(({ value }) => value as string | string[]);
    for (const localPart of asked) {
      const holder = this.#mailboxes.holdersOf(localPart).find(({ manifest }) => manifest.key !== own?.key);
      if (holder === undefined) continue;
      throw new Refused(`${localPart}@${this.#site.domain} đã là của ${holder.manifest.file}`, {
        field: 'newAddress',
        rule: 'R16',
      });
    }
  }

  #organizationOf({ organization }: Cells<AnnexField>): KnownOrganization | undefined {
    if (organization === undefined) return undefined;
    const found = this.#organizations.find(organization);
    if (found.length === 1) return found[0];
    const fault = { field: 'organization', rule: 'R44' } as const;
    if (found.length === 0) throw new Refused(`đơn vị "${organization}" không có trong danh mục`, fault);
    const names = found.map((one) => this.#organizations.titleOf(one)).join('; ');
    throw new Refused(`đơn vị "${organization}" có thể là ${names}: ghi rõ đơn vị nào`, fault);
  }

  #wanted(cells: Cells<AnnexField>, organization: KnownOrganization | undefined) {
    return { site: this.#site, mailboxes: this.#mailboxes, cells, organization };
  }

  /** One row for each request: of two that contradict each other, the Centre cannot know which is meant. */
  #see(manifest: Manifest, kind: RequestKind, row: number): void {
    const seen = this.#seen.get(manifest.key) ?? new Map<RequestKind, number>();
    const other = kind === 'cancel' ? [...seen.values()][0] : (seen.get(kind) ?? seen.get('cancel'));
    if (other !== undefined) throw new Refused(`hộp thư này đã có ở dòng ${other}: mỗi người một dòng`);
    seen.set(kind, row);
    this.#seen.set(manifest.key, seen);
  }
}
