/** How much of its quota a mailbox uses, as its status says it: written only where a threshold is crossed (R30). Pure. */
import type { MailboxStatus } from '../api/mailbox.ts';
import { Invalid } from '../errors.ts';
import { formatBytes, parseBytes } from './quota.ts';

type Quota = NonNullable<MailboxStatus['quota']>;

/** Percent between two values that a status shows. */
const step = 5;

const mebibyte = 2 ** 20;

/**
 * @param limit bytes
 * @param used bytes, undefined while they could not be read: what was shown then stays, since unknown is not 0
 * @param shown what the status says so far
 */
export function quotaStatus(limit: number, used: number | undefined, shown: Quota | undefined): Quota {
  const known = used ?? bytesOf(shown?.used);
  const text = { limit: formatBytes(limit) };
  if (known === undefined) return text;
  const percent = Math.ceil((known * 100) / limit);
  const fresh = { ...text, used: displayUsed(known), percent };
  if (shown?.limit !== text.limit || shown.percent === undefined || shown.used === undefined) return fresh;
  const isCrossed =
    Math.floor(percent / step) !== Math.floor(shown.percent / step) ||
    isOver(fresh) !== isOver({ percent: shown.percent });
  return used !== undefined && isCrossed ? fresh : { ...text, used: shown.used, percent: shown.percent };
}

/** More is there than the quota allows, because it was lowered, or by the last message's grace. */
export function isOver({ percent }: Quota): boolean {
  return percent !== undefined && percent > 100;
}

/** What the condition OverQuota says. */
export function overQuota({ limit, used }: Quota): { readonly reason: string; readonly message: string } {
  const message = `${used} are used of ${limit}: mail is kept and no more is accepted; raise spec.quota or have mail deleted`;
  return { reason: 'QuotaExceeded', message };
}

/** Whole mebibytes, or kibibytes below one, rounded up. */
function displayUsed(bytes: number): string {
  if (bytes === 0) return '0';
  const unit = bytes < mebibyte ? 1024 : mebibyte;
  return `${Math.ceil(bytes / unit)}${unit === mebibyte ? 'Mi' : 'Ki'}`;
}

/** A status of another version may hold anything. */
function bytesOf(text: string | undefined): number | undefined {
  if (text === '0') return 0;
  try {
    return text === undefined ? undefined : parseBytes(text);
  } catch (error) {
    if (error instanceof Invalid) return undefined;
    throw error;
  }
}
