/** An operator that stays alive in a province: it hears of changes and looks at what they concern, as the loop has it do. */
import type { Cluster, ResourceKey } from '../../operator/ports.ts';
import { MailWorker } from '../../operator/reconcile/mail-worker.ts';
import type { PassResult } from '../../operator/reconcile/pass.ts';
import { Reconciler } from '../../operator/reconcile/reconciler.ts';
import { RememberedDirectory } from '../../operator/reconcile/remembered-directory.ts';
import { type Perturbation, perturbCluster, perturbDirectory, perturbMailStore } from './perturbed.ts';
import type { Province } from './province.ts';

export class LivingOperator {
  readonly reconciler: Reconciler;
  readonly mail: MailWorker;
  /** How often changes were looked at, and how often everything was. */
  readonly count = { changes: 0, full: 0 };
  readonly #heard = new Map<string, ResourceKey>();
  #mustLookAtAll = true;

  /** @param around what stands between the operator and the world */
  constructor(province: Province, around: Perturbation = (_, run) => run()) {
    const cluster: Cluster = perturbCluster(province.cluster, around, false);
    const directory = new RememberedDirectory(perturbDirectory(province.directory, around));
    this.mail = new MailWorker({
      store: (shard) => perturbMailStore(province.storeOf(shard), around),
      directory,
      sessions: () => province.sessions,
      clock: () => province.now,
      onChange: () => {
        this.#mustLookAtAll = true;
      },
      onStep: ({ kind, account }, error) => {
        if (error === undefined) province.mailSteps.push(`${kind} ${account}`);
        else province.failures.push(error);
      },
    });
    this.reconciler = new Reconciler({
      site: province.site,
      cluster,
      directory,
      sessions: province.sessions,
      notices: province.notices,
      mail: this.mail,
      pause: async () => undefined,
      onNotice: ({ kind, metadata: { namespace, name } }) => this.#hear({ kind, namespace, name }),
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
    this.mail.due();
    this.#mustLookAtAll = true;
  }

  /** Looks at what was heard until nothing is left to look at. */
  async settle(): Promise<void> {
    for (let count = 0; this.#mustLookAtAll || this.#heard.size > 0; count += 1) {
      if (count === 20) throw new Error('the operator does not come to rest');
      await (this.#mustLookAtAll ? this.#lookAtAll() : this.look());
      await this.mail.idle();
      await this.reconciler.notices.idle();
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
