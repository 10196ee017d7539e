/**
 * The guard over what is decided part by part: few mailboxes here and few there are many, so whatever part is looked at,
 * what is planned elsewhere and not done yet counts with it.
 */
import type { Orders } from '../api/orders.ts';
import { askForApproval } from '../core/approval.ts';
import { type Guarded, type GuardedWorld, guard, isWeighed } from '../core/guard.ts';
import { isEmergency } from '../core/losses.ts';
import { type Change, removesAccess } from '../core/plan.ts';
import type { Task } from './carrier.ts';

const nothing: Guarded = { allowed: [], held: [], rejected: [] };

export class Weighing {
  /** What the guard looks at and what is not done yet, by UID. */
  readonly #planned = new Map<string, Change>();
  #last = nothing;

  /** What the guard said last. */
  get last(): Guarded {
    return this.#last;
  }

  /** Everything is planned anew. */
  clear(): void {
    this.#planned.clear();
    this.#last = nothing;
  }

  /** The change of this resource was made. */
  done(uid: string): void {
    this.#planned.delete(uid);
  }

  /** Takes back what was planned for these resources. @returns whether the guard has to look again */
  withdraw(uids: readonly string[]): boolean {
    return uids.filter((uid) => this.#planned.delete(uid)).length > 0;
  }

  /**
   * Takes in what is planned, and tells whether it would only be held with what is held already. Then a pass over
   * everything may tell so: to weigh a thousand deletions anew at each of them costs their square.
   */
  isMoreOfTheSame(tasks: readonly Task[]): boolean {
    const weighed = this.#takeIn(tasks);
    const waits = (change: Change) => removesAccess(change) && !isEmergency(change);
    return weighed.length > 0 && weighed.every(waits) && this.#last.held.some(waits);
  }

  /**
   * Takes in what is planned, and has each task do what the guard and the site's orders allow.
   * @param world everything there is; only asked for where there is something to weigh
   * @param again whether the guard has to look though nothing of the tasks concerns it
   */
  weigh(tasks: readonly Task[], world: () => GuardedWorld, orders: Orders, again = false): Task[] {
    const weighed = this.#takeIn(tasks);
    if (weighed.length === 0 && !again) return tasks.map((task) => obeying(task, orders));
    this.#last = guard([...this.#planned.values()], world(), orders);
    const by = {
      allowed: byUid(this.#last.allowed),
      held: byUid(this.#last.held),
      rejected: byUid(this.#last.rejected),
    };
    // A rejection that is only being noted is open still.
    const letGo =
      this.#last.held.length === 0 && !this.#last.allowed.some(({ action }) => action === 'reject');
    return tasks.map((task) => {
      const { write, ...rest } = task;
      if (write === undefined || !isWeighed(write)) return { ...obeying(task, orders), letGo };
      const uid = uidOf(write);
      const allowed = by.allowed.get(uid);
      const obedient = obeying(
        { ...rest, letGo, ...(allowed === undefined ? {} : { write: allowed }) },
        orders,
      );
      const [held, rejected] = [by.held.get(uid), by.rejected.get(uid)];
      if (held !== undefined)
        return { ...obedient, outcome: { kind: 'held', change: held, reason: askForApproval(this.#last) } };
      if (rejected !== undefined) return { ...obedient, outcome: { kind: 'rejected', change: rejected } };
      return obedient;
    });
  }

  #takeIn(tasks: readonly Task[]): readonly Change[] {
    const weighed = tasks.flatMap(({ write }) => (write !== undefined && isWeighed(write) ? [write] : []));
    for (const change of weighed) this.#planned.set(uidOf(change), change);
    return weighed;
  }
}

/** Nothing is written to the directory while the site is paused. */
function obeying(task: Task, { paused }: Orders): Task {
  const { write, ...rest } = task;
  return paused && write !== undefined ? { ...rest, outcome: { kind: 'paused', change: write } } : task;
}

function byUid(changes: readonly Change[]): ReadonlyMap<string, Change> {
  return new Map(changes.map((change) => [uidOf(change), change]));
}

function uidOf({ resource }: Change): string {
  return resource.metadata.uid;
}
