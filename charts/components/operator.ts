/** The operator: processes of which one reads the site's resources and writes its directory. */
import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import { group } from '../../operator/api/resource.ts';
import {
  caConfigMap,
  ldapSecret,
  noticesConfigMap,
  operatorLease,
  reportConfigMap,
  sessionsSecret,
  siteConfigMap,
  tlsSecret,
} from '../../operator/core/secrets.ts';
import { type Endpoint, ports, serviceHost } from '../endpoints.ts';
import { noticeTemplates } from '../notice-templates.ts';
import { grant } from '../rights.ts';
import { type Context, labels, volume, workload } from '../workload.ts';

const part = 'operator';
const uid = 10004;

export type OperatorProps = {
  readonly directory: Endpoint;
  /** Dovecot, or each of several in their order: its API for ending sessions, and the store of whole accounts beside it. */
  readonly dovecots: readonly string[];
  /** Where Postfix takes its notices. */
  readonly notices: Endpoint;
  /** Text of the site file, which the operator reads as it stands. */
  readonly siteFile: string;
};

/** The Deployment, its identity and exactly the rights it uses; hands out where health and metrics are. */
export function operator(
  scope: Construct,
  context: Context,
  { directory, dovecots, notices, siteFile }: OperatorProps,
): Endpoint {
  const { site, image } = context;
  const namespace = site.namespaces.mail;
  const metadata = (name: string, inNamespace = namespace) => ({
    name,
    namespace: inNamespace,
    labels: labels(site, part),
  });
  const templates = noticeTemplates(site);
  new ApiObject(scope, 'notices', {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: metadata(noticesConfigMap),
    data: templates,
  });
  // Its contents are the operator's.
  new ApiObject(scope, 'report', {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: metadata(reportConfigMap),
  });
  new ApiObject(scope, 'account', { apiVersion: 'v1', kind: 'ServiceAccount', metadata: metadata(part) });
  permissions(scope, context);
  const { replicas } = site.operator;
  workload(scope, context, {
    name: part,
    namespace,
    part,
    uid,
    serviceAccount: part,
    replicas,
    containers: [
      {
        name: part,
        image: image(part),
        env: {
          HOPTHU_SITE_FILE: '/etc/hopthu/site.yaml',
          HOPTHU_LDAP_HOST: directory.host,
          HOPTHU_LDAP_PORT: String(directory.port),
          HOPTHU_LDAP_CA_FILE: '/run/ca/ca.crt',
          HOPTHU_LDAP_PASSWORD_FILE: '/run/secrets/ldap/password',
          HOPTHU_SESSIONS_HOST: dovecots.join(','),
          HOPTHU_SESSIONS_PORT: String(ports.sessions.service),
          HOPTHU_SESSIONS_CA_FILE: '/run/ca/ca.crt',
          HOPTHU_SESSIONS_KEY_FILE: '/run/secrets/sessions/key',
          HOPTHU_STORE_HOST: dovecots.join(','),
          HOPTHU_STORE_PORT: String(ports.store.service),
          HOPTHU_TLS_FOLDER: '/run/tls',
          HOPTHU_NOTICES_HOST: notices.host,
          HOPTHU_NOTICES_PORT: String(notices.port),
          HOPTHU_NOTICES_TEMPLATES: '/etc/hopthu-notices',
          HOPTHU_PORT: String(ports.operator.container),
        },
        ports: { metrics: ports.operator.container },
        mounts: [
          { name: 'site', path: '/etc/hopthu' },
          { name: 'ca', path: '/run/ca' },
          { name: 'tls', path: '/run/tls' },
          { name: 'ldap', path: '/run/secrets/ldap' },
          { name: 'sessions', path: '/run/secrets/sessions' },
          { name: 'notices', path: '/etc/hopthu-notices' },
        ],
        resources: site.resources.operator,
        readiness: {
          httpGet: { path: '/readyz', port: ports.operator.container },
          periodSeconds: 5,
          timeoutSeconds: 5,
        },
        liveness: {
          httpGet: { path: '/healthz', port: ports.operator.container },
          periodSeconds: 20,
          timeoutSeconds: 5,
          failureThreshold: 3,
        },
      },
    ],
    volumes: [
      volume.configMap('site', siteConfigMap),
      volume.configMap('ca', caConfigMap),
      volume.secret('tls', tlsSecret(part)),
      volume.secret('ldap', ldapSecret('operator')),
      volume.secret('sessions', sessionsSecret),
      volume.configMap('notices', noticesConfigMap),
    ],
    config: [siteFile, ...Object.values(templates)],
  });
  return { host: serviceHost(part, namespace), port: ports.operator.service };
}

const leases = { apiGroups: ['coordination.k8s.io'], resources: ['leases'] };
const watch = ['get', 'list', 'watch'];

type Rule = { readonly verbs: readonly string[] } & Readonly<Record<string, unknown>>;

/** Reads its site's ConfigMap, fills its report, writes Events about it and its Lease; in each accounts namespace the resources, their Secrets one by one, and Events. */
function permissions(scope: Construct, { site }: Context): void {
  const { mail, accounts } = site.namespaces;
  allow(scope, site, mail, [
    { apiGroups: [''], resources: ['configmaps'], resourceNames: [siteConfigMap], verbs: watch },
    { apiGroups: [''], resources: ['configmaps'], resourceNames: [reportConfigMap], verbs: ['patch'] },
    { ...leases, resourceNames: [operatorLease], verbs: ['get', 'update'] },
    // A right to create cannot be bound to a name.
    { ...leases, verbs: ['create'] },
    // About the report: what the operator has to say of the site as a whole.
    { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: ['create'] },
  ]);
  for (const namespace of accounts) {
    allow(scope, site, namespace, [
      // patch carries the finalizer; the spec is never written.
      { apiGroups: [group], resources: ['organizations', 'mailboxes'], verbs: [...watch, 'patch'] },
      { apiGroups: [group], resources: ['organizations/status', 'mailboxes/status'], verbs: ['update'] },
      // OwnerReferencesPermissionEnforcement asks for this where it is switched on.
      { apiGroups: [group], resources: ['mailboxes/finalizers'], verbs: ['update'] },
      { apiGroups: [''], resources: ['secrets'], verbs: ['get', 'create', 'delete'] },
      { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: ['create', 'patch'] },
    ]);
  }
}

/** One that only plans may only read. */
function allow(scope: Construct, site: Context['site'], namespace: string, given: readonly Rule[]): void {
  const rules = site.operator.planOnly
    ? given.filter(({ verbs }) => verbs.includes('watch')).map((rule) => ({ ...rule, verbs: watch }))
    : given;
  grant(scope, site, { part, home: site.namespaces.mail }, namespace, rules);
}
