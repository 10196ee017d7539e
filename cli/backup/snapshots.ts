/** What the repository holds, as restic tells it. */
import { firstShard } from '../../operator/core/shards.ts';
import { dateInVietnam, timeInVietnam } from '../../operator/core/time.ts';
import { WrongInput } from '../failure.ts';
import type { Work } from './work-pod.ts';

export type SnapshotKind = 'site' | 'mail' | 'reports';

export type Snapshot = {
  readonly id: string;
  readonly kind: SnapshotKind;
  /** Of mail: the Dovecot that had it. */
  readonly shard?: string;
  /** RFC 3339 in UTC, whole seconds. */
  readonly time: string;
  readonly bytes: number;
  readonly files: number;
};

type ResticSnapshot = {
  readonly id: string;
  readonly time: string;
  readonly tags?: readonly string[];
  readonly summary?: { readonly total_bytes_processed?: number; readonly total_files_processed?: number };
};

/** Oldest first. */
export async function listSnapshots(work: Work): Promise<readonly Snapshot[]> {
  return parseSnapshots(await work(['list']));
}

/** @param json of `restic snapshots`; what has no tag of ours is left out */
export function parseSnapshots(json: string): readonly Snapshot[] {
  return (JSON.parse(json) as readonly ResticSnapshot[]).flatMap(({ id, time, tags = [], summary }) => {
    const tag = tags.find((name) => /^(site|reports|mail(-dovecot-\d+)?)$/.test(name));
    if (tag === undefined) return [];
    const place =
      tag === 'site' || tag === 'reports'
        ? ({ kind: tag } as const)
        : { kind: 'mail' as const, shard: tag.slice(5) || firstShard };
    const { total_bytes_processed: bytes = 0, total_files_processed: files = 0 } = summary ?? {};
    return [{ id, ...place, time: `${new Date(time).toISOString().slice(0, 19)}Z`, bytes, files }];
  });
}

/** The last of a kind, or the last until `at`; undefined when there is none. */
export function latest(
  snapshots: readonly Snapshot[],
  kind: SnapshotKind,
  at?: string,
  shard = firstShard,
): Snapshot | undefined {
  return snapshots.findLast(
    (one) =>
      one.kind === kind && (kind !== 'mail' || one.shard === shard) && (at === undefined || one.time <= at),
  );
}

/**
 * A time that a person gave: RFC 3339, or a date, or date and time as clocks in Việt Nam show them.
 * @returns UTC, whole seconds
 * @throws WrongInput
 */
export function parseTime(text: string): string {
  const [, date, time = '23:59:59', zone = '+07:00'] =
    /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?))?(Z|[+-]\d\d:\d\d)?$/.exec(text) ?? [];
  const moment = new Date(`${date}T${time}${zone}`);
  if (date === undefined || Number.isNaN(moment.getTime()))
    throw new WrongInput(
      `--at ${text}: use a date such as 2026-11-25, "2026-11-25 08:00", or 2026-11-25T01:00:00Z`,
    );
  return `${moment.toISOString().slice(0, 19)}Z`;
}

/** `2026-11-25T16:00:03Z` → `2026-11-25 23:00` in Việt Nam. */
export function inVietnam(time: string): string {
  const moment = Date.parse(time);
  return `${dateInVietnam(moment)} ${timeInVietnam(moment)}`;
}
