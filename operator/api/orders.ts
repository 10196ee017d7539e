/** What people order by annotations of the site's ConfigMap. Pure. */
import { annotation } from './resource.ts';

export type Orders = {
  /** Nothing is written to the directory. */
  readonly paused: boolean;
  /** Hash of the one plan that may pass the guard. */
  readonly approvedPlan?: string;
  /** Hash of the one plan of which nothing shall be done. */
  readonly rejectedPlan?: string;
  /** UIDs of resources that are gone, and whose entries shall be closed. */
  readonly closeOrphans?: readonly string[];
};

export function ordersOf(annotations: Readonly<Record<string, string>>): Orders {
  const approvedPlan = annotations[annotation.approvePlan];
  const rejectedPlan = annotations[annotation.rejectPlan];
  const closeOrphans = annotations[annotation.closeOrphans]?.split(/[\s,]+/).filter((uid) => uid !== '');
  return {
    paused: annotations[annotation.paused] === 'true',
    ...(approvedPlan === undefined ? {} : { approvedPlan }),
    ...(rejectedPlan === undefined ? {} : { rejectedPlan }),
    ...(closeOrphans === undefined ? {} : { closeOrphans }),
  };
}
