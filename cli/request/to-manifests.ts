/** `hopthu request to-manifests`: what a request asks for, as changes of the manifests that Git keeps. */
import { realpathSync } from 'node:fs';
import { ExecaError, execa } from 'execa';
import { cellsOf } from '../../clerk/review/cells.ts';
import { requestToken, reviewRequest } from '../../clerk/review/review.ts';
import type { MailboxRequest } from '../../operator/api/request.ts';
import { resourceName } from '../../operator/core/naming/identity.ts';
import { ManifestFolder } from '../annex/folder.ts';
import { isRefused, printReport } from '../annex/report.ts';
import { carryOut, indexesOf } from '../annex/requests.ts';
import { Failed, WrongInput } from '../failure.ts';
import { grantedAddresses } from '../resources.ts';
import { findRequest, type Place, placeOf, type RequestOptions, readWorld } from './read.ts';

export type ToManifestsOptions = RequestOptions & { readonly output?: string; readonly branch?: string };

/** @throws Failed for a request that is refused, or whose rows the folder refuses; WrongInput for a folder that cannot be used */
export async function toManifests(name: string, options: ToManifestsOptions): Promise<void> {
  const place = placeOf(options);
  const request = await findRequest(place, name);
  if (request.spec.decision?.verdict === 'Refused')
    throw new Failed(`${request.status.number ?? name} was refused: there is nothing to carry out`);
  if (request.spec.decision === undefined) console.error('hopthu: it is not approved yet');
  const { output, branch } = options;
  if (output === undefined) {
    if (branch !== undefined) throw new WrongInput('--branch needs -o with the folder of manifests');
    console.log(await printed(place, request));
    return;
  }
  if (branch !== undefined) await git(output, ['switch', '--quiet', '--create', branch]);
  await change(place, request, output);
  if (branch === undefined) return;
  await git(output, ['add', '--all', '--', '.']);
  const title = `Request ${request.status.number ?? name} of ${request.spec.requester.organizationRef.name}`;
  await git(output, ['commit', '--quiet', '--message', title]);
  console.log(`committed to branch ${branch}: ${title}`);
}

/** New and changed manifests, each a document. */
async function printed(place: Place, request: MailboxRequest): Promise<string> {
  const { manifests, removed } = reviewRequest(await readWorld(place), request, new Date());
  const texts = manifests.map((manifest) => `---\n${manifest.toString().trimEnd()}`);
  const gone = removed.map(({ metadata }) => `# to be removed: Mailbox ${resourceName(metadata)}`);
  return [...gone, ...texts].join('\n');
}

/** The rows that are not refused, as `hopthu import` would carry them out on the folder, under the names that were foreseen. */
async function change(place: Place, request: MailboxRequest, output: string): Promise<void> {
  const { site } = place;
  const { mailboxes, reclaimed } = await readWorld(place);
  const folder = new ManifestFolder(output, site);
  const results = new Map((request.status.results ?? []).map((result) => [result.row, result]));
  const rows = request.spec.rows
    .filter(({ number }) => results.get(number)?.outcome !== 'Refused')
    .map((row) => ({ number: row.number, cells: cellsOf(row, results.get(row.number)?.mailbox) }));
  const entries = carryOut(
    {
      site,
      folder,
      indexes: indexesOf(site, folder, grantedAddresses([...mailboxes.values()])),
      reclaimed,
      today: requestToken(request),
    },
    rows,
  );
  console.log(printReport(entries, []));
  if (isRefused(entries))
    throw new Failed('the folder refuses rows that the cluster took: is it up to date?');
  folder.write();
}

async function git(folder: string, args: readonly string[]): Promise<void> {
  try {
    await execa('git', [...args], { cwd: realpathSync(folder) });
  } catch (error) {
    if (!(error instanceof ExecaError)) throw new WrongInput(`${folder} is no folder of a Git repository`);
    const [reason = ''] = String(error.stderr ?? error.stdout ?? '')
      .trim()
      .split('\n');
    throw new WrongInput(`git ${args[0]}: ${reason || error.shortMessage}`);
  }
}
