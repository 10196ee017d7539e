/** Everything outside the operator, as interfaces: the decisions never see more than this. */

import type { DelegateRight, NoticeTopic } from './api/mailbox.ts';
import type { Orders } from './api/orders.ts';
import type { Kind, Resource } from './api/resource.ts';

/** One entry as read from the directory. Attribute names are spelled as they were asked for; absent ones are missing. */
export type DirectoryEntry = {
  readonly dn: string;
  readonly attributes: Readonly<Record<string, readonly string[]>>;
  /** Names this state of the entry, as the directory does; absent where that is not known. */
  readonly version?: string;
};

/** What is known of the entry of this name already. */
export type Recall = (dn: string) => DirectoryEntry | undefined;

/** Replace an attribute's values as a whole; an empty list clears it. */
export type AttributeReplacement = { readonly attribute: string; readonly values: readonly string[] };

/** The LDAP directory of one site. */
export interface Directory {
  /**
   * Reads every entry below `ou=mailboxes`, `ou=organizations` and `ou=held`, containers excluded.
   * @param anew reads the directory itself, whatever is remembered of it
   * @param recall an entry that the directory says has its version still is given back as it is known
   * @throws Unavailable when anything keeps it from being complete (the sentinel is part of it).
   */
  snapshot(anew?: boolean, recall?: Recall): Promise<readonly DirectoryEntry[]>;
  /** @throws Conflict when the DN or a unique value exists already; Unavailable; Blocked when slapd refuses the values. */
  add(dn: string, attributes: Readonly<Record<string, readonly string[]>>): Promise<void>;
  /**
   * Replaces attributes of one entry, only while `hopThuOwnerUID` is still `ownerUid`. With `nobody` the entry must
   * have no owner yet, and the replacements give it one.
   * @throws Conflict when the entry is gone or another's; Unavailable; Blocked when slapd refuses the values.
   */
  modify(dn: string, ownerUid: string, replacements: readonly AttributeReplacement[]): Promise<void>;
  /** Removes one entry, only while it is still `ownerUid`'s. An entry that is gone already is a success. */
  remove(dn: string, ownerUid: string): Promise<void>;
  close(): Promise<void>;
}

/** Names one resource. */
export type ResourceKey = { readonly kind: Kind; readonly namespace: string; readonly name: string };

/** A note on a resource, as `kubectl describe` shows it. */
export type ResourceEvent = {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly action: string;
  readonly message: string;
};

/** What the cluster holds for one site. */
export type ClusterSnapshot = Orders & {
  readonly organizations: readonly Resource[];
  readonly mailboxes: readonly Resource[];
};

/** The Kubernetes API, as far as the operator may use it. */
export interface Cluster {
  /** @throws Unavailable when a list is not complete or not yet known. */
  snapshot(): Promise<ClusterSnapshot>;
  /** One resource as the copy has it now, own writes included; undefined when it is gone. */
  find(kind: Kind, namespace: string, name: string): Resource | undefined;
  /** Replaces the status; the caller has compared it with what is there. @throws Conflict, Unavailable */
  writeStatus(resource: Resource, status: object): Promise<void>;
  /** @throws Conflict when the resource changed since it was read; Unavailable. */
  addFinalizer(resource: Resource): Promise<void>;
  /** A resource that is gone already is a success. */
  removeFinalizer(resource: Resource): Promise<void>;
  /**
   * A first password of a mailbox: creates the Secret (owned by the Mailbox) with `fresh`, or gives what the Secret
   * of that name that is already there holds, so that a pass that died half-way is finished with the same password.
   */
  keepFirstPassword(mailbox: Resource, secret: string, address: string, fresh: string): Promise<string>;
  /**
   * The key `password` of a Secret that the mailbox's spec names.
   * @throws Awaited while there is no such Secret or key; Blocked when it is another Mailbox's; Unavailable
   */
  readGivenPassword(mailbox: Resource, secret: string): Promise<string>;
  /** Deletes the Secret, if it is this mailbox's. One that is gone already is a success. */
  removeFirstPassword(mailbox: Resource, secret: string): Promise<void>;
  /**
   * Replaces these values of the site's report, which people and commands read; an equal one is not sent again.
   * @throws Unavailable
   */
  publish(report: Readonly<Record<string, string>>): Promise<void>;
  /** Never throws: an event that could not be written is logged and counted. */
  event(resource: Resource, event: ResourceEvent): void;
}

