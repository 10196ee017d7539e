/** `hopthu export`: mailboxes as the annex's list, from the cluster or from a folder of manifests. */
import type { Kind, Resource } from '../operator/api/resource.ts';
import { resourceName } from '../operator/core/naming/identity.ts';
import type { Site } from '../operator/core/site.ts';
import { ManifestFolder } from './annex/folder.ts';
import type { Source } from './annex/organization-index.ts';
import { annexTable, type ExportedMailbox } from './annex/rows.ts';
import { writeTable } from './annex/table.ts';
import { loadSite } from './site.ts';

export type ExportOptions = {
  readonly site: string;
  readonly output?: string;
  readonly file?: string;
  readonly context?: string;
};

/** Writes the table; what it cannot hold is said on standard error. */
export async function exportList(options: ExportOptions): Promise<void> {
  const site = loadSite(options.site);
  const { organizations, mailboxes } =
    options.file === undefined ? await fromCluster(site, options.context) : fromFolder(site, options.file);
  const { rows, widths, left } = annexTable(site, organizations, mailboxes);
  await writeTable(options.output, rows, widths);
  if (left.length > 0)
    console.error(`hopthu: the table has no column for ${left.join(', ')}: see the manifests`);
}

type Sources = {
  readonly organizations: readonly Source[];
  readonly mailboxes: readonly ExportedMailbox[];
};

function fromFolder(site: Site, path: string): Sources {
  const folder = new ManifestFolder(path, site);
  const sources = (kind: Kind) =>
    folder.manifests(kind).map(({ id, spec, file }) => ({ id, spec, from: file }));
  return { organizations: sources('Organization'), mailboxes: sources('Mailbox') };
}

async function fromCluster(site: Site, context: string | undefined): Promise<Sources> {
  // Loaded where it is needed: a folder needs no cluster.
  const [{ loadKubeConfig }, { grantedAddresses, listResources }] = await Promise.all([
    import('./kube.ts'),
    import('./resources.ts'),
  ]);
  const config = loadKubeConfig(context);
  const { accounts } = site.namespaces;
  const organizations = await listResources(config, 'Organization', accounts);
  const mailboxes = await listResources(config, 'Mailbox', accounts);
  const granted = grantedAddresses(mailboxes);
  return {
    organizations: organizations.map(sourceOf),
    mailboxes: mailboxes
      // What is being deleted is no longer asked for.
      .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
      .map((mailbox) => {
        const address = granted.get(resourceName(mailbox.metadata));
        return { ...sourceOf(mailbox), ...(address === undefined ? {} : { address }) };
      }),
  };
}

function sourceOf({ kind, metadata, spec }: Resource): Source {
  const { namespace, name } = metadata;
  return { id: { kind, namespace, name }, spec, from: 'the cluster' };
}
