/** A pod that no flow knows, in a namespace of its own, from the operator's image, which has Node. */
import { imageReference } from '../../../images/tag.ts';
import { kubectl } from '../../kind/install.ts';
import { testCluster } from './cluster.ts';

export type Stranger = { readonly namespace: string; readonly name: string; readonly ip: string };

const root = new URL('../../../', import.meta.url).pathname;

/**
 * Starts it and waits until it runs.
 * @param namespace made where it is not there
 * @param ports where it listens, and ends each connection at once
 */
export async function startStranger(namespace: string, ports: readonly number[] = []): Promise<Stranger> {
  const program = `
    const { createServer } = require('node:net');
    for (const port of ${JSON.stringify(ports)}) createServer((socket) => socket.end()).listen(port);
    setInterval(() => undefined, 1000);`;
  const name = 'stranger';
  const manifests = [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace, labels: { app: name } },
      spec: {
        terminationGracePeriodSeconds: 0,
        containers: [
          {
            name,
            image: imageReference('operator', root),
            command: ['/usr/local/bin/node', '-e', program],
            // Port 25 is a foreign mail server's.
            securityContext: { runAsUser: 0 },
          },
        ],
      },
    },
  ];
  for (const manifest of manifests)
    await kubectl(testCluster(), ['apply', '-f', '-'], JSON.stringify(manifest));
  const inNamespace = (...args: readonly string[]) => kubectl(testCluster(), ['-n', namespace, ...args]);
  await inNamespace('wait', '--for=condition=Ready', '--timeout=60s', `pod/${name}`);
  return { namespace, name, ip: await inNamespace('get', 'pod', name, '-o', 'jsonpath={.status.podIP}') };
}

export async function endStranger({ namespace }: Stranger): Promise<void> {
  await kubectl(testCluster(), ['delete', 'namespace', namespace, '--wait=false']);
}
