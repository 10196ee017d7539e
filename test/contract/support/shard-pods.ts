/** Two Dovecots, the proxy before them and Postfix, with a site's configuration, each in containers on an address of its own. */
import { randomBytes, randomInt } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ImapFlow } from 'imapflow';
import { partCertificates } from '../../../charts/certificates.ts';
import { dovecotConfig } from '../../../charts/components/dovecot-config.ts';
import { dovecotProxyConfig } from '../../../charts/components/dovecot-proxy.ts';
import { postfixConfig } from '../../../charts/components/postfix.ts';
import { ports, serviceHost } from '../../../charts/endpoints.ts';
import { shardsOf } from '../../../charts/shards.ts';
import { type KeyPair, makeAuthority, makeLeaf } from '../../../cli/bootstrap/openssl.ts';
import { imageReference, type Part } from '../../../images/tag.ts';
import type { Site } from '../../../operator/core/site.ts';
import { Doveadm } from '../../../operator/dovecot/doveadm.ts';
import { DoveadmSessions } from '../../../operator/dovecot/doveadm-sessions.ts';
import { ShardedSessions } from '../../../operator/dovecot/shards.ts';
import { StoreClient } from '../../../operator/dovecot/store-client.ts';
import { eventually } from '../../e2e/support/eventually.ts';
import { buildImages, ROOT } from '../../kind/images.ts';
import { ensureTools } from '../../kind/prerequisites.ts';
import { runContainer } from '../../kind/runtime.ts';
import { removeAtOnce } from './containers.ts';
import { listens, onAddress } from './shard-addresses.ts';
import type { Slapd } from './slapd.ts';

const apiKey = 'key-of-the-sessions';
/** Of the accounts `dovecot` and `postfix` in the directory. */
export const servicePassword = 'password-of-a-service';

type Files = Readonly<Record<string, string>>;

export class ShardPods {
  readonly site: Site;
  /** Another run on the same machine has another. */
  readonly #network = `127.31.${randomInt(256)}`;
  readonly proxy = `${this.#network}.20`;
  readonly postfix = `${this.#network}.30`;
  readonly #name = `hopthu-shards-${randomBytes(4).toString('hex')}`;
  readonly #folder = mkdtempSync(join(tmpdir(), 'hopthu-shards-'));
  readonly #slapd: Slapd;
  readonly #identities = new Map<string, KeyPair>();
  readonly #containers: string[] = [];
  #authority = '';
  #podman: (args: readonly string[]) => Promise<string> = () => Promise.reject(new Error('not started'));

  private constructor(site: Site, slapd: Slapd) {
    this.site = site;
    this.#slapd = slapd;
  }

  /** Starts everything on a directory whose services have `servicePassword`, and waits until all of it listens. */
  static async start(site: Site, slapd: Slapd): Promise<ShardPods> {
    const pods = new ShardPods(site, slapd);
    const { runtime } = await ensureTools();
    await buildImages(runtime, ['dovecot', 'postfix']);
    pods.#podman = (args) => runContainer(runtime, args);
    try {
      await pods.#start();
    } catch (error) {
      await pods.end();
      throw error;
    }
    return pods;
  }

  async #start(): Promise<void> {
    const { site } = this;
    chmodSync(this.#folder, 0o755);
    await this.#makeCertificates();
    // Its address comes in last: it is one of those that are replaced (#write).
    const directory = { host: 'DIRECTORY', port: this.#slapd.port };
    for (const { name } of shardsOf(site)) await this.#startShard(name, dovecotConfig(site, directory, name));
    await this.#startProxy(dovecotProxyConfig(site, directory));
    await this.#startPostfix(postfixConfig(site, { directory, readers: directory }));
  }

  addressOf(shard: string): string {
    return `${this.#network}.${10 + Number(shard.split('-')[1])}`;
  }

  async #makeCertificates(): Promise<void> {
    const authority = await makeAuthority('test', 2);
    this.#authority = `${authority.certificate}${await this.#slapd.ca()}`;
    for (const { part, dnsNames } of partCertificates(this.site))
      if (['dovecot', 'dovecot-proxy', 'postfix', 'operator'].includes(part))
        this.#identities.set(part, await makeLeaf(authority, part, dnsNames, 1));
  }

