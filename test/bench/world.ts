/** What a measured process is told, and its clients: the operator's own, to a real slapd and a real API server. */
import { json } from 'node:stream/consumers';
import { KubeConfig } from '@kubernetes/client-node';
import { group, type Kind, plural, version } from '../../operator/api/resource.ts';
import { attribute, objectClass, suffixOf } from '../../operator/core/layout.ts';
import { mailboxDn, organizationDn } from '../../operator/core/naming/identity.ts';
import { firstPasswordSecret } from '../../operator/core/secrets.ts';
import type { Site } from '../../operator/core/site.ts';
import { generatePassword } from '../../operator/credentials/password.ts';
import { hashPassword } from '../../operator/credentials/ssha512.ts';
import { connectKubernetes, type KubeClient } from '../../operator/kube/client.ts';
import { Connection } from '../../operator/ldap/connection.ts';
import { LdaptsDirectory } from '../../operator/ldap/ldapts-directory.ts';
import type { Sink } from './notices.ts';
import type { Manifest } from './people.ts';

/** Given on standard input. */
export type Task = {
  readonly site: Site;
  readonly kubeconfig: string;
  readonly slapd: {
    readonly port: number;
    readonly ca: string;
    readonly bindDn: string;
    readonly password: string;
  };
  readonly mailboxes: number;
  /** How often the operator looks at everything with nothing to do. */
  readonly resyncs: number;
  /** Namespace of mailboxes that no operator watches. */
  readonly bareNamespace: string;
  /** Where notices go; the operator alone needs it. */
  readonly sink?: Sink;
};

/** An object as the API server answered its creation. */
export type Created = Manifest & {
  readonly metadata: Manifest['metadata'] & { readonly uid: string; readonly resourceVersion: string };
};

export type Clients = {
  readonly site: Site;
  readonly client: KubeClient;
  readonly directory: LdaptsDirectory;
};

/** Mailboxes at once; 8 to 16 serve best. */
export const inFlight = Number(process.env['BENCH_IN_FLIGHT'] ?? 12);

export async function atOnce<T>(
  count: number,
  items: readonly T[],
  work: (item: T) => Promise<void>,
): Promise<void> {
  const iterator = items.values();
  const worker = async () => {
    for (const item of iterator) await work(item);
  };
  await Promise.all(Array.from({ length: count }, worker));
}

export async function readTask(): Promise<Task> {
  return (await json(process.stdin)) as Task;
}

export function connect({ site, kubeconfig, slapd }: Task): Clients {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const connection = new Connection({
    host: '127.0.0.1',
    servername: 'localhost',
    port: slapd.port,
    bindDn: slapd.bindDn,
    password: async () => slapd.password,
    ca: async () => slapd.ca,
  });
  return {
    site,
    client: connectKubernetes(config),
    directory: new LdaptsDirectory(connection, suffixOf(site.domain)),
  };
}

export async function create({ client }: Clients, namespace: string, manifest: Manifest): Promise<Created> {
  const path = { group, version, namespace, plural: plural[manifest.kind as Kind] };
  return client.resources.createNamespacedCustomObject({ ...path, body: manifest });
}

/** An entry as the operator gives it to a mailbox, with its password. */
export async function addEntry(
  { directory, site }: Clients,
  { uid, name }: { readonly uid: string; readonly name: string },
  password: string,
): Promise<void> {
  const address = `${uid}@${site.domain}`;
  await directory.add(mailboxDn(site, uid), {
    objectClass: ['inetOrgPerson', objectClass.mailbox],
    cn: ['Nguyễn Thanh Bình'],
    sn: ['Nguyễn'],
    givenName: ['Bình'],
    o: ['Sở Thông tin và Truyền thông'],
    mail: [address],
    [attribute.address]: [address],
    [attribute.status]: ['Active'],
    [attribute.type]: ['Personal'],
    [attribute.quotaBytes]: ['524288000'],
    [attribute.organization]: [organizationDn(site, uid)],
    [attribute.site]: [site.name],
    [attribute.resource]: [`bare/${name}`],
    [attribute.ownerUid]: [uid],
    [attribute.passwordSecret]: [firstPasswordSecret(name)],
    userPassword: [hashPassword(password)],
    pwdReset: ['TRUE'],
  });
}

export async function createSecret({ client }: Clients, namespace: string, name: string): Promise<string> {
  const password = generatePassword();
  const metadata = { name: firstPasswordSecret(name) };
  await client.core.createNamespacedSecret({ namespace, body: { metadata, stringData: { password } } });
  return password;
}

/** As large as the operator's. */
export async function writeStatus(
  { client, site }: Clients,
  namespace: string,
  mailbox: Created,
): Promise<void> {
  const { name } = mailbox.metadata;
  const condition = {
    type: 'Ready',
    status: 'True',
    reason: 'Active',
    message: `${name}@soctrang.gov.vn, 500 MiB`,
    observedGeneration: 1,
    lastTransitionTime: '2026-11-21T00:00:00Z',
  };
  const status = {
    observedGeneration: 1,
    address: `${name}@soctrang.gov.vn`,
    state: 'Active',
    quota: { limit: '500Mi' },
    entry: mailboxDn(site, mailbox.metadata.uid),
    conditions: [condition],
  };
  const path = { group, version, namespace, plural: plural.Mailbox, name };
  await client.resources.replaceNamespacedCustomObjectStatus({ ...path, body: { ...mailbox, status } });
}

/** CPU seconds of this process so far, and the most memory that it ever had, MiB. */
export function usage(): { readonly cpu: number; readonly memory: number } {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  return { cpu: (userCPUTime + systemCPUTime) / 1e6, memory: maxRSS / 1024 };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
}
