/** The portal behind the webmail's web server: pages for people (R25, R40). From the operator's image. */
import { ConfigMap } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import {
  caConfigMap,
  ldapSecret,
  portalSecret,
  sessionsSecret,
  siteConfigMap,
  tlsSecret,
} from '../../operator/core/secrets.ts';
import { type Endpoint, ports, serviceHost } from '../endpoints.ts';
import { ownChapters } from '../handbook.ts';
import { portalPages } from '../portal-pages.ts';
import { hangUp, reloading, reloadingMount, reloadingScript } from '../reloading.ts';
import { service } from '../service.ts';
import { type Context, labels, volume, workload } from '../workload.ts';

const part = 'portal';
const uid = 10004;
const chaptersMap = 'portal-handbook';
/** Its pages and words, which are those of the published files, too. */
export const portalPagesMap = 'portal-pages';
const configMap = 'portal-config';

export type PortalProps = {
  readonly directory: Endpoint;
  /** For the published directory. */
  readonly readers: Endpoint;
  /** Dovecot, or each of several: its API for ending sessions. */
  readonly dovecots: readonly string[];
  /** Text of the site file, which it reads as it stands. */
  readonly siteFile: string;
};

export function portal(
  scope: Construct,
  context: Context,
  { directory, readers, dovecots, siteFile }: PortalProps,
): Endpoint {
  const { site, image } = context;
  const namespace = site.namespaces.mail;
  const pages = portalPages(site);
  const chapters = ownChapters(site);
  const maps = {
    [portalPagesMap]: pages,
    [chaptersMap]: chapters,
    [configMap]: { reloading: reloadingScript },
  };
  for (const [name, data] of Object.entries(maps))
    new ConfigMap(scope, name, { metadata: { name, namespace, labels: labels(site, part) }, data });
  service(scope, context, { part, namespace, ports: [part] });
  const health = (path: string) => ({ httpGet: { path, port: ports.operator.container } });
  const node = ['/usr/local/bin/node', '--max-old-space-size=96', '--max-semi-space-size=2'];
  workload(scope, context, {
    name: part,
    namespace,
    part,
    uid,
    replicas: site.portal.replicas,
    config: [siteFile, ...Object.values(pages), ...Object.entries(chapters).flat()],
    containers: [
      {
        name: part,
        image: image('operator'),
        command: reloading(hangUp, ['/run/tls'], [...node, '/opt/hopthu/portal.mjs']),
        env: {
          HOPTHU_SITE_FILE: '/etc/hopthu-site/site.yaml',
          HOPTHU_PAGES: '/etc/hopthu-portal',
          HOPTHU_HANDBOOK: '/opt/hopthu/handbook',
          HOPTHU_OWN_CHAPTERS: '/etc/hopthu-handbook',
          HOPTHU_LDAP_HOST: directory.host,
          HOPTHU_LDAP_PORT: String(directory.port),
          HOPTHU_LDAP_PASSWORD_FILE: '/run/secrets/ldap/password',
          HOPTHU_READERS_HOST: readers.host,
          HOPTHU_READERS_PORT: String(readers.port),
          HOPTHU_PUBLISHED_PASSWORD_FILE: '/run/secrets/published/password',
          HOPTHU_SESSIONS_HOST: dovecots.join(','),
          HOPTHU_SESSIONS_PORT: String(ports.sessions.service),
          HOPTHU_SESSIONS_KEY_FILE: '/run/secrets/sessions/key',
          HOPTHU_SESSION_KEY_FILE: '/run/secrets/session/key',
          HOPTHU_IMAPS_PORT: String(ports.imaps.service),
          HOPTHU_POP3S_PORT: String(ports.pop3s.service),
          HOPTHU_SUBMISSIONS_PORT: String(ports.submissions.service),
          HOPTHU_SUBMISSION_PORT: String(ports.submission.service),
          HOPTHU_CA_FILE: '/run/ca/ca.crt',
          HOPTHU_TLS_FOLDER: '/run/tls',
          HOPTHU_CALLER: serviceHost('webmail', namespace),
          HOPTHU_HTTPS_PORT: String(ports.portal.container),
          HOPTHU_PORT: String(ports.operator.container),
        },
        ports: { https: ports.portal.container, metrics: ports.operator.container },
        mounts: [
          reloadingMount,
          { name: 'site', path: '/etc/hopthu-site' },
          { name: 'pages', path: '/etc/hopthu-portal' },
          { name: 'chapters', path: '/etc/hopthu-handbook' },
          { name: 'ca', path: '/run/ca' },
          { name: 'tls', path: '/run/tls' },
          { name: 'ldap', path: '/run/secrets/ldap' },
          { name: 'published', path: '/run/secrets/published' },
          { name: 'sessions', path: '/run/secrets/sessions' },
          { name: 'session', path: '/run/secrets/session' },
        ],
        resources: { cpu: '10m', memory: '48Mi', memoryLimit: '192Mi' },
        readiness: { ...health('/readyz'), periodSeconds: 5, timeoutSeconds: 5 },
        liveness: { ...health('/healthz'), periodSeconds: 20, timeoutSeconds: 5, failureThreshold: 3 },
        // Until the webmail's nodes have heard that it goes.
        preStop: { sleep: { seconds: 5 } },
      },
    ],
    volumes: [
      volume.configMap('config', configMap),
      volume.configMap('site', siteConfigMap),
      volume.configMap('pages', portalPagesMap),
      volume.configMap('chapters', chaptersMap),
      volume.configMap('ca', caConfigMap),
      volume.secret('tls', tlsSecret(part)),
      volume.secret('ldap', ldapSecret(part)),
      volume.secret('published', ldapSecret('published')),
      volume.secret('sessions', sessionsSecret),
      volume.secret('session', portalSecret),
    ],
  });
  return { host: serviceHost(part, namespace), port: ports.portal.service };
}
