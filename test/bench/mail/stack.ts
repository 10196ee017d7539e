/** The site's own stack and the floor beside it, as pods of this machine with a hundred people in each. */
import { randomInt } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { ports, serviceHost } from '../../../charts/endpoints.ts';
import { ensureDkim } from '../../../cli/bootstrap/dkim.ts';
import { ensurePasswords } from '../../../cli/bootstrap/passwords.ts';
import { desiredSecrets } from '../../../cli/bootstrap/secret-table.ts';
import { describeObject } from '../../../cli/bootstrap/store.ts';
import { ensureTls } from '../../../cli/bootstrap/tls.ts';
import { imageReference, type Part } from '../../../images/tag.ts';
import { attribute, objectClass, serviceDn, suffixOf } from '../../../operator/core/layout.ts';
import { mailboxDn, organizationDn } from '../../../operator/core/naming/identity.ts';
import { caSecret, ldapSecret } from '../../../operator/core/secrets.ts';
import type { Site } from '../../../operator/core/site.ts';
import { hashChosenPassword } from '../../../operator/credentials/argon2.ts';
import { Conflict } from '../../../operator/errors.ts';
import { Connection } from '../../../operator/ldap/connection.ts';
import { LdaptsDirectory } from '../../../operator/ldap/ldapts-directory.ts';
import { eventually } from '../../e2e/support/eventually.ts';
import { buildImages, ROOT } from '../../kind/images.ts';
import type { Runtime } from '../../kind/runtime.ts';
import { type Manifest, manifestsOf } from '../../support/manifests.ts';
import { MemoryStore } from '../../unit/cli/bootstrap/memory-store.ts';
import { people } from './delivery.ts';
import { floorManifests, floorPorts } from './floor.ts';
import type { ImapTarget } from './imap.ts';
import { writeLetters } from './letters.ts';
import { objectsOf } from './objects.ts';
import { type Edit, Pods } from './pods.ts';

/** One of the two that are compared: how it is reached, and whose CPU time is its. */
export type Side = {
  readonly smtp: string;
  readonly imap: ImapTarget;
  /** The mailboxes' folder on this machine. */
  readonly mail: string;
  readonly isMine: (container: string) => boolean;
};

export type Stack = {
  readonly pods: Pods;
  readonly floor: Side;
  /** The same daemons with what the regulation asks for, and nothing of the platform. */
  readonly duties: Side;
  readonly ours: Side;
  /** Writes further letters. */
  readonly write: (from: number, count: number) => void;
};

/** Any private one that is free; of two runs at once each has its own. */
const subnet = `10.231.${randomInt(1, 255)}`;
const parts: readonly Part[] = ['openldap', 'dovecot', 'postfix', 'rspamd', 'clamav', 'valkey', 'operator'];
/** What runs of it, the floor and the sender included. */
export const workloads = ['load', 'floor', 'duties', 'openldap', 'dovecot', 'rspamd', 'postfix'];
const letters = '/letters';
const password = 'Cong-Van-So-17!';

/** Postfix asks no filter. */
export const unfiltered: Edit = (file, text) =>
  file === 'main.cf' ? replaced(text, /^smtpd_milters = .*$/m, 'smtpd_milters =') : text;

/** rspamd asks no clamd. */
export const withoutAntivirus: Edit = (file, text) => (file === 'antivirus.lua' ? '-- left out\n' : text);

function replaced(text: string, pattern: RegExp, by: string): string {
  if (!pattern.test(text)) throw new Error(`nothing to change: ${pattern}`);
  return text.replace(pattern, by);
}

/** Starts all but Postfix and rspamd, which are started as each part of the run has them. */
export async function startStack(runtime: Runtime, original: Site): Promise<Stack> {
  // One address sends all that there is.
  const perHour = { ...original.filter.limits.perHour, addressMessages: 1_000_000 };
  const site: Site = {
    ...original,
    filter: { ...original.filter, limits: { ...original.filter.limits, perHour } },
  };
  await buildImages(runtime, parts);
  const store = await bootstrapped(site);
  const hash = await hashChosenPassword(password);
  const manifests = [...manifestsOf(site, image), ...bench(site, hash)];
  const secret = (namespace: string, name: string) =>
    store.objects.get(describeObject({ kind: 'Secret', namespace, name }))?.data ?? {};
  const pods = await Pods.create(runtime, objectsOf(manifests, workloads, secret), subnet);
  try {
    const ca = store.value(`Secret ${site.namespaces.mail}/${caSecret}`, 'tls.crt');
    for (const workload of ['load', 'floor', 'duties', 'openldap', 'dovecot']) await pods.start(workload);
    const operator = store.value(`Secret ${site.namespaces.mail}/${ldapSecret('operator')}`, 'password');
    await addPeople(pods, site, { ca, operator, hash });
    return { pods, ...sides(pods, site, ca), write: (...range) => writeLetters(lettersIn(pods), ...range) };
  } catch (error) {
    await pods.end();
    throw error;
  }
}

