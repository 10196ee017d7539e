/** The cluster port over a real API server. */
import { PatchStrategy, setHeaderOptions } from '@kubernetes/client-node';
import { ordersOf } from '../api/orders.ts';
import { apiVersion, finalizer, group, type Kind, plural, type Resource, version } from '../api/resource.ts';
import { reportConfigMap } from '../core/secrets.ts';
import type { Site } from '../core/site.ts';
import { Invalid, Unavailable } from '../errors.ts';
import type { Cluster, ClusterSnapshot, ResourceEvent, ResourceKey } from '../ports.ts';
import { callKubernetes, httpStatus } from './api-error.ts';
import { fieldManager, type KubeClient } from './client.ts';
import { defaultEventLimits, type EventCounters, EventRecorder } from './event-recorder.ts';
import { keepFirstPassword, readGivenPassword, removeFirstPassword } from './first-password.ts';
import { defaultPace, Informer, type InformerCounters, type Pace, type Report } from './informer.ts';
import { OwnWrites } from './own-writes.ts';
import { SiteReportWriter } from './site-report.ts';
import { resourceSource, steeringSource } from './sources.ts';
import type { Steering } from './trim.ts';

/** A copy that heard nothing for this many watchdog periods is no longer believed. */
const STALE_AFTER = 3;

export type ApiClusterOptions = {
  readonly client: KubeClient;
  readonly namespaces: Site['namespaces'];
  /** Name of this process in events, such as its pod's. */
  readonly instance: string;
  /** Told of failures that no caller sees: of watches, handlers and events. */
  readonly report: Report;
  readonly pace?: Pace;
};

type ChangeHandler = (changed?: ResourceKey) => unknown;

const kinds: readonly Kind[] = ['Organization', 'Mailbox'];

const nameOf = ({ kind, metadata }: Resource): string => `${kind} ${metadata.namespace}/${metadata.name}`;

/**
 * Reads come from informers' copies, writes are conditional on the version that was read. Writing only what differs
 * is the caller's duty: an equal status costs a whole round trip here too.
 */
export class ApiCluster implements Cluster {
  readonly #client: KubeClient;
  readonly #report: Report;
  readonly #staleSeconds: number;
  readonly #siteConfigMap: string;
  /** By kind and namespace. */
  readonly #resources: ReadonlyMap<string, Informer<Resource>>;
  readonly #steering: Informer<Steering>;
  readonly #events: EventRecorder;
  readonly #siteReport: SiteReportWriter;
  readonly #ownWrites = new OwnWrites();
  readonly #handlers: ChangeHandler[] = [];

  constructor({ client, namespaces, instance, report, pace = defaultPace }: ApiClusterOptions) {
    this.#client = client;
    this.#report = report;
    this.#staleSeconds = (pace.silenceMs / 1000) * STALE_AFTER;
    const resources = namespaces.accounts
      .flatMap((namespace) => kinds.map((kind) => ({ kind, namespace })))
      .map(({ kind, namespace }) => {
        const source = resourceSource(client, kind, namespace);
        const notify = (name?: string): void =>
          this.#notify(name === undefined ? undefined : { kind, namespace, name });
        return [`${kind}/${namespace}`, new Informer(client.config, source, pace, report, notify)] as const;
      });
    this.#resources = new Map(resources);
    const steering = steeringSource(client, namespaces.mail);
    this.#siteConfigMap = steering.name;
    this.#steering = new Informer(client.config, steering, pace, report, () => this.#notify(undefined));
    this.#siteReport = new SiteReportWriter(client.core, namespaces.mail);
    const site = { apiVersion: 'v1', kind: 'ConfigMap', namespace: namespaces.mail, name: reportConfigMap };
    this.#events = new EventRecorder(client.events, instance, site, defaultEventLimits, report);
  }

