/** `hopthu move-in`: copies mail from another IMAP server; asked again it copies what is new. */
import { shardNamed } from '../charts/shards.ts';
import type { Site } from '../operator/core/site.ts';
import { type Work, withWorkPod } from './backup/work-pod.ts';
import { Failed, WrongInput } from './failure.ts';
import { loadKubeConfig } from './kube.ts';
import { type Account, readAccount } from './mailbox-account.ts';
import { type Mover, parseMovers } from './move-list.ts';
import { readText, standardInput } from './read-text.ts';
import { loadSite, mailboxNamespace, siteOfNamespace } from './site.ts';

export type MoveInOptions = {
  readonly from: string;
  readonly list?: string;
  readonly user?: string;
  readonly masterUser?: string;
  readonly passwordFile?: string;
  readonly namespace?: string;
  readonly site?: string;
  readonly context?: string;
};

/** What came of one mailbox, as the script in the pod tells it. */
export type Moved = {
  readonly there: number;
  readonly bytes: number;
  readonly here: number;
  readonly copied: number;
  /** `Sent ← Đã gửi` */
  readonly renamed: readonly string[];
};

/**
 * One mailbox after the other; whoever fails keeps nobody waiting.
 * @returns the exit code: 0, or 1 when somebody could not be copied
 * @throws WrongInput before anything is asked of the cluster
 */
export async function moveIn(name: string | undefined, options: MoveInOptions): Promise<number> {
  const movers = moversOf(name, options);
  const master = options.passwordFile === undefined ? undefined : readPassword(options.passwordFile);
  const without = movers.find(({ password }) => password === undefined && master === undefined);
  if (without !== undefined)
    throw new WrongInput(`${without.name}: no password: give --password-file, or a third column in the list`);
  const config = loadKubeConfig(options.context);
  const given = options.site === undefined ? undefined : loadSite(options.site);
  const namespace = mailboxNamespace(config, given, options.namespace);
  const site = given ?? siteOfNamespace(namespace);
  expectNamed(site, options.from);
  let failures = 0;
  const attempt = async ({ name: who }: Mover, work: () => Promise<void>) => {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Failed)) throw error;
      failures += 1;
      console.error(`hopthu: ${who}: ${error.message}`);
    }
  };
  const known: { readonly mover: Mover; readonly account: Account }[] = [];
  for (const mover of movers)
    await attempt(mover, async () => {
      known.push({ mover, account: await readAccount(config, namespace, mover.name) });
    });
  for (const [host, some] of Map.groupBy(known, ({ account }) => account.shard)) {
    const shard = shardNamed(site, host);
    const pod = { namespace: site.namespaces.mail, cronJob: 'move-in', shard } as const;
    await withWorkPod(config, pod, async (work) => {
      for (const { mover, account } of some)
        await attempt(mover, async () =>
          console.log(await moveOne(account, mover, master ?? '', options, work)),
        );
    });
  }
  if (movers.length > 1) console.log(`${movers.length - failures} of ${movers.length} mailboxes are copied`);
  return failures === 0 ? 0 : 1;
}

async function moveOne(
  { account, address, quota }: Account,
  { user, password }: Mover,
  master: string,
  { from, masterUser }: MoveInOptions,
  work: Work,
): Promise<string> {
  const args = [from, user ?? address, masterUser ?? '-', account, String(quota)];
  return describeMoved(address, readMoved(await work(args, `${password ?? master}\n`)));
}

function moversOf(name: string | undefined, { list, user }: MoveInOptions): readonly Mover[] {
  if ((name === undefined) === (list === undefined))
    throw new WrongInput('name one Mailbox, or a --list of them');
  if (list !== undefined && user !== undefined)
    throw new WrongInput('--user is of one Mailbox: a list has a column for it');
  if (list !== undefined) return parseMovers(readText('--list', list), list);
  return [{ name: name ?? '', ...(user === undefined ? {} : { user }) }];
}

/** The first line. `-` is standard input. */
function readPassword(file: string): string {
  const [line = ''] = readText('--password-file', file === '-' ? standardInput : file).split(/\r?\n/);
  if (line === '') throw new WrongInput(`--password-file: the first line of ${file} is empty`);
  return line;
}

function expectNamed({ moving }: Site, host: string): void {
  if (moving.from.some((server) => server.host === host)) return;
  const known = moving.from.map((server) => server.host).join(' or ') || 'none';
  throw new WrongInput(
    `--from ${host}: the site file names ${known} in moving.from; name it there, with its networks, and apply the manifests`,
  );
}

/** @throws Failed for what the script does not print */
export function readMoved(text: string): Moved {
  const lines = text.split('\n').map((line) => line.split('\t'));
  const [, ...facts] = lines.find(([word]) => word === 'letters') ?? [];
  const [there, bytes, here, copied] = facts.map(Number);
  if (there === undefined || bytes === undefined || here === undefined || copied === undefined)
    throw new Failed('the pod did not say what came of it');
  const renamed = lines.flatMap(([word, ours, theirs]) => (word === 'folder' ? [`${ours} ← ${theirs}`] : []));
  return { there, bytes, here, copied, renamed };
}

/** `ntbinh@…: 345 letters there (1229 MiB), 27 new, 350 here; Sent ← Đã gửi` */
export function describeMoved(address: string, { there, bytes, here, copied, renamed }: Moved): string {
  const named = renamed.length === 0 ? '' : `; ${renamed.join(', ')}`;
  return `${address}: ${there} letters there (${Math.ceil(bytes / 2 ** 20)} MiB), ${copied} new, ${here} here${named}`;
}
