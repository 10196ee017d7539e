/** What the directory remembers of mail that was archived or is being removed. Pure. */
import type { ArchiveReceipt, DirectoryEntry } from '../ports.ts';
import { attribute } from './layout.ts';
import { first } from './observed.ts';

/** Mail lies in an archive, and perhaps in its place no more; or it is being removed without one (deletionPolicy Delete). */
export type Removal = { readonly receipt: ArchiveReceipt; readonly isRemoved: boolean } | 'discarded';

/** Once this is there an account opens again only after its mail was put back. */
export function removalOf(entry: DirectoryEntry): Removal | undefined {
  const value = first(entry, attribute.archive);
  if (value === undefined) return undefined;
  const [at = '', messages, bytes, sha256, removed] = value.split(' ');
  if (messages === undefined || bytes === undefined || sha256 === undefined) return 'discarded';
  const receipt = { at, messages: Number(messages), bytes: Number(bytes), sha256 };
  return { receipt, isRemoved: removed === 'removed' };
}

/** @param isRemoved the mail is nowhere else any more */
export function formatReceipt({ at, messages, bytes, sha256 }: ArchiveReceipt, isRemoved = false): string {
  return `${at} ${messages} ${bytes} ${sha256}${isRemoved ? ' removed' : ''}`;
}

/** @param at RFC 3339 */
export function formatDiscarded(at: string): string {
  return `${at} none`;
}
