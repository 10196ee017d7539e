/** Letters of the clerk by SMTP, which Postfix knows by its certificate. */
import { type Gate, sendThrough } from '../operator/mail/gate.ts';
import { loopHeader } from './intake/automatic.ts';
import type { Attachment, Letters, Outgoing } from './ports.ts';

const refusal = { reason: 'LetterRefused', called: 'letter' } as const;

export class SmtpLetters implements Letters {
  readonly #gate: Gate;

  constructor(gate: Omit<Gate, 'deadline'> & Partial<Pick<Gate, 'deadline'>>) {
    this.#gate = { deadline: 10_000, ...gate };
  }

  /** RFC 3834: nobody's "I am away" answers it, and neither does another clerk. */
  async send(
    { id, to, subject, text, answers }: Outgoing,
    attachments: readonly Attachment[],
  ): Promise<void> {
    const mail = {
      id,
      to: [...to],
      subject,
      text,
      ...(answers === undefined ? {} : { inReplyTo: answers, references: answers }),
      headers: {
        'Auto-Submitted': answers === undefined ? 'auto-generated' : 'auto-replied',
        [loopHeader]: this.#gate.from.address,
      },
      attachments: attachments.map(({ filename, content, type }) => ({
        filename,
        content,
        contentType: type,
      })),
    };
    await sendThrough(this.#gate, mail, refusal);
  }
}