function image(part: Part): string {
  return imageReference(part, ROOT);
}

async function bootstrapped(site: Site): Promise<MemoryStore> {
  const store = new MemoryStore();
  const quiet = () => undefined;
  await ensurePasswords(store, desiredSecrets(site), quiet);
  await ensureDkim(store, site, quiet);
  await ensureTls(store, site, new Date(), quiet);
  return store;
}

/** The floor, and a place to send from. */
function bench({ namespaces: { mail: namespace }, domain }: Site, hash: string): readonly Manifest[] {
  const encoded = hash.replace(/^\{ARGON2\}/, '');
  const images = { postfix: image('postfix'), dovecot: image('dovecot') };
  const load = {
    name: 'load',
    image: images.postfix,
    command: ['/bin/sleep', 'infinity'],
    volumeMounts: [{ name: 'letters', mountPath: letters }],
  };
  return [
    ...(['floor', 'duties'] as const).flatMap((name) =>
      floorManifests({
        name,
        hasDuties: name === 'duties',
        namespace,
        domain,
        images,
        people,
        hash: encoded,
      }),
    ),
    {
      kind: 'StatefulSet',
      metadata: { name: 'load', namespace },
      spec: {
        template: { metadata: { labels: {} }, spec: { containers: [load], volumes: [] } },
        volumeClaimTemplates: [{ metadata: { name: 'letters' } }],
      },
    },
  ];
}

function lettersIn(pods: Pods): string {
  const folder = pods.volume('load-0', 'letters');
  mkdirSync(folder, { recursive: true });
  return folder;
}

function sides(pods: Pods, site: Site, ca: string): Pick<Stack, 'floor' | 'duties' | 'ours'> {
  const servername = serviceHost('dovecot', site.namespaces.mail);
  const imap = { servername, ca, domain: site.domain, password };
  const bare = (name: string): Side => ({
    smtp: `${pods.addressOf(`${name}-0`)}:${floorPorts.smtp}`,
    imap: { ...imap, host: pods.addressOf(`${name}-0`), port: floorPorts.imaps },
    mail: pods.volume(`${name}-0`, 'mail'),
    isMine: (container) => container.startsWith(`${name}-0/`),
  });
  return {
    floor: bare('floor'),
    duties: bare('duties'),
    ours: {
      smtp: `${pods.addressOf('postfix-0')}:${ports.smtp.container}`,
      imap: { ...imap, host: pods.addressOf('dovecot-0'), port: ports.imaps.container },
      mail: pods.volume('dovecot-0', 'mail'),
      isMine: (container) => !/^(floor|duties|load)-0\//.test(container),
    },
  };
}

function unlessThere(error: unknown): void {
  if (!(error instanceof Conflict)) throw error;
}

async function addPeople(
  pods: Pods,
  site: Site,
  { ca, operator, hash }: { readonly ca: string; readonly operator: string; readonly hash: string },
): Promise<void> {
  const directory = new LdaptsDirectory(
    new Connection({
      host: pods.addressOf('openldap-0'),
      servername: serviceHost('openldap', site.namespaces.mail),
      port: ports.ldaps.container,
      bindDn: serviceDn(site.domain, 'operator'),
      password: async () => operator,
      ca: async () => ca,
    }),
    suffixOf(site.domain),
  );
  // Bind accounts get their passwords after slapd has started.
  await eventually(120_000, () => directory.snapshot());
  for (const person of people) {
    const address = `${person}@${site.domain}`;
    const entry = {
      objectClass: ['inetOrgPerson', objectClass.mailbox],
      cn: ['Nguyễn Thanh Bình'],
      sn: ['Nguyễn'],
      mail: [address],
      [attribute.address]: [address],
      [attribute.status]: ['Active'],
      [attribute.type]: ['Personal'],
      [attribute.quotaBytes]: ['524288000'],
      [attribute.organization]: [organizationDn(site, person)],
      [attribute.site]: [site.name],
      [attribute.resource]: [`bench/${person}`],
      [attribute.ownerUid]: [person],
      userPassword: [hash],
    };
    // A provider that has just started gives way to the other one now and then.
    await eventually(30_000, () => directory.add(mailboxDn(site, person), entry).catch(unlessThere));
  }
  await directory.close();
}
