/** What the clerk needs of the world; adapters are in `cluster.ts` and `smtp.ts`. */
import type { RequestStatus } from '../operator/api/request.ts';
import type { Resource } from '../operator/api/resource.ts';
import type { Letter } from './review/letters.ts';

/** What the mail system is told of a letter. */
export type Outgoing = Pick<Letter, 'id' | 'to' | 'subject' | 'text' | 'answers'>;

export type RequestResource = Resource<'MailboxRequest'>;

/** Everything that was read, complete or not at all. */
export type ClerkSnapshot = {
  readonly organizations: readonly Resource[];
  readonly mailboxes: readonly Resource[];
  readonly requests: readonly RequestResource[];
};

export interface RequestCluster {
  /** @throws Unavailable while what is known is not complete, or old */
  snapshot(): Promise<ClerkSnapshot>;
  /** @throws Conflict when it changed meanwhile, Unavailable */
  writeStatus(request: RequestResource, status: RequestStatus): Promise<void>;
  /**
   * A number that no request of that year has had, greater than `above`; one that is not used is lost.
   * @throws Conflict, Unavailable
   */
  nextNumber(year: string, above: number): Promise<number>;
}

export type Attachment = { readonly filename: string; readonly content: Buffer; readonly type: string };

export interface Letters {
  /**
   * Resolves when the mail system has taken the letter for all of its recipients.
   * @throws Unavailable when it may take it later; Blocked when it refuses it
   */
  send(letter: Outgoing, attachments: readonly Attachment[]): Promise<void>;
}
