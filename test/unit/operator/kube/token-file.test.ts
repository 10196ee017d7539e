import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { KubeConfig } from '@kubernetes/client-node';
import { Unavailable } from '../../../../operator/errors.ts';
import { callKubernetes } from '../../../../operator/kube/api-error.ts';
import { connectKubernetes } from '../../../../operator/kube/client.ts';
import { rereadTokens } from '../../../../operator/kube/token-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'hopthu-token-'));
const tokenFile = join(folder, 'token');
const shown: (string | undefined)[] = [];
const server = createServer((request, response) => {
  shown.push(request.headers.authorization);
  response.writeHead(200, { 'content-type': 'application/json' }).end('{"items":[]}');
});

beforeEach(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
afterEach(() => {
  server.close();
  server.closeAllConnections();
  rmSync(folder, { recursive: true });
});

it('shows a token that was replaced from the next request on, and says when there is none', async () => {
  const config = new KubeConfig();
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  // As loadFromCluster makes it.
  const user = { name: 'pod', authProvider: { name: 'tokenFile', config: { tokenFile } } };
  config.loadFromClusterAndUser({ name: 'cluster', server: address, skipTLSVerify: true }, user);
  rereadTokens(config);
  const { core } = connectKubernetes(config);
  for (const token of ['first', 'second\n']) {
    writeFileSync(tokenFile, token);
    await core.listNamespace();
  }
  expect(shown).toEqual(['Bearer first', 'Bearer second']);
  rmSync(tokenFile);
  await expect(callKubernetes('listing', () => core.listNamespace())).rejects.toThrow(Unavailable);
});
