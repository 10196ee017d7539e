/** Between passes and the worker that has the mail of accounts that ended. */
import type { Desired } from '../core/desired.ts';
import { attribute } from '../core/layout.ts';
import { type MailWorld, mailWork } from '../core/mail-work.ts';
import { first } from '../core/observed.ts';
import { problemOf } from './apply.ts';
import type { MailWorker } from './mail-worker.ts';

export type EndedMail = Pick<MailWorker, 'isDue' | 'offer' | 'problem'>;

/** @param world what it takes to say what is to be done, only asked for where somebody wants to know */
export function offerMailWork(
  mail: EndedMail | undefined,
  concerned: readonly Desired[],
  world: () => MailWorld,
): void {
  if (mail === undefined) return;
  if (mail.isDue || concerned.some(({ restore }) => restore !== undefined)) mail.offer(mailWork(world()));
}

/** Those of whom `mailWork` has to know what was decided. */
export function concernsMail({ restore, entry }: Desired): boolean {
  return restore !== undefined || (entry !== undefined && first(entry, attribute.status) === 'Reclaimed');
}

/** Why a mailbox's mail is not back yet, where that is known. */
export function withUnrestored(desired: Desired, mail: EndedMail | undefined): Desired {
  const error = desired.restore && mail?.problem(desired.restore.account);
  return error === undefined ? desired : { ...desired, problems: [problemOf(error), ...desired.problems] };
}
