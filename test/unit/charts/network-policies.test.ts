/** What the policies of a site let through, decided as Kubernetes does, against the list of flows. */
import { describe, expect, it } from '@jest/globals';
import { ports } from '../../../charts/endpoints.ts';
import { flowsOf, podNames, podNamesOf } from '../../../charts/flows.ts';
import { siteNamespaces } from '../../../charts/namespaces.ts';
import { manifestsOf } from '../../support/manifests.ts';
import { allows, policiesOf } from '../../support/network-policies.ts';
import { daNang, sharded, socTrang } from '../../support/sites.ts';

type Template = {
  readonly template: { readonly metadata: { readonly labels: Record<string, string> } };
};
type Workload = {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: Template & { readonly jobTemplate?: { readonly spec: Template } };
};

const moving = {
  ...socTrang,
  moving: {
    ...socTrang.moving,
    from: [{ host: 'imap.example.org', port: 993, tls: 'imaps' as const, networks: ['192.0.2.7/32'] }],
  },
};

describe.each([socTrang, daNang, moving, sharded])(
  'the network of $name with $storage.shards shards',
  (site) => {
    const flows = flowsOf(site);
    const manifests = manifestsOf(site);
    const policies = policiesOf(manifests);
    const pods = manifests
      .filter(({ kind }) => ['Deployment', 'StatefulSet', 'CronJob', 'Job', 'DaemonSet'].includes(kind))
      .map((manifest) => manifest as unknown as Workload)
      .map(({ metadata: { namespace }, spec }) => {
        const { labels } = (spec.jobTemplate?.spec ?? spec).template.metadata;
        return { name: labels['app.kubernetes.io/name'] ?? '', namespace, labels };
      })
      // Several jobs are one kind of pod.
      .filter(({ name }, index, all) => all.findIndex((other) => other.name === name) === index);
    const listeners = [...new Set(Object.values(ports).map(({ container }) => container))];

    it('is closed in both directions in every namespace', () => {
      const closed = policies.filter(({ spec }) => Object.keys(spec.podSelector).length === 0);
      expect(closed.map(({ metadata }) => metadata.namespace)).toEqual(
        siteNamespaces(site).map(({ name }) => name),
      );
      for (const { spec } of closed) {
        expect(spec).toEqual({ podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
      }
    });

    it('has the pods that the flows name, and no other', () => {
      expect(pods.map(({ name }) => name).sort()).toEqual([...podNamesOf(site)].sort());
    });

    it('lets each pod reach another by the ports of the flows, and by no other port', () => {
      const open = pods.flatMap((from) =>
        pods.flatMap((to) =>
          listeners
            .filter((port) => allows(policies, from, to, port))
            .map((port) => `${from.name} ${to.name} ${port}`),
        ),
      );
      const meant = flows.flatMap((flow) =>
        'ports' in flow && (podNames as readonly string[]).includes(flow.from)
          ? flow.ports.map((name) => `${flow.from} ${flow.to} ${ports[name].container}`)
          : [],
      );
      expect(open.sort()).toEqual(meant.sort());
    });

    it('lets strangers in the cluster reach what everybody may, and nothing else', () => {
      const stranger = { name: 'stranger', namespace: 'default', labels: { app: 'stranger' } };
      const open = pods.flatMap((to) =>
        listeners.filter((port) => allows(policies, stranger, to, port)).map((port) => `${to.name} ${port}`),
      );
      const meant = flows.flatMap((flow) =>
        'ports' in flow && ['anybody', 'applications'].includes(flow.from)
          ? flow.ports.map((name) => `${flow.to} ${ports[name].container}`)
          : [],
      );
      expect(open.sort()).toEqual(meant.sort());
    });

    it('has a flow to every port that a Service offers', () => {
      const reached = new Set(
        flows.flatMap((flow) =>
          'ports' in flow ? flow.ports.map((name) => `${flow.to} ${ports[name].container}`) : [],
        ),
      );
      const offered = manifests
        .filter(({ kind }) => kind === 'Service')
        .flatMap(({ spec }) => {
          const { selector, ports: list } = spec as {
            selector: Record<string, string>;
            ports: { targetPort: number }[];
          };
          return list.map(({ targetPort }) => `${selector['app.kubernetes.io/name']} ${targetPort}`);
        });
      expect(offered.filter((port) => !reached.has(port))).toEqual([]);
    });

    it('lets the filter out to the mirror of signatures where one is named, by its port', () => {
      const to = (mirror: string) => {
        const signatures = { ...site.filter.signatures, mirror };
        const own = manifestsOf({ ...site, filter: { ...site.filter, signatures } });
        const { spec } = policiesOf(own).find(({ metadata }) => metadata.name === 'rspamd') ?? {};
        const beyond = spec?.egress?.filter(({ to: peers = [] }) => peers[0]?.ipBlock !== undefined);
        return beyond?.flatMap(({ ports: list = [] }) => list.map(({ port }) => port));
      };
      expect(to('none')).toEqual([]);
      expect(to('https://clamav.example.vn')).toEqual([443]);
      expect(to('http://clamav.example.vn:8080/mirror')).toEqual([8080]);
    });

    it('lets Postfix alone out to other servers, and the operator, the clerk, the backup and the reports alone to the API server', () => {
      const beyond = policies.flatMap(({ metadata, spec }) =>
        (spec.egress ?? []).flatMap(({ to = [], ports: list = [] }) =>
          to.flatMap((peer) =>
            peer.ipBlock === undefined
              ? []
              : [[metadata.name, peer.ipBlock.cidr, list.map(({ port }) => port)]],
          ),
        ),
      );
      const moves = site.moving.from.map(({ networks: [cidr], port }) => ['moving', cidr, [port]]);
      const asksApiServer = (pod: string) =>
        site.network.apiServer.networks.map((cidr) => [pod, cidr, [443, 6443]]);
      const dns = beyond.filter(([, cidr]) => cidr === '169.254.20.10/32').map(([name]) => name);
      expect(dns.sort()).toEqual([
        'backup',
        'clerk',
        'dovecot',
        ...(site.storage.shards > 1 ? ['dovecot-proxy'] : []),
        ...moves.map(() => 'moving'),
        'openldap',
        'operator',
        'portal',
        'postfix',
        'prune',
        'publisher',
        'report-backup',
        'reports',
        'rspamd',
        'webmail',
      ]);
      expect(beyond.filter(([, cidr]) => cidr !== '169.254.20.10/32')).toEqual([
        ['postfix', '0.0.0.0/0', [25]],
        ['postfix', '::/0', [25]],
        ...['operator', 'clerk', 'backup'].flatMap(asksApiServer),
        ...moves,
        ...asksApiServer('reports'),
      ]);
    });
  },
);

it('a repository elsewhere is reached by its port, from the jobs of the backup and from who prunes', () => {
  const repository = 's3:https://s3.example.vn:9000/backup/soc-trang';
  const site = { ...socTrang, backup: { ...socTrang.backup, repository } };
  const reaching = policiesOf(manifestsOf(site)).filter(({ spec }) =>
    (spec.egress ?? []).some(({ ports: list = [] }) => list.some(({ port }) => port === 9000)),
  );
  expect(reaching.map(({ metadata }) => metadata.name)).toEqual(['backup', 'prune', 'report-backup']);
});

it('published files in S3 are brought there by its port, by the publisher alone', () => {
  const target = 's3:https://s3.example.vn:9000/danh-ba/soc-trang';
  const files = { schedule: '0 5 * * *', target, keep: 3 };
  const site = { ...socTrang, published: { ...socTrang.published, files } };
  const reaching = policiesOf(manifestsOf(site)).filter(({ spec }) =>
    (spec.egress ?? []).some(({ ports: list = [] }) => list.some(({ port }) => port === 9000)),
  );
  expect(reaching.map(({ metadata }) => metadata.name)).toEqual(['publisher']);
});
