/**
 * The port of Postfix that lets in certificates that it knows, and only the site's one sender (charts/config/postfix). No password:
 * nothing that could log in anywhere else.
 */
import { createTransport, type SendMailOptions } from 'nodemailer';
import { Blocked, Unavailable } from '../errors.ts';

export type Gate = {
  readonly host: string;
  readonly port: number;
  /** All three are read before every message, so that they may be renewed meanwhile. */
  readonly ca: () => Promise<string>;
  readonly certificate: () => Promise<string>;
  readonly key: () => Promise<string>;
  readonly from: { readonly name: string; readonly address: string };
  /** Milliseconds for each step of a message. */
  readonly deadline: number;
  /** Runs right before a message is sent, and forbids it by throwing. */
  readonly beforeWrite?: () => void;
};

/** What Postfix refused for good, as a condition and a message call it. */
export type Refusal = { readonly reason: string; readonly called: string };

/**
 * @param id the same message has the same one, also when it is sent twice
 * @throws Unavailable when it may be taken later; Blocked when it is refused
 */
export async function sendThrough(
  { host, port, from, deadline, beforeWrite, ...files }: Gate,
  { id, ...mail }: SendMailOptions & { readonly id: string },
  { reason, called }: Refusal,
): Promise<void> {
  const [ca, cert, key] = await Promise.all([files.ca(), files.certificate(), files.key()]);
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
  beforeWrite?.();
  try {
    await transport.sendMail({ from, messageId: `<${id}@${from.address.split('@')[1]}>`, ...mail });
  } catch (error) {
    const { message = String(error), responseCode = 0 } = error as {
      message?: string;
      responseCode?: number;
    };
    // A refusal for good (5xx) is this message's; all else may be over in a moment.
    if (responseCode >= 500) throw new Blocked(reason, `${host}:${port} refused the ${called}: ${message}`);
    throw new Unavailable('Postfix', `${host}:${port}: ${message}`, error);
  } finally {
    transport.close();
  }
}
