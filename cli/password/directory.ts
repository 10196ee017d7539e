/** A TLS connection to slapd through the API server, for people outside the cluster. Opens no port on this machine. */
import { once } from 'node:events';
import { duplexPair, PassThrough } from 'node:stream';
import { connect, type TLSSocket } from 'node:tls';
import { type KubeConfig, PortForward } from '@kubernetes/client-node';
import { Client } from 'ldapts';
import { ports, serviceHost } from '../../charts/endpoints.ts';
import { Failed } from '../failure.ts';
import { callKube } from '../kube.ts';

const service = 'openldap';
/** Milliseconds for the handshake, and for every answer. */
const deadline = 15_000;

/**
 * Calls `work` with a client that is connected and has seen the directory's certificate, but is not bound.
 * @param namespace of the directory
 * @param authority certificates (PEM) that its own must come from
 * @throws Failed when it cannot be reached
 */
export async function withDirectory<T>(
  config: KubeConfig,
  namespace: string,
  authority: string,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const [near, far] = duplexPair();
  const faults = new PassThrough();
  const target = ports.ldaps.container;
  const what = `forwarding to Service ${namespace}/${service}`;
  const forward = await callKube(what, () =>
    new PortForward(config).portForwardService(namespace, service, [target], far, faults, far),
  );
  if (forward === undefined || typeof forward === 'function')
    throw new Failed(`${what}: there is no directory`);
  // What the node says when nobody listens in the pod; TLS would only wait.
  faults.once('data', (text: Buffer) => near.destroy(new Error(text.toString().trim())));
  forward.addEventListener('close', () => near.destroy(new Error('the connection was closed')));
  try {
    const host = serviceHost(service, namespace);
    const socket = await handshake(connect({ socket: near, servername: host, ca: authority }));
    // ldapts takes an open socket as it is; left to itself it would send before the certificate is checked.
    const createSecureConnection = () => socket;
    const client = new Client({ url: `ldaps://${host}`, timeout: deadline, createSecureConnection });
    try {
      return await work(client);
    } finally {
      await client.unbind();
    }
  } finally {
    forward.close();
  }
}

async function handshake(socket: TLSSocket): Promise<TLSSocket> {
  try {
    await once(socket, 'secureConnect', { signal: AbortSignal.timeout(deadline) });
    return socket;
  } catch (error) {
    socket.destroy();
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Failed(`the directory cannot be reached: ${reason}`);
  }
}
