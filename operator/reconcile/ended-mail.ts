/** Between passes and the worker that has the mail of accounts that ended. */
import { archivePurges } from '../core/archive-retention.ts';
import type { Desired } from '../core/desired.ts';
import { attribute } from '../core/layout.ts';
import { type MailWorld, mailWork } from '../core/mail-work.ts';
import { moveTasks } from '../core/moves.ts';
import { accountOf, first, observe } from '../core/observed.ts';
import type { DirectoryEntry } from '../ports.ts';
import { problemOf } from './apply.ts';
import type { MailWorker } from './mail-worker.ts';

export type EndedMail = Pick<MailWorker, 'isDue' | 'offer' | 'problem' | 'held'>;

/** Says what is to be done with mail, where somebody wants to know. */
export function offerMailWork(
  mail: EndedMail | undefined,
  { entries, ...world }: Omit<MailWorld, 'observed'> & { readonly entries: readonly DirectoryEntry[] },
): void {
  if (mail === undefined) return;
  const isWanted = world.desired.some(({ restore, shard }) => restore !== undefined || shard !== undefined);
  if (!mail.isDue && !isWanted) return;
  const known = { ...world, observed: observe(world.site, entries) };
  const { tasks, held } = archivePurges(known);
  mail.offer([...mailWork(known), ...moveTasks(known), ...tasks], held);
}

/** Those of whom `mailWork` has to know what was decided. */
export function concernsMail({ restore, shard, entry }: Desired): boolean {
  return (
    restore !== undefined ||
    shard !== undefined ||
    (entry !== undefined && first(entry, attribute.status) === 'Reclaimed')
  );
}

/** Why a mailbox's mail is not back yet, or not where it belongs, where that is known. */
export function withUnrestored(desired: Desired, mail: EndedMail | undefined): Desired {
  const { restore, shard, entry } = desired;
  const moving = shard !== undefined && entry !== undefined ? accountOf(entry) : undefined;
  const account = restore?.account ?? moving;
  const error = account === undefined ? undefined : mail?.problem(account);
  return error === undefined ? desired : { ...desired, problems: [problemOf(error), ...desired.problems] };
}
