/** An official with a mail client: what a person does with a mailbox, over the ports that the site offers. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { ImapFlow } from 'imapflow';
import { createTransport } from 'nodemailer';
import type { Site } from '../../../operator/core/site.ts';
import { hostPort, inAccounts, testCluster } from './cluster.ts';

const cli = join(import.meta.dirname, '../../../cli/main.ts');

export type Mail = {
  readonly to: string;
  readonly subject: string;
  readonly text?: string;
  readonly attachment?: Buffer;
  readonly attachmentName?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The whole message as it is, instead of one made of the rest. */
  readonly raw?: Buffer;
  readonly from: string;
  /** Of the envelope, where it is not the header's. */
  readonly sender?: string;
};

export class Person {
  readonly site: Site;
  /** Name of the Mailbox. */
  readonly name: string;
  readonly address: string;
  password = '';

  private constructor(site: Site, name: string, address: string) {
    this.site = site;
    this.name = name;
    this.address = address;
  }

  /** Somebody whose Mailbox is Ready, with the first password still unchanged. */
  static async newcomer(site: Site, name: string): Promise<Person> {
    const address = await inAccounts(site, ['get', 'mailbox', name, '-o', 'jsonpath={.status.address}']);
    const person = new Person(site, name, address);
    person.password = await person.#firstPassword();
    return person;
  }

  /** Somebody whose password is known, as that of an account from another system. */
  static async known(site: Site, name: string, password: string): Promise<Person> {
    const address = await inAccounts(site, ['get', 'mailbox', name, '-o', 'jsonpath={.status.address}']);
    const person = new Person(site, name, address);
    person.password = password;
    return person;
  }

  /**
   * Somebody who has made the first change of the password (R25) with `kubectl hopthu`, now or in an earlier run
   * against the same cluster.
   */
  static async settled(site: Site, name: string): Promise<Person> {
    const address = await inAccounts(site, ['get', 'mailbox', name, '-o', 'jsonpath={.status.address}']);
    const person = new Person(site, name, address);
    const own = `Mat-khau-2026-${name}`;
    try {
      await person.changePassword(own, await person.#firstPassword());
    } catch (error) {
      // Asked second: Dovecot takes two seconds over a refusal, and most are new.
      if (!(await person.#canLogIn(own))) throw error;
    }
    return person;
  }

  /** The same person by another address of hers. */
  at(address: string): Person {
    const same = new Person(this.site, this.name, address);
    same.password = this.password;
    return same;
  }

  async #canLogIn(password: string): Promise<boolean> {
    const before = this.password;
    this.password = password;
    try {
      return await this.imap(async () => true);
    } catch {
      this.password = before;
      return false;
    }
  }

  /** @param current the password in force; the CLI takes it from its Secret while that is there */
  async changePassword(next: string, current = this.password): Promise<void> {
    await this.#hopthu(['password', this.name, '--change'], `${next}\n${current}\n`);
    this.password = next;
  }

  async #firstPassword(): Promise<string> {
    return (await this.#hopthu(['password', this.name])).trim();
  }

  #hopthu(args: readonly string[], input = ''): Promise<string> {
    return hopthu(this.site, args, input);
  }

  /** Runs `use` over an IMAP session; ends it. @throws imapflow's error when the login is refused */
  async imap<T>(use: (client: ImapFlow) => Promise<T>): Promise<T> {
    const client = await this.#client();
    try {
      await client.connect();
      const result = await use(client);
      await client.logout();
      return result;
    } finally {
      client.close();
    }
  }

  async #client(): Promise<ImapFlow> {
    const client = new ImapFlow({
      host: '127.0.0.1',
      port: hostPort(this.site, 'imaps'),
      secure: true,
      servername: this.site.hosts.mail,
      auth: { user: this.address, pass: this.password },
      tls: { ca: await authorityOf(this.site) },
      logger: false,
    });
    // A refused login rejects `connect`; the event would end the process besides.
    client.on('error', () => undefined);
    return client;
  }

  /** Sends with login, by STARTTLS or by TLS from the start. @throws nodemailer's error with the SMTP reply */
  send(
    mail: Omit<Mail, 'from'> & Partial<Mail>,
    service: 'submission' | 'submissions' = 'submission',
  ): Promise<void> {
    const auth = { user: this.address, pass: this.password };
    return transmit(this.site, service, { from: this.address, ...mail }, auth);
  }

  /** Waits until a message with this subject lies in the folder; gives its source. */
  async receive(subject: string, folder = 'INBOX', within = 60_000): Promise<string> {
    return this.imap(async (client) => {
      await client.mailboxOpen(folder);
      const deadline = performance.now() + within;
      for (;;) {
        // RFC 9051 section 6.4.5: a sequence set must name messages that exist.
        const exists = client.mailbox !== false && client.mailbox.exists > 0;
        const messages = exists ? await client.fetchAll('1:*', { envelope: true, source: true }) : [];
        const found = messages.find(({ envelope }) => envelope?.subject === subject);
        if (found !== undefined) return found.source?.toString('utf8') ?? '';
        if (performance.now() > deadline)
          throw new Error(`no "${subject}" came to ${folder} of ${this.address}`);
        // Without a pause two programs would be busy with nothing but this.
        await sleep(200);
        await client.noop();
      }
    });
  }

  /** RFC 9208: limit and use of storage in bytes. */
  async quota(): Promise<{ limit: number; used: number }> {
    return this.imap(async (client) => {
      const quota = await client.getQuota('INBOX');
      if (quota === false || quota.storage === undefined)
        throw new Error(`${this.address} has no storage quota`);
      return { limit: quota.storage.limit ?? Number.NaN, used: quota.storage.usage ?? Number.NaN };
    });
  }
}

/** `kubectl hopthu` in the namespace of the site's resources; gives standard output. */
export async function hopthu(site: Site, args: readonly string[], input = ''): Promise<string> {
  const [namespace = ''] = site.namespaces.accounts;
  const options = ['-n', namespace, '--context', testCluster().context];
  return (await execa(process.execPath, [cli, ...args, ...options], { input })).stdout;
}

/** Brings a mail to the site's port 25, as another server does. @throws nodemailer's error with the SMTP reply */
export function deliver(site: Site, mail: Mail): Promise<void> {
  return transmit(site, 'smtp', mail);
}

async function transmit(
  site: Site,
  service: 'smtp' | 'submission' | 'submissions',
  { from, to, subject, text = '', attachment, attachmentName, headers = {}, sender = from, raw }: Mail,
  auth?: { user: string; pass: string },
): Promise<void> {
  const transport = createTransport({
    host: '127.0.0.1',
    port: hostPort(site, service),
    secure: service === 'submissions',
    requireTLS: true,
    tls: { ca: await authorityOf(site), servername: site.hosts.mail },
    ...(auth === undefined ? {} : { auth }),
  });
  const attachments =
    attachment === undefined ? [] : [{ filename: attachmentName ?? 'van-ban.bin', content: attachment }];
  try {
    const envelope = { from: sender, to };
    await transport.sendMail(
      raw === undefined
        ? { envelope, from, to, subject, text, attachments, headers: { ...headers } }
        : { envelope, raw },
    );
  } finally {
    transport.close();
  }
}

const authorities = new Map<string, string>();

/** The certificate authority that people of the site trust, PEM. */
export async function authorityOf(site: Site): Promise<string> {
  const known =
    authorities.get(site.name) ??
    (await inAccounts(site, ['get', 'configmap', 'hopthu-ca', '-o', 'jsonpath={.data.ca\\.crt}']));
  authorities.set(site.name, known);
  return known;
}
