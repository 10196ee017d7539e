/**
 * The cluster port in memory, with the API server's rules that decisions depend on: generation follows the spec, stale
 * writes conflict, finalizers hold back deletions. The pipeline's unit tests run on it; the contract suite holds
 * it and the real API server to the same behaviour.
 */
import { isDeepStrictEqual } from 'node:util';
import { ordersOf } from '../api/orders.ts';
import { finalizer, type Kind, type Metadata, type Resource } from '../api/resource.ts';
import { Conflict, Unavailable } from '../errors.ts';
import type { Clock, Cluster, ClusterSnapshot, ResourceEvent, ResourceKey } from '../ports.ts';
import { MemorySecrets } from './memory-secrets.ts';
import { OwnWrites } from './own-writes.ts';

/** What `kubectl apply` would send. */
export type Manifest = {
  readonly kind: Kind;
  readonly name: string;
  readonly namespace: string;
  readonly spec: object;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
  /** RFC 3339; the clock's time when absent. Only looked at when the resource is new. */
  readonly creationTimestamp?: string;
};

/** An event and the `namespace/name` it is about. */
export type RecordedEvent = ResourceEvent & { readonly resource: string };

/** Calls of the port, as `intercept` sees them. */
export type Call =
  | 'snapshot'
  | 'writeStatus'
  | 'addFinalizer'
  | 'removeFinalizer'
  | 'keepFirstPassword'
  | 'readGivenPassword'
  | 'removeFirstPassword'
  | 'publish';

const keyOf = (kind: Kind, namespace: string, name: string): string => `${kind}/${namespace}/${name}`;
const stored = (value: object): unknown => JSON.parse(JSON.stringify(value));

export class MemoryCluster implements Cluster {
  readonly secrets = new MemorySecrets();
  readonly events: RecordedEvent[] = [];
  /** Successful writes so far: what a pass with nothing to do must not raise. */
  readonly writes = { status: 0, finalizers: 0, secrets: 0, reports: 0 };
  /** The site's report, as last published. */
  report: Readonly<Record<string, string>> = {};
  /** Runs before and after each call takes effect; what it throws is what the caller gets (a crash at that moment). */
  intercept: (moment: 'before' | 'after', call: Call) => void = () => {};

  readonly #resources = new Map<string, Resource>();
  readonly #ownWrites = new OwnWrites();
  readonly #listeners: ((changed?: ResourceKey) => void)[] = [];
  readonly #clock: Clock;
  #siteAnnotations: Readonly<Record<string, string>> = {};
  #isDown = false;
  #version = 0;
  #created = 0;

  constructor(clock: Clock = () => new Date()) {
    this.#clock = clock;
  }

