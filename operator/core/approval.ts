/** How a condition asks for the approval of a plan that the guard holds, and how that is read again. Pure. */
import { annotation } from '../api/resource.ts';
import type { Guarded } from './guard.ts';

export type Approval = {
  /** Why the plan is held. */
  readonly reason: string;
  /** What approves exactly this plan. */
  readonly hash: string;
  /** The line of one of its changes. */
  readonly line: string;
};

const request = `; approve with ${annotation.approvePlan}=`;

/** The beginning of the condition's message; the line of the change follows a colon. */
export function askForApproval({ reason = '', hash = '' }: Guarded): string {
  return `${reason}${request}${hash}`;
}

/** @returns undefined when the message of a condition asks for no approval */
export function readApproval(message: string): Approval | undefined {
  const [reason = '', rest] = message.split(request, 2);
  const [, hash, line] = /^([0-9a-f]+): (.*)$/s.exec(rest ?? '') ?? [];
  return hash === undefined || line === undefined ? undefined : { reason, hash, line };
}
