/** `hopthu restore site`: everything of a backup into a stack that was just installed and has no account yet. */
import {
  type KubeConfig,
  type KubernetesObject,
  KubernetesObjectApi,
  PatchStrategy,
} from '@kubernetes/client-node';
import { type Shard, shardsOf } from '../../charts/shards.ts';
import type { Site } from '../../operator/core/site.ts';
import { inVietnam, latest, listSnapshots, parseTime, type Snapshot } from '../backup/snapshots.ts';
import { type Work, withWorkPod } from '../backup/work-pod.ts';
import { bootstrap } from '../bootstrap.ts';
import { Failed } from '../failure.ts';
import { callKube, loadKubeConfig } from '../kube.ts';
import { loadSite } from '../site.ts';
import { createRecords } from './records.ts';
import { inOrder, parseList, resourceAnew, type SavedObject, secretAnew, uidLines } from './saved.ts';
import { emptyOtherProviders } from './second-directory.ts';
import { Workloads } from './standstill.ts';

export type RestoreSiteOptions = { readonly site: string; readonly context?: string; readonly at?: string };

type Saved = {
  readonly site: Snapshot;
  /** Of each Dovecot. */
  readonly mail: readonly { readonly shard: Shard; readonly snapshot: Snapshot }[];
  /** What reports are made of; backups of former releases do not have it. */
  readonly reports: Snapshot | undefined;
  readonly organizations: readonly SavedObject[];
  readonly mailboxes: readonly SavedObject[];
  /** With what was told, so that nobody is told again. */
  readonly requests: readonly SavedObject[];
  /** R42 */
  readonly incidents: readonly SavedObject[];
  readonly secrets: readonly SavedObject[];
};

/**
 * Stops the stack, fills it, starts it again. Whatever ends it half-way: run it again.
 * @throws Failed where there are accounts or mail already, or no backup, or the cluster refuses
 */
export async function restoreSite(options: RestoreSiteOptions): Promise<void> {
  const site = loadSite(options.site);
  const config = loadKubeConfig(options.context);
  const objects = KubernetesObjectApi.makeApiClient(config);
  const { mail: namespace } = site.namespaces;
  const workloads = (name: string) => new Workloads(config, name);
  const [mail, smtp, backup] = [
    workloads(namespace),
    workloads(site.namespaces.smtp),
    workloads(site.namespaces.backup),
  ];
  const say = (line: string) => console.log(line);
  // Its certificate may be of the CA of before.
  await backup.restart();
  const saved = await inSitePod(config, namespace, await mail.standStill(), (work) =>
    read(work, site, options.at),
  );
  say(`restoring the backup of ${inVietnam(saved.site.time)}, mail of ${timesOf(saved)}`);
  say('stopping the stack');
  await mail.stop(['postgresql']);
  if (await restoreKeys(objects, site, saved.secrets)) {
    await bootstrap(options);
    await Promise.all([backup.restart(), smtp.restart(), mail.restart()]);
  }
  await fill(config, site, saved, say);
  say('the mail is in its place; starting the stack');
  await mail.start();
  say(`restored: see hopthu status --site ${site.name}, and hopthu orphans --site ${site.name}`);
}

/** Resources first: the directory is told their UIDs. */
async function fill(
  config: KubeConfig,
  site: Site,
  saved: Saved,
  say: (line: string) => void,
): Promise<void> {
  const objects = KubernetesObjectApi.makeApiClient(config);
  const { mail: namespace } = site.namespaces;
  const uids = await createResources(objects, saved);
  say(`${saved.organizations.length} organizations and ${saved.mailboxes.length} mailboxes are there`);
  await createRecords(config, 'MailboxRequest', saved.requests);
  await createRecords(config, 'Incident', saved.incidents);
  say(`${saved.requests.length} requests and ${saved.incidents.length} incidents are there`);
  const secrets = await createSecrets(objects, site, saved.secrets, uids);
  say(`${secrets} Secrets of theirs are there`);
  await emptyOtherProviders(objects, site);
  await inSitePod(config, namespace, true, async (work) => {
    const input = uidLines(uids);
    await work(['directory', saved.site.id, String(Buffer.byteLength(input))], input);
    say('the directory is filled');
    await work(['database', saved.site.id]);
    say('the database of the webmail is filled');
  });
  const filled = await fillReports(config, site, saved, uids);
  say(
    filled ? 'the volume of the reports is filled' : 'the backup is of a release that did not save reports',
  );
  for (const { shard, snapshot } of saved.mail) {
    const pod = { namespace, cronJob: 'restore-mail', shard, alone: true } as const;
    await withWorkPod(config, pod, (work) => work(['store', snapshot.id]));
  }
}