/** What people have open to read their mail: IMAP, POP3 and ManageSieve. */
export interface Sessions {
  /** The names that sessions were logged in with. @throws Unavailable */
  open(): Promise<readonly string[]>;
  /** Ends every session of these names; a name without one is a success. @throws Unavailable */
  end(names: readonly string[]): Promise<void>;
}

/** Each has a template of its own, which a site may word itself. */
export type NoticeKind = Exclude<NoticeTopic, 'delegation'> | 'delegation-granted' | 'delegation-withdrawn';

/** A message to people. */
export type Notice = {
  readonly kind: NoticeKind;
  /** The same message has the same id, also when it is sent twice. */
  readonly id: string;
  /** Addresses of the site. */
  readonly to: readonly string[];
  /** Values for the template. */
  readonly fields: Readonly<Record<string, string>>;
  /** Named in the site's own words as the value `rights`. */
  readonly rights?: readonly DelegateRight[];
};

/** The mail system, as far as the operator writes to people. */
export interface Notices {
  /**
   * Resolves when the mail system has taken the message for at least one of its recipients.
   * @throws Unavailable when it may take it later; Blocked when it takes it for nobody
   */
  send(notice: Notice): Promise<void>;
}

/** An archive that was read back, byte by byte: what a removal and a restore must find again. */
export type ArchiveReceipt = {
  /** RFC 3339. */
  readonly at: string;
  readonly messages: number;
  /** Of the messages. */
  readonly bytes: number;
  /** Of the archive, in hexadecimal. */
  readonly sha256: string;
};

/**
 * Mail itself, whole accounts at a time; nothing here can read a message. `account` is the `uid` of the mailbox's
 * entry, and nobody may log in or receive while its mail is moved. Every call may be made again after one that died.
 */
export interface MailStore {
  /**
   * Bytes in use, by address; one that could not be read is missing. Cheap for some hundred addresses at a time.
   * @throws Unavailable
   */
  usage(addresses: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /**
   * Copies an account's mail into the archive and reads it back. Without mail that is an empty archive; where the mail
   * was removed already, the archive that is there. @throws Unavailable
   */
  archive(account: string): Promise<ArchiveReceipt>;
  /** Removes the mail, only while the archive of `receipt` holds all of it. @throws Unavailable, Blocked */
  remove(account: string, receipt: ArchiveReceipt): Promise<void>;
  /** Removes the mail without an archive. @throws Unavailable */
  discard(account: string): Promise<void>;
  /**
   * Puts the mail back as it was and reads it back. The archive stays.
   * @throws Blocked when that archive is gone or broken, or other mail is in its place; Unavailable
   */
  restore(account: string, receipt: ArchiveReceipt): Promise<void>;
  /**
   * Removes the archive of `receipt`, and older ones of the account; one that is gone is a success.
   * @throws Blocked where it is another one, or the account has mail in its place; Unavailable
   */
  purge(account: string, receipt: ArchiveReceipt): Promise<void>;
}

/**
 * The way of an account's mail from one Dovecot to another, asked of the one that is named; nothing here can read a message,
 * and every call may be made again. @throws Unavailable, and Blocked where other mail is in the way
 */
export interface MailCarrier {
  /** Copies here what there is at `from`, while mail comes and is read there. */
  copy(account: string, from: string): Promise<void>;
  /** Takes the mail out of the way of whoever has it open still. */
  seal(account: string): Promise<void>;
  unseal(account: string): Promise<void>;
  /** Copies the rest of what is sealed at `from`, compares all of it, and puts it into its place here. */
  place(account: string, from: string): Promise<void>;
  /** Puts aside what was delivered here though the account is no longer here. */
  retire(account: string): Promise<void>;
  /** Takes over what was put aside at `from`. */
  collect(account: string, from: string): Promise<void>;
  /** Leaves nothing of the account here. */
  clear(account: string): Promise<void>;
}

/** What keeps the mail of one shard. */
export type Store = Omit<MailStore, 'usage'> & MailCarrier;

/** Wall clock, RFC 3339 in UTC. */
export type Clock = () => Date;
