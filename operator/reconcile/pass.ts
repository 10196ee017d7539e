/** One pass: resources → snapshot → desired → plan → guard → apply → status. Level-triggered; safe to run at any time. */
import { isDeepStrictEqual } from 'node:util';
import type { MailboxStatus } from '../api/mailbox.ts';
import { annotation, finalizer, type Resource } from '../api/resource.ts';
import type { Desired } from '../core/desired.ts';
import type { Guarded } from '../core/guard.ts';
import { attribute } from '../core/layout.ts';
import { type MailWorld, mailWork } from '../core/mail-work.ts';
import { reclaimNotices } from '../core/notice.ts';
import { accountOf, first } from '../core/observed.ts';
import { type Change, leavesSessions, removesAccess, waitsForSessions } from '../core/plan.ts';
import type { Site } from '../core/site.ts';
import { isSettled, type Outcome, settle, undecided } from '../core/status.ts';
import { rfc3339 } from '../core/time.ts';
import { type Problem, waiting } from '../core/verdict.ts';
import { Conflict, Unavailable } from '../errors.ts';
import type { Clock, Cluster, ClusterSnapshot, Directory, Notices, Sessions } from '../ports.ts';
import { type Applied, applyChanges, problemOf } from './apply.ts';
import type { MailWorker } from './mail-worker.ts';
import { sendNotices } from './notices.ts';
import { outcomesOf } from './outcomes.ts';
import { inParallel } from './parallel.ts';
import type { Patience } from './patience.ts';
import { onlyPlanned } from './plan-only.ts';
import { type Planned, planPass } from './planned.ts';
import { publish } from './publish.ts';
import { endSessions } from './sessions.ts';
import type { UsageSweep } from './usage-sweep.ts';

/** Used bytes by account. */
export type Usage = Pick<UsageSweep, 'known' | 'offer'>;

export type PassDependencies = {
  readonly site: Site;
  readonly cluster: Cluster;
  readonly directory: Directory;
  readonly sessions: Sessions;
  readonly notices: Notices;
  /** How much mailboxes use, as far as it is known; what was read of the directory is offered to it. */
  readonly usage?: Usage;
  /** Carries out, beside the passes, what is to be done with the mail of accounts that ended. */
  readonly mail?: Pick<MailWorker, 'isDue' | 'offer' | 'problem'>;
  readonly clock: Clock;
  readonly patience?: Patience;
  /** Told of things that no resource's status can carry. */
  readonly report: Report;
  /** Nothing is written anywhere; what would be done is reported. */
  readonly planOnly?: boolean;
};

export interface Report {
  /** DNs of all orphans of this pass, none included. */
  orphans(dns: readonly string[]): void;
  /** What the guard said of this pass. */
  held(guarded: Guarded): void;
  failure(what: string, error: Error): void;
  /** What an operator that only plans would do. */
  planned(changes: readonly Change[]): void;
}

export type PassResult = {
  readonly mailboxes: number;
  readonly changes: readonly Change[];
  /** Changes that only an operator which may write would make. */
  readonly planned: number;
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
  const { site, cluster, directory, sessions, report, planOnly = false } = dependencies;
  const resources = await cluster.snapshot();
  const now = dependencies.clock();
  let planned: Planned;
  try {
    planned = await planPass(site, resources, directory, now);
  } catch (error) {
    if (error instanceof Unavailable && !planOnly) await tellWaiting(dependencies, resources, error);
    throw error;
  }
  const { entries, decision, changes, guarded } = planned;
  dependencies.usage?.offer(entries);
  if (!resources.paused && !planOnly)
    offerMailWork(dependencies, { site, now, mailboxes: resources.mailboxes, ...decision });
  report.orphans(decision.orphans.map(({ dn }) => dn));
  report.held(guarded);
  if (planOnly) return onlyPlanned(report, decision, guarded, resources.paused);
  const allowed = resources.paused ? [] : guarded.allowed;
  // Access is taken away first. Nobody's sessions wait for grants then, and no grant for a Dovecot that does not answer.
  const revoked = await applyChanges(dependencies, allowed.filter(removesAccess));
  let unended: Problem | undefined;
  let granted: readonly Applied[] = [];
  const endThose = async () => {
    if (!resources.paused) unended = await endSessions(sessions, entries, revoked);
  };
  const applyOthers = async () => {
    const others = allowed.filter((change) => !removesAccess(change) && !waitsForSessions(change));
    granted = await applyChanges(dependencies, others);
  };
  await inParallel([endThose, applyOthers], (work) => work());
  const ended = unended === undefined ? allowed.filter(waitsForSessions) : [];
  const applied = [...revoked, ...granted, ...(await applyChanges(dependencies, ended))];
  const outcomes = outcomesOf(changes, guarded, applied, resources.paused);
  const desired = decision.desired.map((one) =>
    withUnrestored(withUnended(one, unended, outcomes), dependencies.mail),
  );
  const undecidedLosses = guarded.held.length > 0 || allowed.some(({ action }) => action === 'reject');
  const settled = await settleAll(dependencies, desired, outcomes, {
    sitePaused: resources.paused,
    letGo: !undecidedLosses,
  });
  const isPublished = await publish(dependencies, decision, guarded);
  const untold = resources.paused ? 0 : await sendNotices(dependencies, reclaimNotices(site, decision));
  return {
    mailboxes: resources.mailboxes.length,
    changes: allowed,
    planned: 0,
    failures:
      applied.filter(({ problem }) => problem !== undefined).length +
      settled.failures +
      untold +
      (unended === undefined ? 0 : 1) +
      (isPublished ? 0 : 1),
    held: guarded.held.length,
    orphans: decision.orphans.length,
    statusWrites: settled.writes,
    again:
      applied.some(({ change, problem }) => problem === undefined && isSeenLater(change)) ||
      settled.conflicts > 0 ||
      // A rename is planned only for an entry that is otherwise as it shall be.
      (decision.desired.some(({ renamed }) => renamed !== undefined) &&
        applied.some(({ problem }) => problem === undefined)),
  };
}

