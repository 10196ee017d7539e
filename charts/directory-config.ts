/** Configuration of slapd, of the scripts beside it and of the front that leads clients to the active provider. */
import { bindAccounts, container, mailRoot, suffixOf } from '../operator/core/layout.ts';
import { publishedAttributes, visibleTo } from '../operator/core/published.ts';
import { parseBytes } from '../operator/core/quota.ts';
import type { Site } from '../operator/core/site.ts';
import { directoryDomain, domainsOf } from '../operator/core/site-domains.ts';
import { renderFile } from './config/render.ts';
import { type Endpoint, ports, serviceHost } from './endpoints.ts';
import { reloadingScript } from './reloading.ts';

/** Numeric user of slapd's pod. */
export const slapdUid = 10001;
/** Of who reads metrics beside it: by this number slapd knows it. */
export const exporterUid = 10006;
/** Who comes by the pod's socket is known by the numbers of its process. */
const exporterDn = `gidNumber=0+uidNumber=${exporterUid},cn=peercred,cn=external,cn=auth`;
const secondsPerDay = 86_400;
/** Days before the end of a password during which clients that ask are warned. */
const warningDays = 7;
const backstopDays = 31;

/** A provider as the other one and its front reach it. */
export type Provider = { readonly slapd: Endpoint; readonly health: Endpoint };

/** Where everything is; tests have other places. */
export type Places = {
  readonly providers: readonly Provider[];
  /** What slapd and the front in a pod listen on. */
  readonly slapd: number;
  readonly front: number;
  readonly readers: number;
  readonly health: number;
  /** Where clients find the active provider. */
  readonly service: Endpoint;
};

/** The Service of one provider. */
export function providerService(number: number): string {
  return `openldap-${number}`;
}

/** The places in the cluster; a provider that is alone listens where clients come. */
export function placesOf(site: Site): Places {
  const namespace = site.namespaces.mail;
  const { replicas } = site.directory;
  return {
    providers: Array.from({ length: replicas }, (_, number) => {
      const host = serviceHost(providerService(number), namespace);
      return {
        slapd: { host, port: ports.provider.service },
        health: { host, port: ports.providerHealth.service },
      };
    }),
    slapd: replicas === 1 ? ports.ldaps.container : ports.provider.container,
    front: ports.ldaps.container,
    readers: ports.ldapsRead.container,
    health: ports.providerHealth.container,
    service: { host: serviceHost('openldap', namespace), port: ports.ldaps.service },
  };
}

/** Everything that the pods find in /etc/hopthu; files with a number in their name are of the pod of that number. */
export function directoryConfig(site: Site, places = placesOf(site)): Readonly<Record<string, string>> {
  const suffix = suffixOf(directoryDomain(site));
  return {
    ...database(site, suffix),
    ...policies(site, suffix),
    ...providers(places, suffix),
    ...(site.applications.length > 0 ? groups(site, suffix) : {}),
    audit: renderFile('openldap/audit', { suffix }),
    start: renderFile('openldap/start', { port: places.slapd }),
    refresh: renderFile('openldap/refresh', {
      service: urlOf(places.service),
      accounts: bindAccounts(site).join(' '),
    }),
    ready: renderFile('openldap/ready'),
    metrics: renderFile('openldap/metrics', { suffix }),
    'read-certificates': renderFile('openldap/read-certificates'),
    reloading: reloadingScript,
  };
}

function database(site: Site, suffix: string): Readonly<Record<string, string>> {
  const volumeSize = parseBytes(site.storage.directory, 'storage.directory');
  const accounts = bindAccounts(site).map((account): [string, string] => [
    `account-${account}.ldif`,
    renderFile('openldap/account.ldif', { account, suffix }),
  ]);
  return {
    'slapd.conf': renderFile('openldap/slapd.conf', {
      uid: slapdUid,
      exporter: exporterDn,
      suffix,
      mailRoot,
      site: site.name,
      domainPattern: patternOf(domainsOf(site)),
      // The files of the databases grow up to these sizes and leave room for the first fill and a slapcat.
      dataMaxSize: Math.floor(volumeSize * 0.5),
      logMaxSize: Math.floor(volumeSize * 0.2),
      loginsMaxSize: Math.floor(volumeSize * 0.15),
      accessLogDays: site.directory.accessLogDays,
    }),
    'acl.conf': renderFile('openldap/acl.conf', { suffix, exporter: exporterDn }),
    'published.conf': publishedRules(site, suffix),
    'hopthu.schema': renderFile('openldap/hopthu.schema'),
    'tree.ldif': renderFile('openldap/tree.ldif', {
      suffix,
      title: base64(site.title),
      firstLabel: directoryDomain(site).split('.')[0] ?? '',
      accounts: accounts.map(([, entry]) => entry).join('\n'),
    }),
    ...Object.fromEntries(accounts),
  };
}

