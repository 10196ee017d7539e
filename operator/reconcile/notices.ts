/** Tells people what is going to happen to their mailboxes, and remembers in the directory that they were told. */

import { attribute } from '../core/layout.ts';
import type { DueNotice } from '../core/notice.ts';
import { Blocked, Unavailable } from '../errors.ts';
import type { Clock, Cluster, Directory, Notices } from '../ports.ts';

export type NoticeTargets = {
  readonly notices: Notices;
  readonly directory: Directory;
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly report: { failure(what: string, error: Error): void };
};

/** What came of the notices of a pass. */
export type Told = {
  readonly sent: number;
  readonly failed: number;
  /** Not tried in this pass. */
  readonly waiting: number;
};

/**
 * Milliseconds of a pass that notices may take, so that nothing waits long for them. Another pass follows at once while some
 * are left: a province that is told on one day is told within the hour.
 */
const share = 5_000;

/**
 * Sends first and remembers afterwards: whoever dies in between sends it a second time, with the same Message-ID, and
 * never not at all. What fails is tried again by the next pass.
 */
export async function sendNotices(
  targets: NoticeTargets,
  due: readonly DueNotice[],
  milliseconds = share,
): Promise<Told> {
  const until = performance.now() + milliseconds;
  let [sent, failed] = [0, 0];
  for (const one of due) {
    const { metadata } = one.resource;
    try {
      await sendOne(targets, one);
      sent += 1;
    } catch (error) {
      if (!(error instanceof Error) || (error instanceof Unavailable && error.part === 'Lease')) throw error;
      failed += 1;
      targets.report.failure(`notice to ${metadata.namespace}/${metadata.name}`, error);
      // The next one would fail in the same way, and keep the pass waiting.
      if (!(error instanceof Blocked)) break;
    }
    if (performance.now() >= until) break;
  }
  return { sent, failed, waiting: due.length - sent - failed };
}

async function sendOne({ notices, directory, cluster, clock }: NoticeTargets, due: DueNotice): Promise<void> {
  const { resource, dn, ownerUid, notice, remember } = due;
  const { date, days } = notice.fields;
  await notices.send(notice);
  await directory.modify(dn, ownerUid, [{ attribute: attribute.notice, values: remember(clock()) }]);
  cluster.event(resource, {
    type: 'Normal',
    reason: 'NoticeSent',
    action: 'Notify',
    message: `told ${notice.to.join(' and ')}, ${days} days ahead: reclaimed on ${date} unless it is used`,
  });
}
