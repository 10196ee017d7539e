import { readdirSync, readFileSync } from 'node:fs';
import { ConfigMap } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import { serviceDn, suffixOf } from '../../operator/core/layout.ts';
import { passwordPath, portalPaths } from '../../operator/core/portal.ts';
import { formatBytes, messageSizeLimit, parseBytes } from '../../operator/core/quota.ts';
import { ldapSecret, originSecret, tlsSecret, webmailSecret } from '../../operator/core/secrets.ts';
import type { Site } from '../../operator/core/site.ts';
import { directoryDomain } from '../../operator/core/site-domains.ts';
import { Invalid } from '../../operator/errors.ts';
import { clientSetup } from '../client-setup.ts';
import { render } from '../config/render.ts';
import { type Endpoint, ports, serviceHost } from '../endpoints.ts';
import { hangUp, reloading, reloadingScript } from '../reloading.ts';
import { clientService, service } from '../service.ts';
import { type Container, type Context, labels, volume, workload } from '../workload.ts';

const part = 'webmail';
const uid = 10003;
const configMap = 'webmail-config';
const pluginMap = 'webmail-plugin';
const setupMap = 'webmail-setup';
/** PHP looks whether the editor speaks Vietnamese, nginx serves the file. */
const editor = {
  name: 'config',
  path: '/usr/share/roundcube/program/js/tinymce/langs/vi.js',
  subPath: 'editor.vi.js',
};
const caFile = '/run/ca/ca.crt';

/** What the webmail talks to; `smtp` is submission, on 587 with STARTTLS or on 465 with TLS from the start. */
export type WebmailEndpoints = {
  readonly database: Endpoint;
  readonly imap: Endpoint;
  readonly smtp: Endpoint;
  readonly sieve: Endpoint;
  readonly directory: Endpoint;
  /** For the address book. */
  readonly readers: Endpoint;
  /** Where people change their passwords, below a path of the same host. */
  readonly portal: Endpoint;
};

/** Roundcube behind nginx on HTTPS, in Vietnamese, reached from outside under `site.hosts.webmail` (R2, R5). */
export function webmail(scope: Construct, context: Context, endpoints: WebmailEndpoints): Endpoint {
  const { site } = context;
  const namespace = site.namespaces.mail;
  const config = configuration(site, endpoints);
  const plugin = folder('../config/webmail/plugin/');
  const setup = clientSetup(site);
  for (const [name, data] of Object.entries({
    [configMap]: config,
    [pluginMap]: plugin,
    [setupMap]: setup,
  })) {
    new ConfigMap(scope, name, { metadata: { name, namespace, labels: labels(site, part) }, data });
  }
  service(scope, context, { part, namespace, ports: [part] });
  clientService(scope, context, { part, namespace, ports: [part, 'http'] });
  workload(scope, context, {
    name: part,
    namespace,
    part,
    uid,
    replicas: site.webmail.replicas,
    config: [config, plugin, setup].flatMap((files) => Object.values(files)),
    ...containers(context, endpoints.database),
    graceSeconds: 60,
    volumes: [
      volume.configMap('config', configMap),
      volume.configMap('plugin', pluginMap),
      volume.configMap('setup', setupMap),
      volume.secret('tls', tlsSecret(part)),
      // PHP gets the authority's certificate alone, not the key that nginx serves with.
      { name: 'ca', source: secretItems(tlsSecret(part), ['ca.crt']) },
      { name: 'secrets', source: secretItems(webmailSecret, ['roundcube', 'des-key']) },
      volume.secret('ldap', ldapSecret('webmail')),
      volume.secret('origin', originSecret),
      volume.memory('socket', '1Mi'),
      volume.scratch('php-tmp', '512Mi'),
      volume.scratch('nginx-tmp', '256Mi'),
    ],
  });
  return { host: serviceHost(part, namespace), port: ports.webmail.service };
}

