/** What becomes of a letter to a service address: requests, answers, or nothing; the Centre has it in any case. Pure. */
import { createHash } from 'node:crypto';
import type { RequestSpec } from '../../operator/api/request.ts';
import { addressOf } from '../../operator/core/naming/identity.ts';
import { centreAddress } from '../../operator/core/notices/readers.ts';
import type { AnswerKind, IntakeTexts } from '../../operator/core/requests/intake-texts.ts';
import type { Site } from '../../operator/core/site.ts';
import { rfc3339 } from '../../operator/core/time.ts';
import { type AutomaticReason, automaticReason } from './automatic.ts';
import type { LetterFile, LetterHead } from './letter.ts';
import type { ReadList } from './list-file.ts';
import type { Sender } from './senders.ts';

export type DropReason = AutomaticReason | 'unknown' | 'from' | 'personal' | 'reply';

/** A MailboxRequest that shall be there. The same letter gives the same name, however often it comes. */
export type NewRequest = { readonly name: string; readonly namespace: string; readonly spec: RequestSpec };

export type IntakeAnswer = {
  readonly kind: AnswerKind;
  readonly id: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
  /** Message-ID of the letter. */
  readonly answers?: string;
  /** The empty form goes with it. */
  readonly withForm: boolean;
};

export type Decision =
  | { readonly dropped: DropReason }
  | { readonly requests: readonly NewRequest[]; readonly answers: readonly IntakeAnswer[] };

export type Delivery = {
  /** Of the envelope, which our submission lets only its own mailbox and delegates use (R28); empty for reports. */
  readonly sender: string;
  /** Local parts of the service addresses that it came to. */
  readonly services: readonly string[];
  readonly login?: string;
  /** Own address of the mailbox that was logged in. */
  readonly sentBy?: string;
  readonly head: LetterHead;
};

/** Why nobody is to deal with a letter, before anything in it is unpacked. */
export function dropBefore(
  site: Site,
  { sender, head }: Delivery,
  known: Sender | undefined,
): DropReason | undefined {
  const automatic = automaticReason(head.headers, sender, addressOf(site, site.notices.from));
  if (automatic !== undefined) return automatic;
  if (known === undefined) return 'unknown';
  // The filter has seen to it; what people read as the sender must be who is answered.
  return head.from.every((address) => same(address, sender)) ? undefined : 'from';
}

/** @param now where the letter does not say when our submission took it */
export function decide(
  site: Site,
  texts: IntakeTexts,
  delivery: Delivery,
  known: Sender,
  files: readonly LetterFile[],
  now: Date,
): Decision {
  const answer = answerTo(site, texts, delivery);
  if (known.type === 'Personal') {
    if (files.length === 0) return { dropped: 'personal' };
    return { requests: [], answers: [answer('personal')] };
  }
  if (files.length === 0) {
    return delivery.head.isReply ? { dropped: 'reply' } : { requests: [], answers: [answer('no-list')] };
  }
  const requests = files.flatMap((file) => ('list' in file ? [newRequest(delivery, known, file, now)] : []));
  const faults = files.flatMap((file) =>
    'fault' in file ? [texts.words.file(file.fault, file.name, file.detail)] : [],
  );
  return {
    requests: [...new Map(requests.map((request) => [request.name, request])).values()],
    answers: faults.length === 0 ? [] : [answer('unreadable', faults)],
  };
}

/** For a letter of an organization that cannot be taken apart. */
export function unreadable(site: Site, texts: IntakeTexts, delivery: Delivery): Decision {
  return {
    requests: [],
    answers: [answerTo(site, texts, delivery)('unreadable', [texts.words.file('mail', '', '')])],
  };
}

function answerTo(site: Site, texts: IntakeTexts, { sender, services, head }: Delivery) {
  return (kind: AnswerKind, faults: readonly string[] = []): IntakeAnswer => ({
    kind,
    id: `intake.${kind}.${digest(sender, head.messageId ?? '', head.subject)}`,
    to: [sender],
    ...(head.messageId === undefined ? {} : { answers: head.messageId }),
    withForm: kind !== 'personal',
    ...texts.answer(kind, {
      address: sender,
      subject: head.subject,
      service: services.map((localPart) => addressOf(site, localPart)).join(', '),
      faults: faults.map((fault) => `  - ${fault}`).join('\n'),
      centre: centreAddress(site),
      regulation: site.regulation,
      site: site.title,
    }),
  });
}

function newRequest(
  { services, head, sentBy }: Delivery,
  { organization, address, namespace }: Sender,
  { name, sha256, list }: Extract<LetterFile, { readonly list: ReadList }>,
  now: Date,
): NewRequest {
  const [service, ...others] = services;
  return {
    name: `mail-${digest(address, head.messageId ?? '', sha256)}`,
    namespace,
    spec: {
      source: 'Mail',
      requester: {
        organizationRef: { name: organization },
        address,
        ...(sentBy === undefined ? {} : { sentBy }),
      },
      received: rfc3339(receivedAt(head, now)),
      // Whoever wrote to several has written to the right one.
      ...(service === undefined || others.length > 0 ? {} : { service }),
      ...(head.messageId === undefined ? {} : { messageId: head.messageId }),
      ...(head.subject === '' ? {} : { subject: head.subject }),
      attachment: { name, sha256 },
      rows: [...list.rows],
      ...(list.findings.length === 0 ? {} : { findings: [...list.findings] }),
    },
  };
}

/** Postfix keeps a letter for five days; a clock that was further off is not believed. */
function receivedAt({ received }: LetterHead, now: Date): Date {
  const age = received === undefined ? -1 : now.getTime() - received;
  return received !== undefined && age >= 0 && age < 6 * 86_400_000 ? new Date(received) : now;
}

function digest(...parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 20);
}

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
