/**
 * Brings the directory to what the resources ask for: the whole site in a full pass, and in between only the group of
 * what changed, before whatever is left of the full pass. Both decide by the same functions, and a full pass sees to
 * everything that a change may have left open: whatever is in doubt waits for one.
 */
import type { Orders } from '../api/orders.ts';
import type { Resource } from '../api/resource.ts';
import { decideGroup, findOrphans } from '../core/desired.ts';
import type { Group } from '../core/groups.ts';
import { asksTheSame, namedHeads } from '../core/head.ts';
import { attribute } from '../core/layout.ts';
import { resourceName } from '../core/naming/identity.ts';
import { first } from '../core/observed.ts';
import { organizationRefOf } from '../core/organizations.ts';
import { inOrder, removesAccess } from '../core/plan.ts';
import { Unavailable } from '../errors.ts';
import type { ClusterSnapshot, DirectoryEntry, ResourceKey } from '../ports.ts';
import { Carrier, type Task } from './carrier.ts';
import { offerMailWork } from './ended-mail.ts';
import { NoticeWorker } from './notice-worker.ts';
import type { PassDependencies, PassResult } from './pass.ts';
import { onlyPlanned } from './plan-only.ts';
import { type Plan, planClosings, planFor, planSite, reclaims, restores } from './planning.ts';
import { publish } from './publish.ts';
import { RememberedDirectory } from './remembered-directory.ts';
import { type Found, isSeenLater, resultOf, sumOf } from './results.ts';
import { hearsOfSessions } from './settle.ts';
import { tellBlockedDeletions } from './tell-blocked.ts';
import { tellWaiting } from './tell-waiting.ts';
import { View } from './view.ts';
import { Weighing } from './weighing.ts';
import { priority } from './writers.ts';

/** What a full pass found of the site as a whole. */
type Whole = {
  readonly orders: Orders;
  /** An organization waits for the last of its mailboxes to leave. */
  readonly organizationLeaves: boolean;
  /** Names of Mailboxes whose change concerns an organization, too. */
  readonly heads: ReadonlySet<string>;
  readonly orphans: number;
};

export class Reconciler {
  /** Tells people what is due, beside the passes. */
  readonly notices: NoticeWorker;
  readonly #dependencies: PassDependencies;
  readonly #directory: RememberedDirectory;
  readonly #view: View;
  readonly #carrier: Carrier;
  readonly #weighing = new Weighing();
  /** Undefined until the world was read, and after that failed. */
  #whole: Whole | undefined;
  #reading: Promise<unknown> | undefined;
  /** UIDs of resources whose entry is not known for sure: only a read tells. */
  readonly #doubtful = new Set<string>();
  /** Keys of those who let go of an address, or of their name: others may have waited for it. */
  readonly #left = new Set<string>();

