/**
 * Mail to a service address becomes MailboxRequests (R20). A delivery is done when all of it is done: until then it throws, and
 * Postfix keeps the letter. Doing it twice makes nothing twice: names and Message-IDs come from the letter.
 */
import type { Resource } from '../../operator/api/resource.ts';
import type { IntakeTexts } from '../../operator/core/requests/intake-texts.ts';
import type { Site } from '../../operator/core/site.ts';
import { Blocked } from '../../operator/errors.ts';
import type { Attachment, Letters } from '../ports.ts';
import { AnswerRate } from './answer-rate.ts';
import {
  type Decision,
  type Delivery,
  type DropReason,
  decide,
  dropBefore,
  type IntakeAnswer,
  type NewRequest,
  unreadable,
} from './decide.ts';
import { emptyForm, emptyFormName, emptyFormType } from './empty-form.ts';
import { type LetterFile, type LetterHead, readHead } from './letter.ts';
import { NotReadable } from './reading.ts';
import { senderOf } from './senders.ts';

/** One letter as Postfix hands it over. */
export type Handed = {
  readonly sender: string;
  /** Local parts of the service addresses. */
  readonly services: readonly string[];
  /** Address that was logged in with; absent where Postfix does not say. */
  readonly login?: string;
  readonly raw: Uint8Array;
};

/** What became of a letter, or of a part of it; for metrics and the log. */
export type Seen =
  | { readonly outcome: 'request'; readonly name: string; readonly isNew: boolean }
  | { readonly outcome: 'answered'; readonly reason: IntakeAnswer['kind'] }
  | { readonly outcome: 'dropped'; readonly reason: DropReason | 'head' | 'rate' | 'refused' };

export interface NewRequests {
  /** @returns whether it is new; one of that name that is there already is the same one. @throws Unavailable */
  create(request: NewRequest): Promise<boolean>;
}

export type IntakeOptions = {
  readonly site: Site;
  readonly texts: IntakeTexts;
  /** Mailboxes of the accounts namespaces. @throws Unavailable while they are not completely known */
  readonly mailboxes: () => Promise<Iterable<Resource>>;
  readonly requests: NewRequests;
  readonly letters: Pick<Letters, 'send'>;
  /** Takes the lists out of a letter. @throws NotReadable */
  readonly files: (raw: Uint8Array) => Promise<readonly LetterFile[]>;
  readonly clock: () => Date;
  readonly observe: (seen: Seen, from: { readonly sender: string; readonly messageId?: string }) => void;
};

export class Intake {
  readonly #options: IntakeOptions;
  readonly #rate = new AnswerRate();

  constructor(options: IntakeOptions) {
    this.#options = options;
  }

  /** @throws Unavailable when it must come again */
  async take({ raw, ...envelope }: Handed): Promise<void> {
    const { observe } = this.#options;
    const head = await readHead(raw).catch(() => undefined);
    // Whether a program wrote it cannot be told: it is not answered.
    if (head === undefined) return observe({ outcome: 'dropped', reason: 'head' }, envelope);
    const delivery = { ...envelope, head };
    const decision = await this.#decide(delivery, raw);
    const from = fromOf(delivery);
    if ('dropped' in decision) return observe({ outcome: 'dropped', reason: decision.dropped }, from);
    for (const request of decision.requests) {
      const isNew = await this.#options.requests.create(request);
      observe({ outcome: 'request', name: request.name, isNew }, from);
    }
    for (const answer of decision.answers) observe(await this.#answer(answer), from);
  }

  async #decide(delivery: Delivery, raw: Uint8Array): Promise<Decision> {
    const { site, texts, files, clock, mailboxes } = this.#options;
    const known = senderOf(site, await mailboxes(), delivery.sender);
    const { login } = delivery;
    const sentBy = login && (senderOf(site, await mailboxes(), login)?.address ?? login);
    const dropped = dropBefore(site, delivery, known);
    if (dropped !== undefined) return { dropped };
    if (known === undefined) return { dropped: 'unknown' };
    try {
      return decide(
        site,
        texts,
        { ...delivery, ...(sentBy && { sentBy }) },
        known,
        await files(raw),
        clock(),
      );
    } catch (error) {
      if (!(error instanceof NotReadable)) throw error;
      return known.type === 'Personal' ? { dropped: 'personal' } : unreadable(site, texts, delivery);
    }
  }

  /** The Centre has the letter in any case: an answer that nobody takes, or one too many, holds nothing up. */
  async #answer(answer: IntakeAnswer): Promise<Seen> {
    const { letters, clock } = this.#options;
    const [to = ''] = answer.to;
    if (!this.#rate.allows(to, answer.id, clock().getTime())) return { outcome: 'dropped', reason: 'rate' };
    try {
      await letters.send(answer, answer.withForm ? [await formAttachment()] : []);
    } catch (error) {
      if (!(error instanceof Blocked)) throw error;
      return { outcome: 'dropped', reason: 'refused' };
    }
    this.#rate.count(to, answer.id, clock().getTime());
    return { outcome: 'answered', reason: answer.kind };
  }
}

async function formAttachment(): Promise<Attachment> {
  return { filename: emptyFormName, content: await emptyForm(), type: emptyFormType };
}

function fromOf({ sender, head: { messageId } }: { readonly sender: string; readonly head: LetterHead }) {
  return { sender, ...(messageId === undefined ? {} : { messageId }) };
}
