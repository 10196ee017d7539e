import { createHash } from 'node:crypto';
import type { AgentOptions } from 'node:https';
import type { Cluster, KubeConfig } from '@kubernetes/client-node';
import { Agent, type buildConnector, type Dispatcher } from 'undici';

/** Below the API server's idle timeout (90 s), so that a single change after a quiet minute needs no new handshake. */
const KEEP_ALIVE_MS = 60_000;

type CreateDispatcher = (cluster: Cluster | null, options: AgentOptions) => Dispatcher | undefined;

/** Whatever makes a TLS connection another one; hashed, so that no copy of a private key is kept for comparing. */
function connectionKey(cluster: Cluster | null, options: AgentOptions): string {
  const hash = createHash('sha256').update(
    JSON.stringify([cluster?.server, cluster?.proxyUrl, options.servername, options.rejectUnauthorized]),
  );
  for (const material of [options.ca, options.cert, options.key, options.pfx, options.passphrase]) {
    hash.update(`\n${String(material ?? '')}`);
  }
  return hash.digest('hex');
}

/**
 * HTTP/1.1 on purpose: over HTTP/2 every call and watch shares one connection, and undici keeps using it after it went
 * silent; here a call that meets its deadline takes its own socket with it.
 */
function keepingAgent(connect: object): Agent {
  const tls: buildConnector.BuildOptions = connect;
  return new Agent({ connect: tls, allowH2: false, keepAliveTimeout: KEEP_ALIVE_MS });
}

/**
 * Makes a KubeConfig reuse its connections. client-node 2.0.1 asks itself for a new undici Agent, so a new TLS
 * handshake, with every request (`createDispatcher` in its config.js); the method is private there, and the
 * contract test that counts connections tells when that changes. A rotated CA or client certificate is another key,
 * so a new Agent; the old one's sockets close when idle. Tokens travel in headers and need no new connection.
 */
export function reuseDispatcher(config: KubeConfig): void {
  const original = (Reflect.get(config, 'createDispatcher') as CreateDispatcher).bind(config);
  let key: string | undefined;
  let current: Dispatcher | undefined;
  const create: CreateDispatcher = (cluster, options) => {
    const wanted = connectionKey(cluster, options);
    if (wanted !== key) {
      const made = config.createDispatcherOptions(cluster, options);
      current = made.type === 'agent' ? keepingAgent(made.connect) : original(cluster, options);
      key = wanted;
    }
    return current;
  };
  Reflect.set(config, 'createDispatcher', create);
}