function patternOf(domains: readonly string[]): string {
  const [only, ...others] = domains.map((domain) => domain.replaceAll('.', '\\.'));
  return others.length === 0 ? (only ?? '') : `(${[only, ...others].join('|')})`;
}

/** Entries of 1 KB, at most some thousands: a fiftieth of the volume is plenty. */
function groups(site: Site, suffix: string): Readonly<Record<string, string>> {
  const maxSize = Math.floor(parseBytes(site.storage.directory, 'storage.directory') * 0.02);
  return {
    'groups.conf': renderFile('openldap/groups.conf', { suffix, maxSize }),
    groups: renderFile('openldap/groups'),
  };
}

function policies({ passwords }: Site, suffix: string): Readonly<Record<string, string>> {
  return {
    'policies.ldif': renderFile('openldap/policies.ldif', {
      suffix,
      minLength: passwords.minLength,
      // A backstop: on the day itself the operator marks the password must-change, while its owner can still bind.
      maxAgeSeconds: passwords.maxAgeDays === 0 ? 0 : (passwords.maxAgeDays + backstopDays) * secondsPerDay,
      warningSeconds: Math.min(warningDays, passwords.maxAgeDays) * secondsPerDay,
      history: passwords.history,
      ppm: base64(renderFile('openldap/ppm.conf')),
    }),
  };
}

/** Of each of two: whom it pulls from, and the front beside it. */
function providers(places: Places, suffix: string): Readonly<Record<string, string>> {
  const [first, second] = places.providers;
  const pairs = second === undefined || first === undefined ? [] : [second, first];
  const others = pairs.map(({ slapd }, number) => `  ${number}) other=${urlOf(slapd)} ;;`);
  const files = pairs.map((other, number) => ofOne(places, suffix, number, other));
  return {
    providers: renderFile('openldap/providers', { suffix, port: places.slapd, others: others.join('\n') }),
    ...(pairs.length === 0
      ? { 'provider-0.conf': renderFile('openldap/alone.conf') }
      : {
          front: renderFile('openldap/front'),
          leave: renderFile('openldap/leave'),
          writable: renderFile('openldap/writable'),
        }),
    ...Object.assign({}, ...files),
  };
}

function ofOne(places: Places, suffix: string, number: number, other: Provider): Record<string, string> {
  const { host, port } = other.slapd;
  const servers = (reads: string) => {
    const list = [
      `127.0.0.1:${places.slapd} track self${reads}/slapd`,
      `${host}:${port} track other${reads}/front`,
    ];
    return number === 0 ? list : list.toReversed();
  };
  const [first = '', second = ''] = servers('');
  const [firstReads = '', secondReads = ''] = servers('-reads');
  return {
    [`provider-${number}.conf`]: renderFile('openldap/provider.conf', {
      number: number + 1,
      other: 2 - number,
      otherHost: host,
      port,
      suffix,
    }),
    [`front-${number}.cfg`]: renderFile('openldap/front.cfg', {
      port: places.front,
      readPort: places.readers,
      first,
      second,
      firstReads,
      secondReads,
      providerPort: places.slapd,
      otherHealth: `${other.health.host}:${other.health.port}`,
      healthPort: places.health,
    }),
  };
}

function urlOf({ host, port }: Endpoint): string {
  return `ldaps://${host}:${port}`;
}

/** Who serves whom with the published directory (R40). */
const readers = { published: 'members', publisher: 'public' } as const;
const shown = (type: string) => `(&(hopThuStatus=Active)(hopThuType=${type})(!(hopThuUnpublished=TRUE)))`;
const publishedEntries = {
  organization: { container: container.organizations, filter: '(hopThuStatus=Active)' },
  mailbox: { container: container.mailboxes, filter: shown('Organization') },
  person: { container: container.mailboxes, filter: shown('Personal') },
} as const;

/** Rules for the accounts that read the published directory: none for what the site file does not show. */
function publishedRules({ published }: Site, suffix: string): string {
  const rules = Object.entries(readers).flatMap(([account, viewer]) => {
    const attributes = publishedAttributes(visibleTo(viewer, published));
    return (['organization', 'mailbox', 'person'] as const)
      .filter((kind) => attributes[kind].length > 0)
      .map((kind) => ({
        account,
        suffix,
        attributes: attributes[kind].join(','),
        ...publishedEntries[kind],
      }));
  });
  return rules.map((rule) => renderFile('openldap/published.conf', rule)).join('');
}

/** LDIF has no other way to carry text that is not ASCII (RFC 2849). */
function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}
