/** One step of an account's mail on its way to another Dovecot; each ends with a write to the directory that says so. */
import { attribute } from '../core/layout.ts';
import type { MailTask } from '../core/mail-work.ts';
import { formatMove, type MoveTask } from '../core/moves.ts';
import type { Directory, Sessions, Store } from '../ports.ts';

export type Movers = {
  /** What keeps the mail of a shard. @throws Unavailable where there is none of that name */
  readonly store: (shard: string) => Store;
  readonly directory: Directory;
  /** Who is logged in there. @throws Unavailable likewise */
  readonly sessions: (shard: string) => Pick<Sessions, 'end'>;
};

export function isMove(task: MailTask | MoveTask): task is MoveTask {
  return 'other' in task;
}

/** @throws Unavailable, Blocked, Conflict */
export async function moveStep({ store, directory, sessions }: Movers, task: MoveTask): Promise<void> {
  const { account, dn, ownerUid, host, other } = task;
  const note = (move: string, ...at: readonly string[]) =>
    directory.modify(dn, ownerUid, [
      ...(at.length === 0 ? [] : [{ attribute: attribute.mailHost, values: at }]),
      { attribute: attribute.mailMove, values: move === '' ? [] : [move] },
    ]);
  switch (task.kind) {
    case 'copy':
      await note(formatMove({ step: 'copy', shard: other }));
      await store(other).copy(account, host);
      return note(formatMove({ step: 'hold', shard: other }));
    case 'switch':
      // No Dovecot opens the account any more, but who was there before may be there still.
      await sessions(host).end(task.addresses);
      await store(host).seal(account);
      await store(other).place(account, host);
      return note(formatMove({ step: 'left', shard: host }), other);
    case 'back':
      await store(host).unseal(account);
      return note(formatMove({ step: 'left', shard: other }));
    case 'clear':
      await store(other).retire(account);
      await store(host).collect(account, other);
      await store(other).clear(account);
      return note('');
  }
}
