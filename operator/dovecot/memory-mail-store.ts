/** Mail in memory, for tests of what runs above the port. The contract suite holds it and the real store to the same. */
import { createHash } from 'node:crypto';
import { Blocked, Unavailable } from '../errors.ts';
import type { ArchiveReceipt, MailStore, Store } from '../ports.ts';

/** Messages of one account, as text. */
type Mail = readonly string[];

export class MemoryMailStore implements Pick<MailStore, 'usage'>, Store {
  /** By account. */
  readonly mail = new Map<string, Mail>();
  readonly archives = new Map<string, Mail>();
  /** On its way from here, to here, and what came after it had gone. */
  readonly sealed = new Map<string, Mail>();
  readonly incoming = new Map<string, Mail>();
  readonly late = new Map<string, Mail>();
  /** Other shards by name. */
  readonly peers = new Map<string, MemoryMailStore>();
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

  async copy(account: string, from: string): Promise<void> {
    this.#expectUp();
    this.incoming.set(account, [...(this.#peer(from).mail.get(account) ?? [])]);
  }

  async seal(account: string): Promise<void> {
    this.#expectUp();
    if (this.sealed.has(account)) return;
    this.sealed.set(account, this.mail.get(account) ?? []);
    this.mail.delete(account);
  }

  async unseal(account: string): Promise<void> {
    this.#expectUp();
    const mail = this.sealed.get(account);
    if (mail === undefined) return;
    this.sealed.delete(account);
    this.mail.set(account, [...mail, ...(this.mail.get(account) ?? [])]);
  }

  async place(account: string, from: string): Promise<void> {
    this.#expectUp();
    const sealed = this.#peer(from).sealed.get(account);
    if (sealed === undefined) throw new Unavailable('Dovecot', `${account} is not sealed at ${from}`);
    const mail = this.mail.get(account);
    if (mail !== undefined && digest(mail) !== digest(sealed))
      throw new Blocked('MailInTheWay', `${account}: other mail is where it would be brought to`);
    const archive = this.#peer(from).archives.get(account);
    if (archive !== undefined) this.archives.set(account, archive);
    this.mail.set(account, [...sealed]);
    this.incoming.delete(account);
  }

  async retire(account: string): Promise<void> {
    this.#expectUp();
    const mail = this.mail.get(account);
    if (mail === undefined || this.late.has(account)) return;
    this.late.set(account, mail);
    this.mail.delete(account);
  }

  async collect(account: string, from: string): Promise<void> {
    this.#expectUp();
    const late = this.#peer(from).late.get(account);
    const mail = this.mail.get(account) ?? [];
    if (late !== undefined) this.mail.set(account, [...mail, ...late.filter((one) => !mail.includes(one))]);
  }

  async clear(account: string): Promise<void> {
    this.#expectUp();
    if (this.mail.has(account)) throw new Unavailable('Dovecot', `${account}: mail has come once more`);
    for (const place of [this.sealed, this.incoming, this.late, this.archives]) place.delete(account);
  }

  #peer(shard: string): MemoryMailStore {
    const found = this.peers.get(shard);
    if (found === undefined) throw new Unavailable('Dovecot', `there is no ${shard}`);
    return found;
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
