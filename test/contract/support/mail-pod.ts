/** All that carries mail, with a site's configuration, in containers that share one loopback and nothing else. */
import { join } from 'node:path';
import { dovecotConfig } from '../../../charts/components/dovecot-config.ts';
import { postfixConfig } from '../../../charts/components/postfix.ts';
import { directoryConfig, exporterUid, placesOf } from '../../../charts/directory-config.ts';
import { type Endpoint, loopback, ports, serviceHost } from '../../../charts/endpoints.ts';
import { exporter, scriptPath } from '../../../charts/exporter.ts';
import { bindAccounts, serviceDn } from '../../../operator/core/layout.ts';
import type { Site } from '../../../operator/core/site.ts';
import { eventually } from '../../e2e/support/eventually.ts';
import { buildImages, ROOT } from '../../kind/images.ts';
import { ensureTools } from '../../kind/prerequisites.ts';
import type { Runtime } from '../../kind/runtime.ts';
import { Containers, logsOf } from './containers.ts';
import { FilterPod } from './filter-pod.ts';

/** In one network no two can have the port that each has in its own pod. */
const exporterPorts = {
  dovecot: 9100,
  postfix: 9101,
  openldap: 9102,
  filter: 9103,
  throttle: 9104,
  clerk: 9105,
} as const;
const scripts = { openldap: { '/run/slapd': 'slapd' }, postfix: { '/run/metrics': 'figures' } } as const;

export class MailPod {
  readonly #site: Site;
  readonly #filter: FilterPod;
  readonly #containers: Containers;
  readonly #runtime: Runtime;
  readonly #directory: Endpoint;

  private constructor(site: Site, filter: FilterPod, containers: Containers, runtime: Runtime) {
    this.#runtime = runtime;
    this.#site = site;
    this.#filter = filter;
    this.#containers = containers;
    this.#directory = { host: serviceHost('openldap', site.namespaces.mail), port: ports.ldaps.container };
  }

