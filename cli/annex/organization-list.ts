/** R44: the list of organizations that the Department of Home Affairs keeps, against the folder of manifests. */
import { resourceName } from '../../operator/core/naming/identity.ts';
import {
  abbreviationOf,
  type OrganizationName,
  organizationLocalPart,
} from '../../operator/core/naming/organization.ts';
import type { Site } from '../../operator/core/site.ts';
import { Invalid } from '../../operator/errors.ts';
import type { Cells, FormRow } from './columns.ts';
import { describeEdits, withEdits } from './fields.ts';
import type { ManifestFolder } from './folder.ts';
import type { Edit, ResourceId } from './manifest.ts';
import { type ListField, listedAbbreviation, sectorOf } from './organization-form.ts';
import {
  checkOrganization,
  type KnownOrganization,
  OrganizationIndex,
  organizationKey,
} from './organization-index.ts';
import { orRefused, Refused } from './refused.ts';
import type { Entry } from './report.ts';
import { slug, slugWith } from './resource-name.ts';

/** What is new, renamed or changed is changed in the folder, not written; what is gone is only told. */
export function compareList(
  site: Site,
  folder: ManifestFolder,
  rows: readonly FormRow<ListField>[],
): readonly Entry[] {
  return new OrganizationList(site, folder).carryOut(rows);
}

class OrganizationList {
  readonly #site: Site;
  readonly #folder: ManifestFolder;
  #index: OrganizationIndex;
  /** Resources that a row speaks of, and the first such row. */
  readonly #named = new Map<string, number>();
  /** The organization above and the name of every row. */
  readonly #rows = new Map<string, number>();

  constructor(site: Site, folder: ManifestFolder) {
    this.#site = site;
    this.#folder = folder;
    this.#index = this.#reindex();
  }

  carryOut(rows: readonly FormRow<ListField>[]): readonly Entry[] {
    const before = this.#index.all;
    const entries = new Map<number, Entry>();
    // A unit may stand above its organization in the list.
    for (let waiting = rows; waiting.length > 0; ) {
      const left = waiting.filter(({ number, cells }) => {
        const entry = this.#attempt(number, cells);
        if (entry !== undefined) entries.set(number, entry);
        return entry === undefined;
      });
      if (left.length === waiting.length) {
        for (const { number, cells } of left) entries.set(number, refuse(number, unknownParent(cells)));
        break;
      }
      waiting = left;
      this.#index = this.#reindex();
    }
    return [...rows.flatMap(({ number }) => entries.get(number) ?? []), ...this.#gone(before, rows)];
  }

  /** @returns undefined while the organization above may still come */
  #attempt(row: number, cells: Cells<ListField>): Entry | undefined {
    try {
      return this.#settle(row, cells);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return refuse(row, error.message);
    }
  }

  #settle(row: number, cells: Cells<ListField>): Entry | undefined {
    const { name } = cells;
    if (name === undefined) throw new Refused('thiếu tên đơn vị');
    const above = cells.parent === undefined ? [] : this.#index.find(cells.parent);
    if (above.length > 1) {
      const names = above.map((one) => this.#index.titleOf(one)).join('; ');
      throw new Refused(`đơn vị cấp trên "${cells.parent}" có thể là ${names}: ghi rõ đơn vị nào`);
    }
    const [parent] = above;
    if (cells.parent !== undefined && parent === undefined) return undefined;
    const key = `${keyOf(parent)} ${organizationKey(this.#site, name)}`;
    const other = this.#rows.get(key);
    if (other !== undefined) throw new Refused(`đơn vị này đã có ở dòng ${other}`);
    this.#rows.set(key, row);
    const found = this.#match(name, cells, parent);
    const edits = this.#edits(name, cells, parent);
    if (found === undefined) return this.#create(row, name, edits, parent);
    const taken = this.#named.get(resourceName(found.id));
    if (taken !== undefined) throw new Refused(`${this.#fileOf(found.id)} đã là đơn vị ở dòng ${taken}`);
    this.#named.set(resourceName(found.id), row);
    return this.#change(row, found, edits);
  }

