/** Shopify's toxiproxy between the operator and slapd: what networks do to a connection short of cutting it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { cacheFolder } from '../../kind/cache.ts';
import { ensureGo, goInstall } from '../../kind/go.ts';
import { freePort } from '../kube-support/ports.ts';
import { until } from './slapd.ts';

const version = 'v2.5.0';

/** As toxiproxy's documentation names them, with their attributes. */
export type Toxic = {
  readonly type: 'latency' | 'bandwidth' | 'slow_close' | 'timeout' | 'reset_peer' | 'slicer' | 'limit_data';
  readonly stream: 'upstream' | 'downstream';
  readonly attributes: Readonly<Record<string, number>>;
};

/** Built once (seconds), then kept in the cache. */
async function ensureToxiproxy(): Promise<string> {
  const folder = cacheFolder('toxiproxy', version);
  const binary = join(folder, 'server');
  if (!existsSync(binary)) {
    await goInstall(await ensureGo(), `github.com/Shopify/toxiproxy/v2/cmd/server@${version}`, folder);
  }
  return binary;
}

export class Toxiproxy {
  readonly port: number;
  readonly #url: string;
  readonly #stop: () => Promise<unknown>;

  private constructor(port: number, url: string, stop: () => Promise<unknown>) {
    this.port = port;
    this.#url = url;
    this.#stop = stop;
  }

  /** A proxy to a port of 127.0.0.1 that harms nothing yet. */
  static async start(target: number): Promise<Toxiproxy> {
    const binary = await ensureToxiproxy();
    const [control, port] = [await freePort(), await freePort()];
    const server = execa(binary, ['-host', '127.0.0.1', '-port', String(control)], { reject: false });
    const stop = () => {
      server.kill('SIGKILL');
      return server;
    };
    const base = `http://127.0.0.1:${control}`;
    await until(async () => {
      const answer = await fetch(`${base}/version`).catch(() => undefined);
      return answer?.ok === true;
    });
    const toxiproxy = new Toxiproxy(port, `${base}/proxies/slapd`, stop);
    await post(`${base}/proxies`, {
      name: 'slapd',
      listen: `127.0.0.1:${port}`,
      upstream: `127.0.0.1:${target}`,
    });
    return toxiproxy;
  }

  /** Harms connections that stand and those to come, until `heal`. */
  async harm(toxics: readonly Toxic[]): Promise<void> {
    for (const [index, toxic] of toxics.entries())
      await post(`${this.#url}/toxics`, { ...toxic, name: `toxic-${index}`, toxicity: 1 });
  }

  /** Takes every toxic away; bytes that were swallowed stay lost. */
  async heal(): Promise<void> {
    const toxics = (await (await fetch(`${this.#url}/toxics`)).json()) as { name: string }[];
    for (const { name } of toxics) await fetch(`${this.#url}/toxics/${name}`, { method: 'DELETE' });
  }

  async stop(): Promise<void> {
    await this.#stop();
  }
}

async function post(url: string, body: object): Promise<void> {
  const answer = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`toxiproxy: ${answer.status} ${await answer.text()}`);
}
