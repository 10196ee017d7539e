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

/** Most notices that go out in one pass, so that no change waits long for them. */
const most = 20;

/**
 * Sends first and remembers afterwards: whoever dies in between sends it a second time, with the same Message-ID, and
 * never not at all.
 * @returns how many failed; the next pass tries them again
 */
export async function sendNotices(targets: NoticeTargets, due: readonly DueNotice[]): Promise<number> {
  let failures = 0;
  for (const one of due.slice(0, most)) {
    const { metadata } = one.resource;
    try {
      await sendOne(targets, one);
    } catch (error) {
      if (!(error instanceof Error) || (error instanceof Unavailable && error.part === 'Lease')) throw error;
      failures += 1;
      targets.report.failure(`notice to ${metadata.namespace}/${metadata.name}`, error);
      // The next one would fail in the same way, and keep the pass waiting.
      if (!(error instanceof Blocked)) break;
    }
  }
  return failures;
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
