/** What docs/ports.md says, tried from inside every pod: each flow is open and all else is shut, because of the policies. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ports } from '../../charts/endpoints.ts';
import { flows, type PodName, podNames } from '../../charts/flows.ts';
import { siteNamespaces } from '../../charts/namespaces.ts';
import { imageReference } from '../../images/tag.ts';
import { kubectl } from '../kind/install.ts';
import { asYaml, manifestsOf } from '../support/manifests.ts';
import { daNang as site } from '../support/sites.ts';
import { testCluster } from './support/cluster.ts';
import { eventually } from './support/eventually.ts';
import { listeners, type Pod, podsOf, reached, running, type Target } from './support/reach.ts';

const policies = manifestsOf(site).filter(({ kind }) => kind === 'NetworkPolicy');
const foreign = 'hopthu-stranger';
const mailPort = 25;
const otherPort = 4443;
let pods: Readonly<Record<PodName, Pod>>;
let stranger: Pod;
let targets: readonly Target[];

/** A pod that belongs to nobody's flows, and listens as a foreign mail server and as any other machine do. */
function strangerPod(): object {
  const image = imageReference('operator', process.cwd());
  const listen = `for (const port of [${mailPort}, ${otherPort}]) require('node:net').createServer((socket) => socket.end()).listen(port)`;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'stranger', namespace: foreign, labels: { app: 'stranger' } },
    spec: {
      terminationGracePeriodSeconds: 0,
      containers: [
        {
          name: 'stranger',
          image,
          command: ['/usr/local/bin/node', '-e', listen],
          securityContext: { runAsUser: 0 },
        },
      ],
    },
  };
}

beforeAll(async () => {
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: foreign } };
  await kubectl(testCluster(), ['apply', '-f', '-'], JSON.stringify(namespace));
  await kubectl(testCluster(), ['apply', '-f', '-'], JSON.stringify(strangerPod()));
  await kubectl(testCluster(), [
    '-n',
    foreign,
    'wait',
    '--for=condition=Ready',
    '--timeout=60s',
    'pod/stranger',
  ]);
  const [found] = await running(foreign, 'app=stranger');
  if (found === undefined) throw new Error('the stranger does not run');
  stranger = found;
  pods = await podsOf(site);
  const service = (name: string, inNamespace: string) =>
    kubectl(testCluster(), ['-n', inNamespace, 'get', 'service', name, '-o', 'jsonpath={.spec.clusterIP}']);
  targets = [
    ...listeners(pods),
    { name: 'apiServer', ip: await service('kubernetes', 'default'), port: 443 },
    { name: 'dns', ip: await service('kube-dns', 'kube-system'), port: 53 },
    { name: 'mailServers', ip: stranger.ip, port: mailPort },
    { name: 'elsewhere', ip: stranger.ip, port: otherPort },
  ];
});
afterAll(async () => {
  await kubectl(testCluster(), ['delete', 'namespace', foreign, '--wait=false']);
});

/** The flows that begin at a pod, as names of targets. */
const flowsFrom = (from: string) =>
  flows.flatMap((flow) => {
    if (flow.from !== from) return [];
    return 'ports' in flow ? flow.ports.map((name) => `${flow.to} ${ports[name].container}`) : [flow.to];
  });

/** Within a pod no policy counts. */
const beyond = (from: PodName) => targets.filter(({ ip }) => ip !== pods[from].ip);

const inOrder = (names: readonly string[]) => [...names].sort();

it.each(podNames)('%s reaches what its flows say, and nothing else', async (from) => {
  expect(inOrder(await reached(pods[from], beyond(from)))).toEqual(inOrder(flowsFrom(from)));
});

it('a stranger reaches what everybody may', async () => {
  const inside = targets.filter(({ ip }) => Object.values(pods).some((pod) => pod.ip === ip));
  expect(inOrder(await reached(stranger, inside))).toEqual(inOrder(flowsFrom('anybody')));
});

describe('without the policies', () => {
  beforeAll(async () => {
    for (const { name } of siteNamespaces(site)) {
      await kubectl(testCluster(), ['-n', name, 'delete', 'networkpolicies', '--all']);
    }
  });
  afterAll(async () => {
    await kubectl(
      testCluster(),
      ['apply', '--server-side', '--force-conflicts', '-f', '-'],
      asYaml(policies),
    );
    await eventually(30_000, async () =>
      expect(await reached(stranger, listeners(pods))).toHaveLength(flowsFrom('anybody').length),
    );
  });

  it.each(podNames)('%s would reach everything', async (from) => {
    const all = beyond(from).map(({ name }) => name);
    await eventually(30_000, async () => expect(await reached(pods[from], beyond(from))).toEqual(all));
  });
});
