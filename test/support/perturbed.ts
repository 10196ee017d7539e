/** The ports with something between the operator and the world: a crash, an outage, an old view, a rival's turn. */

import type { Resource } from '../../operator/api/resource.ts';
import type {
  AttributeReplacement,
  Cluster,
  ClusterSnapshot,
  Directory,
  MailCarrier,
  Notices,
  ResourceEvent,
  Store,
} from '../../operator/ports.ts';

export type Call =
  | 'cluster.snapshot'
  | 'cluster.writeStatus'
  | 'cluster.addFinalizer'
  | 'cluster.removeFinalizer'
  | 'cluster.keepFirstPassword'
  | 'cluster.readGivenPassword'
  | 'cluster.removeFirstPassword'
  | 'cluster.publish'
  | 'directory.snapshot'
  | 'directory.add'
  | 'directory.modify'
  | 'directory.remove'
  | 'notices.send'
  | 'store.archive'
  | 'store.remove'
  | 'store.discard'
  | 'store.restore'
  | 'store.purge'
  | `store.${keyof MailCarrier}`;

/** Stands around every call: may wait, refuse, run it and then fail, or hand out something else. `dn` of an entry that is added. */
export type Perturbation = <T>(call: Call, run: () => Promise<T>, dn?: string) => Promise<T>;

/** The process is killed: neither a result nor an error that it could act on. */
export class Killed extends Error {
  override readonly name = 'Killed';
}

/** Kills at the `moment`-th moment: even ones are before a call takes effect, odd ones after. Dead is dead. */
export function killAt(moment: number): { readonly around: Perturbation; readonly hit: () => boolean } {
  let passed = 0;
  let dead = false;
  const step = () => {
    if (dead || passed++ === moment) {
      dead = true;
      throw new Killed('killed');
    }
  };
  const around: Perturbation = async (_, run) => {
    step();
    const result = await run();
    step();
    return result;
  };
  return { around, hit: () => dead };
}

/**
 * The cluster as one process has it: what it reads is its own copy, as an informer's is.
 * @param copies false where the same object has to stand for what did not change, as in an informer's copy
 */
export function perturbCluster(inner: Cluster, around: Perturbation, copies = true): Cluster {
  const read = async () => (copies ? copyOf(await inner.snapshot()) : inner.snapshot());
  return {
    snapshot: () => around('cluster.snapshot', read),
    find: (kind, namespace, name) => inner.find(kind, namespace, name),
    writeStatus: (resource: Resource, status: object) =>
      around('cluster.writeStatus', () => inner.writeStatus(resource, status)),
    addFinalizer: (resource: Resource) => around('cluster.addFinalizer', () => inner.addFinalizer(resource)),
    removeFinalizer: (resource: Resource) =>
      around('cluster.removeFinalizer', () => inner.removeFinalizer(resource)),
    keepFirstPassword: (mailbox: Resource, secret: string, address: string, fresh: string) =>
      around('cluster.keepFirstPassword', () => inner.keepFirstPassword(mailbox, secret, address, fresh)),
    readGivenPassword: (mailbox: Resource, secret: string) =>
      around('cluster.readGivenPassword', () => inner.readGivenPassword(mailbox, secret)),
    removeFirstPassword: (mailbox: Resource, secret: string) =>
      around('cluster.removeFirstPassword', () => inner.removeFirstPassword(mailbox, secret)),
    publish: (report) => around('cluster.publish', () => inner.publish(report)),
    event: (resource: Resource, event: ResourceEvent) => inner.event(resource, event),
  };
}

export function perturbDirectory(inner: Directory, around: Perturbation): Directory {
  return {
    snapshot: (anew, recall) => around('directory.snapshot', () => inner.snapshot(anew, recall)),
    add: (dn, attributes) => around('directory.add', () => inner.add(dn, attributes), dn),
    modify: (dn: string, ownerUid: string, replacements: readonly AttributeReplacement[]) =>
      around('directory.modify', () => inner.modify(dn, ownerUid, replacements)),
    remove: (dn, ownerUid) => around('directory.remove', () => inner.remove(dn, ownerUid)),
    close: () => inner.close(),
  };
}

export function perturbMailStore(inner: Store, around: Perturbation): Store {
  return {
    archive: (account) => around('store.archive', () => inner.archive(account)),
    remove: (account, receipt) => around('store.remove', () => inner.remove(account, receipt)),
    discard: (account) => around('store.discard', () => inner.discard(account)),
    restore: (account, receipt) => around('store.restore', () => inner.restore(account, receipt)),
    purge: (account, receipt) => around('store.purge', () => inner.purge(account, receipt)),
    copy: (account, from) => around('store.copy', () => inner.copy(account, from)),
    seal: (account) => around('store.seal', () => inner.seal(account)),
    unseal: (account) => around('store.unseal', () => inner.unseal(account)),
    place: (account, from) => around('store.place', () => inner.place(account, from)),
    retire: (account) => around('store.retire', () => inner.retire(account)),
    collect: (account, from) => around('store.collect', () => inner.collect(account, from)),
    clear: (account) => around('store.clear', () => inner.clear(account)),
  };
}

export function perturbNotices(inner: Notices, around: Perturbation): Notices {
  return { send: (notice) => around('notices.send', () => inner.send(notice)) };
}

/** What was once read stays as it was. By JSON: structuredClone's objects are of another realm in jest, hence unequal. */
export function copyOf(snapshot: ClusterSnapshot): ClusterSnapshot {
  return JSON.parse(JSON.stringify(snapshot));
}
