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
  /** Archives that are kept though their retention has ended: accounts, names of resources, addresses, or `all`. */
  readonly keepArchives?: readonly string[];
  /** RFC 3339: archives whose retention ended before may go, however many they are. */
  readonly purgeUntil?: string;
};

const words = (text: string | undefined) => text?.split(/[\s,]+/).filter((word) => word !== '');

export function ordersOf(annotations: Readonly<Record<string, string>>): Orders {
  const approvedPlan = annotations[annotation.approvePlan];
  const rejectedPlan = annotations[annotation.rejectPlan];
  const closeOrphans = words(annotations[annotation.closeOrphans]);
  const keepArchives = words(annotations[annotation.keepArchives]);
  const purgeUntil = annotations[annotation.purgeUntil];
  return {
    paused: annotations[annotation.paused] === 'true',
    ...(approvedPlan === undefined ? {} : { approvedPlan }),
    ...(rejectedPlan === undefined ? {} : { rejectedPlan }),
    ...(closeOrphans === undefined ? {} : { closeOrphans }),
    ...(keepArchives === undefined ? {} : { keepArchives }),
    ...(purgeUntil === undefined ? {} : { purgeUntil }),
  };
}
