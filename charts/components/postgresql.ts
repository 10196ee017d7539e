import { readFileSync } from 'node:fs';
import { ConfigMap } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import { parseBytes } from '../../operator/core/quota.ts';
import { databaseSecret, tlsSecret } from '../../operator/core/secrets.ts';
import { render } from '../config/render.ts';
import { type Endpoint, ports, serviceHost } from '../endpoints.ts';
import { reloadingMount, reloadingScript } from '../reloading.ts';
import { service } from '../service.ts';
import { type Context, labels, volume, workload } from '../workload.ts';

const part = 'postgresql';
const uid = 10002;
/** The server knows it as `monitoring` (images/postgresql/Dockerfile), and lets it in by that. */
const exporterUid = 10006;

function file(name: string): string {
  return readFileSync(new URL(`../config/postgresql/${name}`, import.meta.url), 'utf8');
}

/** PostgreSQL 17 with the database of the webmail, TLS only; hands out where it listens. */
export function postgresql(scope: Construct, context: Context): Endpoint {
  const { site, image } = context;
  const namespace = site.namespaces.mail;
  const resources = site.resources.postgresql;
  const config = {
    'postgresql.conf': render('postgresql.conf', file('postgresql.conf'), {
      port: ports.postgresql.container,
      sharedBuffers: Math.floor(parseBytes(resources.memoryLimit) / 4 / 1024),
    }),
    'pg_hba.conf': file('pg_hba.conf'),
    'roles.sql': file('roles.sql'),
    start: file('start'),
    reloading: reloadingScript,
  };
  new ConfigMap(scope, 'postgresql-config', {
    metadata: { name: 'postgresql-config', namespace, labels: labels(site, part) },
    data: config,
  });

  service(scope, context, { part, namespace, ports: [part] });
  workload(scope, context, {
    name: part,
    namespace,
    part,
    uid,
    config: Object.values(config),
    claims: { data: site.storage.database },
    // It writes what it has in memory before it ends; killed, it would have to recover.
    graceSeconds: 120,
    containers: [
      {
        name: part,
        image: image(part),
        command: ['/bin/sh', '/etc/postgresql/hopthu/start'],
        ports: { postgresql: ports.postgresql.container },
        resources,
        // No liveness probe: a database that recovers after a crash is slow, and killing it starts that again.
        readiness: {
          exec: { command: ['pg_isready', '--quiet', '--host=/run/postgresql'] },
          periodSeconds: 5,
          timeoutSeconds: 3,
        },
        mounts: [
          { name: 'data', path: '/var/lib/postgresql', writable: true },
          { name: 'config', path: '/etc/postgresql/hopthu' },
          reloadingMount,
          { name: 'tls', path: '/run/tls' },
          { name: 'password', path: '/run/secrets/postgresql' },
          { name: 'run', path: '/run/postgresql', writable: true },
          { name: 'tmp', path: '/tmp', writable: true },
          { name: 'shm', path: '/dev/shm', writable: true },
        ],
      },
      {
        name: 'exporter',
        image: image(part),
        uid: exporterUid,
        command: [
          '/usr/bin/prometheus-postgres-exporter',
          `--web.listen-address=:${ports.exporter.container}`,
          '--disable-settings-metrics',
        ],
        env: {
          DATA_SOURCE_NAME: `host=/run/postgresql port=${ports.postgresql.container} user=monitoring dbname=postgres sslmode=disable`,
          GOMAXPROCS: '1',
        },
        ports: { exporter: ports.exporter.container },
        resources: { cpu: '2m', memory: '24Mi', memoryLimit: '64Mi' },
        mounts: [{ name: 'run', path: '/run/postgresql' }],
      },
    ],
    volumes: [
      volume.configMap('config', 'postgresql-config'),
      volume.secret('tls', tlsSecret(part)),
      // The superuser needs no password: it comes in by the socket alone.
      {
        name: 'password',
        source: {
          secret: {
            secretName: databaseSecret,
            defaultMode: 0o440,
            items: ['roundcube', 'backup'].map((key) => ({ key, path: key })),
          },
        },
      },
      volume.memory('run', '1Mi'),
      volume.scratch('tmp', '64Mi'),
      volume.memory('shm', '32Mi'),
    ],
  });
  return { host: serviceHost(part, namespace), port: ports.postgresql.service };
}
