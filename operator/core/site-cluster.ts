/** What a site needs of its cluster: certificates, images, ports, networks, volumes; part of the schema in site.ts. */
import { z } from 'zod';
import { slug } from './site-directory.ts';

const port = z.int().min(1).max(65535);
const networkRange = z.union([z.cidrv4(), z.cidrv6()]);

export const tls = z.strictObject({
  issuer: z
    .strictObject({ kind: z.enum(['Issuer', 'ClusterIssuer']), name: z.string().min(1) })
    .optional()
    .describe(
      'A cert-manager issuer; without it the certificates come from the local CA of `hopthu bootstrap`.',
    ),
});

export const images = z.strictObject({
  registry: z
    .string()
    .min(1)
    .describe('Prefix of every image: `localhost` for images loaded into a kind node, or a registry.'),
});

export const expose = z
  .strictObject({
    type: z.enum(['LoadBalancer', 'NodePort']).describe('Type of the Services for clients.'),
    ports: z
      .strictObject({
        webmail: port,
        http: port,
        smtp: port,
        submissions: port,
        submission: port,
        imaps: port,
        pop3s: port,
        sieve: port,
        ldaps: port.optional(),
      })
      .describe('Node ports, used with NodePort; `make up` opens the same ports on 127.0.0.1.'),
    proxies: z
      .array(networkRange)
      .optional()
      .describe(
        "Networks of HTTP proxies before the webmail, whose X-Forwarded-For is believed to be the browser's address.",
      ),
  })
  .describe('How clients outside the cluster reach the services.');

export const network = z
  .strictObject({
    apiServer: z
      .strictObject({
        networks: z
          .array(networkRange)
          .min(1)
          .default(['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'])
          .describe("Networks that hold the API server's own addresses, not that of its Service."),
        ports: z.array(port).min(1).default([443, 6443]).describe('Ports of those addresses.'),
      })
      .prefault({})
      .describe('Where the operator reaches the API server; no other pod does.'),
    monitoring: slug.default('monitoring').describe('Namespace whose pods may read metrics.'),
  })
  .prefault({})
  .describe('What the network policies cannot know by themselves.');

export const monitoring = z
  .strictObject({
    prometheusOperator: z
      .boolean()
      .default(false)
      .describe(
        'The cluster has the resources of the Prometheus operator: write PodMonitors and PrometheusRules.',
      ),
    runbooks: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe(
        'Address of [alerts](alerts.md) where people on duty read it; each alert links to its section there. Without it an alert has its steps alone.',
      ),
    dashboards: z
      .boolean()
      .default(false)
      .describe('Write the Grafana dashboards as ConfigMaps with the label `grafana_dashboard: "1"`.'),
  })
  .prefault({})
  .describe('What watches the site.');

/** Of a volume, as Kubernetes writes it. */
export const volumeSize = z.string().regex(/^[1-9][0-9]*[MGT]i?$/, 'a size such as 10Gi');

export const storage = z
  .strictObject({
    className: z.string().optional().describe("StorageClass; the cluster's default when absent."),
    directory: volumeSize.describe("Volume of slapd, such as 1Gi; the database's size follows from it."),
    mail: volumeSize.describe('Volume of the mailboxes; of each shard, where there are several.'),
    archive: volumeSize.describe('Volume of the archives of mailboxes that ended; of each shard, too.'),
    shards: z
      .int()
      .min(1)
      .max(32)
      .default(1)
      .describe(
        'Dovecots that share the mail ([shards](shards.md)); one that has mail must not be taken away.',
      ),
    queue: volumeSize.describe("Volume of Postfix's queue."),
    filter: volumeSize.describe('Volume of what the spam filter learned.'),
    signatures: volumeSize.describe("Volume of the virus scanner's signatures."),
    database: volumeSize.describe("Volume of the webmail's PostgreSQL."),
  })
  .describe('Sizes of the volumes.');
