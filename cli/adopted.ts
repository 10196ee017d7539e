/** Manifests for accounts of a directory that nobody owns: each names the entry that it shall take over. */
import { annotation } from '../operator/api/resource.ts';
import { dnKey, parentOf } from '../operator/core/dn.ts';
import { attribute, container, suffixOf } from '../operator/core/layout.ts';
import { localPartOf } from '../operator/core/naming/identity.ts';
import { accountOf, all, first } from '../operator/core/observed.ts';
import type { Site } from '../operator/core/site.ts';
import { directoryDomain } from '../operator/core/site-domains.ts';
import type { DirectoryEntry } from '../operator/ports.ts';
import { checkedSpec } from './annex/fields.ts';
import type { ManifestFolder } from './annex/folder.ts';
import type { ResourceId } from './annex/manifest.ts';
import { OrganizationIndex } from './annex/organization-index.ts';
import { Refused } from './annex/refused.ts';
import { slug, slugWith } from './annex/resource-name.ts';

/** What came of one entry: a file that is new, one that names the entry already, or why there is none. */
export type Adopted = { readonly dn: string; readonly name: string } & (
  | { readonly file: string; readonly isNew: boolean; readonly refused?: undefined }
  | { readonly refused: string; readonly file?: undefined }
);

/** Entries that are no mailboxes, or are ours already, are left out. The folder is changed, not written. */
export function adoptEntries(
  site: Site,
  folder: ManifestFolder,
  entries: readonly DirectoryEntry[],
): readonly Adopted[] {
  const mailboxes = dnKey(`${container.mailboxes},${suffixOf(directoryDomain(site))}`);
  const organizations = new OrganizationIndex(
    site,
    folder.manifests('Organization').map(({ id, spec, file }) => ({ id, spec, from: file })),
  );
  return entries
    .filter((entry) => parentOf(dnKey(entry.dn)) === mailboxes)
    .filter((entry) => first(entry, attribute.ownerUid) === undefined)
    .map((entry) => {
      const name = first(entry, 'cn') ?? '';
      try {
        return { dn: entry.dn, name, ...adoptEntry(site, folder, organizations, entry) };
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        return { dn: entry.dn, name, refused: error.message };
      }
    });
}

export function printAdopted(adopted: readonly Adopted[]): string {
  const created = adopted.filter((one) => one.file !== undefined && one.isNew);
  const refused = adopted.filter((one) => one.refused !== undefined);
  return [
    ...created.map(({ file, name, dn }) => `+ ${file}  ${name}, takes over ${dn}`),
    ...refused.map(({ dn, refused: why }) => `! ${dn}: ${why}`),
    `${created.length} new, ${adopted.length - created.length - refused.length} unchanged, ${refused.length} refused`,
  ].join('\n');
}

function adoptEntry(
  site: Site,
  folder: ManifestFolder,
  organizations: OrganizationIndex,
  entry: DirectoryEntry,
): { readonly file: string; readonly isNew: boolean } {
  const uid = accountOf(entry);
  const known = folder.manifests('Mailbox').find((manifest) => manifest.annotation(annotation.adopt) === uid);
  if (known !== undefined) return { file: known.file, isNew: false };
  if (!/^uid=[A-Za-z0-9.-]+,/i.test(entry.dn)) throw new Refused('the entry is not named by a plain uid');
  const organization = organizationOf(organizations, entry);
  const id = freeId(folder, organization.namespace, first(entry, 'cn') ?? uid, uid);
  const spec = checkedSpec(id, specOf(site, organization.name, entry));
  const { file } = folder.create(id, spec, { [annotation.adopt]: uid });
  return { file, isNew: true };
}

function organizationOf(organizations: OrganizationIndex, entry: DirectoryEntry): ResourceId {
  const texts = [...all(entry, 'ou'), ...all(entry, 'o')];
  const found = texts.map((text) => organizations.find(text)).find((those) => those.length > 0) ?? [];
  const [only] = found;
  if (only !== undefined && found.length === 1) return only.id;
  throw new Refused(
    texts.length === 0
      ? 'neither o nor ou says which organization'
      : `${texts.join(', ')}: ${found.length === 0 ? 'no manifest of such an organization' : 'means several organizations'}`,
  );
}

function specOf(site: Site, organization: string, entry: DirectoryEntry): object {
  const [title, id, phone] = ['title', 'employeeNumber', 'telephoneNumber'].map((name) => first(entry, name));
  const [, ...others] = all(entry, 'mail').map((address) => localPartOf(site, address.toLowerCase()));
  const aliases = others.filter((localPart) => localPart !== undefined);
  return {
    organizationRef: { name: organization },
    type: 'Personal',
    person: {
      ...(id === undefined ? {} : { id }),
      fullName: first(entry, 'cn') ?? '',
      ...(title === undefined ? {} : { title }),
      ...(phone === undefined ? {} : { phone }),
    },
    ...(aliases.length === 0 ? {} : { aliases }),
  };
}

/** By the person's name, with the uid where somebody of this name has a manifest already. */
function freeId(folder: ManifestFolder, namespace: string, fullName: string, uid: string): ResourceId {
  const base = slug(fullName) || slug(uid);
  const id = { kind: 'Mailbox' as const, namespace, name: base };
  return folder.find(id) === undefined ? id : { ...id, name: slugWith(base, uid) };
}
