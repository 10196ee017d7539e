/** The ConfigMap in which the operator tells what has no resource. The charts make it; here it is only filled. */
import { PatchStrategy, setHeaderOptions } from '@kubernetes/client-node';
import { reportConfigMap } from '../core/secrets.ts';
import { callKubernetes } from './api-error.ts';
import { fieldManager, type KubeClient } from './client.ts';

export class SiteReportWriter {
  readonly #core: KubeClient['core'];
  readonly #namespace: string;
  /** What this process wrote last, so that an equal value is not sent again. */
  readonly #written = new Map<string, string>();

  constructor(core: KubeClient['core'], namespace: string) {
    this.#core = core;
    this.#namespace = namespace;
  }

  /** @throws Unavailable, Conflict as `callKubernetes` does */
  async write(data: Readonly<Record<string, string>>): Promise<void> {
    const changed = Object.entries(data).filter(([key, value]) => this.#written.get(key) !== value);
    if (changed.length === 0) return;
    const body = { data: Object.fromEntries(changed) };
    const namespace = this.#namespace;
    await callKubernetes(`writing ConfigMap ${namespace}/${reportConfigMap}`, () =>
      this.#core.patchNamespacedConfigMap(
        { namespace, name: reportConfigMap, body, fieldManager },
        setHeaderOptions('Content-Type', PatchStrategy.MergePatch),
      ),
    );
    for (const [key, value] of changed) this.#written.set(key, value);
  }
}
