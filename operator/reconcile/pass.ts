/** One pass: resources → snapshot → desired → plan → guard → apply → status. Level-triggered; safe to run at any time. */
import { isDeepStrictEqual } from 'node:util';
import type { MailboxStatus } from '../api/mailbox.ts';
import { annotation, finalizer, type Resource } from '../api/resource.ts';
import { type Decision, type Desired, decide } from '../core/desired.ts';
import { type Guarded, guard } from '../core/guard.ts';
import { type Change, planChanges } from '../core/plan.ts';
import type { Site } from '../core/site.ts';
import { isSettled, type Outcome, settle, undecided } from '../core/status.ts';
import { waiting } from '../core/verdict.ts';
import { Conflict, Unavailable } from '../errors.ts';
import type { Clock, Cluster, ClusterSnapshot, Directory } from '../ports.ts';
import { type Applied, applyChanges } from './apply.ts';
import { inParallel } from './parallel.ts';

export type PassDependencies = {
  readonly site: Site;
  readonly cluster: Cluster;
  readonly directory: Directory;
  readonly clock: Clock;
  /** Told of things that no resource's status can carry. */
  readonly report: Report;
};

export interface Report {
  /** DNs of all orphans of this pass, none included. */
  orphans(dns: readonly string[]): void;
  /** What the guard said of this pass. */
  held(guarded: Guarded): void;
  failure(what: string, error: Error): void;
}

export type PassResult = {
  readonly mailboxes: number;
  readonly changes: readonly Change[];
  readonly failures: number;
  readonly held: number;
  readonly orphans: number;
  readonly statusWrites: number;
  /** The directory or the API changed under this pass: another one shall look at the result. */
  readonly again: boolean;
};

/**
 * @throws Unavailable when the world could not be read as a whole; resources that wait were told why
 */
export async function runPass(dependencies: PassDependencies): Promise<PassResult> {
  const { site, cluster, directory, report } = dependencies;
  const resources = await cluster.snapshot();
  let entries: Awaited<ReturnType<Directory['snapshot']>>;
  try {
    entries = await directory.snapshot();
  } catch (error) {
    if (error instanceof Unavailable) await tellWaiting(dependencies, resources, error);
    throw error;
  }
  const decision = decide({
    site,
    organizations: resources.organizations,
    mailboxes: resources.mailboxes,
    entries,
    now: dependencies.clock(),
  });
  const changes = planChanges(decision);
  const guarded = guard(changes, { site, mailboxes: resources.mailboxes }, resources.approvedPlan);
  report.orphans(decision.orphans.map(({ dn }) => dn));
  report.held(guarded);
  const allowed = resources.paused ? [] : guarded.allowed;
  const applied = await applyChanges(dependencies, allowed);
  const outcomes = outcomesOf(changes, guarded, applied, resources.paused);
  const settled = await settleAll(dependencies, decision, outcomes, resources.paused);
  return {
    mailboxes: resources.mailboxes.length,
    changes: allowed,
    failures: applied.filter(({ problem }) => problem !== undefined).length + settled.failures,
    held: guarded.held.length,
    orphans: decision.orphans.length,
    statusWrites: settled.writes,
    again: allowed.some(({ action }) => action === 'close' || action === 'remove') || settled.conflicts > 0,
  };
}

function outcomesOf(
  changes: readonly Change[],
  guarded: Guarded,
  applied: readonly Applied[],
  paused: boolean,
): ReadonlyMap<string, Outcome> {
  const outcomes = new Map<string, Outcome>();
  if (paused) for (const change of changes) outcomes.set(uidOf(change), { kind: 'paused', change });
  for (const change of guarded.held) {
    const reason = `${guarded.reason}; approve with ${annotation.approvePlan}=${guarded.hash}`;
    outcomes.set(uidOf(change), { kind: 'held', change, reason });
  }
  for (const { change, problem } of applied) {
    outcomes.set(
      uidOf(change),
      problem === undefined ? { kind: 'done', change } : { kind: 'failed', change, problem },
    );
  }
  return outcomes;
}

function uidOf(change: Change): string {
  return change.resource.metadata.uid;
}

type Settled = { writes: number; conflicts: number; failures: number };

async function settleAll(
  dependencies: PassDependencies,
  decision: Decision,
  outcomes: ReadonlyMap<string, Outcome>,
  sitePaused: boolean,
): Promise<Settled> {
  const { cluster, clock } = dependencies;
  const totals: Settled = { writes: 0, conflicts: 0, failures: 0 };
  await inParallel(decision.desired, async (desired) => {
    const { resource } = desired;
    const outcome = outcomes.get(resource.metadata.uid) ?? idleOutcome(desired, sitePaused);
    await attemptWrite(dependencies, resource, totals, async () => {
      const { status, releaseFinalizer } = settle(desired, outcome, rfc3339(clock()));
      if (outcome.kind !== 'done' && hasLostFinalizer(desired)) await cluster.addFinalizer(resource);
      if (releaseFinalizer && resource.metadata.finalizers.includes(finalizer))
        return cluster.removeFinalizer(resource);
      if (isDeepStrictEqual(status, resource.status)) return undefined;
      if (desired.entry !== undefined) await removeFormerSecret(cluster, resource, status);
      totals.writes += 1;
      return cluster.writeStatus(resource, status);
    });
  });
  return totals;
}

/** Before the status forgets its name: a pass that dies here finds it in the status still. */
async function removeFormerSecret(
  cluster: Cluster,
  resource: Resource,
  status: MailboxStatus,
): Promise<void> {
  const { passwordSecret } = (resource.status ?? {}) as MailboxStatus;
  if (passwordSecret !== undefined && passwordSecret !== status.passwordSecret)
    await cluster.removeFirstPassword(resource, passwordSecret);
}

/** Somebody's apply took it out: without it the resource's deletion would leave the account open. */
function hasLostFinalizer({ resource: { metadata }, entry }: Desired): boolean {
  return (
    entry !== undefined &&
    metadata.deletionTimestamp === undefined &&
    !metadata.finalizers.includes(finalizer)
  );
}

/** Without a change: settled, or paused before anything could be decided. */
function idleOutcome({ resource, entry }: Desired, sitePaused: boolean): Outcome {
  const paused = sitePaused || resource.metadata.annotations[annotation.paused] === 'true';
  return paused && entry === undefined ? { kind: 'paused' } : { kind: 'none' };
}

async function tellWaiting(
  dependencies: PassDependencies,
  resources: ClusterSnapshot,
  error: Unavailable,
): Promise<void> {
  const { cluster, clock } = dependencies;
  const waitingFor = [...resources.organizations, ...resources.mailboxes].filter(
    (resource) => !isSettled(resource),
  );
  const problem = waiting('LDAPUnavailable', `${error.message}; nothing is lost, it is tried again`);
  await inParallel(waitingFor, async (resource) => {
    const status = undecided(resource, problem, rfc3339(clock()));
    if (isDeepStrictEqual(status, resource.status)) return;
    await attemptWrite(dependencies, resource, { writes: 0, conflicts: 0, failures: 0 }, () =>
      cluster.writeStatus(resource, status),
    );
  });
}

/** A write that loses against a newer version of its resource is made again by the next pass. */
async function attemptWrite(
  { report }: PassDependencies,
  resource: Resource,
  totals: Settled,
  write: () => Promise<void> | undefined,
): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (error instanceof Conflict) totals.conflicts += 1;
    else {
      totals.failures += 1;
      report.failure(
        `status of ${resource.kind} ${resource.metadata.namespace}/${resource.metadata.name}`,
        error,
      );
    }
  }
}

function rfc3339(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}
