/** PostgreSQL and the webmail of a site's manifests, as far as their metrics need them, on one loopback. */
import { ports } from '../../../charts/endpoints.ts';
import type { Site } from '../../../operator/core/site.ts';
import { eventually } from '../../e2e/support/eventually.ts';
import { buildImages } from '../../kind/images.ts';
import { ensureTools } from '../../kind/prerequisites.ts';
import { manifestsOf } from '../../support/manifests.ts';
import { Containers } from './containers.ts';

type Manifest = {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly data?: Record<string, string>;
  readonly spec?: { readonly template?: { readonly spec: PodSpec } };
};
type PodSpec = { readonly containers: readonly Container[]; readonly initContainers?: readonly Container[] };
type Container = {
  readonly name: string;
  readonly command?: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value: string }[];
  readonly securityContext: { readonly runAsUser?: number };
};

/** In one network PHP's and PostgreSQL's cannot have the same port. */
const exporterPorts = { webmail: 9100, postgresql: 9101 } as const;

export class WebPod {
  readonly #manifests: readonly Manifest[];
  readonly #containers: Containers;

  private constructor(site: Site, containers: Containers) {
    this.#manifests = manifestsOf(site) as unknown as readonly Manifest[];
    this.#containers = containers;
  }

  static async start(site: Site): Promise<WebPod> {
    const { runtime } = await ensureTools();
    await buildImages(runtime, ['postgresql', 'webmail']);
    const containers = new Containers(runtime, 'none', 'web');
    const pod = new WebPod(site, containers);
    try {
      await containers.certificates([site.hosts.webmail]);
      await pod.#postgresql();
      await pod.#webmail();
      return pod;
    } catch (error) {
      const said = await containers.lastWords();
      await containers.end();
      throw new Error(said, { cause: error });
    }
  }

  #files(name: string): Record<string, string> {
    return (
      this.#manifests.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === name)?.data ?? {}
    );
  }

  #container(workload: string, name: string): Container {
    const found = this.#manifests
      .filter(({ kind, metadata }) => /^(StatefulSet|Deployment)$/.test(kind) && metadata.name === workload)
      .flatMap(({ spec }) => [
        ...(spec?.template?.spec.containers ?? []),
        ...(spec?.template?.spec.initContainers ?? []),
      ])
      .find((container) => container.name === name);
    if (found === undefined) throw new Error(`${workload} has no container ${name}`);
    return found;
  }

  async #postgresql(): Promise<void> {
    const config = this.#files('postgresql-config');
    // It insists on who owns its key; nothing here comes by the network.
    const alone = `${config['postgresql.conf']}`.replace('ssl = on', 'ssl = off');
    this.#containers.write('postgresql', { ...config, 'postgresql.conf': alone });
    this.#containers.write('passwords', { roundcube: 'roundcube', backup: 'backup' });
    for (const volume of ['data', 'postgresql-run']) this.#containers.write(volume);
    await this.#containers.run({
      part: 'postgresql',
      name: 'postgresql',
      options: ['--entrypoint', '/bin/sh'],
      command: ['/etc/postgresql/hopthu/start'],
      mounts: {
        '/var/lib/postgresql': 'data',
        '/etc/postgresql/hopthu': 'postgresql',
        '/etc/hopthu/reloading': 'postgresql/reloading',
        '/run/secrets/postgresql': 'passwords',
        '/run/postgresql': 'postgresql-run',
      },
    });
    const { command = [], env = [], securityContext } = this.#container('postgresql', 'exporter');
    const [program = '', ...args] = command;
    await this.#containers.run(
      {
        part: 'postgresql',
        name: 'exporter',
        options: [
          ...['--user', `${securityContext.runAsUser}:0`, '--entrypoint', program],
          ...env.flatMap(({ name, value }) => ['--env', `${name}=${value}`]),
        ],
        command: args.map((arg) =>
          arg.replace(`:${ports.exporter.container}`, `:${exporterPorts.postgresql}`),
        ),
        mounts: { '/run/postgresql': 'postgresql-run' },
      },
      this.#containers.networkOf('postgresql'),
    );
  }

  async #webmail(): Promise<void> {
    this.#containers.write('webmail', this.#files('webmail-config'));
    this.#containers.write('webmail-run');
    for (const name of ['php', 'nginx']) {
      const [program = '', ...command] = this.#container('webmail', name).command ?? [];
      await this.#containers.run(
        {
          part: 'webmail',
          name,
          options: ['--entrypoint', program],
          command,
          mounts: { '/etc/hopthu': 'webmail', '/run/webmail': 'webmail-run', '/run/ca': 'tls' },
        },
        this.#containers.networkOf('postgresql'),
      );
    }
  }

  /** The metrics of a part, as Prometheus would get them, once it answers. */
  scrape(part: keyof typeof exporterPorts): Promise<string> {
    // The image of nginx has PHP, and no other client.
    const ask = `echo file_get_contents("http://127.0.0.1:${exporterPorts[part]}/metrics") ?: exit(1);`;
    return eventually(60_000, () => this.#containers.exec('php', ['php', '-r', ask]));
  }

  end(): Promise<void> {
    return this.#containers.end();
  }
}
