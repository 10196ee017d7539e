/** The ConfigMap in which the operator tells what has no resource. The charts make it; here it is only filled. */
import { PatchStrategy, setHeaderOptions } from '@kubernetes/client-node';
import { reportConfigMap } from '../core/secrets.ts';
import { callKubernetes } from './api-error.ts';
import { fieldManager, type KubeClient } from './client.ts';

export class SiteReportWriter {
  readonly #core: KubeClient['core'];
  readonly #namespace: string;
  /** What this process wrote last, so that an equal report is not sent again. */
  #written: string | undefined;

  constructor(core: KubeClient['core'], namespace: string) {
    this.#core = core;
    this.#namespace = namespace;
  }

  /** @throws Unavailable, Conflict as `callKubernetes` does */
  async write(data: Readonly<Record<string, string>>): Promise<void> {
    const text = JSON.stringify(data);
    if (text === this.#written) return;
    const namespace = this.#namespace;
    await callKubernetes(`writing ConfigMap ${namespace}/${reportConfigMap}`, () =>
      this.#core.patchNamespacedConfigMap(
        { namespace, name: reportConfigMap, body: { data }, fieldManager },
        setHeaderOptions('Content-Type', PatchStrategy.MergePatch),
      ),
    );
    this.#written = text;
  }
}
