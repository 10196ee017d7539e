/** What passes are made from and come to. One pass: resources → snapshot → desired → plan → guard → apply → status. */
import type { Guarded } from '../core/guard.ts';
import type { Change } from '../core/plan.ts';
import type { Site } from '../core/site.ts';
import type { Clock, Cluster, Directory, Notices, Sessions } from '../ports.ts';
import type { EndedMail } from './ended-mail.ts';
import type { OnNotice } from './notice-worker.ts';
import type { Patience } from './patience.ts';
import { Reconciler } from './reconciler.ts';
import type { Usage } from './settle.ts';

export type PassDependencies = {
  readonly site: Site;
  readonly cluster: Cluster;
  /** A RememberedDirectory where others write through the same memory. */
  readonly directory: Directory;
  readonly sessions: Sessions;
  readonly notices: Notices;
  /** Told of every notice that went out or failed. */
  readonly onNotice?: OnNotice;
  /** Waits so many milliseconds between two notices. */
  readonly pause?: (milliseconds: number) => Promise<void>;
  /** How much mailboxes use, as far as it is known; what was read of the directory is offered to it. */
  readonly usage?: Usage;
  /** Carries out, beside the passes, what is to be done with the mail of accounts that ended. */
  readonly mail?: EndedMail;
  readonly clock: Clock;
  readonly patience?: Patience;
  /** Told of things that no resource's status can carry. */
  readonly report: Report;
  /** Nothing is written anywhere; what would be done is reported. */
  readonly planOnly?: boolean;
  /** Mailboxes decided between two turns of the event loop, where their groups are no larger. @default 100 */
  readonly slice?: number;
};

export interface Report {
  /** DNs of all orphans of this pass, none included. */
  orphans(dns: readonly string[]): void;
  /** What the guard said of this pass. */
  held(guarded: Guarded): void;
  failure(what: string, error: Error): void;
  /** What an operator that only plans would do. */
  planned(changes: readonly Change[]): void;
}

/** What is kept of a change that was sent. */
export type Sent = {
  readonly action: Change['action'];
  /** As plans print it. */
  readonly line: string;
  /** Sorts as plans do. */
  readonly place: string;
};

export type PassResult = {
  readonly mailboxes: number;
  /** Sent to the directory, in the order of a plan; those that failed included. */
  readonly changes: readonly Sent[];
  /** Changes that only an operator which may write would make. */
  readonly planned: number;
  readonly failures: number;
  readonly held: number;
  readonly orphans: number;
  readonly statusWrites: number;
  /** The directory or the API changed under this pass: another one shall look at the result. */
  readonly again: boolean;
};

/**
 * Looks at the whole site and sends the notices that are due, and remembers nothing afterwards. Level-triggered; safe to run at any time.
 * @throws Unavailable when the world could not be read as a whole; resources that wait were told why
 */
export async function runPass(dependencies: PassDependencies): Promise<PassResult> {
  const reconciler = new Reconciler(dependencies);
  const result = await reconciler.full();
  await reconciler.notices.idle();
  return result;
}
