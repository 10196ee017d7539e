/** The directory of one site, over a verified connection to slapd. Decides nothing; invents nothing when unsure. */
import { Attribute, Change, type Client } from 'ldapts';
import { attribute, nobody } from '../core/layout.ts';
import { Blocked } from '../errors.ts';
import type { AttributeReplacement, Directory, DirectoryEntry, Recall } from '../ports.ts';
import { AssertionControl } from './assertion-control.ts';
import type { Connection } from './connection.ts';
import { isGone, type Operation, translate } from './result-codes.ts';
import { SnapshotReader } from './snapshot-reader.ts';

export class LdaptsDirectory implements Directory {
  readonly #connection: Connection;
  readonly #suffix: string;
  readonly #beforeWrite: () => void;
  readonly #snapshots: SnapshotReader;
  #lastSnapshot: Promise<unknown> = Promise.resolve();

  /**
   * @param suffix of the site's tree, as `suffixOf` gives it
   * @param beforeWrite runs right before every write is sent, and forbids it by throwing
   */
  constructor(connection: Connection, suffix: string, beforeWrite: () => void = () => undefined) {
    this.#beforeWrite = beforeWrite;
    this.#connection = connection;
    this.#suffix = suffix;
    this.#snapshots = new SnapshotReader(suffix);
  }

  snapshot(_anew?: boolean, recall?: Recall): Promise<readonly DirectoryEntry[]> {
    // slapd keeps one paged search per connection: a second one would invalidate the cookie of the first.
    const next = this.#lastSnapshot.then(() => this.#read(recall));
    this.#lastSnapshot = next.catch(() => undefined);
    return next;
  }

  async add(dn: string, attributes: Readonly<Record<string, readonly string[]>>): Promise<void> {
    const given = Object.entries(attributes).filter(([, values]) => values.length > 0);
    const list = given.map(([type, values]) => new Attribute({ type, values: storable(type, values) }));
    await this.#run('add', dn, (client) => client.add(dn, list));
  }

  async modify(dn: string, ownerUid: string, replacements: readonly AttributeReplacement[]): Promise<void> {
    if (replacements.length === 0) return;
    const isOwner = ({ attribute: type }: AttributeReplacement) =>
      ownerUid === nobody && type === attribute.ownerUid;
    const changes = withoutUnlocking(replacements).map((one) =>
      change(isOwner(one) ? 'add' : 'replace', one.attribute, one.values),
    );
    const condition = ownerUid === nobody ? [] : whileOwnedBy(ownerUid);
    await this.#run('modify', dn, (client) => client.modify(dn, [...condition, ...changes]));
  }

  async remove(dn: string, ownerUid: string): Promise<void> {
    await this.#run('remove', dn, async (client) => {
      try {
        await client.del(dn, new AssertionControl(attribute.ownerUid, ownerUid));
      } catch (error) {
        if (!isGone(error)) throw error;
      }
    });
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  async #run(operation: Operation, dn: string, work: (client: Client) => Promise<void>): Promise<void> {
    try {
      await this.#connection.run(async (client) => {
        this.#beforeWrite();
        await work(client);
      });
    } catch (error) {
      throw translate(error, operation, dn);
    }
  }

  async #read(recall: Recall | undefined): Promise<readonly DirectoryEntry[]> {
    try {
      return await this.#connection.run((client, progress) => this.#snapshots.read(client, progress, recall));
    } catch (error) {
      throw translate(error, 'search', this.#suffix);
    }
  }
}

/**
 * Takes the owner out and puts it back: where it is another, the whole modification is refused. The assertion control
 * would do, but slapo-unique searches under the same control and then fails every change of an address (slapd 2.5.13).
 */
function whileOwnedBy(ownerUid: string): Change[] {
  return [change('delete', attribute.ownerUid, [ownerUid]), change('add', attribute.ownerUid, [ownerUid])];
}

/** With a new password slapo-ppolicy unlocks by itself, and fails where the same modification has done it before. */
function withoutUnlocking(replacements: readonly AttributeReplacement[]): readonly AttributeReplacement[] {
  if (!replacements.some(({ attribute: type }) => type === 'userPassword')) return replacements;
  return replacements.filter(
    ({ attribute: type, values }) => type !== 'pwdAccountLockedTime' || values.length > 0,
  );
}

function change(operation: 'add' | 'delete' | 'replace', type: string, values: readonly string[]): Change {
  return new Change({ operation, modification: new Attribute({ type, values: storable(type, values) }) });
}

/** UTF-8 has no unpaired surrogates: they would be stored as something else than what was asked for. */
function storable(type: string, values: readonly string[]): string[] {
  if (!values.every((value) => value.isWellFormed())) {
    throw new Blocked('DirectoryRefused', `${type} is not valid Unicode`);
  }
  return [...values];
}
