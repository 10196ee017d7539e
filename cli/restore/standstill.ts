/** Workloads that stand still while their volumes are filled, and begin again. */
import { setTimeout } from 'node:timers/promises';
import {
  AppsV1Api,
  type KubeConfig,
  PatchStrategy,
  setHeaderOptions,
  type V1Deployment,
  type V1StatefulSet,
} from '@kubernetes/client-node';
import { Failed } from '../failure.ts';
import { callKube } from '../kube.ts';

/** How many there were, on the workload itself: a command that died can be run again. */
const replicasAnnotation = 'hopthu.io/replicas';
/** Seconds: a second provider copies the whole directory before it is ready. */
const patience = 1_800;

type Kind = 'Deployment' | 'StatefulSet';
type Workload = { readonly kind: Kind } & (V1Deployment | V1StatefulSet);

export class Workloads {
  readonly #apps: AppsV1Api;
  readonly #namespace: string;

  constructor(config: KubeConfig, namespace: string) {
    this.#apps = config.makeApiClient(AppsV1Api);
    this.#namespace = namespace;
  }

  /** Waits until no pod of them is left. @param others names of those that go on */
  async stop(others: readonly string[]): Promise<void> {
    for (const workload of await this.#list()) {
      const { name = '', annotations = {} } = workload.metadata ?? {};
      if (others.includes(name)) continue;
      const replicas = annotations[replicasAnnotation] ?? String(workload.spec?.replicas ?? 1);
      await this.#patch(workload, {
        metadata: { annotations: { [replicasAnnotation]: replicas } },
        spec: { replicas: 0 },
      });
    }
    await this.#until(
      (workload) => (workload.spec?.replicas ?? 1) > 0 || (workload.status?.replicas ?? 0) === 0,
    );
  }

  /** Did a command that died leave them so? */
  async standStill(): Promise<boolean> {
    const all = await this.#list();
    return all.some(({ metadata }) => metadata?.annotations?.[replicasAnnotation] !== undefined);
  }

  /** Those that were stopped; waits until they are ready. */
  async start(): Promise<void> {
    for (const workload of await this.#list()) {
      const replicas = workload.metadata?.annotations?.[replicasAnnotation];
      if (replicas === undefined) continue;
      const metadata = { annotations: { [replicasAnnotation]: null } };
      await this.#patch(workload, { metadata, spec: { replicas: Number(replicas) } });
    }
    await this.ready();
  }

  /** New pods for certificates that are read at the start; waits until they are ready. */
  async restart(): Promise<void> {
    const annotations = { 'kubectl.kubernetes.io/restartedAt': new Date().toISOString() };
    for (const workload of await this.#list())
      await this.#patch(workload, { spec: { template: { metadata: { annotations } } } });
    await this.ready();
  }

  async ready(): Promise<void> {
    await this.#until(({ spec, status, metadata }) => {
      const wanted = spec?.replicas ?? 1;
      const seen = status?.observedGeneration === metadata?.generation;
      return seen && (status?.readyReplicas ?? 0) === wanted && (status?.updatedReplicas ?? 0) >= wanted;
    });
  }

  async #until(settled: (workload: Workload) => boolean): Promise<void> {
    const endsAt = performance.now() + patience * 1000;
    for (;;) {
      const open = (await this.#list()).filter((workload) => !settled(workload));
      if (open.length === 0) return;
      if (performance.now() > endsAt) {
        const names = open.map(({ metadata }) => metadata?.name).join(', ');
        throw new Failed(`${this.#namespace}: ${names} did not settle within ${patience} s; run it again`);
      }
      await setTimeout(1_000);
    }
  }

  async #list(): Promise<readonly Workload[]> {
    const namespace = this.#namespace;
    const deployments = await callKube(`listing Deployments in ${namespace}`, () =>
      this.#apps.listNamespacedDeployment({ namespace }),
    );
    const sets = await callKube(`listing StatefulSets in ${namespace}`, () =>
      this.#apps.listNamespacedStatefulSet({ namespace }),
    );
    return [
      ...(deployments?.items ?? []).map((item) => ({ ...item, kind: 'Deployment' as const })),
      ...(sets?.items ?? []).map((item) => ({ ...item, kind: 'StatefulSet' as const })),
    ];
  }

  async #patch({ kind, metadata }: Workload, body: object): Promise<void> {
    const target = { namespace: this.#namespace, name: metadata?.name ?? '', body };
    const options = setHeaderOptions('Content-Type', PatchStrategy.MergePatch);
    await callKube<unknown>(`changing ${kind} ${target.namespace}/${target.name}`, () =>
      kind === 'Deployment'
        ? this.#apps.patchNamespacedDeployment(target, options)
        : this.#apps.patchNamespacedStatefulSet(target, options),
    );
  }
}