function configuration(
  site: Site,
  { database, imap, smtp, sieve, directory, readers, portal }: WebmailEndpoints,
) {
  const files = folder('../config/webmail/');
  const fill = (name: string, values: Readonly<Record<string, string | number>>) =>
    render(name, files[name] ?? '', values);
  const messageBytes = messageSizeLimit(site.attachment);
  // Several attachments travel in one request; nothing larger than a message may.
  const requestBytes = messageBytes;
  return {
    'config.inc.php': fill('config.inc.php', {
      databaseHost: database.host,
      databasePort: database.port,
      imapUrl: `ssl://${imap.host}:${imap.port}`,
      smtpUrl: `${smtp.port === ports.submissions.service ? 'ssl' : 'tls'}://${smtp.host}:${smtp.port}`,
      sieveUrl: `tls://${sieve.host}:${sieve.port}`,
      directoryUrl: `ldaps://${directory.host}:${directory.port}`,
      readersUrl: `ldaps://${readers.host}:${readers.port}`,
      suffix: suffixOf(directoryDomain(site)),
      bindDn: serviceDn(directoryDomain(site), 'webmail'),
      domain: site.domain,
      formerDomains: `[${site.domainAliases.map((domain) => `'${domain}'`).join(', ')}]`,
      webmailHost: site.hosts.webmail,
      webmailHostPattern: site.hosts.webmail.replaceAll('.', '\\.'),
      productName: phpString(`Hộp Thư – ${site.title}`),
      messageBytes,
      passwordLength: site.passwords.minLength,
      passwordPath,
    }),
    'php-fpm.conf': fill('php-fpm.conf', { attachmentBytes: site.attachment, requestBytes }),
    'nginx.conf': fill('nginx.conf', {
      port: ports.webmail.container,
      httpPort: ports.http.container,
      exporterPort: ports.exporter.container,
      webmailHost: site.hosts.webmail,
      portalPaths: portalPaths.join('|'),
      portalHost: portal.host,
      portalPort: portal.port,
      requestBytes,
      proxies: (site.expose.proxies ?? []).map((network) => `set_real_ip_from ${network};`).join(' '),
    }),
    database: fill('database', { moveNames: nameMoves(site) }),
    'nginx-start': files['nginx-start'] ?? '',
    reloading: reloadingScript,
    'editor.vi.js': files['editor.vi.js'] ?? '',
  };
}

/** Settings and senders of a person go on under the name that the present domain gives. */
function nameMoves({ domain, domainAliases }: Site): string {
  if (domainAliases.length === 0) return '';
  const moved = (column: string) => `split_part(${column}, '@', 1) || '@${domain}'`;
  const moves = domainAliases.map(
    (former) => `UPDATE users AS u SET username = ${moved('u.username')} WHERE u.username LIKE '%@${former}'
  AND NOT EXISTS (SELECT FROM users AS o WHERE o.username = ${moved('u.username')} AND o.mail_host = u.mail_host);
UPDATE identities SET email = ${moved('email')} WHERE email LIKE '%@${former}';
`,
  );
  return `psql --no-psqlrc --quiet --single-transaction --set=ON_ERROR_STOP=1 << 'SQL'\n${moves.join('')}SQL\n`;
}