  get ca(): string {
    return this.#authority;
  }

  async #startShard(shard: string, config: Files): Promise<void> {
    const at = this.addressOf(shard);
    const folder = this.#write(shard, at, config, 'dovecot');
    for (const name of ['mail', 'archive']) mkdirSync(join(folder, name), { mode: 0o777 });
    for (const name of ['mail', 'archive']) chmodSync(join(folder, name), 0o777);
    const volumes = { [`${folder}/mail`]: '/srv/vmail', [`${folder}/archive`]: '/srv/archive' };
    await this.#dovecot(shard, folder, volumes);
    for (const [name, file] of [
      ['tunnel', 'stunnel.conf'],
      ['store', 'store.conf'],
      ['carrier', 'carrier.conf'],
    ] as const)
      await this.#stunnel(`${shard}-${name}`, folder, file, volumes);
    await eventually(30_000, async () => this.sessionsAt(shard).open());
  }

  async #startProxy(config: Files): Promise<void> {
    const folder = this.#write('proxy', this.proxy, config, 'dovecot-proxy');
    await this.#dovecot('proxy', folder, {});
    await this.#stunnel('proxy-tunnel', folder, 'stunnel.conf', {});
  }

  async #startPostfix(config: Files): Promise<void> {
    const quick =
      'smtpd_milters =\nminimal_backoff_time = 3s\nmaximal_backoff_time = 6s\nqueue_run_delay = 3s\n';
    const folder = this.#write('postfix', this.postfix, config, 'postfix', (name, text) => {
      if (name === 'main.cf') return text.replace(/^smtpd_milters = .*$/m, '') + quick;
      if (name === 'shard.cf') return text.replace('inet:127.0.0.1', `inet:${this.postfix}`);
      return name === 'master.cf' ? text.replaceAll(/^(\d+) inet/gm, `${this.postfix}:$1 inet`) : text;
    });
    await this.#stunnel('postfix-tunnel', folder, 'stunnel.conf', {}, 'postfix');
    await this.#run('postfix', 'postfix', folder, {
      '/bin/sh': ['/etc/hopthu/start'],
      volumes: {
        [`${folder}/main.cf`]: '/etc/postfix/main.cf',
        [`${folder}/master.cf`]: '/etc/postfix/master.cf',
        [folder]: '/etc/hopthu',
      },
    });
    await eventually(30_000, () => listens(this.postfix, ports.smtp.container));
  }

  /** Everything on the address of this part instead of 127.0.0.1, which all of them share here, and without Services. */
  #write(
    name: string,
    at: string,
    config: Files,
    identity: string,
    edit: (name: string, text: string) => string = (_, text) => text,
  ): string {
    const folder = join(this.#folder, name);
    mkdirSync(folder);
    for (const [file, text] of Object.entries(config)) {
      const whole = file === 'dovecot.conf' ? `${text}listen = ${at}\n` : text;
      writeFileSync(join(folder, file), edit(file, onAddress(at, whole)));
    }
    const pair = this.#identities.get(identity);
    const secrets: Files = {
      'tls/tls.crt': pair?.certificate ?? '',
      'tls/tls.key': pair?.key ?? '',
      'tls/ca.crt': this.#authority,
      'ldap/password': servicePassword,
      'sessions/key': apiKey,
    };
    for (const [file, text] of Object.entries(secrets)) {
      mkdirSync(join(folder, file, '..'), { recursive: true });
      writeFileSync(join(folder, file), text, { mode: 0o444 });
    }
    return folder;
  }

  #dovecot(name: string, folder: string, volumes: Files): Promise<void> {
    return this.#run(name, 'dovecot', folder, {
      '/usr/sbin/dovecot': ['-F'],
      volumes: {
        ...volumes,
        [`${folder}/dovecot.conf`]: '/etc/dovecot/dovecot.conf',
        ...(existsSync(join(folder, 'junk.sieve')) ? { [folder]: '/etc/dovecot/sieve' } : {}),
      },
    });
  }

  #stunnel(
    name: string,
    folder: string,
    file: string,
    volumes: Files,
    part: Part = 'dovecot',
  ): Promise<void> {
    return this.#run(name, part, folder, {
      '/usr/bin/stunnel': ['/etc/hopthu/stunnel-of-this'],
      volumes: { ...volumes, [folder]: '/etc/hopthu', [`${folder}/${file}`]: '/etc/hopthu/stunnel-of-this' },
    });
  }

  async #run(
    name: string,
    part: Part,
    folder: string,
    {
      volumes,
      ...command
    }: { readonly volumes: Files } & Readonly<Record<string, readonly string[] | Files>>,
  ): Promise<void> {
    const [[program = '', args = []] = []] = Object.entries(command);
    const container = `${this.#name}-${name}`;
    this.#containers.push(container);
    const hosts = shardsOf(this.site).map(({ name: shard, host }) => [host, this.addressOf(shard)]);
    const mail = this.site.namespaces.mail;
    const named = [
      ...hosts,
      [serviceHost('dovecot', mail), this.proxy],
      [serviceHost('postfix', this.site.namespaces.smtp), this.postfix],
      [serviceHost('rspamd', mail), this.postfix],
    ];
    await this.#podman([
      ...['run', '-d', '--name', container, '--network', 'host', '--entrypoint', program],
      ...named.flatMap(([host, address]) => ['--add-host', `${host}:${address}`]),
      ...[
        '--tmpfs',
        '/run/dovecot:mode=1777,exec',
        '--tmpfs',
        '/run/maps',
        '--tmpfs',
        '/run/metrics',
        '--tmpfs',
        '/tmp',
      ],
      ...['-v', `${folder}/tls:/run/tls`, '-v', `${folder}/ldap:/run/secrets/ldap`],
      ...['-v', `${folder}/sessions:/run/secrets/sessions`],
      ...Object.entries(volumes).flatMap(([from, to]) => ['-v', `${from}:${to}`]),
      imageReference(part, ROOT),
      ...(args as readonly string[]),
    ]);
  }

  #doveadm(shard: string): Doveadm {
    return new Doveadm({
      host: this.addressOf(shard),
      port: ports.sessions.container,
      servername: serviceHost(shard, this.site.namespaces.mail),
      ca: async () => this.#authority,
      key: async () => apiKey,
    });
  }

  sessionsAt(shard: string): DoveadmSessions {
    return new DoveadmSessions(this.#doveadm(shard));
  }

  get sessions(): ShardedSessions {
    return new ShardedSessions(
      shardsOf(this.site).map(({ name }) => new DoveadmSessions(this.#doveadm(name))),
    );
  }

  store(shard: string): StoreClient {
    const operator = this.#identities.get('operator');
    return new StoreClient({
      host: this.addressOf(shard),
      port: ports.store.container,
      servername: serviceHost(shard, this.site.namespaces.mail),
      ca: async () => this.#authority,
      certificate: async () => operator?.certificate ?? '',
      key: async () => operator?.key ?? '',
      now: () => '2026-11-26T00:00:00Z',
      deadline: 60_000,
    });
  }

  /** Runs `use` over an IMAP session through the proxy. @throws imapflow's error when the login is refused */
  async imap<T>(user: string, pass: string, use: (client: ImapFlow) => Promise<T>): Promise<T> {
    const client = new ImapFlow({
      host: this.proxy,
      port: ports.imaps.container,
      secure: true,
      servername: this.site.hosts.mail,
      auth: { user, pass },
      tls: { ca: this.#authority },
      logger: false,
    });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return await use(client);
    } finally {
      client.close();
    }
  }

  /** Has Postfix try everything now: what it finds locked by a delivery it leaves for ten minutes. */
  flush = () => this.#podman(['exec', `${this.#name}-postfix`, 'postqueue', '-f']);

  /** Is there anything of the account at this shard? */
  holds(shard: string, account: string): boolean {
    const mail = join(this.#folder, shard, 'mail');
    return ['', '.moved-', '.incoming-', '.late-', '.arriving-'].some((kind) =>
      existsSync(join(mail, `${kind}${account}`)),
    );
  }

  async end(): Promise<void> {
    await removeAtOnce(this.#podman, this.#containers);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