  /** By its name below the same parent; by its former name; else by the abbreviation that the list gives it. */
  #match(
    name: string,
    { former, abbreviation }: Cells<ListField>,
    parent: KnownOrganization | undefined,
  ): KnownOrganization | undefined {
    const siblings = this.#index.all.filter((one) => keyOf(one.parent) === keyOf(parent));
    const named = (text: string | undefined) => siblings.filter((one) => this.#isSame(one.name, text));
    const candidates = [named(name), named(former), this.#abbreviated(siblings, abbreviation)];
    const found = candidates.find(({ length }) => length > 0) ?? [];
    if (found.length > 1) {
      throw new Refused(`"${name}" có ở nhiều tệp: ${found.map((one) => this.#fileOf(one.id)).join(', ')}`);
    }
    return found[0];
  }

  #abbreviated(
    siblings: readonly KnownOrganization[],
    abbreviation: string | undefined,
  ): readonly KnownOrganization[] {
    if (abbreviation === undefined) return [];
    return siblings.filter(({ resolved }) => resolved?.abbreviation === listedAbbreviation(abbreviation));
  }

  #isSame(a: string | undefined, b: string | undefined): boolean {
    return (
      a !== undefined && b !== undefined && organizationKey(this.#site, a) === organizationKey(this.#site, b)
    );
  }

  #edits(name: string, cells: Cells<ListField>, parent: KnownOrganization | undefined): readonly Edit[] {
    const sector = cells.sector === undefined ? undefined : sectorOf(cells.sector);
    const abbreviation =
      cells.abbreviation === undefined ? undefined : this.#explicit(name, cells.abbreviation, parent);
    const edits: readonly Edit[] = [
      { path: ['name'], value: name },
      { path: ['parentRef'], value: parent && { name: parent.id.name } },
      { path: ['abbreviation'], value: abbreviation },
      { path: ['sector'], value: sector },
    ];
    return edits.filter(({ value }) => value !== undefined);
  }

  /** Only what the rule of the site does not give by itself (R10–R12). */
  #explicit(name: string, abbreviation: string, parent: KnownOrganization | undefined): string | undefined {
    const text = listedAbbreviation(abbreviation);
    const above = parent?.resolved?.naming;
    try {
      const byRule = abbreviationOf(this.#site, { name, ...(above === undefined ? {} : { parent: above }) });
      return byRule === text ? undefined : text;
    } catch (error) {
      if (error instanceof Invalid) return text;
      throw error;
    }
  }

  #create(row: number, name: string, edits: readonly Edit[], parent: KnownOrganization | undefined): Entry {
    const namespace = parent?.id.namespace ?? this.#site.namespaces.accounts[0] ?? '';
    const id: ResourceId = { kind: 'Organization', namespace, name: this.#freeName(namespace, name, parent) };
    const spec = withEdits({}, edits);
    orRefused(() => checkOrganization(id, spec));
    const { file } = this.#folder.create(id, spec);
    this.#named.set(resourceName(id), row);
    return { kind: 'created', row, file, text: `${name} (${this.#localPart(spec, parent)})` };
  }

  #localPart(spec: object, parent: KnownOrganization | undefined): string {
    const above = parent?.resolved?.naming;
    if (parent !== undefined && above === undefined) return 'the one above needs an abbreviation';
    const naming = { ...(spec as OrganizationName), ...(above === undefined ? {} : { parent: above }) };
    try {
      return organizationLocalPart(this.#site, naming);
    } catch (error) {
      if (error instanceof Invalid) return 'needs an abbreviation';
      throw error;
    }
  }

  #freeName(namespace: string, name: string, parent: KnownOrganization | undefined): string {
    const plain = slug(name);
    const names = [plain, ...(parent === undefined ? [] : [slugWith(plain, parent.id.name)])];
    const free = names.find(
      (candidate) =>
        candidate !== '' &&
        this.#folder.find({ kind: 'Organization', namespace, name: candidate }) === undefined,
    );
    if (free !== undefined) return free;
    throw new Refused(
      `đã có đơn vị khác với tên tài nguyên ${plain || name}: Trung tâm tạo tệp cho đơn vị này`,
    );
  }

  #change(row: number, found: KnownOrganization, edits: readonly Edit[]): Entry {
    const manifest = this.#folder.find(found.id);
    if (manifest === undefined) throw new Error(`no manifest of ${resourceName(found.id)}`);
    const pending = manifest.pending(edits);
    const { file } = manifest;
    if (pending.length === 0) return { kind: 'unchanged', row, file, text: '' };
    orRefused(() => checkOrganization(found.id, withEdits(manifest.spec, pending)));
    const text = describeEdits(manifest, pending);
    for (const edit of pending) manifest.edit(edit);
    const renamed = pending.some(({ path }) => path[0] === 'name');
    return { kind: 'changed', row, file, text: renamed ? `renamed: ${text}` : text };
  }

  /** Not in the list, nor in a row that was refused. */
  #gone(before: readonly KnownOrganization[], rows: readonly FormRow<ListField>[]): readonly Entry[] {
    return before
      .filter((one) => !this.#named.has(resourceName(one.id)))
      .filter((one) => !rows.some(({ cells }) => this.#isSame(cells.name, one.name)))
      .map((one) => ({ kind: 'gone', file: this.#fileOf(one.id), text: one.name }));
  }

  #fileOf(id: ResourceId): string {
    return this.#folder.find(id)?.file ?? resourceName(id);
  }

  #reindex(): OrganizationIndex {
    return new OrganizationIndex(
      this.#site,
      this.#folder.manifests('Organization').map(({ id, spec, file }) => ({ id, spec, from: file })),
    );
  }
}

function refuse(row: number, text: string): Entry {
  return { kind: 'refused', row, text };
}

function unknownParent({ parent }: Cells<ListField>): string {
  return `đơn vị cấp trên "${parent}" không có trong danh mục`;
}

function keyOf(organization: KnownOrganization | undefined): string {
  return organization === undefined ? '' : resourceName(organization.id);
}
