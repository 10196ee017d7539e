/** A whole site in memory: resources are applied, passes run, and what came of it is read back. */
import { expect } from '@jest/globals';
import type { MailboxStatus } from '../../operator/api/mailbox.ts';
import type { Kind, Resource } from '../../operator/api/resource.ts';
import { formatChange } from '../../operator/core/format.ts';
import { suffixOf } from '../../operator/core/layout.ts';
import { firstShard, shardNames } from '../../operator/core/shards.ts';
import type { Site } from '../../operator/core/site.ts';
import { rfc3339 } from '../../operator/core/time.ts';
import { MemoryMailStore } from '../../operator/dovecot/memory-mail-store.ts';
import { MemorySessions } from '../../operator/dovecot/memory-sessions.ts';
import { byShard } from '../../operator/dovecot/shards.ts';
import { MemoryCluster } from '../../operator/kube/memory-cluster.ts';
import { MemoryDirectory } from '../../operator/ldap/memory-directory.ts';
import { MemoryNotices } from '../../operator/mail/memory-notices.ts';
import type { ClusterSnapshot, Directory, DirectoryEntry } from '../../operator/ports.ts';
import { MailWorker } from '../../operator/reconcile/mail-worker.ts';
import { type PassDependencies, type PassResult, runPass } from '../../operator/reconcile/pass.ts';
import { Patience } from '../../operator/reconcile/patience.ts';
import { UsageSweep } from '../../operator/reconcile/usage-sweep.ts';
import { type Contents, violations } from './checker.ts';
import {
  type Perturbation,
  perturbCluster,
  perturbDirectory,
  perturbMailStore,
  perturbNotices,
} from './perturbed.ts';

export class Province {
  readonly site: Site;
  readonly namespace: string;
  readonly cluster: MemoryCluster;
  readonly directory: MemoryDirectory;
  readonly sessions = new MemorySessions();
  readonly notices = new MemoryNotices();
  /** Of the first shard. */
  readonly store = new MemoryMailStore(() => rfc3339(this.now));
  readonly stores = new Map([[firstShard, this.store]]);
  readonly usage = new UsageSweep({
    again: async () => false,
    store: (shard) => this.storeOf(shard),
    onChange: () => undefined,
    onSwept: () => undefined,
    onFailure: (error) => this.failures.push(error),
  });
  /** As the operator has it, on the province's clock. */
  readonly patience = new Patience(
    () => this.now.getTime(),
    () => 0,
  );
  readonly orphans: string[] = [];
  readonly failures: Error[] = [];
  /** Lines that passes which only plan would have carried out. */
  readonly planned: string[] = [];
  /** `<step> <account>` of everything that was done with mail. */
  readonly mailSteps: string[] = [];
  now = new Date('2026-11-21T00:00:00Z');

  constructor(site: Site, directory = new MemoryDirectory(suffixOf(site.domain))) {
    this.site = site;
    this.namespace = site.namespaces.accounts[0] ?? '';
    this.cluster = new MemoryCluster(() => this.now);
    this.directory = directory;
    for (const shard of shardNames(site).slice(1))
      this.stores.set(shard, new MemoryMailStore(() => rfc3339(this.now)));
    for (const store of this.stores.values())
      for (const [shard, peer] of this.stores) store.peers.set(shard, peer);
  }

  storeOf(shard: string): MemoryMailStore {
    return byShard(this.stores)(shard);
  }

  organization(name: string, spec: object): Resource {
    return this.cluster.apply({ kind: 'Organization', name, namespace: this.namespace, spec });
  }

  /** A person's mailbox in `organization`. */
  person(
    name: string,
    fullName: string,
    organization: string,
    more: { person?: object; spec?: object } = {},
  ): Resource {
    const spec = {
      organizationRef: { name: organization },
      type: 'Personal',
      person: { fullName, ...more.person },
      ...more.spec,
    };
    return this.cluster.apply({ kind: 'Mailbox', name, namespace: this.namespace, spec });
  }

  organizationMailbox(name: string, organization: string, spec: object = {}): Resource {
    return this.cluster.apply({
      kind: 'Mailbox',
      name,
      namespace: this.namespace,
      spec: { organizationRef: { name: organization }, type: 'Organization', ...spec },
    });
  }

  delete(name: string, kind: Kind = 'Mailbox'): void {
    this.cluster.delete(kind, this.namespace, name);
  }

  /** Its finalizer is stripped by hand: it is gone, and nobody saw it leave. @returns its UID */
  vanish(name: string, kind: Kind = 'Mailbox'): string {
    const { namespace } = this;
    const found = this.cluster.get(kind, namespace, name);
    this.delete(name, kind);
    this.cluster.apply({ kind, name, namespace, spec: found?.spec as object, finalizers: [] });
    return found?.metadata.uid ?? '';
  }

