/**
 * Notices by SMTP, to the port of Postfix that lets in the operator's certificate alone and only its one sender
 * (charts/config/postfix). No password: nothing that could log in anywhere else.
 */
import { createTransport } from 'nodemailer';
import { type NoticeTexts, wordsOf } from '../core/notice-texts.ts';
import { Blocked, Unavailable } from '../errors.ts';
import type { Notice, Notices } from '../ports.ts';

export type SmtpOptions = {
  readonly host: string;
  readonly port: number;
  /** All three are read before every message, so that they may be renewed while the operator runs. */
  readonly ca: () => Promise<string>;
  readonly certificate: () => Promise<string>;
  readonly key: () => Promise<string>;
  readonly from: { readonly name: string; readonly address: string };
  readonly texts: NoticeTexts;
  /** Milliseconds for each step of a message. @default 5000 */
  readonly deadline?: number;
  /** Runs right before a message is sent, and forbids it by throwing. */
  readonly beforeWrite?: () => void;
};

export class SmtpNotices implements Notices {
  readonly #options: SmtpOptions;

  constructor(options: SmtpOptions) {
    this.#options = options;
  }

  async send(notice: Notice): Promise<void> {
    const { host, port, from, texts, deadline = 5_000 } = this.#options;
    const { id, to } = notice;
    const words = wordsOf(texts, notice);
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
    this.#options.beforeWrite?.();
    try {
      await transport.sendMail({
        from,
        to: [...to],
        messageId: `<${id}@${from.address.split('@')[1]}>`,
        // RFC 3834: nobody's "I am away" answers it.
        headers: { 'Auto-Submitted': 'auto-generated' },
        ...words,
      });
    } catch (error) {
      throw failure(`${host}:${port}`, error);
    } finally {
      transport.close();
    }
  }
}

/** A refusal for good (5xx) is this message's; all else may be over in a moment. */
function failure(where: string, error: unknown): Error {
  const { message = String(error), responseCode = 0 } = error as { message?: string; responseCode?: number };
  if (responseCode >= 500) return new Blocked('NoticeRefused', `${where} refused the notice: ${message}`);
  return new Unavailable('Postfix', `${where}: ${message}`, error);
}
