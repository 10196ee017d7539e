/** An HTTP server that answers as each test says, and remembers what it was asked. */
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KubeConfig } from '@kubernetes/client-node';

export type Asked = { readonly method: string; readonly path: string; readonly query: URLSearchParams };

export type FakeApi = {
  readonly config: KubeConfig;
  readonly asked: Asked[];
  close(): Promise<void>;
};

/** Starts a server on loopback; `answer` gets every request. */
export async function startFakeApi(
  answer: (asked: Asked, response: ServerResponse) => void,
): Promise<FakeApi> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://fake');
    const one = { method: request.method ?? '', path: url.pathname, query: url.searchParams };
    asked.push(one);
    request.resume();
    answer(one, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const config = new KubeConfig();
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  // client-node takes plain HTTP only where the certificate need not be checked.
  config.loadFromClusterAndUser({ name: 'fake', server: address, skipTLSVerify: true }, { name: 'nobody' });
  return {
    config,
    asked,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** Answers with JSON; a status of 400 or more as the API server words it. */
export function reply(response: ServerResponse, status: number, body: object, headers = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

export function fail(response: ServerResponse, status: number, message: string, headers = {}): void {
  reply(response, status, { kind: 'Status', status: 'Failure', message, code: status }, headers);
}

/** A Mailbox as the API server sends it, with what we drop. */
export function mailboxObject(name: string, resourceVersion: string, more: object = {}): object {
  return {
    apiVersion: 'hopthu.io/v1alpha1',
    kind: 'Mailbox',
    metadata: {
      name,
      namespace: 'accounts',
      uid: `uid-of-${name}`,
      resourceVersion,
      generation: 1,
      creationTimestamp: '2026-11-21T08:00:00Z',
      managedFields: [{ manager: 'kubectl' }],
      annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}', 'hopthu.io/paused': 'true' },
      ...more,
    },
    spec: { type: 'Personal' },
  };
}
