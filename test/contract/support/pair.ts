/** Two providers on loopback ports with production's configuration, start script and front. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { execa } from 'execa';
import { directoryConfig, type Places } from '../../../charts/directory-config.ts';
import { type KeyPair, makeAuthority, makeLeaf } from '../../../cli/bootstrap/openssl.ts';
import { bindAccounts } from '../../../operator/core/layout.ts';
import type { ConnectionOptions } from '../../../operator/ldap/connection.ts';
import { freePort } from '../kube-support/ports.ts';
import { accepts, furnished, operatorDn, site, until as soon, suffix } from './slapd.ts';
import { SmallVolume } from './small-volume.ts';

/** These conditions are programs of their own: they are not asked without a pause. */
export async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  await soon(async () => (await condition()) || setTimeout(200, false));
}

const env = { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin` };
/** libldap compares this name with the machine's own. */
const host = 'localhost';

type Ports = {
  readonly slapd: number;
  readonly front: number;
  readonly readers: number;
  readonly health: number;
};

export class Provider {
  readonly ports: Ports;
  readonly folder: string;
  readonly #number: number;
  #slapd: ChildProcess | undefined;
  #front: ChildProcess | undefined;
  #small: SmallVolume | undefined;

  constructor(folder: string, number: number, ports: Ports) {
    this.folder = folder;
    this.#number = number;
    this.ports = ports;
  }

  /** As its pod is started: slapd and the front. */
  start(): void {
    this.startSlapd();
    this.#front = this.#run('front');
  }

  startSlapd(): void {
    this.#slapd = this.#run('start');
  }

  /** slapd dies as its container would; the front lives on. */
  async kill(): Promise<void> {
    await end(this.#slapd, 'SIGKILL');
  }

  /** The whole pod goes, with or without a chance to say goodbye. */
  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    await Promise.all([end(this.#slapd, signal), end(this.#front, 'SIGKILL')]);
  }

  /** After its end: nothing of it is left. */
  giveUp(): void {
    this.#small?.end();
  }

  /** Before its start: the volume is a file system of its own of so many MiB. */
  async onSmallVolume(mebibytes: number): Promise<SmallVolume> {
    this.#small = await SmallVolume.at(join(this.folder, 'ldap'), mebibytes);
    return this.#small;
  }

  /** Its volume is lost. */
  async loseVolume(): Promise<void> {
    await rm(join(this.folder, 'ldap'), { recursive: true, force: true });
    await mkdir(join(this.folder, 'ldap'));
  }

  /** A volume as a release with one provider left it: entries of no provider's number, and no mark of how far it has come. */
  async fillAsBefore(): Promise<void> {
    const file = (name: string) => join(this.folder, name);
    for (const name of ['data', 'accesslog', 'logins']) await mkdir(file(`ldap/${name}`));
    await execa('slapadd', ['-q', '-f', file('slapd.conf'), '-b', suffix, '-l', file('tree.ldif')], { env });
  }

  /** Whether its front and the other one's may use it. */
  async isReady(): Promise<boolean> {
    return this.#inside(join(this.folder, 'ready'), []).then(
      () => true,
      () => false,
    );
  }

  /** Every entry past slapd, sorted; passwords and operational attributes included. */
  async contents(): Promise<string> {
    const args = ['-f', join(this.folder, 'slapd.conf'), '-b', suffix, '-o', 'ldif-wrap=no'];
    const { stdout } = await this.#inside('slapcat', args);
    // Where it has come itself is written to the entry at checkpoints, and compared by `marks`.
    const entries = stdout
      .trimEnd()
      .split('\n\n')
      .map((entry) =>
        entry
          .split('\n')
          .filter((line) => !line.startsWith('contextCSN:'))
          .sort()
          .join('\n'),
      );
    return entries.sort().join('\n\n');
  }

  /** How often somebody has logged in at it. */
  async logins(dn: string): Promise<number> {
    const args = [
      '-f',
      join(this.folder, 'slapd.conf'),
      '-b',
      'cn=logins',
      '-a',
      `(&(reqDN=${dn})(reqResult=0))`,
    ];
    const { stdout } = await this.#inside('slapcat', args);
    return stdout.match(/^dn: /gm)?.length ?? 0;
  }

  /** Its groups, as they are stored. */
  async groups(): Promise<string> {
    const args = [
      '-f',
      join(this.folder, 'run/slapd.conf'),
      '-b',
      `ou=groups,${suffix}`,
      '-o',
      'ldif-wrap=no',
    ];
    const { stdout } = await this.#inside('slapcat', args);
    return stdout;
  }

  /** How far it has come, provider by provider. */
  async marks(): Promise<readonly string[]> {
    const url = `ldaps://${host}:${this.ports.slapd}`;
    const args = ['-Q', '-Y', 'EXTERNAL', '-LLL', '-H', url, '-b', suffix, '-s', 'base', 'contextCSN'];
    const { stdout } = await execa('ldapsearch', args, { env: { ...env, ...this.#tls() }, reject: false });
    return [...stdout.matchAll(/^contextCSN: (.*)$/gm)].map(([, mark = '']) => mark).sort();
  }

  #tls(): Record<string, string> {
    const file = (name: string) => join(this.folder, 'tls', name);
    return { LDAPTLS_CACERT: file('ca.crt'), LDAPTLS_CERT: file('tls.crt'), LDAPTLS_KEY: file('tls.key') };
  }

  #env(): NodeJS.ProcessEnv {
    return { ...env, HOSTNAME: `openldap-${this.#number}` };
  }

  #run(script: string): ChildProcess {
    // A process group of its own, so that what the script started dies with it.
    const stdio = process.env['PAIR_LOG'] === undefined ? 'ignore' : 'inherit';
    const [program, ...args] = this.#placed('sh', [join(this.folder, script)]);
    return spawn(program, args, { env: this.#env(), stdio, detached: true });
  }

  /** Runs a program that sees the volume as slapd does. */
  #inside(program: string, args: readonly string[]) {
    const [file, ...rest] = this.#placed(program, args);
    return execa(file, rest, { env: this.#env() });
  }

  #placed(program: string, args: readonly string[]): [string, ...string[]] {
    return this.#small?.inside(program, args) ?? [program, ...args];
  }
}

export class Pair {
  readonly providers: readonly [Provider, Provider];
  readonly #folder: string;
  readonly #authority: KeyPair;

  private constructor(folder: string, authority: KeyPair, providers: readonly [Provider, Provider]) {
    this.#folder = folder;
    this.#authority = authority;
    this.providers = providers;
  }

  /** Two empty volumes; nothing runs yet. */
  static async create(): Promise<Pair> {
    const folder = await mkdtemp(join(tmpdir(), 'hopthu-pair-'));
    const authority = await makeAuthority('CA of the test', 2);
    const leaf = await makeLeaf(authority, 'openldap', [host, hostname()], 2);
    const ports = [await freePorts(), await freePorts()] as const;
    const at = (port: number) => ({ host, port });
    const providers = ports.map(({ slapd, health }) => ({ slapd: at(slapd), health: at(health) }));
    const made = ports.map(async (own, number) => {
      const provider = new Provider(join(folder, String(number)), number, own);
      // In a cluster both fronts are behind one Service, once they know of each other.
      await furnish(provider.folder, { ...own, providers, service: at(ports[1].front) }, authority, leaf);
      return provider;
    });
    const [first, second] = await Promise.all(made);
    if (first === undefined || second === undefined) throw new Error('two were asked for');
    return new Pair(folder, authority, [first, second]);
  }

  /** Starts both and waits until each leads to the active one. */
  async start(): Promise<void> {
    for (const provider of this.providers) provider.start();
    await this.whenReady();
  }

  async whenReady(): Promise<void> {
    await until(async () => (await Promise.all(this.providers.map((one) => one.isReady()))).every(Boolean));
    for (const { ports } of this.providers) await until(() => accepts(ports.front));
    for (const { folder } of this.providers) await until(() => existsSync(join(folder, 'run/refreshed')));
  }

  /** Waits until each is as far as the other and nothing moves, then gives the contents of both. */
  async contents(): Promise<readonly [string, string]> {
    const [first, second] = this.providers;
    const quiet = async () => {
      const [ours, theirs] = await Promise.all([first.marks(), second.marks()]);
      return ours.length > 0 && String(ours) === String(theirs) ? String(ours) : undefined;
    };
    let before: string | undefined;
    let contents: readonly [string, string] = ['', ''];
    await until(async () => {
      before = await quiet();
      contents = [await first.contents(), await second.contents()];
      return before !== undefined && before === (await quiet());
    });
    return contents;
  }

  /** How the operator reaches the active provider, by the front of one of them; or both, which answer searches. */
  connection(front: 0 | 1 = 1, port: 'front' | 'readers' = 'front'): ConnectionOptions {
    return {
      host: '127.0.0.1',
      servername: host,
      port: this.providers[front].ports[port],
      bindDn: operatorDn,
      password: async () => 'operator',
      ca: async () => this.#authority.certificate,
    };
  }

  async stop(): Promise<void> {
    await Promise.all(this.providers.map((provider) => provider.stop('SIGKILL')));
    for (const provider of this.providers) provider.giveUp();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** What the pod finds in its volumes. */
async function furnish(folder: string, places: Places, authority: KeyPair, leaf: KeyPair): Promise<void> {
  for (const name of ['run', 'tls', 'ldap', 'secrets/accounts'])
    await mkdir(join(folder, name), { recursive: true });
  for (const [name, text] of Object.entries(directoryConfig(site, places))) {
    await writeFile(join(folder, name), await furnished(folder, name, text), { mode: 0o755 });
  }
  const secrets = { 'tls.crt': leaf.certificate, 'tls.key': leaf.key, 'ca.crt': authority.certificate };
  for (const [name, text] of Object.entries(secrets)) {
    await writeFile(join(folder, 'tls', name), text);
    await chmod(join(folder, 'tls', name), 0o600);
  }
  for (const account of bindAccounts(site))
    await writeFile(join(folder, 'secrets/accounts', account), account);
}

async function freePorts(): Promise<Ports> {
  const [slapd, front, readers, health] = [
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
  ];
  return { slapd, front, readers, health };
}

async function end(child: ChildProcess | undefined, signal: NodeJS.Signals): Promise<void> {
  if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  process.kill(signal === 'SIGKILL' ? -child.pid : child.pid, signal);
  await ended;
  try {
    // As in a pod, what was beside the first process goes with it.
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // Nothing was left.
  }
}
