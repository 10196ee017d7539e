/** What a measured process is told, and its clients: the operator's own, to a real slapd and a real API server. */
import { json } from 'node:stream/consumers';
import { KubeConfig } from '@kubernetes/client-node';
import { group, type Kind, plural, version } from '../../operator/api/resource.ts';
import { suffixOf } from '../../operator/core/layout.ts';
import { firstPasswordSecret } from '../../operator/core/secrets.ts';
import type { Site } from '../../operator/core/site.ts';
import { generatePassword } from '../../operator/credentials/password.ts';
import { hashPassword } from '../../operator/credentials/ssha512.ts';
import { connectKubernetes, type KubeClient } from '../../operator/kube/client.ts';
import { Connection } from '../../operator/ldap/connection.ts';
import { LdaptsDirectory } from '../../operator/ldap/ldapts-directory.ts';
import type { DirectoryEntry } from '../../operator/ports.ts';
import { mailbox, mailboxDn } from '../contract/support/mailbox.ts';
import { firstPassword, operatorDn } from '../contract/support/slapd.ts';
import type { Manifest } from './people.ts';

/** Given on standard input. */
export type Task = {
  readonly site: Site;
  readonly kubeconfig: string;
  readonly slapd: { readonly port: number; readonly ca: string };
  readonly mailboxes: number;
  /** Namespace of mailboxes that no operator watches. */
  readonly bareNamespace: string;
};

/** An object as the API server answered its creation. */
export type Created = Manifest & {
  readonly metadata: { readonly name: string; readonly uid: string; readonly resourceVersion: string };
};

export type Clients = { readonly client: KubeClient; readonly directory: LdaptsDirectory };

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
    bindDn: operatorDn,
    password: async () => firstPassword,
    ca: async () => slapd.ca,
  });
  return {
    client: connectKubernetes(config),
    directory: new LdaptsDirectory(connection, suffixOf(site.domain)),
  };
}

export async function create({ client }: Clients, namespace: string, manifest: Manifest): Promise<Created> {
  const path = { group, version, namespace, plural: plural[manifest.kind as Kind] };
  return client.resources.createNamespacedCustomObject({ ...path, body: manifest });
}

/** The entry that a mailbox gets, with its password. */
export async function addEntry({ directory }: Clients, uid: string, password: string): Promise<void> {
  const attributes: DirectoryEntry['attributes'] = mailbox(uid);
  await directory.add(mailboxDn(uid), {
    ...attributes,
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
export async function writeStatus({ client }: Clients, namespace: string, mailbox: Created): Promise<void> {
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
    entry: mailboxDn(mailbox.metadata.uid),
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
