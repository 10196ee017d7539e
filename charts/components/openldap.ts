/** The directory: one or two slapd with the site's schema, password policy (R25) and access rules. */
import { ConfigMap } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import { directorySecret, tlsSecret } from '../../operator/core/secrets.ts';
import {
  directoryConfig,
  exporterUid,
  placesOf,
  providerService,
  slapdUid as uid,
} from '../directory-config.ts';
import { type Endpoint, ports, serviceHost } from '../endpoints.ts';
import { exporter } from '../exporter.ts';
import { clientService, podService, service } from '../service.ts';
import { type Container, type Context, labels, volume, workload } from '../workload.ts';

const part = 'openldap';

/** Where the active provider is reached, and where all of them answer searches; LDAPS only. */
export type DirectoryEndpoints = { readonly directory: Endpoint; readonly readers: Endpoint };
/** Each provider, for what it keeps to itself. */
export type ProviderEndpoints = { readonly providers: readonly Endpoint[] };

/** slapd, each on a volume of its own. */
export function openldap(scope: Construct, context: Context): DirectoryEndpoints & ProviderEndpoints {
  const { site, image } = context;
  const namespace = site.namespaces.mail;
  const { replicas } = site.directory;
  const isPair = replicas > 1;
  const config = directoryConfig(site);
  new ConfigMap(scope, 'openldap-config', {
    metadata: { name: 'openldap-config', namespace, labels: labels(site, part) },
    data: config,
  });
  service(scope, context, { part, namespace, ports: isPair ? ['ldaps', 'ldapsRead'] : ['ldaps'] });
  if (site.applications.length > 0) clientService(scope, context, { part, namespace, ports: ['ldaps'] });
  if (isPair) pair(scope, context);
  workload(scope, context, {
    name: part,
    namespace,
    part,
    uid,
    replicas,
    config: Object.values(config),
    claims: { data: site.storage.directory },
    graceSeconds: 60,
    // Its clients are led elsewhere before slapd beside it ends, by the front itself.
    ...(isPair ? { sidecars: [front(image(part))] } : {}),
    containers: [
      slapd(context),
      exporter({
        image: image(part),
        uid: exporterUid,
        script: { name: 'config', subPath: 'metrics' },
        mounts: [{ name: 'run', path: '/run/slapd' }],
      }),
    ],
    volumes: [
      volume.programs('config', 'openldap-config'),
      volume.secret('tls', tlsSecret(part)),
      volume.secret('accounts', directorySecret),
      volume.memory('run', '4Mi'),
    ],
  });
  const host = serviceHost(part, namespace);
  const directory = { host, port: ports.ldaps.service };
  if (!isPair) return { directory, readers: directory, providers: [directory] };
  const providers = placesOf(site).providers.map(({ slapd }) => slapd);
  return { directory, readers: { host, port: ports.ldapsRead.service }, providers };
}

/** What two need beside their common Service: a name for each. */
function pair(scope: Construct, context: Context): void {
  const { site } = context;
  const namespace = site.namespaces.mail;
  for (let number = 0; number < site.directory.replicas; number += 1) {
    const pod = providerService(number);
    podService(scope, context, { part, pod, namespace, ports: ['provider', 'providerHealth'] });
  }
}

function slapd({ site, image }: Context): Container {
  const isPair = site.directory.replicas > 1;
  const port = isPair ? ports.provider.container : ports.ldaps.container;
  // An anonymous bind over TLS is refused with code 48 by a slapd that works. The name is not checked: libldap takes
  // "localhost" for the pod's own name, which no client uses and no certificate holds.
  const alive = {
    exec: {
      command: [
        '/bin/sh',
        '-c',
        `LDAPTLS_REQCERT=allow ldapwhoami -x -H ldaps://localhost:${port} >/dev/null 2>&1; test $? -eq 48`,
      ],
    },
    timeoutSeconds: 5,
  };
  return {
    name: 'slapd',
    image: image(part),
    ports: isPair ? { provider: port } : { ldaps: port },
    resources: site.resources.openldap,
    // Patient: the first fill, new indexes and a recovery after a crash come before slapd listens, and so does the other
    // provider's answer.
    startup: { ...alive, periodSeconds: 2, failureThreshold: 900 },
    readiness: { ...alive, periodSeconds: 10 },
    // Two minutes: eight logins at once keep every thread busy, and are no reason to end it.
    liveness: { ...alive, periodSeconds: 20, failureThreshold: 6 },
    ...(isPair ? { preStop: { exec: { command: ['/bin/sh', '/etc/hopthu/leave'] } } } : {}),
    mounts: [
      { name: 'data', path: '/var/lib/ldap', writable: true },
      { name: 'config', path: '/etc/hopthu' },
      { name: 'tls', path: '/run/tls' },
      { name: 'accounts', path: '/run/secrets/accounts' },
      { name: 'run', path: '/run/slapd', writable: true },
    ],
  };
}

/** Leads clients to the active provider. */
function front(image: string): Container {
  return {
    name: 'front',
    image,
    command: ['/etc/hopthu/front'],
    ports: {
      ldaps: ports.ldaps.container,
      ldapsread: ports.ldapsRead.container,
      health: ports.providerHealth.container,
    },
    resources: { cpu: '5m', memory: '24Mi', memoryLimit: '96Mi' },
    // With no room left at either, both are ready all the same: what can be read is read.
    readiness: {
      httpGet: { path: '/reads', port: ports.providerHealth.container },
      periodSeconds: 3,
      timeoutSeconds: 3,
    },
    mounts: [
      { name: 'config', path: '/etc/hopthu' },
      { name: 'tls', path: '/run/tls' },
      { name: 'run', path: '/run/slapd', writable: true },
      // An empty folder, by which it is seen how much room is left.
      { name: 'data', path: '/var/lib/ldap/room', subPath: 'room' },
    ],
  };
}
