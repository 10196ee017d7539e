/** The clerk: requests of organizations, from their arrival to the report (R20–R22). From the operator's image. */
import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import { group } from '../../operator/api/resource.ts';
import {
  caConfigMap,
  requestsConfigMap,
  requestTextsConfigMap,
  siteConfigMap,
  tlsSecret,
} from '../../operator/core/secrets.ts';
import { type Endpoint, ports, serviceHost } from '../endpoints.ts';
import { requestTextFiles } from '../request-texts.ts';
import { grant } from '../rights.ts';
import { service } from '../service.ts';
import { type Context, labels, volume, workload } from '../workload.ts';

const part = 'clerk';
const uid = 10004;

/** V8 lets a heap grow for as long as nobody minds: reviews leave much behind at once (docs/performance.md). */
export const clerkFlags = ['--max-semi-space-size=4', '--heap-growing-percent=30', '--memory-saver-mode'];

export type ClerkProps = {
  /** Where Postfix takes its letters. */
  readonly notices: Endpoint;
  /** Text of the site file, which it reads as it stands. */
  readonly siteFile: string;
};

/** The Deployment, its identity and exactly the rights it uses: it reads what others send, and can grant nothing. */
export function clerk(scope: Construct, context: Context, { notices, siteFile }: ClerkProps): Endpoint {
  const { site, image } = context;
  const namespace = site.namespaces.mail;
  const metadata = (name: string) => ({ name, namespace, labels: labels(site, part) });
  const texts = requestTextFiles(site);
  new ApiObject(scope, 'texts', {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: metadata(requestTextsConfigMap),
    data: texts,
  });
  // Its contents are the clerk's.
  new ApiObject(scope, 'numbers', {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: metadata(requestsConfigMap),
  });
  new ApiObject(scope, 'account', { apiVersion: 'v1', kind: 'ServiceAccount', metadata: metadata(part) });
  permissions(scope, context);
  service(scope, context, { part, namespace, ports: ['intake'] });
  const health = (path: string) => ({ httpGet: { path, port: ports.operator.container } });
  workload(scope, context, {
    name: part,
    namespace,
    part,
    uid,
    serviceAccount: part,
    config: [siteFile, ...Object.values(texts)],
    containers: [
      {
        name: part,
        image: image('operator'),
        command: ['/usr/local/bin/node', ...clerkFlags, '/opt/hopthu/clerk.mjs'],
        env: {
          HOPTHU_SITE_FILE: '/etc/hopthu/site.yaml',
          HOPTHU_REQUEST_TEXTS: '/etc/hopthu-request-texts',
          HOPTHU_TLS_FOLDER: '/run/tls',
          HOPTHU_NOTICES_HOST: notices.host,
          HOPTHU_NOTICES_PORT: String(notices.port),
          HOPTHU_INTAKE_PORT: String(ports.intake.container),
          HOPTHU_INTAKE_CALLER: serviceHost('postfix', site.namespaces.smtp),
          HOPTHU_PORT: String(ports.operator.container),
        },
        ports: { intake: ports.intake.container, metrics: ports.operator.container },
        mounts: [
          { name: 'site', path: '/etc/hopthu' },
          { name: 'texts', path: '/etc/hopthu-request-texts' },
          { name: 'ca', path: '/run/ca' },
          { name: 'tls', path: '/run/tls' },
        ],
        resources: { cpu: '10m', memory: '80Mi', memoryLimit: '512Mi' },
        readiness: { ...health('/readyz'), periodSeconds: 5, timeoutSeconds: 5 },
        liveness: { ...health('/healthz'), periodSeconds: 20, timeoutSeconds: 5, failureThreshold: 3 },
      },
    ],
    volumes: [
      volume.configMap('site', siteConfigMap),
      volume.configMap('texts', requestTextsConfigMap),
      volume.configMap('ca', caConfigMap),
      volume.secret('tls', tlsSecret(part)),
    ],
  });
  return { host: serviceHost(part, namespace), port: ports.operator.service };
}

/** Reads resources, enters requests, writes their status and counts them. No Secret, and no right over a Mailbox. */
function permissions(scope: Construct, { site }: Context): void {
  const { mail, accounts } = site.namespaces;
  const watch = ['get', 'list', 'watch'];
  const clerk = { part, home: mail };
  grant(scope, site, clerk, mail, [
    {
      apiGroups: [''],
      resources: ['configmaps'],
      resourceNames: [requestsConfigMap],
      verbs: ['get', 'update'],
    },
  ]);
  for (const namespace of accounts) {
    grant(scope, site, clerk, namespace, [
      { apiGroups: [group], resources: ['organizations', 'mailboxes'], verbs: watch },
      { apiGroups: [group], resources: ['mailboxrequests'], verbs: [...watch, 'create'] },
      { apiGroups: [group], resources: ['mailboxrequests/status'], verbs: ['update'] },
    ]);
  }
}
