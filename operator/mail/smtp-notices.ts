/** Notices by SMTP, which Postfix knows by the operator's certificate. */
import { type NoticeTexts, wordsOf } from '../core/notices/texts.ts';
import type { Notice, Notices } from '../ports.ts';
import { type Gate, sendThrough } from './gate.ts';

export type SmtpOptions = Omit<Gate, 'deadline'> & {
  readonly texts: NoticeTexts;
  /** Milliseconds for each step of a message. @default 5000 */
  readonly deadline?: number;
};

const refusal = { reason: 'NoticeRefused', called: 'notice' } as const;

export class SmtpNotices implements Notices {
  readonly #gate: Gate;
  readonly #texts: NoticeTexts;

  constructor({ texts, ...gate }: SmtpOptions) {
    this.#gate = { deadline: 5_000, ...gate };
    this.#texts = texts;
  }

  async send(notice: Notice): Promise<void> {
    const { id, to } = notice;
    // RFC 3834: nobody's "I am away" answers it.
    const headers = { 'Auto-Submitted': 'auto-generated' };
    await sendThrough(this.#gate, { id, to: [...to], headers, ...wordsOf(this.#texts, notice) }, refusal);
  }
}
