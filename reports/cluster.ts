/** What the cluster knows: how full mailboxes are, which jobs ran, what was asked for and what happened. Lists alone. */
import { ApiException, BatchV1Api, CustomObjectsApi, type KubeConfig } from '@kubernetes/client-node';
import { group, version } from '../operator/api/resource.ts';
import { parseBytes } from '../operator/core/quota.ts';
import { Unavailable } from '../operator/errors.ts';
import { apiConfiguration, loadKubeConfig } from '../operator/kube/client.ts';
import { defaultLimits } from '../operator/kube/retry.ts';
import type { Run } from './store.ts';

/** A resource of ours, of whatever version: what is read of it is checked where it is read. */
export type Item = {
  readonly metadata?: {
    readonly name?: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly creationTimestamp?: string;
  };
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: Readonly<Record<string, unknown>>;
};

type Page = { readonly items?: readonly Item[]; readonly metadata?: { readonly continue?: string } };

export class ClusterLists {
  readonly #resources: CustomObjectsApi;
  readonly #batch: BatchV1Api;

  constructor(config: KubeConfig = loadKubeConfig()) {
    const configuration = apiConfiguration(config, defaultLimits);
    this.#resources = new CustomObjectsApi(configuration);
    this.#batch = new BatchV1Api(configuration);
  }

  /**
   * Every resource of a kind; none where the cluster does not know the kind.
   * @throws Unavailable
   */
  async list(plural: string, namespaces: readonly string[]): Promise<readonly Item[]> {
    const items: Item[] = [];
    for (const namespace of namespaces) {
      let next: string | undefined;
      do {
        const request = { group, version, namespace, plural, limit: 500 };
        const page: Page | undefined = await this.#call(`listing ${plural}`, () =>
          this.#resources.listNamespacedCustomObject(
            next === undefined ? request : { ...request, _continue: next },
          ),
        );
        items.push(...(page?.items ?? []));
        next = page?.metadata?.continue || undefined;
      } while (next !== undefined);
    }
    return items;
  }

  /** Bytes in use by account, to the nearest step that statuses show. @throws Unavailable */
  async used(namespaces: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const mailboxes = await this.list('mailboxes', namespaces);
    return new Map(mailboxes.flatMap(usedOf));
  }

  /** Jobs of the backup that have ended, by their UID. @throws Unavailable */
  async runs(namespaces: readonly string[]): Promise<Readonly<Record<string, Run>>> {
    const labelSelector = 'app.kubernetes.io/name in (backup,report-backup)';
    const lists = namespaces.map((namespace) =>
      this.#call('listing jobs', () => this.#batch.listNamespacedJob({ namespace, labelSelector })),
    );
    const found = (await Promise.all(lists)).flatMap((list) => list?.items ?? []);
    const runs = found.flatMap(({ metadata, status }): readonly (readonly [string, Run])[] => {
      const end = status?.conditions?.find(
        ({ type, status: holds }) => holds === 'True' && /^(Complete|Failed)$/.test(type),
      );
      const job = metadata?.labels?.['app.kubernetes.io/component'];
      if (end?.lastTransitionTime === undefined || metadata?.uid === undefined || job === undefined)
        return [];
      const ended = new Date(end.lastTransitionTime).getTime();
      return [[metadata.uid, { job, ended, ok: end.type === 'Complete' }]];
    });
    return Object.fromEntries(runs);
  }

  async #call<T>(what: string, call: () => Promise<T>): Promise<T | undefined> {
    try {
      return await call();
    } catch (error) {
      if (error instanceof ApiException && error.code === 404) return undefined;
      // The original holds the headers of the request.
      const reason = error instanceof ApiException ? `the API server answered ${error.code}` : String(error);
      throw new Unavailable('Kubernetes', `${what}: ${reason}`);
    }
  }
}

function usedOf({ status }: Item): readonly (readonly [string, number])[] {
  const { entry, quota } = (status ?? {}) as { entry?: string; quota?: { used?: string } };
  const account = /^uid=([^,]+),/.exec(entry ?? '')?.[1];
  if (account === undefined || quota?.used === undefined) return [];
  return [[account, quota.used === '0' ? 0 : parseBytes(quota.used)]];
}