  constructor(dependencies: PassDependencies) {
    this.#dependencies = dependencies;
    const { directory } = dependencies;
    this.#directory =
      directory instanceof RememberedDirectory ? directory : new RememberedDirectory(directory);
    this.#view = new View(dependencies.site);
    this.notices = new NoticeWorker({
      ...dependencies,
      directory: this.#directory,
      beside: (uid, write) => this.#carrier.beside(uid, write),
      onNoted: (dn) => this.#view.putEntry(dn, this.#directory.recall(dn)),
    });
    this.#carrier = new Carrier({
      ...dependencies,
      directory: this.#directory,
      onOver: (task, applied) => {
        this.#takeIn(task, applied?.problem === undefined);
        if (applied === undefined) return;
        const { change, problem } = applied;
        const { uid } = change.resource.metadata;
        if (problem === undefined && change.action !== 'reject') this.#weighing.done(uid);
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
    const { report, planOnly, mail } = this.#dependencies;
    const reading = this.#readAndPlan();
    this.#reading = reading;
    const { plan, whole, entries, orphans, leaving } = await reading.finally(() => {
      this.#reading = undefined;
    });
    const found = this.#found(plan, whole);
    if (planOnly === true)
      return onlyPlanned(report, inOrder(plan.tasks.flatMap(({ write }) => write ?? [])), found);
    const refused = whole.orders.paused ? undefined : entries;
    const tally = await this.#carrier.carryOut(plan.tasks, priority.bulk, refused);
    const result = await this.#withRest(resultOf(tally, found));
    tellBlockedDeletions(this.#dependencies, leaving);
    const told = { orphans, guarded: this.#weighing.last, archives: mail?.held };
    const isPublished = await publish(this.#dependencies, this.#view.all(), told);
    this.notices.offer(whole.orders.paused ? [] : plan.noticed, this.#view.organizations);
    return {
      ...result,
      failures: result.failures + (isPublished ? 0 : 1),
      again: result.again || tally.followed.length > 0,
    };
  }

  /**
   * Looks at what changed and at whomever that may concern, while a full pass goes on with the others.
   * @returns undefined when only a full pass can tell what to do
   */
  async changed(keys: readonly ResourceKey[]): Promise<PassResult | undefined> {
    const touched = new Set<string>();
    const result = await this.#lookAround(touched, (whole) => this.#touch(keys, whole, touched));
    return result && this.#withRest(result);
  }

  /** Looks again at those who may have waited for what was just let go. */
  async #withRest(result: PassResult): Promise<PassResult> {
    let sum = result;
    while (this.#left.size > 0) {
      const keys = new Set(this.#left);
      this.#left.clear();
      const more = await this.#lookAround(keys, () => true);
      if (more === undefined) return { ...sum, again: true };
      sum = sumOf(sum, more);
    }
    return sum;
  }

  /** @param prepare runs before the decision, and gives up by false */
  async #lookAround(
    keys: ReadonlySet<string>,
    prepare: (whole: Whole) => boolean,
  ): Promise<PassResult | undefined> {
    // Nothing waits between the last look at what is under way and the decision.
    for (;;) {
      if (this.#reading !== undefined) {
        await this.#reading.catch(() => undefined);
        continue;
      }
      if (this.#whole === undefined || this.#dependencies.planOnly === true) return undefined;
      if (!prepare(this.#whole)) return undefined;
      const group = this.#view.around(keys);
      const busy = group.mailboxes.flatMap(({ metadata }) => this.#carrier.supersede(metadata.uid) ?? []);
      if (busy.length === 0) return this.#lookAt(group, this.#whole);
      await Promise.all(busy);
    }
  }

  async #lookAt(group: Group, whole: Whole): Promise<PassResult | undefined> {
    const uids = group.mailboxes.map(({ metadata }) => metadata.uid);
    if (uids.some((uid) => this.#doubtful.has(uid))) return undefined;
    const withdrawn = this.#weighing.withdraw(uids);
    const { hash } = this.#weighing.last;
    const decided = decideGroup(this.#today(), group, this.#view.organizations);
    const unweighed = planFor(this.#dependencies, decided, whole.orders.paused);
    // What is to be done with mail is said by a pass over everything.
    if (reclaims(unweighed) || (this.#dependencies.mail !== undefined && restores(unweighed)))
      return undefined;
    if (this.#weighing.isMoreOfTheSame(unweighed.tasks)) return undefined;
    const plan = this.#planned(unweighed, whole, () => this.#view.all(), withdrawn);
    const concernsSessions = plan.tasks.some(
      ({ desired, write }) => hearsOfSessions(desired) || (write !== undefined && removesAccess(write)),
    );
    const refused = whole.orders.paused || !concernsSessions ? undefined : group.entries;
    const tally = await this.#carrier.carryOut(plan.tasks, priority.change, refused);
    if (tally.isRemembered) await publish(this.#dependencies, this.#view.all());
    for (const { metadata } of tally.followed) this.#left.add(`#${metadata.uid}`);
    if (!whole.orders.paused) this.notices.add(plan.noticed, this.#view.organizations);
    // Whoever was faster is heard of by the watch.
    const result = resultOf({ ...tally, conflicts: 0 }, this.#found(plan, whole));
    return { ...result, again: result.again || hash !== this.#weighing.last.hash };
  }

  async #readAndPlan() {
    const { cluster, usage, mail, report, planOnly } = this.#dependencies;
    await this.#carrier.idle();
    this.#whole = undefined;
    this.#carrier.readAnew();
    const snapshot = await cluster.snapshot();
    let made = await this.#planAll(snapshot, false);
    if (reclaims(made.plan)) made = await this.#planAll(snapshot, true);
    const { plan, whole, entries, orphans } = made;
    usage?.offer(entries);
    if (!whole.orders.paused && planOnly !== true) {
      const [{ mailboxes }, desired, { orders }] = [snapshot, plan.aboutMail, whole];
      offerMailWork(mail, { ...this.#today(), mailboxes, entries, desired, orders });
    }
    report.orphans(orphans.map(({ dn }) => dn));
    report.held(this.#weighing.last);
    this.#whole = whole;
    const resources = [...snapshot.organizations, ...snapshot.mailboxes];
    return { ...made, leaving: resources.filter(({ metadata }) => metadata.deletionTimestamp !== undefined) };
  }

  async #planAll(snapshot: ClusterSnapshot, anew: boolean) {
    const { site } = this.#dependencies;
    const { organizations, mailboxes, ...orders } = snapshot;
    const entries = await this.#readDirectory(snapshot, anew);
    await this.#view.replace(snapshot, entries);
    this.#doubtful.clear();
    this.#weighing.clear();
    this.#left.clear();
    const orphans = findOrphans({ site, organizations, mailboxes, entries });
    const whole: Whole = {
      orders,
      organizationLeaves: organizations.some(({ metadata }) => metadata.deletionTimestamp !== undefined),
      heads: namedHeads(organizations),
      orphans: orphans.length,
    };
    const unweighed = await planSite(this.#dependencies, this.#view, snapshot, entries);
    const closings = planClosings(this.#dependencies, entries, orphans, orders);
    const everything = { ...unweighed, tasks: [...unweighed.tasks, ...closings] };
    const plan = this.#planned(everything, whole, () => ({ mailboxes, entries }), false);
    return { plan, whole, entries, orphans };
  }

  async #readDirectory(snapshot: ClusterSnapshot, anew: boolean): Promise<readonly DirectoryEntry[]> {
    try {
      return await this.#directory.snapshot(anew);
    } catch (error) {
      if (error instanceof Unavailable && this.#dependencies.planOnly !== true)
        await tellWaiting(this.#dependencies, snapshot, error);
      throw error;
    }
  }

  /** The plan as the guard and the site's orders allow it. */
  #planned(plan: Plan, { orders }: Whole, all: () => Group, again: boolean): Plan {
    const world = () => ({ ...all(), now: this.#dependencies.clock() });
    return { ...plan, tasks: this.#weighing.weigh(plan.tasks, world, orders, again) };
  }

  /**
   * Takes the present state of resources in, and gathers the keys of what they were and are.
   * @returns whether that is all; else it concerns the site as a whole
   */
  #touch(keys: readonly ResourceKey[], whole: Whole, touched: Set<string>): boolean {
    for (const { kind, namespace, name } of keys) {
      if (kind === 'Organization') return false;
      const before = this.#view.mailbox(`${namespace}/${name}`);
      const present = this.#dependencies.cluster.find(kind, namespace, name);
      if (whole.organizationLeaves && organizationRefOf(before) !== organizationRefOf(present)) return false;
      if (whole.heads.has(`${namespace}/${name}`) && !asksTheSame(before, present)) return false;
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

  /** What a task has left behind, its own writes included; one that was refused has let nothing go. */
  #takeIn({ desired: { resource }, write }: Task, isDone: boolean): void {
    const { kind, metadata } = resource;
    if (kind === 'Mailbox') {
      const present = this.#dependencies.cluster.find(kind, metadata.namespace, metadata.name);
      const keys = this.#view.replaceMailbox(resourceName(metadata), present);
      const isGone = present?.metadata.uid !== metadata.uid;
      const isLess = isGone || (isDone && write !== undefined && write.first.length > 0);
      if (isLess) for (const key of keys) this.#left.add(key);
    }
    if (write === undefined) return;
    for (const { dn } of [write, ...write.first]) this.#view.putEntry(dn, this.#directory.recall(dn));
  }

  #today() {
    return { site: this.#dependencies.site, now: this.#dependencies.clock() };
  }

  #found({ isUnfinished }: Plan, { organizationLeaves, orphans }: Whole): Found {
    const { held } = this.#weighing.last;
    return { mailboxes: this.#view.size, held: held.length, orphans, isUnfinished, organizationLeaves };
  }
}
