/** What docs/ports.md says, tried from inside every pod: each flow is open and all else is shut, because of the policies. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ports } from '../../charts/endpoints.ts';
import { type PodName, podNames } from '../../charts/flows.ts';
import { siteNamespaces } from '../../charts/namespaces.ts';
import { kubectl } from '../kind/install.ts';
import { asYaml, manifestsOf } from '../support/manifests.ts';
import { daNang as site } from '../support/sites.ts';
import { testCluster } from './support/cluster.ts';
import { eventually } from './support/eventually.ts';
import { flowsOfSingles, listeners, type Pod, podsOf, reached, type Target } from './support/reach.ts';
import { endStranger, type Stranger, startStranger } from './support/stranger.ts';

const manifests = manifestsOf(site);
/** What runs all the time; jobs come and go. */
const parts = podNames.filter((name) =>
  manifests.some(({ kind, metadata }) => /^(Deployment|StatefulSet)$/.test(kind) && metadata.name === name),
);
const policies = manifests.filter(({ kind }) => kind === 'NetworkPolicy');
const mailPort = 25;
const otherPort = 4443;
let pods: ReadonlyMap<PodName, Pod>;
let stranger: Stranger;
let targets: readonly Target[];

beforeAll(async () => {
  stranger = await startStranger('hopthu-stranger', [mailPort, otherPort]);
  pods = await podsOf(site, parts);
  const service = (name: string, inNamespace: string) =>
    kubectl(testCluster(), ['-n', inNamespace, 'get', 'service', name, '-o', 'jsonpath={.spec.clusterIP}']);
  targets = [
    ...listeners(site, pods),
    { name: 'apiServer', ip: await service('kubernetes', 'default'), port: 443 },
    { name: 'dns', ip: await service('kube-dns', 'kube-system'), port: 53 },
    { name: 'mailServers', ip: stranger.ip, port: mailPort },
    { name: 'elsewhere', ip: stranger.ip, port: otherPort },
  ];
});
afterAll(() => endStranger(stranger));

/** The targets to which flows lead from a pod, by name. */
const flowsFrom = (from: string) => {
  const meant = flowsOfSingles(site).flatMap((flow) => {
    if (flow.from !== from) return [];
    return 'ports' in flow ? flow.ports.map((name) => `${flow.to} ${ports[name].container}`) : [flow.to];
  });
  return meant.filter((name) => targets.some((target) => target.name === name));
};

function podOf(part: PodName): Pod {
  const pod = pods.get(part);
  if (pod === undefined) throw new Error(`no pod of ${part} was found`);
  return pod;
}

/** Within a pod no policy counts. */
const beyond = (from: PodName) => targets.filter(({ ip }) => ip !== podOf(from).ip);

const inOrder = (names: readonly string[]) => [...names].sort();

it.each(parts)('%s reaches what its flows say, and nothing else', async (from) => {
  expect(inOrder(await reached(podOf(from), beyond(from)))).toEqual(inOrder(flowsFrom(from)));
});

it('a stranger reaches what everybody may', async () => {
  expect(inOrder(await reached(stranger, listeners(site, pods)))).toEqual(inOrder(flowsFrom('anybody')));
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
      expect(await reached(stranger, listeners(site, pods))).toHaveLength(flowsFrom('anybody').length),
    );
  });

  it.each(parts)('%s would reach everything', async (from) => {
    const all = beyond(from).map(({ name }) => name);
    await eventually(30_000, async () => expect(await reached(podOf(from), beyond(from))).toEqual(all));
  });
});