  /** Starts to list and watch; returns at once. */
  start(): void {
    for (const informer of this.#informers()) void informer.run();
  }

  /** Ends every watch. Calls under way end by themselves. */
  stop(): void {
    for (const informer of this.#informers()) informer.stop();
    this.#events.stop();
  }

  /** Whether every list was complete once: what readiness asks. */
  get hasSynced(): boolean {
    return this.#informers().every((informer) => informer.hasSynced);
  }

  /**
   * Calls back after every change of a resource or of the site's ConfigMap, of others (own writes may be left out), with
   * the resource that it is about, or without one when everything may have changed.
   * Gathering many into one pass is the caller's. What the handler throws is reported and goes no further.
   */
  onChange(handler: ChangeHandler): void {
    this.#handlers.push(handler);
  }

  /** By informer, for metrics. */
  informerCounters(): Readonly<Record<string, InformerCounters>> {
    return Object.fromEntries(this.#informers().map((informer) => [informer.name, informer.counters()]));
  }

  eventCounters(): EventCounters {
    return this.#events.counters();
  }

  async snapshot(): Promise<ClusterSnapshot> {
    for (const informer of this.#informers()) this.#expectFresh(informer);
    const [steering] = this.#steering.objects;
    if (steering === undefined) {
      // Without it nobody can say "paused", so nothing may be written.
      throw new Unavailable(
        'Kubernetes',
        `${this.#siteConfigMap} is missing: install the site's charts again`,
      );
    }
    const all = [...this.#resources.values()].flatMap((informer) => [...informer.objects]);
    return {
      organizations: all.filter((resource) => resource.kind === 'Organization'),
      mailboxes: all.filter((resource) => resource.kind === 'Mailbox'),
      ...ordersOf(steering.metadata.annotations),
    };
  }

  find(kind: Kind, namespace: string, name: string): Resource | undefined {
    return this.#resources.get(`${kind}/${namespace}`)?.get(name);
  }

  /** By PUT, so that a field that is no longer in the status goes; all but the status is ignored by the API server. */
  async writeStatus(resource: Resource, status: object): Promise<void> {
    const metadata = { ...this.#identity(resource), uid: resource.metadata.uid };
    await this.#write(resource, 'writing the status of', () =>
      this.#client.resources.replaceNamespacedCustomObjectStatus({
        ...this.#path(resource),
        body: { apiVersion, kind: resource.kind, metadata, status },
        fieldManager,
      }),
    );
  }

  async addFinalizer(resource: Resource): Promise<void> {
    const { finalizers } = resource.metadata;
    if (finalizers.includes(finalizer)) return;
    await this.#write(resource, 'adding the finalizer to', () =>
      this.#patchFinalizers(resource, [...finalizers, finalizer]),
    );
  }

  async removeFinalizer(resource: Resource): Promise<void> {
    const others = resource.metadata.finalizers.filter((entry) => entry !== finalizer);
    await this.#write(resource, 'removing the finalizer of', async () => {
      try {
        return await this.#patchFinalizers(resource, others);
      } catch (error) {
        if (httpStatus(error) === 404) return undefined;
        throw error;
      }
    });
  }

  async keepFirstPassword(
    mailbox: Resource,
    secret: string,
    address: string,
    fresh: string,
  ): Promise<string> {
    return callKubernetes(`keeping the first password of ${nameOf(mailbox)}`, () =>
      keepFirstPassword(this.#client.core, mailbox, secret, address, fresh),
    );
  }

  async readGivenPassword(mailbox: Resource, secret: string): Promise<string> {
    return callKubernetes(`reading the given password of ${nameOf(mailbox)}`, () =>
      readGivenPassword(this.#client.core, mailbox, secret),
    );
  }

  async removeFirstPassword(mailbox: Resource, secret: string): Promise<void> {
    return callKubernetes(`removing the first password of ${nameOf(mailbox)}`, () =>
      removeFirstPassword(this.#client.core, mailbox, secret),
    );
  }

  publish(report: Readonly<Record<string, string>>): Promise<void> {
    return this.#siteReport.write(report);
  }

  event(resource: Resource, event: ResourceEvent): void {
    this.#events.record(resource, event);
  }

  /** A merge patch replaces the list as a whole, hence the version in it. */
  #patchFinalizers(resource: Resource, finalizers: readonly string[]): Promise<unknown> {
    return this.#client.resources.patchNamespacedCustomObject(
      {
        ...this.#path(resource),
        body: { metadata: { resourceVersion: this.#ownWrites.expectedVersion(resource), finalizers } },
        fieldManager,
      },
      setHeaderOptions('Content-Type', PatchStrategy.MergePatch),
    );
  }

  async #write(resource: Resource, doing: string, call: () => Promise<unknown>): Promise<void> {
    const { namespace, name } = resource.metadata;
    const informer = this.#resources.get(`${resource.kind}/${namespace}`);
    if (informer === undefined) throw new Invalid('namespace', `${namespace} is not one of the site's`);
    const written = await informer.duringWrite(name, () =>
      callKubernetes(`${doing} ${nameOf(resource)}`, call),
    );
    if (written !== undefined) this.#ownWrites.record(resource, written.metadata.resourceVersion);
  }

  #identity(resource: Resource): { name: string; namespace: string; resourceVersion: string } {
    const { name, namespace } = resource.metadata;
    return { name, namespace, resourceVersion: this.#ownWrites.expectedVersion(resource) };
  }

  #path(resource: Resource) {
    const { name, namespace } = resource.metadata;
    return { group, version, namespace, plural: plural[resource.kind], name };
  }

  #informers(): readonly Informer<Resource | Steering>[] {
    return [...this.#resources.values(), this.#steering];
  }

  #expectFresh(informer: Informer<Resource | Steering>): void {
    if (!informer.hasSynced) {
      throw new Unavailable('Kubernetes', `the list of ${informer.name} is not complete yet`);
    }
    const { silentSeconds } = informer.counters();
    if (silentSeconds > this.#staleSeconds) {
      const seconds = Math.round(silentSeconds);
      throw new Unavailable('Kubernetes', `nothing heard of ${informer.name} for ${seconds} s`);
    }
  }

  #notify(changed: ResourceKey | undefined): void {
    for (const handler of this.#handlers) void this.#run(handler, changed);
  }

  async #run(handler: ChangeHandler, changed: ResourceKey | undefined): Promise<void> {
    try {
      await handler(changed);
    } catch (error) {
      this.#report('change handler', error);
    }
  }
}
