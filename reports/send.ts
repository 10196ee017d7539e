/** Reports by SMTP, to the port of Postfix that lets in this program's certificate alone and only the notices' sender. */
import { createTransport } from 'nodemailer';
import { Unavailable } from '../operator/errors.ts';

export type Letter = {
  readonly id: string;
  readonly from: { readonly name: string; readonly address: string };
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly attachments: readonly { readonly filename: string; readonly content: Buffer }[];
};

export type Gate = {
  readonly host: string;
  readonly port: number;
  /** PEM texts. */
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
};

/**
 * Resolves when the mail system has taken it.
 * @throws Unavailable
 */
export async function send({ host, port, ca, cert, key }: Gate, letter: Letter): Promise<void> {
  const { id, from, to, ...words } = letter;
  const patience = 30_000;
  const transport = createTransport({
    ...{ host, port, secure: true },
    tls: { ca, cert, key, servername: host, minVersion: 'TLSv1.3' },
    ...{ connectionTimeout: patience, greetingTimeout: patience, socketTimeout: patience },
    ...{ disableFileAccess: true, disableUrlAccess: true },
  });
  try {
    await transport.sendMail({
      ...{ from, to, messageId: `<${id}@${from.address.split('@')[1]}>` },
      // RFC 3834: nobody's "I am away" answers it.
      headers: { 'Auto-Submitted': 'auto-generated' },
      subject: words.subject,
      text: words.text,
      attachments: [...words.attachments],
    });
  } catch (error) {
    throw new Unavailable(
      'Postfix',
      `${host}:${port}: ${error instanceof Error ? error.message : String(error)}`,
      error,
    );
  } finally {
    transport.close();
  }
}
