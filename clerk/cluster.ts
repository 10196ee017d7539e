/** Requests, and what they are about, over a real API server: informers' copies are read, writes are conditional. */

import type { RequestStatus } from '../operator/api/request.ts';
import { apiVersion, group, plural, type Resource, version } from '../operator/api/resource.ts';
import { requestsConfigMap } from '../operator/core/secrets.ts';
import type { Site } from '../operator/core/site.ts';
import { Unavailable } from '../operator/errors.ts';
import { callKubernetes } from '../operator/kube/api-error.ts';
import type { KubeClient } from '../operator/kube/client.ts';
import { defaultPace, Informer, type Pace, type Report } from '../operator/kube/informer.ts';
import { resourceSource } from '../operator/kube/sources.ts';
import type { ClerkSnapshot, RequestCluster, RequestResource } from './ports.ts';

/** A copy that heard nothing for this many watchdog periods is no longer believed. */
const staleAfter = 3;

const fieldManager = 'hopthu-clerk';

export type ClerkClusterOptions = {
  readonly client: KubeClient;
  readonly namespaces: Site['namespaces'];
  /** Told of failures that no caller sees. */
  readonly report: Report;
  /** After every change of a resource; own writes are left out. */
  readonly onChange: () => void;
  readonly pace?: Pace;
};

export class ClerkCluster implements RequestCluster {
  readonly #client: KubeClient;
  readonly #mail: string;
  readonly #staleSeconds: number;
  readonly #accounts: readonly Informer<Resource>[];
  readonly #requests: ReadonlyMap<string, Informer<RequestResource>>;

  constructor({ client, namespaces, report, onChange, pace = defaultPace }: ClerkClusterOptions) {
    this.#client = client;
    this.#mail = namespaces.mail;
    this.#staleSeconds = (pace.silenceMs / 1000) * staleAfter;
    const { config } = client;
    this.#accounts = namespaces.accounts.flatMap((namespace) =>
      (['Organization', 'Mailbox'] as const).map(
        (kind) => new Informer(config, resourceSource(client, kind, namespace), pace, report, onChange),
      ),
    );
    this.#requests = new Map(
      namespaces.accounts.map((namespace) => [
        namespace,
        new Informer(config, resourceSource(client, 'MailboxRequest', namespace), pace, report, onChange),
      ]),
    );
  }

  /** Starts to list and watch; returns at once. */
  start(): void {
    for (const informer of this.#informers) void informer.run();
  }

  stop(): void {
    for (const informer of this.#informers) informer.stop();
  }

  get hasSynced(): boolean {
    return this.#informers.every((informer) => informer.hasSynced);
  }

  async snapshot(): Promise<ClerkSnapshot> {
    for (const informer of this.#informers) {
      if (!informer.hasSynced)
        throw new Unavailable('Kubernetes', `the list of ${informer.name} is not complete yet`);
      const seconds = Math.round(informer.counters().silentSeconds);
      if (seconds > this.#staleSeconds)
        throw new Unavailable('Kubernetes', `nothing heard of ${informer.name} for ${seconds} s`);
    }
    const all = this.#accounts.flatMap((informer) => [...informer.objects]);
    return {
      organizations: all.filter(({ kind }) => kind === 'Organization'),
      mailboxes: all.filter(({ kind }) => kind === 'Mailbox'),
      requests: [...this.#requests.values()].flatMap((informer) => [...informer.objects]),
    };
  }

  /** By PUT, so that a field that is no longer in the status goes; all but the status is ignored by the API server. */
  async writeStatus({ kind, metadata }: RequestResource, status: RequestStatus): Promise<void> {
    const { name, namespace, uid } = metadata;
    const informer = this.#requests.get(namespace);
    // What was written a moment ago is the version to write on.
    const resourceVersion = informer?.get(name)?.metadata.resourceVersion ?? metadata.resourceVersion;
    const body = { apiVersion, kind, metadata: { name, namespace, uid, resourceVersion }, status };
    const path = { group, version, namespace, plural: plural[kind], name };
    await informer?.duringWrite(name, () =>
      callKubernetes(`writing the status of ${kind} ${namespace}/${name}`, () =>
        this.#client.resources.replaceNamespacedCustomObjectStatus({ ...path, body, fieldManager }),
      ),
    );
  }

  /** Counted in a ConfigMap, so that neither a deleted request nor a second process gives a number twice. */
  async nextNumber(year: string, above: number): Promise<number> {
    const { core } = this.#client;
    const path = { namespace: this.#mail, name: requestsConfigMap };
    return callKubernetes(`numbering by ConfigMap ${this.#mail}/${requestsConfigMap}`, async () => {
      const found = await core.readNamespacedConfigMap(path);
      const number = Math.max(Number(found.data?.[year] ?? 0) || 0, above) + 1;
      const body = { ...found, data: { ...found.data, [year]: String(number) } };
      await core.replaceNamespacedConfigMap({ ...path, body, fieldManager });
      return number;
    });
  }

  get #informers(): readonly Informer<Resource | RequestResource>[] {
    return [...this.#accounts, ...this.#requests.values()] as readonly Informer<Resource | RequestResource>[];
  }
}
