/** `hopthu adopt`: manifests for accounts that exist already, and accounts for resources that were restored. */
import { writeFileSync } from 'node:fs';
import type { Site } from '../operator/core/site.ts';
import type { DirectoryEntry } from '../operator/ports.ts';
import { adoptEntries, printAdopted } from './adopted.ts';
import { ManifestFolder } from './annex/folder.ts';
import { approve, type HeldPlan, readWaiting } from './approve.ts';
import { Failed, fileFault, WrongInput } from './failure.ts';
import { formatLdif, readLdif } from './ldif.ts';
import { isLdapUrl, type LiveOptions, readLive } from './live-directory.ts';
import { counted } from './print.ts';
import { loadSite } from './site.ts';

export type AdoptOptions = LiveOptions & {
  readonly site: string;
  readonly context?: string;
  readonly output?: string;
  /** A file, or the address of a directory that runs. */
  readonly fromLdap?: string;
  readonly saveLdif?: string;
  readonly restored?: boolean;
  readonly dryRun?: boolean;
};

const ofDirectories = '--bind-dn, --password-file, --ca-file, --base, --filter and --save-ldif';

/** Some entries were refused; manifests of the others were written. */
const someRefused = 3;

/**
 * @returns the exit code
 * @throws WrongInput where the options or the file do not fit; Failed where the cluster refuses
 */
export async function adopt(hash: string | undefined, options: AdoptOptions): Promise<number> {
  if ((options.fromLdap === undefined) === (options.restored !== true))
    throw new WrongInput('adopt: use either --from-ldap or --restored');
  if (options.restored === true) return restored(hash, options);
  const { output, fromLdap = '' } = options;
  if (output === undefined) throw new WrongInput('adopt --from-ldap: name the folder of manifests with -o');
  const site = loadSite(options.site);
  const folder = new ManifestFolder(output, site);
  const entries = await foundEntries(site, fromLdap, options);
  if (options.saveLdif !== undefined) writeText(options.saveLdif, formatLdif(entries));
  const adopted = adoptEntries(site, folder, entries);
  if (options.dryRun !== true) folder.write();
  console.log(printAdopted(adopted));
  return adopted.some(({ refused }) => refused !== undefined) ? someRefused : 0;
}

async function foundEntries(
  site: Site,
  source: string,
  options: AdoptOptions,
): Promise<readonly DirectoryEntry[]> {
  if (isLdapUrl(source)) return readLive(site, source, options);
  const { bindDn, passwordFile, caFile, base, filter, saveLdif } = options;
  if ([bindDn, passwordFile, caFile, base, filter, saveLdif].some((given) => given !== undefined))
    throw new WrongInput(`adopt: ${source} is a file: ${ofDirectories} belong to --from-ldap ldaps://…`);
  return readLdif(source);
}

function writeText(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new WrongInput(`--save-ldif: cannot write ${file}: ${fileFault(error)}`);
  }
}

/** What would be given back, of the plan that waits; nothing else may be approved by the way. */
async function restored(hash: string | undefined, options: AdoptOptions): Promise<number> {
  const plans = (await readWaiting(options)).plans.filter((plan) => plan.lines.some(isGivenBack));
  const plan = hash === undefined ? plans[0] : plans.find((candidate) => candidate.hash === hash);
  if (plan === undefined) {
    if (hash !== undefined)
      throw new Failed(`no plan ${hash} gives accounts back: run hopthu adopt --restored`);
    console.log('no account waits for its restored resource');
    return 0;
  }
  const others = plan.lines.filter((line) => !isGivenBack(line));
  if (hash === undefined) {
    console.log(describe(plan, others.length, options.site));
    return 0;
  }
  if (others.length > 0)
    throw new Failed(`plan ${hash} has ${others.length} other changes, too: look at it with hopthu approve`);
  await approve(hash, options);
  return 0;
}

function isGivenBack(line: string): boolean {
  return line.includes('taken back by a new resource');
}

function describe({ hash, lines }: HeldPlan, others: number, site: string): string {
  const given = lines.filter(isGivenBack);
  return [
    ...given,
    `${counted(given.length, 'account')} would be given to their restored resources`,
    others === 0
      ? `to give them: hopthu adopt --restored --site ${site} ${hash}`
      : `the plan has ${others} other changes, too: look at it with hopthu approve --site ${site}`,
  ].join('\n');
}
