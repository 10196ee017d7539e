/** The API server's authority is replaced while the operator runs, as when a cluster renews its own. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { KubeConfig } from '@kubernetes/client-node';
import { type KeyPair, makeAuthority, makeLeaf } from '../../cli/bootstrap/openssl.ts';
import { connectKubernetes } from '../../operator/kube/client.ts';
import { defaultLimits } from '../../operator/kube/retry.ts';

let folder: string;
let authorities: readonly KeyPair[];
let leaves: readonly KeyPair[];
let server: Server;

const serve = async (leaf: KeyPair | undefined, port = 0): Promise<Server> => {
  const made = createServer({ cert: leaf?.certificate, key: leaf?.key }, (_, response) => {
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'hopthu-site' } }));
  });
  await new Promise<void>((resolve) => made.listen(port, '127.0.0.1', resolve));
  return made;
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hopthu-authority-'));
  authorities = await Promise.all(['former', 'new'].map((name) => makeAuthority(name, 2)));
  leaves = await Promise.all(authorities.map((authority) => makeLeaf(authority, 'api', ['localhost'], 1)));
  server = await serve(leaves[0]);
}, 30_000);
afterAll(async () => {
  server?.closeAllConnections();
  server?.close();
  await rm(folder, { recursive: true, force: true });
});

it('is read from its file again, and nobody else is believed meanwhile', async () => {
  const caFile = join(folder, 'ca.crt');
  await writeFile(caFile, authorities[0]?.certificate ?? '');
  const { port } = server.address() as AddressInfo;
  const config = new KubeConfig();
  config.loadFromOptions({
    clusters: [{ name: 'c', server: `https://localhost:${port}`, caFile, skipTLSVerify: false }],
    users: [{ name: 'u' }],
    contexts: [{ name: 'x', cluster: 'c', user: 'u' }],
    currentContext: 'x',
  });
  const { core } = connectKubernetes(config, { ...defaultLimits, deadlineMs: 2_000 });
  const read = () => core.readNamespacedConfigMap({ namespace: 'mail', name: 'hopthu-site' });
  await read();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  server = await serve(leaves[1], port);
  await expect(read()).rejects.toThrow();
  await writeFile(caFile, authorities[1]?.certificate ?? '');
  expect((await read()).metadata?.name).toBe('hopthu-site');
}, 30_000);
