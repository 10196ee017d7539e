/**
 * Periodic reports (R41): jobs on Postfix's node, because they count what it writes down on a volume that both mount. In its
 * namespace for the same reason; they need no root.
 */
import { ApiObject } from 'cdk8s';
import { ConfigMap } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import { group } from '../../operator/api/resource.ts';
import { caConfigMap, ldapSecret, tlsSecret } from '../../operator/core/secrets.ts';
import type { Site } from '../../operator/core/site.ts';
import { cronJob } from '../cron-job.ts';
import type { Endpoint } from '../endpoints.ts';
import { reportWords } from '../report-words.ts';
import { grant } from '../rights.ts';
import { type Context, labels, volume } from '../workload.ts';
import { reportsClaim } from './mounted.ts';

const part = 'reports';
/** Whose files on the volume are. */
export const reportsUid = 10006;
const configMap = 'reports-config';

export type ReportsProps = {
  readonly directory: Endpoint;
  /** Each provider of it, whose logs of logins are its own. */
  readonly providers: readonly Endpoint[];
  /** Where Postfix takes mail from this program. */
  readonly notices: Endpoint;
  /** Text of the site file, which it reads as it stands. */
  readonly siteFile: string;
};

/** Counting by the hour, reports by the month, quarter and year, and a pod to work in for `kubectl hopthu report`. */
export function reports(scope: Construct, context: Context, props: ReportsProps): void {
  const { site } = context;
  const namespace = site.namespaces.smtp;
  const metadata = (name: string) => ({ name, namespace, labels: labels(site, part) });
  new ConfigMap(scope, configMap, {
    metadata: metadata(configMap),
    data: { 'site.yaml': props.siteFile, 'words.yaml': reportWords(site) },
  });
  new ApiObject(scope, 'account', { apiVersion: 'v1', kind: 'ServiceAccount', metadata: metadata(part) });
  permissions(scope, site);
  const { collect, monthly, quarterly, yearly } = site.reports;
  const program = ['/usr/local/bin/node', '--max-old-space-size=512', '/opt/hopthu/reports.mjs'];
  const job = (name: string, command: readonly string[], schedule?: string) =>
    oneJob(scope, context, props, { name, command, ...(schedule === undefined ? {} : { schedule }) });
  job('report-collect', [...program, 'collect'], collect);
  job('report-monthly', [...program, 'periodic', 'month'], monthly);
  job('report-quarterly', [...program, 'periodic', 'quarter'], quarterly);
  job('report-yearly', [...program, 'periodic', 'year'], yearly);
  job('report', ['sleep', '1h']);
}

const placeOf = ({ host, port }: Endpoint) => `${host}:${port}`;

type JobProps = { readonly name: string; readonly command: readonly string[]; readonly schedule?: string };

function oneJob(
  scope: Construct,
  context: Context,
  { directory, providers, notices }: ReportsProps,
  { name, command, schedule }: JobProps,
): void {
  const { site, image } = context;
  cronJob(scope, context, {
    name,
    namespace: site.namespaces.smtp,
    part,
    uid: reportsUid,
    serviceAccount: part,
    beside: 'postfix-0',
    ...(schedule === undefined ? {} : { schedule }),
    containers: [
      {
        name: part,
        image: image('operator'),
        command,
        env: {
          HOPTHU_SITE_FILE: '/etc/hopthu/site.yaml',
          HOPTHU_WORDS: '/etc/hopthu/words.yaml',
          HOPTHU_DATA: '/srv/reports',
          HOPTHU_LDAP: placeOf(directory),
          HOPTHU_LDAP_PROVIDERS: providers.map(placeOf).join(' '),
          HOPTHU_LDAP_PASSWORD_FILE: '/run/secrets/ldap/password',
          HOPTHU_CA_FILE: '/run/ca/ca.crt',
          HOPTHU_TLS_FOLDER: '/run/tls',
          HOPTHU_NOTICES_HOST: notices.host,
          HOPTHU_NOTICES_PORT: String(notices.port),
        },
        resources: { cpu: '20m', memory: '96Mi', memoryLimit: '768Mi' },
        mounts: [
          { name: 'config', path: '/etc/hopthu' },
          { name: 'ca', path: '/run/ca' },
          { name: 'tls', path: '/run/tls' },
          { name: 'ldap', path: '/run/secrets/ldap' },
          { name: 'data', path: '/srv/reports', writable: true },
        ],
      },
    ],
    volumes: [
      volume.configMap('config', configMap),
      volume.configMap('ca', caConfigMap),
      volume.secret('tls', tlsSecret(part)),
      volume.secret('ldap', ldapSecret(part)),
      volume.claim('data', reportsClaim),
    ],
  });
}

/** Lists what it counts; nothing else, and no Secret. */
function permissions(scope: Construct, site: Site): void {
  const { mail, smtp, accounts } = site.namespaces;
  const allow = (namespace: string, rule: object) =>
    grant(scope, site, { part, home: smtp }, namespace, [{ ...rule, verbs: ['list'] }]);
  for (const namespace of [mail, smtp]) allow(namespace, { apiGroups: ['batch'], resources: ['jobs'] });
  for (const namespace of accounts)
    allow(namespace, { apiGroups: [group], resources: ['mailboxes', 'mailboxrequests', 'incidents'] });
}
