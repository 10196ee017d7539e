/**
 * Brings the directory to what the resources ask for: the whole site in a full pass, and in between only the group of
 * what changed, before whatever is left of the full pass. Both decide by the same functions, and a full pass sees to
 * everything that a change may have left open: whatever is in doubt waits for one.
 */
import type { Resource } from '../api/resource.ts';
import { askForApproval } from '../core/approval.ts';
import { type Desired, decideGroup, decideOrganizations, findOrphans } from '../core/desired.ts';
import type { Group } from '../core/groups.ts';
import { type Guarded, guard, isWeighed } from '../core/guard.ts';
import { attribute } from '../core/layout.ts';
import { resourceName } from '../core/naming/identity.ts';
import { first, observe } from '../core/observed.ts';
import { type Change, inOrder, planChanges, removesAccess } from '../core/plan.ts';
import type { Outcome } from '../core/status.ts';
import { Unavailable } from '../errors.ts';
import type { ClusterSnapshot, DirectoryEntry, ResourceKey } from '../ports.ts';
import { Carrier, type Tally, type Task } from './carrier.ts';
import type { PassDependencies, PassResult } from './pass.ts';
import { RememberedDirectory } from './remembered-directory.ts';
import { idleOutcome, isAsItShallBe, waitsForSessions } from './settle.ts';
import { tellWaiting } from './tell-waiting.ts';
import { turn } from './turn.ts';
import { View } from './view.ts';
import { priority } from './writers.ts';

/** What there is to do for some resources, before the guard has looked at it. */
type Plan = { readonly tasks: Task[]; readonly weighed: Change[]; renames: boolean };

/** What a full pass found of the site as a whole. */
type Site = {
  readonly paused: boolean;
  readonly approvedPlan?: string;
  /** An organization waits for the last of its mailboxes to leave. */
  readonly organizationLeaves: boolean;
  readonly orphans: number;
};

export class Reconciler {
  readonly #dependencies: PassDependencies;
  readonly #directory: RememberedDirectory;
  readonly #view: View;
  readonly #carrier: Carrier;
  /** Undefined until the world was read, and after that failed. */
  #site: Site | undefined;
  #reading: Promise<unknown> | undefined;
  /** What the guard looks at and what is not done yet, by UID: few here and few there are many. */
  readonly #weighed = new Map<string, Change>();
  #held: Pick<Guarded, 'held' | 'hash'> = { held: [] };
  /** UIDs of resources whose entry is not known for sure: only a read tells. */
  readonly #doubtful = new Set<string>();

