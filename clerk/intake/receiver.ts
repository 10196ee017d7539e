/** SMTP for Postfix alone, which shows its certificate: every letter to a service address, whole and once it is dealt with. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkServerIdentity, type TLSSocket } from 'node:tls';
import {
  SMTPServer,
  type SMTPServerDataStream,
  type SMTPServerOptions,
  type SMTPServerSession,
} from 'smtp-server';
import { clerkDomain, loginIn } from '../../operator/core/requests/service-address.ts';
import type { Handed } from './intake.ts';

export type ReceiverOptions = {
  readonly port: number;
  /** Folder with `tls.crt`, `tls.key` and `ca.crt`. */
  readonly tls: string;
  /** Name in the certificate of who may come. */
  readonly caller: string;
  /** Bytes of the largest letter. */
  readonly largest: number;
  /** Local parts of the service addresses. */
  readonly services: readonly string[];
  /** Resolves when the letter is dealt with for good. */
  readonly take: (handed: Handed) => Promise<void>;
  /** Told why a letter has to come again. */
  readonly failure: (error: unknown) => void;
  /** Told of a connection that broke, or was none of Postfix's. */
  readonly disturbed: (error: Error) => void;
};

export type Receiver = {
  readonly server: SMTPServer;
  /** Reads a renewed certificate; whoever is connected stays. */
  readonly renew: () => void;
};

/** Postfix comes with one connection; more are none of it. */
const connections = 2;
/** Milliseconds without a word. */
const silence = 60_000;

/** Listens on `port`; resolves when it does. */
export async function serveIntake(options: ReceiverOptions): Promise<Receiver> {
  const credentials = () => {
    const [cert, key, ca] = ['tls.crt', 'tls.key', 'ca.crt'].map((name) =>
      readFileSync(join(options.tls, name)),
    );
    return { cert, key, ca, minVersion: 'TLSv1.3' as const };
  };
  const server = new SMTPServer({
    ...credentials(),
    ...conversation(options),
    secure: true,
    requestCert: true,
    rejectUnauthorized: true,
    // Any part of the site has a certificate of the same authority.
    onSecure(socket, _, callback) {
      const fault = checkServerIdentity(options.caller, (socket as TLSSocket).getPeerCertificate());
      callback(fault === undefined ? null : answer(554, fault.message));
    },
  });
  server.on('error', options.disturbed);
  await new Promise<void>((resolve) => server.listen(options.port, resolve));
  return { server, renew: () => server.updateSecureContext(credentials()) };
}

function conversation({ largest, services, take, failure }: ReceiverOptions): SMTPServerOptions {
  return {
    disabledCommands: ['AUTH', 'STARTTLS'],
    authOptional: true,
    disableReverseLookup: true,
    logger: false,
    name: 'clerk',
    size: largest,
    maxClients: connections,
    socketTimeout: silence,
    closeTimeout: 20_000,
    onRcptTo({ address }, _, callback) {
      const [localPart = '', domain] = address.toLowerCase().split('@');
      const isOurs =
        domain === clerkDomain && (services.includes(localPart) || loginIn(localPart) !== undefined);
      callback(isOurs ? null : answer(550, 'no service address'));
    },
    onData(stream, { envelope }, callback) {
      received(stream, largest)
        .then((raw) => {
          const handed = { ...envelopeOf(envelope), raw };
          // A login alone says of a letter that it is another copy's.
          return handed.services.length === 0 ? undefined : take(handed);
        })
        .then(
          () => callback(null, 'dealt with'),
          (error: unknown) => {
            failure(error);
            callback(answer(451, error instanceof Error ? error.message : String(error)));
          },
        );
    },
  };
}

async function received(stream: SMTPServerDataStream, largest: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  // To the end, in any case: whoever sends listens only then.
  for await (const chunk of stream) {
    length += chunk.length;
    if (length <= largest) chunks.push(chunk);
  }
  if (length > largest) throw new Error(`a letter of more than ${largest} bytes`);
  return Buffer.concat(chunks);
}

function envelopeOf({ mailFrom, rcptTo }: SMTPServerSession['envelope']) {
  const localParts = rcptTo.map(({ address }) => address.toLowerCase().split('@')[0] ?? '');
  const [login] = localParts.flatMap((localPart) => loginIn(localPart) ?? []);
  return {
    sender: mailFrom === false ? '' : mailFrom.address,
    services: localParts.filter((localPart) => loginIn(localPart) === undefined),
    ...(login === undefined ? {} : { login }),
  };
}

/** One line, which Postfix writes into its log and shows in its queue. */
function answer(responseCode: number, text: string): Error {
  return Object.assign(new Error(text.replace(/[^\x20-\x7e]+/g, ' ').slice(0, 400)), { responseCode });
}