  /**
   * A pass, and the steps on mail that it began.
   * @param around what stands between this pass and the world
   * @param patience of the operator that makes it; without one it tries everything
   */
  async pass(around?: Perturbation, patience?: Patience, planOnly = false): Promise<PassResult> {
    const directory = around === undefined ? this.directory : perturbDirectory(this.directory, around);
    const mail = new MailWorker({
      store: (shard) => {
        const store = this.storeOf(shard);
        return around === undefined ? store : perturbMailStore(store, around);
      },
      directory,
      sessions: () => this.sessions,
      clock: () => this.now,
      onChange: () => undefined,
      onStep: ({ kind, account }, error) => {
        if (error === undefined) this.mailSteps.push(`${kind} ${account}`);
        else this.failures.push(error);
      },
    });
    try {
      const known = this.#dependencies(directory, mail, around);
      const result = await runPass({ ...known, planOnly, ...(patience === undefined ? {} : { patience }) });
      await mail.idle();
      return result;
    } finally {
      await mail.stop();
    }
  }

  #dependencies(directory: Directory, mail: MailWorker, around: Perturbation | undefined): PassDependencies {
    return {
      site: this.site,
      cluster: around === undefined ? this.cluster : perturbCluster(this.cluster, around),
      directory,
      mail,
      sessions: this.sessions,
      notices: around === undefined ? this.notices : perturbNotices(this.notices, around),
      usage: this.usage,
      pause: async () => undefined,
      clock: () => this.now,
      // Every group by itself: what holds for slices must hold for the smallest.
      slice: 1,
      report: {
        orphans: (dns) => this.orphans.push(...dns),
        held: () => undefined,
        planned: (changes) => this.planned.push(...changes.map(formatChange)),
        failure: (_, error) => this.failures.push(error),
      },
    };
  }

  /** Runs passes until one has nothing more to do; gives the lines of all plans. */
  async settle(around?: Perturbation): Promise<readonly string[]> {
    const lines: string[] = [];
    for (let count = 0; count < 10; count += 1) {
      const before = this.#written();
      const { changes, again } = await this.pass(around);
      lines.push(...changes.map(({ line }) => line));
      if (!again && changes.length === 0 && before === this.#written()) return lines;
    }
    const problems = this.cluster.events.filter(({ type }) => type === 'Warning').slice(-3);
    throw new Error(`the site does not settle: ${lines.slice(-3).join('\n')} ${JSON.stringify(problems)}`);
  }

  #written(): string {
    return JSON.stringify([this.cluster.writes, this.mailSteps.length, this.notices.sent.length]);
  }

  /** Writes to an entry as slapd does by itself, or as a hand does that moves dates. */
  write(name: string, values: Readonly<Record<string, readonly string[]>>): void {
    const { dn, attributes } = this.#entry(name);
    const merged = Object.entries({ ...attributes, ...values }).filter(([, list]) => list.length > 0);
    this.directory.put(dn, Object.fromEntries(merged));
  }

  /** First passwords were changed: there is somebody who reads these mailboxes. */
  settleIn(...names: readonly string[]): void {
    for (const name of names) this.write(name, { pwdReset: [] });
  }

  mailbox(name: string): Resource {
    const found = this.cluster.get('Mailbox', this.namespace, name);
    if (found === undefined) throw new Error(`no Mailbox ${name}`);
    return found;
  }

  status(name: string): MailboxStatus {
    return (this.mailbox(name).status ?? {}) as MailboxStatus;
  }

  addressOf(name: string): string | undefined {
    return this.status(name).address;
  }

  entryOf(name: string): Readonly<Record<string, readonly string[]>> {
    return this.#entry(name).attributes;
  }

  #entry(name: string): DirectoryEntry {
    const { uid } = this.mailbox(name).metadata;
    const entry = this.directory.entry(`uid=${uid},ou=mailboxes,${suffixOf(this.site.domain)}`);
    if (entry === undefined) throw new Error(`no entry for ${name}`);
    return entry;
  }

  /** The same directory beside a cluster whose etcd was put back to an older state. */
  afterRestoreOf(older: ClusterSnapshot): Province {
    const restored = new Province(this.site, this.directory);
    restored.cluster.restore([...older.organizations, ...older.mailboxes]);
    const owners = new Set(older.mailboxes.map(({ metadata }) => metadata.uid));
    for (const [name, secret] of this.cluster.secrets)
      if (owners.has(secret.ownerUid)) restored.cluster.secrets.set(name, secret);
    return restored;
  }

  /** Everything there is, for a check that knows nothing of the operator. */
  async contents(): Promise<Contents> {
    const { mailboxes, organizations } = await this.cluster.snapshot();
    const names = await this.directory.snapshot();
    return {
      mailboxes,
      organizations,
      entries: names.flatMap(({ dn }) => this.directory.entry(dn) ?? []),
      secrets: [...this.cluster.secrets].map(([name, { ownerUid, password }]) => ({
        name,
        ownerUid,
        password,
      })),
    };
  }

  /** @param orphans UIDs of resources whose entries are known to be left over */
  async expectSound(orphans: readonly string[] = []): Promise<void> {
    expect(violations(await this.contents(), new Set(orphans))).toEqual([]);
  }

  /** Ready's status, reason and message, and which of Reconciling and Stalled are there. */
  expectReady(name: string, status: 'True' | 'False', reason: string, message: RegExp = /./): void {
    const conditions = this.status(name).conditions ?? [];
    const ready = conditions.find(({ type }) => type === 'Ready');
    expect({ status: ready?.status, reason: ready?.reason }).toEqual({ status, reason });
    expect(ready?.message).toMatch(message);
  }
}