  constructor(dependencies: PassDependencies) {
    this.#dependencies = dependencies;
    this.#directory = new RememberedDirectory(dependencies.directory);
    this.#view = new View(dependencies.site);
    this.#carrier = new Carrier({
      ...dependencies,
      directory: this.#directory,
      onOver: (task, applied) => {
        this.#takeIn(task);
        const { uid } = task.desired.resource.metadata;
        if (applied === undefined) return;
        const { change, problem } = applied;
        if (problem === undefined) this.#weighed.delete(uid);
        if (problem !== undefined || isSeenLater(change)) this.#doubtful.add(uid);
      },
    });
  }

  /** Has the next full pass read the directory itself, so that drift is seen. */
  forget(): void {
    this.#directory.forget();
  }

  /** Another full pass is wanted: the one that runs comes to its end, at once or when it had some time. */
  interrupt(atOnce: boolean): void {
    this.#carrier.interrupt(atOnce);
  }

  /**
   * Looks at everything. One at a time.
   * @throws Unavailable when the world could not be read as a whole; resources that wait were told why
   */
  async full(): Promise<PassResult> {
    const reading = this.#readAndDecide();
    this.#reading = reading;
    const { plan, entries, mailboxes } = await reading.finally(() => {
      this.#reading = undefined;
    });
    const paused = this.#site?.paused === true;
    const tally = await this.#carrier.carryOut(plan.tasks, priority.bulk, paused ? undefined : entries);
    const result = this.#result(tally, plan, mailboxes);
    return { ...result, again: result.again || result.changes.some(letsGo) };
  }

  /**
   * Looks at what changed and at whomever that may concern, while a full pass goes on with the others.
   * @returns undefined when only a full pass can tell what to do
   */
  async changed(keys: readonly ResourceKey[]): Promise<PassResult | undefined> {
    const touched = new Set<string>();
    // Nothing waits between the last look at what is under way and the decision.
    for (;;) {
      if (this.#reading !== undefined) {
        await this.#reading.catch(() => undefined);
        continue;
      }
      if (this.#site === undefined || !this.#touch(keys, this.#site, touched)) return undefined;
      const { mailboxes } = this.#view.around(touched);
      const busy = mailboxes.flatMap(({ metadata }) => this.#carrier.supersede(metadata.uid) ?? []);
      if (busy.length > 0) {
        await Promise.all(busy);
        continue;
      }
      const result = await this.#lookAt(this.#view.around(touched), this.#site);
      // Somebody else may have waited for an address that was let go.
      const more = result?.changes.some(letsGo) === true ? await this.changed(keys) : undefined;
      return result === undefined || more === undefined ? result : sumOf(result, more);
    }
  }

  async #lookAt(group: Group, site: Site): Promise<PassResult | undefined> {
    const uids = group.mailboxes.map(({ metadata }) => metadata.uid);
    if (uids.some((uid) => this.#doubtful.has(uid))) return undefined;
    const weighed = uids.filter((uid) => this.#weighed.delete(uid)).length;
    const plan = this.#plan(decideGroup(this.#today(), group, this.#view.organizations));
    const before = this.#held.hash;
    if (weighed + plan.weighed.length > 0) this.#guard(plan, [...this.#weighed.values()], this.#view.all());
    const concernsSessions = plan.tasks.some(
      ({ desired, change }) => waitsForSessions(desired) || (change !== undefined && removesAccess(change)),
    );
    const entries = site.paused || !concernsSessions ? undefined : group.entries;
    const tally = await this.#carrier.carryOut(plan.tasks, priority.change, entries);
    // Whoever was faster is heard of by the watch.
    const result = this.#result({ ...tally, conflicts: 0 }, plan, this.#view.size);
    return { ...result, again: result.again || before !== this.#held.hash };
  }

  async #readAndDecide() {
    const { cluster, usage, report, site } = this.#dependencies;
    await this.#carrier.idle();
    this.#site = undefined;
    this.#carrier.readAnew();
    const snapshot = await cluster.snapshot();
    const entries = await this.#readDirectory(snapshot);
    usage?.offer(entries);
    await this.#view.replace(snapshot, entries);
    const { organizations, mailboxes, paused, approvedPlan } = snapshot;
    const orphans = findOrphans({ site, organizations, mailboxes, entries });
    this.#site = {
      paused,
      ...(approvedPlan === undefined ? {} : { approvedPlan }),
      organizationLeaves: organizations.some(({ metadata }) => metadata.deletionTimestamp !== undefined),
      orphans: orphans.length,
    };
    this.#doubtful.clear();
    this.#weighed.clear();
    const plan = await this.#planAll(snapshot, entries);
    report.orphans(orphans.map(({ dn }) => dn));
    report.held(this.#guard(plan, [], { mailboxes, entries }));
    return { plan, entries, mailboxes: mailboxes.length };
  }

  async #readDirectory(snapshot: ClusterSnapshot): Promise<readonly DirectoryEntry[]> {
    try {
      return await this.#directory.snapshot();
    } catch (error) {
      if (error instanceof Unavailable) await tellWaiting(this.#dependencies, snapshot, error);
      throw error;
    }
  }

  /** Group by group, with turns of the event loop in between. */
  async #planAll(snapshot: ClusterSnapshot, entries: readonly DirectoryEntry[]): Promise<Plan> {
    const { site, slice = 100 } = this.#dependencies;
    const { organizations } = this.#view;
    const observed = observe(
      site,
      entries.filter(({ dn }) => !dn.startsWith('uid=')),
    );
    const plan = this.#plan(decideOrganizations({ site, ...snapshot }, observed, organizations));
    for (const group of this.#view.parts(slice)) {
      const { tasks, weighed, renames } = this.#plan(decideGroup(this.#today(), group, organizations));
      for (const task of tasks) plan.tasks.push(task);
      plan.weighed.push(...weighed);
      plan.renames ||= renames;
      await turn();
    }
    return plan;
  }

  /** What there is to do; nothing is kept of those that are as they shall be. */
  #plan(decided: readonly Desired[]): Plan {
    const changes = planChanges({ desired: decided }, this.#dependencies.clock());
    const byUid = new Map(changes.map((change) => [uidOf(change), change]));
    const paused = this.#site?.paused === true;
    const tasks = decided.flatMap((desired): readonly Task[] => {
      const change = byUid.get(desired.resource.metadata.uid);
      if (change !== undefined)
        return [{ desired, change, ...(paused ? { outcome: { kind: 'paused', change } } : {}) }];
      const outcome = idleOutcome(desired, paused);
      const isDone = isAsItShallBe(this.#dependencies, desired, outcome) && !waitsForSessions(desired);
      return isDone ? [] : [{ desired, ...(outcome.kind === 'none' ? {} : { outcome }) }];
    });
    return {
      tasks,
      weighed: changes.filter(isWeighed),
      renames: decided.some(({ renamed }) => renamed !== undefined),
    };
  }

  /** Has the guard look at the plan together with what is planned elsewhere, and gives the tasks what it says. */
  #guard(plan: Plan, elsewhere: readonly Change[], world: Group): Guarded {
    for (const change of plan.weighed) this.#weighed.set(uidOf(change), change);
    const weighed = [...elsewhere, ...plan.weighed];
    const { approvedPlan } = this.#site ?? {};
    const guarded = guard(weighed, { ...world, now: this.#dependencies.clock() }, approvedPlan);
    this.#held = guarded;
    const held = new Set(guarded.held.map(uidOf));
    const allowed = new Map(guarded.allowed.map((change) => [uidOf(change), change]));
    for (const [index, task] of plan.tasks.entries()) {
      const { change } = task;
      if (change === undefined || !isWeighed(change)) continue;
      if (held.has(uidOf(change))) {
        const outcome: Outcome = { kind: 'held', change, reason: askForApproval(guarded) };
        plan.tasks[index] = { ...task, outcome };
      } else if (task.outcome === undefined) {
        plan.tasks[index] = { ...task, change: allowed.get(uidOf(change)) ?? change };
      }
    }
    return guarded;
  }

  /**
   * Takes the present state of resources in, and gathers the keys of what they were and are.
   * @returns whether that is all; else it concerns the site as a whole
   */
  #touch(keys: readonly ResourceKey[], site: Site, touched: Set<string>): boolean {
    for (const { kind, namespace, name } of keys) {
      if (kind === 'Organization') return false;
      const before = this.#view.mailbox(`${namespace}/${name}`);
      const present = this.#dependencies.cluster.find(kind, namespace, name);
      if (site.organizationLeaves && organizationOf(before) !== organizationOf(present)) return false;
      const isAnother = before !== undefined && before.metadata.uid !== present?.metadata.uid;
      if (isAnother && this.#isOpen(before)) return false;
      for (const key of this.#view.replaceMailbox(`${namespace}/${name}`, present)) touched.add(key);
    }
    return true;
  }

  /** Has a resource that is gone left an account that nobody closed? */
  #isOpen({ metadata }: Resource): boolean {
    const { entries } = this.#view.around([`#${metadata.uid}`]);
    return entries.some(
      (entry) =>
        first(entry, attribute.ownerUid) === metadata.uid && first(entry, attribute.status) !== 'Closed',
    );
  }

  /** What a task has left behind, its own writes included. */
  #takeIn({ desired: { resource }, change }: Task): void {
    const { kind, metadata } = resource;
    if (kind === 'Mailbox') {
      const present = this.#dependencies.cluster.find(kind, metadata.namespace, metadata.name);
      this.#view.replaceMailbox(resourceName(metadata), present);
    }
    if (change === undefined) return;
    for (const dn of [change.dn, ...change.first.map((write) => write.dn)])
      this.#view.putEntry(dn, this.#directory.recall(dn));
  }

  #today() {
    return { site: this.#dependencies.site, now: this.#dependencies.clock() };
  }

  #result(
    { applied, failures, conflicts, statusWrites, released, interrupted }: Tally,
    plan: Plan,
    mailboxes: number,
  ): PassResult {
    const isDone = applied.some(({ problem }) => problem === undefined);
    return {
      mailboxes,
      changes: inOrder(applied.map(({ change }) => change)),
      failures,
      held: this.#held.held.length,
      orphans: this.#site?.orphans ?? 0,
      statusWrites,
      again:
        interrupted ||
        conflicts > 0 ||
        // An organization that waited for the last of its mailboxes may leave.
        (released > 0 && this.#site?.organizationLeaves === true) ||
        applied.some(({ change }) => isSeenLater(change)) ||
        // A rename is planned only for an entry that is otherwise as it shall be.
        (plan.renames && isDone),
    };
  }
}

/** Gone means seen gone: its resource is let go after a read of the directory. */
function isSeenLater({ action }: Change): boolean {
  return action === 'close' || action === 'remove';
}

/** Does it write of others, or of addresses that it no longer has? */
function letsGo({ first: writes }: Change): boolean {
  return writes.length > 0;
}

function sumOf(a: PassResult, b: PassResult): PassResult {
  return {
    ...b,
    changes: inOrder([...a.changes, ...b.changes]),
    failures: a.failures + b.failures,
    statusWrites: a.statusWrites + b.statusWrites,
    again: a.again || b.again,
  };
}

function uidOf({ resource }: Change): string {
  return resource.metadata.uid;
}

function organizationOf(mailbox: Resource | undefined): unknown {
  return (mailbox?.spec as { organizationRef?: { name?: unknown } } | undefined)?.organizationRef?.name;
}