/** What the next pass has to look at: delegates, open sessions, and what is let go once it is read back. */
function isSeenLater(change: Change): boolean {
  return removesAccess(change) || leavesSessions(change) || ['remove', 'reject'].includes(change.action);
}

/** Told to those whose access was just taken away, until it is done; settled ones are not told of every outage. */
function withUnended(
  desired: Desired,
  unended: Problem | undefined,
  outcomes: ReadonlyMap<string, Outcome>,
): Desired {
  const { resource, entry, problems } = desired;
  const outcome = outcomes.get(resource.metadata.uid);
  const revokedNow = outcome?.kind === 'done' && removesAccess(outcome.change);
  const revoked = entry !== undefined && first(entry, attribute.status) !== 'Active';
  const narrowed = entry !== undefined && first(entry, attribute.endSessions) === 'TRUE';
  const refused = revokedNow || narrowed || (revoked && !isSettled(resource));
  const concerned = resource.kind === 'Mailbox' && refused;
  return unended !== undefined && concerned ? { ...desired, problems: [unended, ...problems] } : desired;
}

function offerMailWork({ mail }: PassDependencies, world: MailWorld): void {
  if (mail === undefined) return;
  if (mail.isDue || world.desired.some(({ restore }) => restore !== undefined)) mail.offer(mailWork(world));
}

/** Why a mailbox's mail is not back yet, where that is known. */
function withUnrestored(desired: Desired, mail: PassDependencies['mail']): Desired {
  const error = desired.restore && mail?.problem(desired.restore.account);
  return error === undefined ? desired : { ...desired, problems: [problemOf(error), ...desired.problems] };
}

type Settled = { writes: number; conflicts: number; failures: number };

type Settling = {
  readonly sitePaused: boolean;
  /** Resources whose deletion was rejected may go: the rest of that plan is settled, too. */
  readonly letGo: boolean;
};

async function settleAll(
  dependencies: PassDependencies,
  decided: readonly Desired[],
  outcomes: ReadonlyMap<string, Outcome>,
  { sitePaused, letGo }: Settling,
): Promise<Settled> {
  const { cluster, clock, usage } = dependencies;
  const totals: Settled = { writes: 0, conflicts: 0, failures: 0 };
  await inParallel(decided, async (desired) => {
    const { resource } = desired;
    const outcome = outcomes.get(resource.metadata.uid) ?? idleOutcome(desired, sitePaused);
    await attemptWrite(dependencies, resource, totals, async () => {
      const { status, releaseFinalizer } = settle(
        desired,
        outcome,
        rfc3339(clock()),
        usedBy(desired, usage?.known),
      );
      if (outcome.kind !== 'done' && hasLostFinalizer(desired)) await cluster.addFinalizer(resource);
      const mayGo = releaseFinalizer && (letGo || outcome.kind !== 'rejected');
      if (mayGo && resource.metadata.finalizers.includes(finalizer)) return cluster.removeFinalizer(resource);
      if (isDeepStrictEqual(status, resource.status)) return undefined;
      if (desired.entry !== undefined) await removeFormerSecret(cluster, resource, status);
      totals.writes += 1;
      return cluster.writeStatus(resource, status);
    });
  });
  return totals;
}

function usedBy({ entry }: Desired, usage?: Usage['known']): number | undefined {
  return entry === undefined ? undefined : usage?.get(accountOf(entry));
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
    if (!(error instanceof Error) || (error instanceof Unavailable && error.part === 'Lease')) throw error;
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
