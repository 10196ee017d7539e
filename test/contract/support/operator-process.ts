/** The operator as it is shipped: a process of its own, with its own account and rights, and its secrets in files. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { parse, stringify } from 'yaml';
import { reportConfigMap, siteConfigMap } from '../../../operator/core/secrets.ts';
import { asYaml, manifestsOf } from '../../support/manifests.ts';
import type { ApiServer } from '../kube-support/api-server.ts';
import { freePort } from '../kube-support/ports.ts';
import { firstPassword, type Slapd, site } from './slapd.ts';

const program = join(import.meta.dirname, '../../../operator/main.ts');
const templates = join(import.meta.dirname, '../../../charts/config/notices');
const rights = ['ServiceAccount', 'Role', 'RoleBinding'];
const account = [`--namespace=${site.namespaces.mail}`, 'operator'] as const;

/** What the site's charts put into the cluster for the operator. */
export async function installOperator(server: ApiServer): Promise<void> {
  const { mail, accounts } = site.namespaces;
  for (const namespace of [mail, ...accounts]) await server.kubectl(['create', 'namespace', namespace]);
  const wanted = manifestsOf(site).filter(
    ({ kind, metadata }) =>
      [siteConfigMap, reportConfigMap].includes(metadata.name) ||
      (metadata.name === 'operator' && rights.includes(kind)),
  );
  await server.kubectl(['create', '--filename=-'], asYaml(wanted));
}

/** Options of node itself, and of the operator. */
export type ProcessOptions = { readonly node?: readonly string[]; readonly operator?: readonly string[] };

type Started = { readonly server: ApiServer; readonly slapd: Slapd };

export class OperatorProcess {
  readonly #folder: string;
  readonly #port: number;
  readonly #world: Started;
  readonly #process;
  output = '';

  private constructor(
    folder: string,
    port: number,
    world: Started,
    { node = [], operator = [] }: ProcessOptions,
  ) {
    this.#folder = folder;
    this.#port = port;
    this.#world = world;
    const env = {
      KUBECONFIG: this.#path('kubeconfig'),
      HOPTHU_SITE_FILE: this.#path('site.yaml'),
      HOPTHU_LDAP_HOST: 'localhost',
      HOPTHU_LDAP_PORT: String(world.slapd.port),
      HOPTHU_LDAP_CA_FILE: this.#path('ca.crt'),
      HOPTHU_LDAP_PASSWORD_FILE: this.#path('password'),
      HOPTHU_SESSIONS_HOST: 'localhost',
      HOPTHU_SESSIONS_PORT: '1',
      HOPTHU_SESSIONS_CA_FILE: this.#path('ca.crt'),
      HOPTHU_SESSIONS_KEY_FILE: this.#path('password'),
      // Of the other parts there is none here.
      HOPTHU_STORE_HOST: 'localhost',
      HOPTHU_STORE_PORT: '1',
      HOPTHU_TLS_FOLDER: this.#folder,
      HOPTHU_NOTICES_HOST: 'localhost',
      HOPTHU_NOTICES_PORT: '1',
      HOPTHU_NOTICES_TEMPLATES: templates,
      HOPTHU_PORT: String(port),
    };
    this.#process = execa(process.execPath, [...node, program, ...operator], {
      env,
      reject: false,
      all: true,
    });
    this.#process.all.on('data', (chunk: Buffer) => {
      this.output += chunk;
    });
  }

  static async start(world: Started, options: ProcessOptions = {}): Promise<OperatorProcess> {
    const folder = await mkdtemp(join(tmpdir(), 'hopthu-operator-'));
    const siteFile = new URL('../../../charts/sites/soc-trang.yaml', import.meta.url);
    await writeFile(join(folder, 'site.yaml'), await readFile(siteFile));
    const kubeconfig = parse(await readFile(world.server.kubeconfig, 'utf8'));
    // client-node's own words for a ServiceAccount's mounted token.
    const provider = { name: 'tokenFile', config: { tokenFile: join(folder, 'token') } };
    kubeconfig.users[0].user = { 'auth-provider': provider };
    await writeFile(join(folder, 'kubeconfig'), stringify(kubeconfig), { mode: 0o600 });
    const operator = new OperatorProcess(folder, await freePort(), world, options);
    await operator.give(firstPassword);
    return operator;
  }

  /** Puts the directory's password and authority and a new token of the account where the process finds them. */
  async give(password: string): Promise<void> {
    const { server, slapd } = this.#world;
    const token = await server.kubectl(['create', 'token', ...account]);
    await writeFile(this.#path('token'), token);
    await writeFile(this.#path('password'), password);
    await writeFile(this.#path('ca.crt'), await slapd.ca());
  }

  /** Resolves when it has ended. */
  get ended(): Promise<{ readonly exitCode?: number | undefined }> {
    return this.#process;
  }

  signal(name: NodeJS.Signals): void {
    this.#process.kill(name);
  }

  /** The sum of the series of a metric whose labels match. */
  async metric(name: string, labels = ''): Promise<number> {
    const text = await (await fetch(`http://127.0.0.1:${this.#port}/metrics`)).text();
    const lines = text.split('\n').filter((line) => line.startsWith(`${name}{`) && line.includes(labels));
    return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
  }

  async stop(): Promise<void> {
    this.signal('SIGKILL');
    await this.#process;
    await rm(this.#folder, { recursive: true });
  }

  #path(name: string): string {
    return join(this.#folder, name);
  }
}
