/** What the directory remembers of mail that was archived or is being removed. Pure. */
import type { ArchiveReceipt, DirectoryEntry } from '../ports.ts';
import { attribute } from './layout.ts';
import { first } from './observed.ts';

/** Mail lies in an archive, and perhaps in its place no more; or it is being removed without one (deletionPolicy Delete). */
export type Removal =
  | {
      readonly receipt: ArchiveReceipt;
      readonly isRemoved: boolean;
      /** The archive itself is being removed: its retention has ended. */
      readonly isExpired: boolean;
    }
  | 'discarded';

/** Once this is there an account opens again only after its mail was put back. */
export function removalOf(entry: DirectoryEntry): Removal | undefined {
  const value = first(entry, attribute.archive);
  if (value === undefined) return undefined;
  const [at = '', messages, bytes, sha256, step] = value.split(' ');
  if (messages === undefined || bytes === undefined || sha256 === undefined) return 'discarded';
  const receipt = { at, messages: Number(messages), bytes: Number(bytes), sha256 };
  return { receipt, isRemoved: step === 'removed' || step === 'expired', isExpired: step === 'expired' };
}

/** @param step `removed`: the mail is nowhere else any more; `expired`: the archive is being removed, too */
export function formatReceipt(
  { at, messages, bytes, sha256 }: ArchiveReceipt,
  step?: 'removed' | 'expired',
): string {
  return [at, messages, bytes, sha256, ...(step === undefined ? [] : [step])].join(' ');
}

/** @param at RFC 3339 */
export function formatDiscarded(at: string): string {
  return `${at} none`;
}
