/** An operator that stays alive in a province: it hears of changes and looks at what they concern, as the loop has it do. */
import type { Cluster, Directory, ResourceKey } from '../../operator/ports.ts';
import type { PassResult } from '../../operator/reconcile/pass.ts';
import { Reconciler } from '../../operator/reconcile/reconciler.ts';
import { type Perturbation, perturbCluster, perturbDirectory } from './perturbed.ts';
import type { Province } from './province.ts';

export class LivingOperator {
  readonly reconciler: Reconciler;
  /** How often changes were looked at, and how often everything was. */
  readonly count = { changes: 0, full: 0 };
  readonly #heard = new Map<string, ResourceKey>();
  #mustLookAtAll = true;

  /** @param around what stands between the operator and the world */
  constructor(province: Province, around: Perturbation = (_, run) => run()) {
    const cluster: Cluster = perturbCluster(province.cluster, around, false);
    const directory: Directory = perturbDirectory(province.directory, around);
    this.reconciler = new Reconciler({
      site: province.site,
      cluster,
      directory,
      sessions: province.sessions,
      notices: province.notices,
      clock: () => province.now,
      report: {
        orphans: (dns) => province.orphans.push(...dns),
        held: () => undefined,
        planned: () => undefined,
        failure: (_, error) => province.failures.push(error),
      },
      slice: 1,
    });
    province.cluster.onChange((key) => this.#hear(key));
  }

  /** Has the next look be a full pass, as a resync does. */
  resync(): void {
    this.reconciler.forget();
    this.#mustLookAtAll = true;
  }

  /** Looks at what was heard until nothing is left to look at. */
  async settle(): Promise<void> {
    for (let count = 0; this.#mustLookAtAll || this.#heard.size > 0; count += 1) {
      if (count === 20) throw new Error('the operator does not come to rest');
      await (this.#mustLookAtAll ? this.#lookAtAll() : this.look());
    }
  }

  /** Looks at what was heard, as far as that can be looked at by itself. */
  async look(): Promise<void> {
    const keys = [...this.#heard.values()];
    this.#heard.clear();
    this.count.changes += 1;
    this.#note(await this.reconciler.changed(keys));
  }

  async #lookAtAll(): Promise<void> {
    this.#mustLookAtAll = false;
    this.#heard.clear();
    this.count.full += 1;
    this.#note(await this.reconciler.full());
  }

  #note(result: PassResult | undefined): void {
    this.#mustLookAtAll ||= result === undefined || result.again || result.failures > 0;
  }

  #hear(key: ResourceKey | undefined): void {
    if (key?.kind === 'Mailbox') this.#heard.set(`${key.namespace}/${key.name}`, key);
    else this.#mustLookAtAll = true;
  }
}
