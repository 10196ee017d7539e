/** Secrets with passwords, in memory: what `first-password.ts` does over the API. */
import type { Resource } from '../api/resource.ts';
import { Awaited, Blocked } from '../errors.ts';

/** `ownerUid` is the UID of the Secret's Mailbox, or of something else. */
export type MemorySecret = { readonly ownerUid: string; readonly address: string; readonly password: string };

/** By `namespace/name`; tests may put foreign ones in. */
export class MemorySecrets extends Map<string, MemorySecret> {
  /** @param exists whether the mailbox is still there: the garbage collector takes what belongs to one that is gone */
  keep(mailbox: Resource, name: string, fresh: Omit<MemorySecret, 'ownerUid'>, exists: boolean): string {
    const { namespace, uid } = mailbox.metadata;
    const key = `${namespace}/${name}`;
    const existing = this.get(key);
    if (existing !== undefined && existing.ownerUid !== uid)
      throw new Blocked('SecretConflict', `the Secret ${key} is not the Mailbox's: delete or rename it`);
    if (existing === undefined && exists) this.set(key, { ownerUid: uid, ...fresh });
    return existing?.password ?? fresh.password;
  }

  /** @param others UIDs of the mailboxes that there are */
  given({ metadata }: Resource, name: string, others: readonly string[]): string {
    const key = `${metadata.namespace}/${name}`;
    const found = this.get(key);
    if (found === undefined) throw new Awaited('SecretNotFound', `the Secret ${key} does not exist yet`);
    if (found.ownerUid !== metadata.uid && others.includes(found.ownerUid))
      throw new Blocked('SecretConflict', `the Secret ${key} is the first password of another Mailbox`);
    return found.password;
  }

  /** @returns whether it was the mailbox's, and is gone now */
  drop({ metadata }: Resource, name: string): boolean {
    const key = `${metadata.namespace}/${name}`;
    return this.get(key)?.ownerUid === metadata.uid && this.delete(key);
  }
}
