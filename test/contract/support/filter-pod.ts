/** rspamd, clamd and Valkey with a site's configuration, in containers that share one loopback and nothing else. */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { filterConfig } from '../../../charts/components/filter.ts';
import { imageReference, type Part } from '../../../images/tag.ts';
import { dkimKeyFile } from '../../../operator/core/secrets.ts';
import type { Site } from '../../../operator/core/site.ts';
import { eventually } from '../../e2e/support/eventually.ts';
import { buildImages, ROOT } from '../../kind/images.ts';
import { ensureTools } from '../../kind/prerequisites.ts';
import { runContainer } from '../../kind/runtime.ts';
import { removeAtOnce } from './containers.ts';

export type Envelope = {
  readonly from: string;
  readonly to: string;
  readonly ip?: string;
  /** Who has logged in. */
  readonly user?: string;
};

export type Verdict = { readonly action: string; readonly text: string; readonly symbols: readonly string[] };

/** rspamd scans for whoever asks by HTTP here, too; limits count it like the milter, unlike the controller. */
const socket = 'scan.sock';

function signingKey(): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

export class FilterPod {
  readonly #name = `hopthu-filter-${randomBytes(4).toString('hex')}`;
  readonly #folder = mkdtempSync(join(tmpdir(), 'hopthu-filter-'));
  #podman: (args: readonly string[]) => Promise<string> = () => Promise.reject(new Error('not started'));

  /** Starts everything and waits until a message is judged. @param more files that replace those of the site */
  static async start(site: Site, more: Readonly<Record<string, string>> = {}): Promise<FilterPod> {
    const pod = await FilterPod.begin(site, more);
    try {
      await pod.ready();
    } catch (error) {
      await pod.end();
      throw error;
    }
    return pod;
  }

  /** Starts everything, which takes its time to be ready. */
  static async begin(site: Site, more: Readonly<Record<string, string>> = {}): Promise<FilterPod> {
    const pod = new FilterPod();
    const { runtime } = await ensureTools();
    await buildImages(runtime, ['rspamd', 'clamav', 'valkey']);
    pod.#podman = (args) => runContainer(runtime, args);
    pod.#write(site, {
      ...filterConfig(site),
      'worker-normal.inc': `bind_socket = "/run/rspamd/${socket} mode=0666";\n`,
      ...more,
    });
    try {
      await pod.#run();
    } catch (error) {
      await pod.end();
      throw error;
    }
    return pod;
  }

  #write(site: Site, files: Readonly<Record<string, string>>): void {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(this.#folder, name), text);
    for (const name of ['compiled', 'run', 'signatures', 'memory']) {
      mkdirSync(join(this.#folder, name));
      chmodSync(join(this.#folder, name), 0o777);
    }
    mkdirSync(join(this.#folder, 'dkim'));
    writeFileSync(join(this.#folder, 'dkim', dkimKeyFile(site.dns.dkimSelector)), signingKey());
    writeFileSync(join(this.#folder, 'signatures/eicar.ndb'), files['eicar.ndb'] ?? '');
    chmodSync(this.#folder, 0o755);
  }

  /** The container of rspamd, whose network the others share. */
  get container(): string {
    return `${this.#name}-rspamd`;
  }

  async #run(): Promise<void> {
    const config = this.#folder;
    await this.#start('rspamd', ['--network', 'none'], {
      '/etc/rspamd/local.d': config,
      '/etc/rspamd/lua.local.d': config,
      '/etc/rspamd/override.d/options.inc': join(config, 'local-addresses.inc'),
      '/run/dkim': join(config, 'dkim'),
      '/var/lib/rspamd': join(config, 'compiled'),
      '/run/rspamd': join(config, 'run'),
    });
    const beside = ['--network', `container:${this.container}`];
    await this.#start('clamav', beside, {
      '/etc/hopthu': config,
      '/var/lib/clamav': join(config, 'signatures'),
    });
    await this.#start('valkey', beside, { '/etc/hopthu': config, '/var/lib/valkey': join(config, 'memory') });
  }

  /** Waits until a message is judged. */
  async ready(): Promise<void> {
    await eventually(180_000, () => this.#ask('GET', '/ping', {}, ''));
  }

  async #start(part: Part, network: readonly string[], mounts: Readonly<Record<string, string>>) {
    const volumes = Object.entries(mounts).flatMap(([to, from]) => ['-v', `${from}:${to}`]);
    const name = ['--name', `${this.#name}-${part}`];
    const image = imageReference(part, ROOT);
    await this.#podman([
      'run',
      '-d',
      ...name,
      ...network,
      '--read-only',
      '--tmpfs',
      '/tmp',
      ...volumes,
      image,
    ]);
  }

  /** What rspamd says of a message that came with this envelope. */
  async judge(message: string | Buffer, { from, to, ip = '192.0.2.7', user }: Envelope): Promise<Verdict> {
    const headers = { From: from, Rcpt: to, IP: ip, ...(user === undefined ? {} : { User: user }) };
    const { action, messages, symbols } = JSON.parse(await this.#ask('POST', '/checkv2', headers, message));
    return { action, text: messages?.smtp_message ?? '', symbols: Object.keys(symbols) };
  }

  #ask(
    method: string,
    path: string,
    headers: Record<string, string>,
    body: string | Buffer,
  ): Promise<string> {
    const socketPath = join(this.#folder, 'run', socket);
    const length = { 'Content-Length': String(Buffer.byteLength(body)) };
    return new Promise((resolve, reject) => {
      request({ socketPath, method, path, headers: { ...headers, ...length } }, (answer) => {
        text(answer).then(resolve, reject);
      })
        .on('error', reject)
        .end(body);
    });
  }

  async stop(part: 'clamav' | 'valkey'): Promise<void> {
    await this.#podman(['stop', '-t', '1', `${this.#name}-${part}`]);
  }

  async end(): Promise<void> {
    // Last who lends its network.
    for (const parts of [['valkey', 'clamav'], ['rspamd']]) {
      const containers = parts.map((part) => `${this.#name}-${part}`);
      await removeAtOnce(this.#podman, containers);
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Runs freshclam once, as the pod does before it starts. @throws CommandFailed with what it said */
export async function updateSignatures(site: Site, mirror: string): Promise<void> {
  const { runtime } = await ensureTools();
  await buildImages(runtime, ['clamav']);
  const signatures = { ...site.filter.signatures, mirror };
  const config = filterConfig({ ...site, filter: { ...site.filter, signatures } })['freshclam.conf'] ?? '';
  const folder = mkdtempSync(join(tmpdir(), 'hopthu-freshclam-'));
  try {
    chmodSync(folder, 0o777);
    writeFileSync(join(folder, 'freshclam.conf'), config);
    const mounts = ['-v', `${folder}:/etc/hopthu:ro`, '-v', `${folder}:/var/lib/clamav`];
    const run = ['run', '--rm', '--network', 'host', '--read-only', '--tmpfs', '/tmp', ...mounts];
    const program = ['--entrypoint', '/usr/bin/freshclam', imageReference('clamav', ROOT)];
    await runContainer(runtime, [...run, ...program, '--config-file=/etc/hopthu/freshclam.conf']);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