  /** Creates the resource, or replaces its spec and annotations. */
  apply(manifest: Manifest): Resource {
    const found = this.get(manifest.kind, manifest.namespace, manifest.name);
    const spec = stored(manifest.spec);
    if (found === undefined) return this.#storeForOthers(this.#newResource(manifest, spec));
    const changed = !isDeepStrictEqual(found.spec, spec);
    return this.#storeForOthers({
      ...found,
      spec,
      metadata: {
        ...found.metadata,
        generation: found.metadata.generation + (changed ? 1 : 0),
        annotations: { ...(manifest.annotations ?? found.metadata.annotations) },
        finalizers: [...(manifest.finalizers ?? found.metadata.finalizers)],
      },
    });
  }

  /** `kubectl delete --wait=false`: gone at once without finalizers, else marked. Deleting what is not there is nothing. */
  delete(kind: Kind, namespace: string, name: string): void {
    const found = this.get(kind, namespace, name);
    if (found === undefined || found.metadata.deletionTimestamp !== undefined) return;
    const deletionTimestamp = this.#now();
    // The API server counts the mark as a new generation.
    const generation = found.metadata.generation + 1;
    this.#storeForOthers({ ...found, metadata: { ...found.metadata, generation, deletionTimestamp } });
  }

  /** Puts resources in as they were read once: etcd restored from a backup. */
  restore(resources: readonly Resource[]): void {
    for (const resource of resources) this.#storeForOthers(resource);
    this.#created += 1_000; // UIDs that were given before the restore are not given again.
  }

  get(kind: Kind, namespace: string, name: string): Resource | undefined {
    return this.#resources.get(keyOf(kind, namespace, name));
  }

  /** Replaces the annotations of the site's ConfigMap. */
  annotateSite(annotations: Readonly<Record<string, string>>): void {
    this.#siteAnnotations = { ...annotations };
    this.#changed();
  }

  /** From now on every call fails as it does without an API server. */
  down(): void {
    this.#isDown = true;
  }

  up(): void {
    this.#isDown = false;
    this.#changed();
  }

  /** Calls back after every change of a resource or of the site's annotations by others; own writes are left out. */
  onChange(callback: (changed?: ResourceKey) => void): void {
    this.#listeners.push(callback);
  }

  async snapshot(): Promise<ClusterSnapshot> {
    return this.#call('snapshot', () => {
      const all = [...this.#resources.values()];
      return {
        organizations: all.filter((resource) => resource.kind === 'Organization'),
        mailboxes: all.filter((resource) => resource.kind === 'Mailbox'),
        ...ordersOf(this.#siteAnnotations),
      };
    });
  }

  find(kind: Kind, namespace: string, name: string): Resource | undefined {
    return this.get(kind, namespace, name);
  }

  async writeStatus(resource: Resource, status: object): Promise<void> {
    return this.#call('writeStatus', () => {
      const current = this.#expectCurrent(resource);
      this.#ownWrite(resource, { ...current, status: stored(status) });
      this.writes.status++;
    });
  }

  async addFinalizer(resource: Resource): Promise<void> {
    return this.#call('addFinalizer', () => {
      if (resource.metadata.finalizers.includes(finalizer)) return;
      const current = this.#expectCurrent(resource);
      if (current.metadata.deletionTimestamp !== undefined) {
        throw new Unavailable(
          'Kubernetes',
          `${current.metadata.name} is being deleted: no finalizer can be added`,
        );
      }
      const finalizers = [...current.metadata.finalizers, finalizer];
      this.#ownWrite(resource, { ...current, metadata: { ...current.metadata, finalizers } });
      this.writes.finalizers++;
    });
  }

  async removeFinalizer(resource: Resource): Promise<void> {
    return this.#call('removeFinalizer', () => {
      const { namespace, name } = resource.metadata;
      if (this.get(resource.kind, namespace, name) === undefined) return;
      const current = this.#expectCurrent(resource);
      const finalizers = current.metadata.finalizers.filter((entry) => entry !== finalizer);
      this.#ownWrite(resource, { ...current, metadata: { ...current.metadata, finalizers } });
      this.writes.finalizers++;
    });
  }

  async keepFirstPassword(
    mailbox: Resource,
    secret: string,
    address: string,
    fresh: string,
  ): Promise<string> {
    return this.#call('keepFirstPassword', () => {
      const { namespace, name, uid } = mailbox.metadata;
      const before = this.secrets.size;
      const exists = this.get(mailbox.kind, namespace, name)?.metadata.uid === uid;
      const password = this.secrets.keep(mailbox, secret, { address, password: fresh }, exists);
      this.writes.secrets += this.secrets.size - before;
      return password;
    });
  }

  async readGivenPassword(mailbox: Resource, secret: string): Promise<string> {
    return this.#call('readGivenPassword', () => {
      const others = [...this.#resources.values()].map(({ metadata }) => metadata.uid);
      return this.secrets.given(mailbox, secret, others);
    });
  }

  async removeFirstPassword(mailbox: Resource, secret: string): Promise<void> {
    return this.#call('removeFirstPassword', () => {
      if (this.secrets.drop(mailbox, secret)) this.writes.secrets++;
    });
  }

  async publish(report: Readonly<Record<string, string>>): Promise<void> {
    return this.#call('publish', () => {
      const merged = { ...this.report, ...report };
      if (isDeepStrictEqual(merged, this.report)) return;
      this.report = merged;
      this.writes.reports++;
    });
  }

  event(resource: Resource, event: ResourceEvent): void {
    if (this.#isDown) return;
    this.events.push({ resource: `${resource.metadata.namespace}/${resource.metadata.name}`, ...event });
  }

  #call<T>(call: Call, effect: () => T): T {
    this.intercept('before', call);
    if (this.#isDown) throw new Unavailable('Kubernetes', 'the API server does not answer');
    const result = effect();
    this.intercept('after', call);
    return result;
  }

  #expectCurrent(resource: Resource): Resource {
    const { namespace, name } = resource.metadata;
    const current = this.get(resource.kind, namespace, name);
    if (current === undefined) throw new Conflict(`${resource.kind} ${namespace}/${name} is gone`);
    if (current.metadata.resourceVersion !== this.#ownWrites.expectedVersion(resource)) {
      throw new Conflict(`${resource.kind} ${namespace}/${name} was changed since it was read`);
    }
    return current;
  }

  #ownWrite(read: Resource, next: Resource): void {
    this.#ownWrites.record(read, this.#store(next).metadata.resourceVersion);
  }

  #newResource(manifest: Manifest, spec: unknown): Resource {
    this.#created++;
    const metadata: Metadata = {
      name: manifest.name,
      namespace: manifest.namespace,
      uid: `00000000-0000-4000-8000-${String(this.#created).padStart(12, '0')}`,
      resourceVersion: '0',
      generation: 1,
      creationTimestamp: manifest.creationTimestamp ?? this.#now(),
      finalizers: [...(manifest.finalizers ?? [])],
      annotations: { ...manifest.annotations },
    };
    return { kind: manifest.kind, metadata, spec, status: undefined };
  }

  /** Stores under a new version; an equal object keeps its version, a deleted one without finalizers goes. */
  #store(next: Resource): Resource {
    const key = keyOf(next.kind, next.metadata.namespace, next.metadata.name);
    const before = this.#resources.get(key);
    if (before !== undefined && isDeepStrictEqual(before, next)) return before;
    const resourceVersion = String(++this.#version);
    const resource = { ...next, metadata: { ...next.metadata, resourceVersion } };
    const isGone =
      resource.metadata.deletionTimestamp !== undefined && resource.metadata.finalizers.length === 0;
    if (isGone) this.#remove(key, resource);
    else this.#resources.set(key, resource);
    return resource;
  }

  /** A write that is not the operator's: it hears of it. */
  #storeForOthers(next: Resource): Resource {
    const before = this.#version;
    const resource = this.#store(next);
    const { name, namespace } = next.metadata;
    if (this.#version !== before) this.#changed({ kind: next.kind, namespace, name });
    return resource;
  }

  #remove(key: string, resource: Resource): void {
    this.#resources.delete(key);
    // What the garbage collector does with the Secrets that a Mailbox owns.
    for (const [name, secret] of this.secrets) {
      if (secret.ownerUid === resource.metadata.uid) this.secrets.delete(name);
    }
  }

  #changed(changed?: ResourceKey): void {
    for (const listener of this.#listeners) listener(changed);
  }

  #now(): string {
    return `${this.#clock().toISOString().slice(0, 19)}Z`;
  }
}