  /** Starts every part of a site with one directory, and waits until Postfix greets. */
  static async start(given: Site): Promise<MailPod> {
    const site = { ...given, directory: { ...given.directory, replicas: 1 } };
    const { runtime } = await ensureTools();
    await buildImages(runtime, ['openldap', 'dovecot', 'postfix']);
    const filter = await FilterPod.begin(site);
    const containers = new Containers(runtime, `container:${filter.container}`, 'mail');
    const pod = new MailPod(site, filter, containers, runtime);
    try {
      const clerk = serviceHost('clerk', site.namespaces.mail);
      const postfix = serviceHost('postfix', site.namespaces.smtp);
      await containers.certificates([pod.#directory.host, site.hosts.mail, clerk, postfix]);
      await pod.#openldap();
      await Promise.all([pod.#programs(), pod.#dovecot(), pod.#postfix()]);
      await Promise.all((['openldap', 'postfix'] as const).map((part) => pod.#exporter(part)));
      await filter.ready();
      const greeting = `read -rt 4 line < /dev/tcp/127.0.0.1/${ports.smtp.container}`;
      await eventually(120_000, () => containers.exec('postfix', ['/bin/bash', '-c', greeting]));
      return pod;
    } catch (error) {
      const said = await containers.lastWords();
      await pod.end();
      throw new Error(said, { cause: error });
    }
  }

  async #openldap(): Promise<void> {
    const places = { ...placesOf(this.#site), service: this.#directory };
    this.#containers.write('openldap', directoryConfig(this.#site, places));
    const accounts = bindAccounts(this.#site).map((account) => [account, account] as const);
    this.#containers.write('accounts', Object.fromEntries(accounts));
    for (const volume of ['slapd', 'ldap']) this.#containers.write(volume);
    await this.#containers.run({
      part: 'openldap',
      name: 'openldap',
      options: ['--env', 'HOSTNAME=openldap-0'],
      mounts: {
        '/etc/hopthu': 'openldap',
        '/run/secrets/accounts': 'accounts',
        '/run/slapd': 'slapd',
        '/var/lib/ldap': 'ldap',
      },
    });
    await eventually(120_000, () =>
      this.#containers.exec('openldap', ['test', '-e', '/run/slapd/refreshed']),
    );
  }

  /** What runs from the operator's image, from its source. */
  async #programs(): Promise<void> {
    this.#containers.write('origin', { key: 'key of the test' });
    const origin = { '/run/secrets/origin': 'origin' };
    await this.#program('throttle', 'operator/throttle/main.ts', origin, {
      HOPTHU_THROTTLE: JSON.stringify(this.#site.throttle),
      HOPTHU_ORIGIN_KEY_FILE: '/run/secrets/origin/key',
      HOPTHU_POLICY_PORT: loopback.throttle,
    });
    await this.#program(
      'filter',
      'operator/filter/main.ts',
      {},
      {
        HOPTHU_COUNTS_PORT: loopback.valkey,
        HOPTHU_CLAMD_PORT: loopback.clamd,
        HOPTHU_CONTROLLER_PORT: loopback.controller,
      },
    );
  }

  async #program(
    name: 'throttle' | 'filter' | 'clerk',
    source: string,
    mounts: Readonly<Record<string, string>>,
    more: Readonly<Record<string, string | number>>,
  ): Promise<void> {
    const env = { HOPTHU_SITE: this.#site.name, HOPTHU_PORT: exporterPorts[name], ...more };
    const node = '/usr/local/bin/node';
    await this.#containers.run({
      part: 'dovecot',
      name,
      mounts,
      options: [
        ...Object.entries(env).flatMap(([variable, value]) => ['--env', `${variable}=${value}`]),
        ...['--volume', `${ROOT}:${ROOT}:ro`, '--volume', `${process.execPath}:${node}:ro`],
        ...['--entrypoint', node],
      ],
      command: [join(ROOT, source)],
    });
  }

  async #dovecot(): Promise<void> {
    this.#containers.write('dovecot', dovecotConfig(this.#site, this.#directory));
    this.#containers.write('dovecot-ldap', { password: 'dovecot' });
    this.#containers.write('sessions', { key: 'sessions' });
    for (const volume of ['vmail', 'dovecot-run']) this.#containers.write(volume);
    await this.#containers.run({
      part: 'dovecot',
      name: 'dovecot',
      mounts: {
        '/srv/vmail': 'vmail',
        '/run/dovecot': 'dovecot-run',
        '/etc/dovecot/dovecot.conf': 'dovecot/dovecot.conf',
        '/etc/dovecot/sieve': 'dovecot',
        '/run/secrets/ldap': 'dovecot-ldap',
        '/run/secrets/sessions': 'sessions',
      },
    });
  }

  async #postfix(): Promise<void> {
    this.#containers.write(
      'postfix',
      postfixConfig(this.#site, { directory: this.#directory, readers: this.#directory }),
    );
    this.#containers.write('postfix-ldap', { password: 'postfix' });
    this.#containers.write('figures');
    this.#containers.write('journal');
    const own = ['/run/maps', '/var/spool/postfix', '/var/lib/postfix'];
    await this.#containers.run({
      part: 'postfix',
      name: 'postfix',
      options: own.flatMap((path) => ['--tmpfs', path]),
      mounts: {
        '/etc/postfix/main.cf': 'postfix/main.cf',
        '/etc/postfix/master.cf': 'postfix/master.cf',
        '/etc/hopthu': 'postfix',
        '/run/secrets/ldap': 'postfix-ldap',
        '/run/metrics': 'figures',
        '/srv/reports/journal': 'journal',
      },
    });
  }

  /** What Postfix's pod has written down for the reports, line by line. */
  async journal(): Promise<readonly string[]> {
    const text = await this.#containers.exec('postfix', ['sh', '-c', 'cat /srv/reports/journal/*']);
    return text.split('\n').filter((line) => line !== '');
  }

  /** As the chart has it, at another port. */
  async #exporter(part: keyof typeof scripts): Promise<void> {
    const script = { name: 'config', subPath: 'metrics' };
    const { command = [], uid = 0, mounts } = exporter({ image: part, uid: exporterUid, script, mounts: [] });
    const [program = '', ...args] = command;
    const place = Object.fromEntries(mounts.map(({ path }) => [path, `${part}/metrics`]));
    const port = String(ports.exporter.container);
    await this.#containers.run({
      part,
      name: `${part}-exporter`,
      options: ['--user', `${uid}:0`, '--entrypoint', program],
      mounts: { ...place, ...scripts[part] },
      command: args.map((arg) => arg.replace(port, String(exporterPorts[part]))),
    });
  }

  /**
   * Starts what takes letters to service addresses (`intake-program.ts`), and the tunnels that letters come and go by.
   * @param folder what it finds in `/run/clerk`, where it leaves requests and answers, too
   */
  async clerk(folder: Readonly<Record<string, string>>): Promise<void> {
    this.#containers.write('clerk', folder);
    await this.#program(
      'clerk',
      'test/contract/support/intake-program.ts',
      { '/run/clerk': 'clerk' },
      {
        HOPTHU_FOLDER: '/run/clerk',
      },
    );
    const config = postfixConfig(this.#site, { directory: this.#directory, readers: this.#directory });
    const [before = '', ...sections] = (config['stunnel.conf'] ?? '').split(/^(?=\[)/m);
    // By the one its letters go.
    const section = sections.filter((text) => /^\[(clerk|notices)\]/.test(text)).join('');
    // Here no Service stands between the two ends.
    const text = (before + section).replace(`:${ports.intake.service}`, `:${ports.intake.container}`);
    this.#containers.write('tunnel', { 'stunnel.conf': text });
    await this.#containers.run({
      part: 'postfix',
      name: 'tunnel',
      options: ['--entrypoint', '/usr/bin/stunnel'],
      mounts: { '/etc/stunnel': 'tunnel' },
      command: ['/etc/stunnel/stunnel.conf'],
    });
  }

  /** Runs a program where a part is. */
  exec(name: 'postfix' | 'dovecot' | 'clerk', program: readonly string[]): Promise<string> {
    return this.#containers.exec(name, program);
  }

  /** Adds entries to the directory, as the operator. */
  async addEntries(ldif: string): Promise<void> {
    const url = `ldaps://${this.#directory.host}:${this.#directory.port}`;
    const bind = ['-x', '-H', url, '-D', serviceDn(this.#site.domain, 'operator'), '-w', 'operator'];
    await this.#containers.exec(
      'openldap',
      ['env', 'LDAPTLS_CACERT=/run/tls/ca.crt', 'ldapadd', ...bind],
      ldif,
    );
  }

  /** curl from inside, certificates unseen; `input` is what it sends. @throws where a server refuses */
  curl(args: readonly string[], input = ''): Promise<string> {
    return this.#containers.exec(
      'dovecot',
      ['curl', '--silent', '--show-error', '--insecure', ...args],
      input,
    );
  }

  /** What Dovecot answers to these lines over IMAPS, the last of which is LOGOUT. */
  imap(lines: readonly string[]): Promise<string> {
    const client = ['openssl', 's_client', '-quiet', '-connect', `127.0.0.1:${ports.imaps.container}`];
    return this.#containers.exec('dovecot', client, `${lines.join('\r\n')}\r\n`);
  }

  /** The metrics of a part, as Prometheus would get them. */
  scrape(part: keyof typeof exporterPorts): Promise<string> {
    const path = part in scripts ? scriptPath : '/metrics';
    return this.curl(['--fail', `http://127.0.0.1:${exporterPorts[part]}${path}`]);
  }

  /** What a daemon has logged so far. */
  logs(name: 'postfix' | 'dovecot' | 'rspamd'): Promise<string> {
    return name === 'rspamd' ? logsOf(this.#runtime, this.#filter.container) : this.#containers.logs(name);
  }

  async end(): Promise<void> {
    await this.#containers.end();
    await this.#filter.end();
  }
}
