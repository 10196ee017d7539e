/** Mail in memory, for tests of what runs above the port. The contract suite holds it and the real store to the same. */
import { createHash } from 'node:crypto';
import { Blocked, Unavailable } from '../errors.ts';
import type { ArchiveReceipt, MailStore } from '../ports.ts';

/** Messages of one account, as text. */
type Mail = readonly string[];

export class MemoryMailStore implements MailStore {
  /** By account. */
  readonly mail = new Map<string, Mail>();
  readonly archives = new Map<string, Mail>();
  /** Bytes by address. */
  readonly used = new Map<string, number>();
  /** Addresses that were asked for, call by call. */
  readonly asked: (readonly string[])[] = [];
  readonly #now: () => string;
  #isDown = false;

  /** @param now RFC 3339 */
  constructor(now: () => string = () => '2026-11-21T00:00:00Z') {
    this.#now = now;
  }

  /** Every call fails with Unavailable until `up`. */
  down(): void {
    this.#isDown = true;
  }

  up(): void {
    this.#isDown = false;
  }

  async usage(addresses: readonly string[]): Promise<ReadonlyMap<string, number>> {
    this.#expectUp();
    this.asked.push(addresses);
    return new Map(
      addresses.flatMap((address) => {
        const bytes = this.used.get(address);
        return bytes === undefined ? [] : [[address, bytes] as const];
      }),
    );
  }

  async archive(account: string): Promise<ArchiveReceipt> {
    this.#expectUp();
    const mail = this.mail.get(account) ?? this.archives.get(account) ?? [];
    this.archives.set(account, [...mail]);
    return this.#receipt(mail);
  }

  async remove(account: string, receipt: ArchiveReceipt): Promise<void> {
    this.#expectUp();
    const mail = this.mail.get(account);
    if (mail !== undefined && digest(this.archives.get(account) ?? []) !== digest(mail))
      throw new Blocked('ArchiveDiffers', `${account}: there is mail that its archive does not hold`);
    this.#archiveOf(account, receipt);
    this.mail.delete(account);
  }

  async discard(account: string): Promise<void> {
    this.#expectUp();
    this.mail.delete(account);
  }

  async restore(account: string, receipt: ArchiveReceipt): Promise<void> {
    this.#expectUp();
    const archived = this.#archiveOf(account, receipt);
    const mail = this.mail.get(account);
    if (mail !== undefined && digest(mail) !== digest(archived))
      throw new Blocked('MailInTheWay', `${account}: other mail is where the archive would be restored to`);
    this.mail.set(account, [...archived]);
  }

  async purge(account: string, receipt: ArchiveReceipt): Promise<void> {
    this.#expectUp();
    if (this.mail.has(account))
      throw new Blocked('AccountInUse', `${account}: there is mail in its place, so its archive stays`);
    if (this.archives.has(account)) this.#expectSame(account, receipt);
    this.archives.delete(account);
  }

  #expectSame(account: string, { at, sha256 }: ArchiveReceipt): void {
    if (digest(this.archives.get(account) ?? []) !== sha256)
      throw new Blocked('ArchiveDiffers', `${account}: the archive is not that of ${at}, so it stays`);
  }

  #archiveOf(account: string, receipt: ArchiveReceipt): Mail {
    const archived = this.archives.get(account);
    if (archived === undefined || digest(archived) !== receipt.sha256)
      throw new Blocked('ArchiveBroken', `${account}: the archive of ${receipt.at} is gone or broken`);
    return archived;
  }

  #receipt(mail: Mail): ArchiveReceipt {
    const bytes = mail.reduce((sum, message) => sum + Buffer.byteLength(message), 0);
    return { at: this.#now(), messages: mail.length, bytes, sha256: digest(mail) };
  }

  #expectUp(): void {
    if (this.#isDown) throw new Unavailable('Dovecot', 'down');
  }
}

function digest(mail: Mail): string {
  return createHash('sha256').update(JSON.stringify(mail)).digest('hex');
}
