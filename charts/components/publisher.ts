/** The job that publishes the public directory as files, on a volume or in S3 (R40). From the operator's image. */
import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import { caConfigMap, ldapSecret, publishedStoreSecret, siteConfigMap } from '../../operator/core/secrets.ts';
import { cronJob } from '../cron-job.ts';
import type { Endpoint } from '../endpoints.ts';
import { type Context, claimSpec, labels, volume } from '../workload.ts';
import { portalPagesMap } from './portal.ts';

const part = 'publisher';
const uid = 10004;
/** The claim that others mount to read the files. */
const claim = 'published';
const folder = '/srv/published';
const store = '/run/secrets/store';

/** @param readers where the directory answers searches */
export function publisher(scope: Construct, context: Context, readers: Endpoint): void {
  const { site, image } = context;
  const { files } = site.published;
  if (files === undefined) return;
  const namespace = site.namespaces.mail;
  const isVolume = files.target === 'volume';
  if (isVolume && files.volume !== undefined) {
    new ApiObject(scope, 'claim', {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: claim, namespace, labels: labels(site, part) },
      spec: claimSpec(site, files.volume),
    });
  }
  cronJob(scope, context, {
    name: 'publish',
    namespace,
    part,
    uid,
    schedule: files.schedule,
    containers: [
      {
        name: 'publish',
        image: image('operator'),
        command: ['/usr/local/bin/node', '--max-old-space-size=128', '/opt/hopthu/publisher.mjs'],
        env: {
          HOPTHU_SITE_FILE: '/etc/hopthu-site/site.yaml',
          HOPTHU_PAGES: '/etc/hopthu-portal',
          HOPTHU_LDAP_HOST: readers.host,
          HOPTHU_LDAP_PORT: String(readers.port),
          HOPTHU_LDAP_PASSWORD_FILE: '/run/secrets/ldap/password',
          HOPTHU_CA_FILE: '/run/ca/ca.crt',
          HOPTHU_PATIENCE_SECONDS: '60',
          ...(isVolume
            ? { HOPTHU_TARGET_FOLDER: folder }
            : { HOPTHU_STORE_FILE: `${store}/credentials`, NODE_EXTRA_CA_CERTS: `${store}/ca.crt` }),
        },
        resources: { cpu: '20m', memory: '64Mi', memoryLimit: '256Mi' },
        mounts: [
          { name: 'site', path: '/etc/hopthu-site' },
          { name: 'pages', path: '/etc/hopthu-portal' },
          { name: 'ca', path: '/run/ca' },
          { name: 'ldap', path: '/run/secrets/ldap' },
          isVolume ? { name: 'published', path: folder, writable: true } : { name: 'store', path: store },
        ],
      },
    ],
    volumes: [
      volume.configMap('site', siteConfigMap),
      volume.configMap('pages', portalPagesMap),
      volume.configMap('ca', caConfigMap),
      volume.secret('ldap', ldapSecret(part)),
      isVolume ? volume.claim('published', claim) : volume.secret('store', publishedStoreSecret),
    ],
  });
}