function containers({ site, image }: Context, database: Endpoint) {
  const resources = split(site);
  const php = {
    image: image(part),
    env: {
      PGSSLMODE: 'verify-full',
      PGSSLROOTCERT: caFile,
      PGHOST: database.host,
      PGPORT: String(database.port),
      PGUSER: 'roundcube',
      PGDATABASE: 'roundcube',
      LDAPTLS_CACERT: caFile,
    },
    mounts: [
      { name: 'config', path: '/etc/roundcube/config.inc.php', subPath: 'config.inc.php' },
      { name: 'config', path: '/etc/hopthu' },
      { name: 'plugin', path: '/var/lib/roundcube/plugins/hopthu' },
      editor,
      { name: 'ca', path: '/run/ca' },
      { name: 'secrets', path: '/run/secrets/webmail' },
      { name: 'ldap', path: '/run/secrets/ldap' },
      { name: 'origin', path: '/run/secrets/origin' },
      { name: 'socket', path: '/run/webmail', writable: true },
      { name: 'php-tmp', path: '/tmp', writable: true },
    ],
  } satisfies Partial<Container>;
  const initContainers: Container[] = [
    {
      ...php,
      name: 'database',
      command: ['/bin/sh', '/etc/hopthu/database'],
      // Runs before the others and asks for no more than they do together, so the pod costs nothing extra.
      resources: site.resources.webmail,
    },
  ];
  const sidecars: Container[] = [
    {
      ...php,
      name: 'php',
      // Only what libldap trusts is read once; php-fpm finishes what it answers and becomes itself anew.
      command: reloading(
        'kill -USR2 1',
        ['/run/ca'],
        ['php-fpm8.4', '--fpm-config', '/etc/hopthu/php-fpm.conf'],
      ),
      resources: resources.php,
    },
  ];
  const running: Container[] = [
    {
      name: 'nginx',
      image: image(part),
      command: reloading(hangUp, ['/run/tls'], ['/bin/sh', '/etc/hopthu/nginx-start']),
      ports: {
        https: ports.webmail.container,
        http: ports.http.container,
        exporter: ports.exporter.container,
      },
      resources: resources.nginx,
      // Answered by php-fpm, so that both are up.
      readiness: {
        httpGet: { scheme: 'HTTPS', port: ports.webmail.container, path: '/ready' },
        periodSeconds: 5,
        timeoutSeconds: 5,
      },
      // Until every node has heard that browsers go to the other pod.
      preStop: { sleep: { seconds: 5 } },
      mounts: [
        { name: 'config', path: '/etc/hopthu' },
        editor,
        { name: 'tls', path: '/run/tls' },
        { name: 'socket', path: '/run/webmail' },
        { name: 'plugin', path: '/var/lib/roundcube/plugins/hopthu' },
        { name: 'setup', path: '/srv/setup' },
        { name: 'nginx-tmp', path: '/tmp', writable: true },
      ],
    },
  ];
  return { initContainers, sidecars, containers: running };
}

/** nginx serves files with little; PHP gets the rest of what the site file grants. */
function split(site: Site): { nginx: Container['resources']; php: Container['resources'] } {
  const whole = site.resources.webmail;
  const nginx = { cpu: '10m', memory: '16Mi', memoryLimit: '64Mi' };
  const rest = {
    cpu: Number.parseInt(whole.cpu, 10) - Number.parseInt(nginx.cpu, 10),
    memory: parseBytes(whole.memory) - parseBytes(nginx.memory),
    memoryLimit: parseBytes(whole.memoryLimit) - parseBytes(nginx.memoryLimit),
  };
  if (Object.values(rest).some((value) => value <= 0)) {
    throw new Invalid(
      'resources.webmail',
      `must be more than ${nginx.cpu}, ${nginx.memory} and a limit of ${nginx.memoryLimit}, which nginx takes`,
    );
  }
  return {
    nginx,
    php: {
      cpu: `${rest.cpu}m`,
      memory: formatBytes(rest.memory),
      memoryLimit: formatBytes(rest.memoryLimit),
    },
  };
}

/** A string literal of PHP: only the quote and the backslash mean something between single quotes. */
function phpString(text: string): string {
  return `'${text.replace(/['\\]/g, '\\$&')}'`;
}

function secretItems(secretName: string, keys: readonly string[]): object {
  return { secret: { secretName, defaultMode: 0o440, items: keys.map((key) => ({ key, path: key })) } };
}

/** The files of a folder by name. */
function folder(path: string): Record<string, string> {
  const url = new URL(path, import.meta.url);
  const files = readdirSync(url, { withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(files.map(({ name }) => [name, readFileSync(new URL(name, url), 'utf8')]));
}
