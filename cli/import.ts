/** `hopthu import`: a list of the regulations' annex, or of organizations, to manifests (R20, R44). */
import { ManifestFolder } from './annex/folder.ts';
import { annexForm } from './annex/form.ts';
import { organizationForm } from './annex/organization-form.ts';
import { compareList } from './annex/organization-list.ts';
import { type Entry, isRefused, printReport } from './annex/report.ts';
import { carryOut, indexesOf } from './annex/requests.ts';
import { readList } from './annex/table.ts';
import { loadSite } from './site.ts';

export type ImportOptions = {
  readonly site: string;
  readonly output: string;
  readonly organizations?: boolean;
  readonly context?: string;
  readonly dryRun?: boolean;
};

/** Some rows were refused; the others were written. */
const someRefused = 3;

/**
 * Writes the manifests and prints what came of every row.
 * @returns the exit code
 * @throws WrongInput when the list or the folder cannot be read as a whole; then nothing is written
 */
export async function importList(file: string, options: ImportOptions, now: Date): Promise<number> {
  const site = loadSite(options.site);
  let entries: readonly Entry[];
  let ignored: readonly string[];
  const folder = new ManifestFolder(options.output, site);
  if (options.organizations === true) {
    const form = await readList(file, organizationForm);
    entries = compareList(site, folder, form.rows);
    ignored = form.ignored;
  } else {
    const form = await readList(file, annexForm);
    const granted = await addressesOf(options.context, site.namespaces.accounts);
    const indexes = indexesOf(site, folder, granted);
    entries = carryOut({ site, folder, indexes, today: dayOf(now) }, form.rows);
    ignored = form.ignored;
  }
  if (options.dryRun !== true) folder.write();
  console.log(printReport(entries, ignored));
  return isRefused(entries) ? someRefused : 0;
}

async function addressesOf(
  context: string | undefined,
  namespaces: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (context === undefined) return new Map();
  // Loaded where it is needed: a list on its own needs no cluster.
  const [{ loadKubeConfig }, { grantedAddresses, listResources }] = await Promise.all([
    import('./kube.ts'),
    import('./resources.ts'),
  ]);
  return grantedAddresses(await listResources(loadKubeConfig(context), 'Mailbox', namespaces));
}

/** The day in Việt Nam: `2026-11-21`. */
function dayOf(now: Date): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Ho_Chi_Minh', dateStyle: 'short' }).format(now);
}
