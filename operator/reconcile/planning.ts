/** From decisions to tasks: what there is to do, and nothing of those that are as they shall be. */
import type { Orders } from '../api/orders.ts';
import { recordsThatWait } from '../core/access-records.ts';
import { type Desired, decideGroup, decideOrganizations } from '../core/desired.ts';
import { withHeads } from '../core/head.ts';
import { type DueNotice, dueNotices, thresholdsOf } from '../core/notices/due.ts';
import { observe } from '../core/observed.ts';
import { orderedClosings } from '../core/orphans.ts';
import { planChanges } from '../core/plan.ts';
import type { Site } from '../core/site.ts';
import type { ClusterSnapshot, DirectoryEntry } from '../ports.ts';
import type { Task } from './carrier.ts';
import { concernsMail } from './ended-mail.ts';
import { hearsOfSessions, idleOutcome, isAsItShallBe, type Settling, usedBy } from './settle.ts';
import { turn } from './turn.ts';
import type { View } from './view.ts';

export type Plan = {
  readonly tasks: Task[];
  /** Somebody is to be renamed once nothing else is to be done for the entry, or is the head once there is an account. */
  readonly isUnfinished: boolean;
  /** Decisions that what is to be done with mail depends on. */
  readonly aboutMail: readonly Desired[];
  readonly noticed: readonly DueNotice[];
};

type Planning = Settling & { readonly site: Site; readonly slice?: number };

/** @param paused whether the site is */
export function planFor(planning: Planning, decided: readonly Desired[], paused: boolean): Plan {
  const changes = planChanges({ desired: decided }, planning.clock());
  const byUid = new Map(changes.map((change) => [change.resource.metadata.uid, change]));
  const thresholds = thresholdsOf(planning.site, planning.clock());
  const tasks = decided.flatMap((desired): Task[] => {
    const write = byUid.get(desired.resource.metadata.uid);
    if (write !== undefined) return [{ desired, write, letGo: true }];
    const outcome = idleOutcome(desired, paused);
    const mayHearMore =
      hearsOfSessions(desired) || desired.restore !== undefined || desired.shard !== undefined;
    if (isAsItShallBe(planning, desired, outcome) && !mayHearMore) return [];
    return [{ desired, letGo: true, ...(outcome.kind === 'none' ? {} : { outcome }) }];
  });
  return {
    tasks,
    isUnfinished: decided.some(
      ({ renamed, missingHead }) => renamed !== undefined || missingHead?.reason === 'HeadNotReady',
    ),
    aboutMail: decided.filter(concernsMail),
    noticed: decided.flatMap((desired) => dueNotices(thresholds, desired, usedBy(desired, planning.usage))),
  };
}

/** Whoever came since the directory was read is not reclaimed by an old view of it (R23). */
export function reclaims({ tasks }: Plan): boolean {
  return tasks.some(({ write }) => write?.action === 'reclaim');
}

/** Somebody waits for mail from the archive. */
export function restores({ aboutMail }: Plan): boolean {
  return aboutMail.some(({ restore }) => restore !== undefined);
}

/** Plans for what people ordered to be closed though its resource is gone. */
export function planClosings(
  { site, clock }: Planning,
  entries: readonly DirectoryEntry[],
  orphans: readonly DirectoryEntry[],
  { closeOrphans = [] }: Orders,
): Task[] {
  if (closeOrphans.length === 0) return [];
  const now = clock();
  const closings = orderedClosings(
    { site, now },
    { orphans, observed: observe(site, entries) },
    closeOrphans,
  );
  const byUid = new Map(closings.map((desired) => [desired.resource.metadata.uid, desired]));
  return planChanges({ desired: closings }, now).flatMap((write): readonly Task[] => {
    const desired = byUid.get(write.resource.metadata.uid);
    return desired === undefined ? [] : [{ desired, write, letGo: true, isGone: true }];
  });
}

/** Plans for everything, group by group, with turns of the event loop in between. */
export async function planSite(
  planning: Planning,
  view: View,
  snapshot: ClusterSnapshot,
  entries: readonly DirectoryEntry[],
): Promise<Plan> {
  const { site, clock, slice = 25 } = planning;
  const organizations = decideOrganizations(
    { site, ...snapshot },
    observe(site, withHeads(snapshot.organizations, entries)),
    view.organizations,
  );
  const first = planFor(planning, organizations, snapshot.paused);
  const tasks = [...first.tasks];
  const [aboutMail, noticed]: [Desired[], DueNotice[]] = [[], []];
  let { isUnfinished } = first;
  for (const group of view.parts(slice)) {
    const decided = decideGroup({ site, now: clock() }, group, view.organizations);
    const plan = planFor(planning, decided, snapshot.paused);
    for (const task of plan.tasks) tasks.push(task);
    aboutMail.push(...plan.aboutMail);
    noticed.push(...plan.noticed);
    isUnfinished ||= plan.isUnfinished;
    await turn();
  }
  const waits = recordsThatWait(tasks.flatMap(({ write }) => write ?? []));
  const due = tasks.filter(({ write }) => write === undefined || !waits.has(write));
  return { tasks: due, isUnfinished, aboutMail, noticed };
}
