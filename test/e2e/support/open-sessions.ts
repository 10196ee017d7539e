/** Sessions that a person leaves open, and what becomes of them. */
import { once } from 'node:events';
import { connect } from 'node:tls';
import { ImapFlow } from 'imapflow';
import SMTPConnection from 'nodemailer/lib/smtp-connection/index.js';
import { hostPort } from './cluster.ts';
import { authorityOf, type Person } from './person.ts';

/** Resolves when the server has ended the session. */
export type Open = { readonly ended: Promise<unknown> };

/** An IMAP session that waits for mail (IDLE, RFC 2177). */
export async function openImap({
  site,
  address,
  password,
}: Person): Promise<Open & { hasEnded(): boolean; close(): void }> {
  const client = new ImapFlow({
    host: '127.0.0.1',
    port: hostPort(site, 'imaps'),
    secure: true,
    servername: site.hosts.mail,
    auth: { user: address, pass: password },
    tls: { ca: await authorityOf(site) },
    logger: false,
  });
  client.on('error', () => undefined);
  const ended = new Promise((resolve) => client.on('close', resolve));
  await client.connect();
  await client.mailboxOpen('INBOX');
  void client.idle().catch(() => undefined);
  return { ended, hasEnded: () => !client.usable, close: () => client.close() };
}

/** A POP3 session after its login (RFC 1939). */
export async function openPop3({ site, address, password }: Person): Promise<Open> {
  const ca = await authorityOf(site);
  const port = hostPort(site, 'pop3s');
  const socket = connect({ host: '127.0.0.1', port, ca, servername: site.hosts.mail }).setEncoding('utf8');
  socket.on('error', () => undefined);
  const expectOk = async () => {
    const [line] = (await once(socket, 'data')) as [string];
    if (!line.startsWith('+OK')) throw new Error(`POP3: ${line}`);
  };
  await expectOk();
  for (const command of [`USER ${address}`, `PASS ${password}`]) {
    socket.write(`${command}\r\n`);
    await expectOk();
  }
  return { ended: once(socket.resume(), 'close') };
}

/** A submission session after its login. */
export type Submission = {
  /** One message from the person to `to`. @throws nodemailer's error with the SMTP reply */
  send(to: string, subject: string): Promise<void>;
  close(): void;
};

export async function openSubmission({ site, address, password }: Person): Promise<Submission> {
  const connection = new SMTPConnection({
    host: '127.0.0.1',
    port: hostPort(site, 'submission'),
    requireTLS: true,
    tls: { ca: await authorityOf(site), servername: site.hosts.mail },
  });
  connection.on('error', () => undefined);
  await new Promise<void>((resolve, reject) => {
    connection.once('error', reject);
    connection.connect(() =>
      connection.login({ user: address, pass: password }, (error) => (error ? reject(error) : resolve())),
    );
  });
  return {
    send: (to, subject) =>
      new Promise((resolve, reject) => {
        const text = `From: ${address}\r\nTo: ${to}\r\nSubject: ${subject}\r\n\r\n${subject}\r\n`;
        connection.send({ from: address, to: [to] }, text, (error) => (error ? reject(error) : resolve()));
      }),
    close: () => connection.close(),
  };
}