/** Numbers are kept by the UIDs of organizations; accounts keep their own. @returns whether there was a backup of it */
async function fillReports(
  config: KubeConfig,
  site: Site,
  { reports, organizations }: Saved,
  uids: ReadonlyMap<string, string>,
): Promise<boolean> {
  if (reports === undefined) return false;
  const theirs = organizations.map(({ metadata: { uid } }) => [uid, uids.get(uid) ?? uid] as const);
  const input = uidLines(new Map(theirs));
  // Postfix goes on, and its node has the volume.
  const pod = { namespace: site.namespaces.smtp, cronJob: 'restore-reports' } as const;
  await withWorkPod(config, pod, (work) =>
    work(['store', reports.id, String(Buffer.byteLength(input))], input),
  );
  return true;
}

function timesOf({ mail }: Saved): string {
  return [...new Set(mail.map(({ snapshot }) => inVietnam(snapshot.time)))].join(' and ');
}

/** @param alone while slapd stands still; before, it has to be on slapd's node */
function inSitePod<T>(
  config: KubeConfig,
  namespace: string,
  alone: boolean,
  use: (work: Work) => Promise<T>,
): Promise<T> {
  return withWorkPod(config, { namespace, cronJob: 'restore-site', alone }, use);
}

/** The mail that was backed up with the site, or after it: what came between is in both. */
async function read(work: Work, of: Site, asked: string | undefined): Promise<Saved> {
  const at = asked === undefined ? undefined : parseTime(asked);
  const snapshots = await listSnapshots(work);
  const until = at === undefined ? '' : ` until ${at}`;
  const site = latest(snapshots, 'site', at);
  if (site === undefined) throw new Failed(`the repository has no backup of the site${until}`);
  const mail = shardsOf(of).map((shard) => {
    const snapshot = latest(snapshots, 'mail', at, shard.name);
    if (snapshot !== undefined) return { shard, snapshot };
    const where = shard.number === 0 ? '' : ` at ${shard.name}`;
    throw new Failed(`the repository has no backup of the mail${where}${until}`);
  });
  await work(['expect-empty', site.id]);
  const list = async (file: string) => parseList(await work(['print', site.id, file]));
  const ofNewer = async (file: string) => inOrder(parseList(await work(['print-if-any', site.id, file])));
  return {
    site,
    mail,
    reports: latest(snapshots, 'reports', at),
    organizations: inOrder(await list('organizations.json')),
    mailboxes: inOrder(await list('mailboxes.json')),
    requests: await ofNewer('mailboxrequests.json'),
    incidents: await ofNewer('incidents.json'),
    secrets: await list('secrets.json'),
  };
}

/** The CA that clients know, from which all certificates follow, and DKIM's keys. @returns whether anything changed */
async function restoreKeys(
  objects: KubernetesObjectApi,
  site: Site,
  secrets: readonly SavedObject[],
): Promise<boolean> {
  const parts = new Set([site.namespaces.mail, site.namespaces.smtp]);
  let changed = false;
  for (const saved of secrets.filter(({ metadata }) => parts.has(metadata.namespace))) {
    const body = secretAnew(saved, new Map());
    if (body === undefined) continue;
    const what = `Secret ${body.metadata.namespace}/${body.metadata.name}`;
    const present = await callKube(`reading ${what}`, () =>
      objects.read<KubernetesObject & { data?: unknown }>(body),
    );
    if (JSON.stringify(present?.data) === JSON.stringify(body.data)) continue;
    await callKube(`writing ${what}`, () =>
      present === undefined
        ? objects.create(body)
        : objects.patch(body, undefined, undefined, 'hopthu', undefined, PatchStrategy.MergePatch),
    );
    changed = true;
  }
  return changed;
}

/** Former UIDs to new ones; what is there already, by Git or an earlier try, is taken as it is. */
async function createResources(
  objects: KubernetesObjectApi,
  { organizations, mailboxes }: Saved,
): Promise<ReadonlyMap<string, string>> {
  const uids = new Map<string, string>();
  for (const saved of [...organizations, ...mailboxes]) {
    const body = resourceAnew(saved);
    const what = `${saved.kind} ${saved.metadata.namespace}/${saved.metadata.name}`;
    const there: KubernetesObject | undefined =
      (await callKube(`reading ${what}`, () => objects.read(body))) ??
      (await callKube(`creating ${what}`, () => objects.create(body)));
    const uid = there?.metadata?.uid;
    if (uid === undefined)
      throw new Failed(`creating ${what}: its namespace is gone; install the site's charts first`);
    uids.set(saved.metadata.uid, uid);
    if (saved.metadata.deletionTimestamp !== undefined)
      await callKube(`deleting ${what}`, () => objects.delete(body));
  }
  return uids;
}

async function createSecrets(
  objects: KubernetesObjectApi,
  site: Site,
  secrets: readonly SavedObject[],
  uids: ReadonlyMap<string, string>,
): Promise<number> {
  const theirs = secrets.filter(({ metadata }) => site.namespaces.accounts.includes(metadata.namespace));
  const bodies = theirs.flatMap((saved) => secretAnew(saved, uids) ?? []);
  for (const body of bodies) {
    const what = `Secret ${body.metadata.namespace}/${body.metadata.name}`;
    const present = await callKube(`reading ${what}`, () => objects.read(body));
    if (present === undefined) await callKube(`creating ${what}`, () => objects.create(body));
  }
  return bodies.length;
}
