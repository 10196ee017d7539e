/** A deletion that does not come to its end: people are told, because nothing else would say it. Pure. */
import { type Condition, finalizer, type Resource } from '../api/resource.ts';
import type { ResourceEvent } from '../ports.ts';

/** Milliseconds after which somebody who deleted a resource wonders. */
const patience = 300_000;

/**
 * The Event on a resource that was deleted five minutes ago and waits for our finalizer still; the same one as long as it
 * waits for the same thing. An Organization that mailboxes or units name is told at once: only a person can end that.
 */
export function blockedDeletion({ metadata, status }: Resource, now: Date): ResourceEvent | undefined {
  const { deletionTimestamp, finalizers } = metadata;
  if (deletionTimestamp === undefined || !finalizers.includes(finalizer)) return undefined;
  const { conditions } = (status ?? {}) as { conditions?: readonly Condition[] };
  const ready = Array.isArray(conditions) ? conditions.find(({ type }) => type === 'Ready') : undefined;
  const reason = ready?.reason ?? 'Closing';
  const isFresh = now.getTime() - Date.parse(deletionTimestamp) < patience;
  if (isFresh && reason !== 'StillInUse') return undefined;
  return {
    type: 'Warning',
    reason: 'DeletionBlocked',
    action: 'Close',
    message: `deleted at ${deletionTimestamp} and here still: ${reason}; the condition Ready says what it waits for`,
  };
}
