/**
 * Letters by SMTP, to the port of Postfix that lets in the clerk's certificate and only its one sender (charts/config/postfix). No
 * password: nothing that could log in anywhere else.
 */
import { createTransport } from 'nodemailer';
import { Blocked, Unavailable } from '../operator/errors.ts';
import type { Attachment, Letters, Outgoing } from './ports.ts';

export type SmtpLettersOptions = {
  readonly host: string;
  readonly port: number;
  /** All three are read before every letter, so that they may be renewed meanwhile. */
  readonly ca: () => Promise<string>;
  readonly certificate: () => Promise<string>;
  readonly key: () => Promise<string>;
  readonly from: { readonly name: string; readonly address: string };
  /** Milliseconds for each step of a letter. @default 10000 */
  readonly deadline?: number;
};

export class SmtpLetters implements Letters {
  readonly #options: SmtpLettersOptions;

  constructor(options: SmtpLettersOptions) {
    this.#options = options;
  }

  async send(letter: Outgoing, attachments: readonly Attachment[]): Promise<void> {
    const { host, port, from, deadline = 10_000 } = this.#options;
    const [ca, cert, key] = await Promise.all([
      this.#options.ca(),
      this.#options.certificate(),
      this.#options.key(),
    ]);
    const transport = createTransport({
      host,
      port,
      secure: true,
      tls: { ca, cert, key, servername: host, minVersion: 'TLSv1.3' },
      connectionTimeout: deadline,
      greetingTimeout: deadline,
      socketTimeout: deadline,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    try {
      await transport.sendMail(messageOf(letter, from, attachments));
    } catch (error) {
      throw failure(`${host}:${port}`, error);
    } finally {
      transport.close();
    }
  }
}

/** RFC 3834: nobody's "I am away" answers it, and neither does another clerk. */
function messageOf(
  { id, to, subject, text, answers }: Outgoing,
  from: SmtpLettersOptions['from'],
  attachments: readonly Attachment[],
) {
  return {
    from,
    to: [...to],
    subject,
    text,
    messageId: `<${id}@${from.address.split('@')[1]}>`,
    ...(answers === undefined ? {} : { inReplyTo: answers, references: answers }),
    headers: {
      'Auto-Submitted': answers === undefined ? 'auto-generated' : 'auto-replied',
      'X-Loop': from.address,
    },
    attachments: attachments.map(({ filename, content, type }) => ({ filename, content, contentType: type })),
  };
}

/** A refusal for good (5xx) is this letter's; all else may be over in a moment. */
function failure(where: string, error: unknown): Error {
  const { message = String(error), responseCode = 0 } = error as { message?: string; responseCode?: number };
  if (responseCode >= 500) return new Blocked('LetterRefused', `${where} refused the letter: ${message}`);
  return new Unavailable('Postfix', `${where}: ${message}`, error);
}
