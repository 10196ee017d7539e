/** `hopthu plan`: what a change of manifests would do, before anybody applies it. */
import { statSync } from 'node:fs';
import type { Site } from '../operator/core/site.ts';
import { rfc3339 } from '../operator/core/time.ts';
import { Invalid } from '../operator/errors.ts';
import { Failed, WrongInput } from './failure.ts';
import { readLdif } from './ldif.ts';
import { readFolder } from './plan/folder.ts';
import { readGit } from './plan/git.ts';
import { type Manifest, ManifestReader } from './plan/manifest.ts';
import { type Format, print } from './plan/print.ts';
import { byName, type Placed, resourcesOf } from './plan/resources.ts';
import { type Review, type Reviewed, review } from './plan/review.ts';
import { counted } from './print.ts';
import { loadSite, siteOfNamespace } from './site.ts';

export type PlanOptions = {
  /** A folder, or one file. */
  readonly filename: string;
  /** A folder or a commit; the cluster when absent. */
  readonly base?: string;
  /** LDIF of entries that nobody owns. */
  readonly ldif?: string;
  readonly site?: string;
  readonly context?: string;
  readonly output: Format;
  readonly prune: boolean;
};

/**
 * Prints the review; writes nothing anywhere.
 * @returns the exit code: 0 nothing, 2 changes, 3 something is blocked
 * @throws Failed for whatever kept the plan from being made, so that no error looks like a result
 */
export async function plan(options: PlanOptions): Promise<number> {
  try {
    const { site, made, notes } = await makeReview(options);
    console.log(print(made, options.output, site.title));
    for (const note of notes) console.error(`hopthu: ${note}`);
    if (made.blocked.length > 0) return 3;
    return made.changes.length > 0 ? 2 : 0;
  } catch (error) {
    if (error instanceof WrongInput || error instanceof Invalid) throw new Failed(error.message);
    throw error;
  }
}

type Made = { readonly site: Site; readonly made: Review; readonly notes: readonly string[] };

async function makeReview(options: PlanOptions): Promise<Made> {
  const { filename, base: baseName, prune } = options;
  const reader = new ManifestReader();
  const wanted = reader.read(readFolder(filename));
  const base = baseName === undefined ? undefined : reader.read(await readBase(baseName, filename));
  const site = siteFor(options, [...wanted.manifests, ...(base?.manifests ?? [])]);
  const now = new Date();
  const placed = placeIn(site, wanted.manifests);
  const manifests = byName(placed);
  const cluster: Live =
    base === undefined
      ? await readCluster(site, options.context)
      : { base: resourcesOf(byName(placeIn(site, base.manifests)).values(), earlier(now)), notes: [] };
  const foreign = options.ldif === undefined ? [] : readLdif(options.ldif);
  const made = review({ site, ...cluster, live: base === undefined, foreign, manifests, now, prune });
  const notes = [
    ...cluster.notes,
    ...note(wanted.ignored, `of other kinds in ${filename}: not looked at`),
    ...note(
      wanted.manifests.length - placed.length,
      `of namespaces that are not of ${site.name}: not looked at`,
    ),
  ];
  return { site, made, notes };
}

/** A folder where there is one of this name, else a commit. */
async function readBase(base: string, filename: string) {
  const isThere = statSync(base, { throwIfNoEntry: false }) !== undefined;
  return isThere ? readFolder(base) : readGit(base, filename);
}

type Live = Pick<Reviewed, 'base' | 'memory'> & { readonly notes: readonly string[] };

/** Its client takes as long to load as a plan of files takes to make. */
async function readCluster(site: Site, context: string | undefined): Promise<Live> {
  const [{ loadKubeConfig }, { listResources }, { readSiteReport }] = await Promise.all([
    import('./kube.ts'),
    import('./resources.ts'),
    import('./site-report.ts'),
  ]);
  const config = loadKubeConfig(context);
  const { accounts, mail } = site.namespaces;
  const base = [
    ...(await listResources(config, 'Organization', accounts)),
    ...(await listResources(config, 'Mailbox', accounts)),
  ];
  try {
    const memory = (await readSiteReport(config, mail))?.guard;
    return { base, ...(memory === undefined ? {} : { memory }), notes: [] };
  } catch (error) {
    if (!(error instanceof Failed)) throw error;
    return {
      base,
      notes: [`what lost access within ten minutes, or was rejected, does not count: ${error.message}`],
    };
  }
}

function siteFor({ site, filename }: PlanOptions, manifests: readonly Manifest[]): Site {
  if (site !== undefined) return loadSite(site);
  const namespaces = new Set(manifests.flatMap(({ namespace }) => namespace ?? []));
  const sites = new Map([...namespaces].map(siteOfNamespace).map((found) => [found.name, found]));
  const [found, ...others] = sites.values();
  if (found === undefined) throw new WrongInput(`no manifest in ${filename} names a namespace: use --site`);
  if (others.length === 0) return found;
  throw new WrongInput(`${filename} has manifests of ${[...sites.keys()].join(' and ')}: use --site`);
}

/** Manifests of the site; one without a namespace goes to the site's first. */
function placeIn(site: Site, manifests: readonly Manifest[]): readonly Placed[] {
  const { accounts } = site.namespaces;
  return manifests
    .map((manifest) => ({ ...manifest, namespace: manifest.namespace ?? accounts[0] ?? '' }))
    .filter(({ namespace }) => accounts.includes(namespace));
}

/** Everything of the base was there before anything that is new. */
function earlier(now: Date): string {
  return rfc3339(new Date(now.getTime() - 3_600_000));
}

function note(count: number, text: string): readonly string[] {
  return count === 0 ? [] : [`${counted(count, 'document')} ${text}`];
}
