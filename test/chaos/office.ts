/** An organization of a drill: an office with a mailbox of its own, people, and letters to them that are counted. */
import { deliver, Person } from '../e2e/support/person.ts';
import { apply, fresh, ready } from '../e2e/support/resources.ts';
import { Letters, noticedRow, type Traffic, type Work } from '../support/traffic.ts';
import type { Stack } from './stack.ts';

/** What people noticed, on standard error; and how many letters were accepted, and lost or doubled. @throws Error with the latter */
export async function endTraffic(
  stack: Stack,
  office: Office,
  traffic: Traffic,
  what: string,
): Promise<void> {
  for (const noticed of await traffic.stop())
    process.stderr.write(`${noticedRow(noticed)} ${noticed.reasons.join('; ')}\n`);
  const wrong = await office.wrong(stack);
  process.stderr.write(`${what}: ${office.count} letters accepted so far, ${wrong.length} lost or doubled\n`);
  if (wrong.length > 0) throw new Error(wrong.join('\n'));
}

const outside = { address: 'nguoi-gui@example.vn' };

/** The office's own mailbox. @param more of its spec */
export function officeSpec(name: string, more: object): object {
  const delegates = [{ mailboxRef: { name: readerOf(name) }, rights: ['Read', 'Write'] }];
  return { organizationRef: { name }, type: 'Organization', delegates, ...more };
}

const readerOf = (name: string) => `${name}-reader`;

export class Office {
  /** Name of the Organization, and of the office's own mailbox. */
  readonly name: string;
  readonly reader: Person;
  readonly writer: Person;
  readonly own: Person;
  readonly #letters: ReadonlyMap<Person, Letters>;
  /** Names of works are in Message-IDs. */
  #round = 0;

  private constructor(name: string, reader: Person, writer: Person, own: Person) {
    this.name = name;
    this.reader = reader;
    this.writer = writer;
    this.own = own;
    this.#letters = new Map([reader, own].map((person) => [person, new Letters(person)]));
  }

  /** The reader is a delegate of the office; everybody has changed the first password. */
  static async open({ site }: Stack, drill: string, title: string): Promise<Office> {
    const name = fresh(drill);
    const organizationRef = { name };
    await apply(site, 'Organization', name, { name: title });
    const people = { [readerOf(name)]: 'Mai Thị Đọc', [`${name}-writer`]: 'Mai Văn Viết' };
    for (const [who, fullName] of Object.entries(people))
      await apply(site, 'Mailbox', who, { organizationRef, type: 'Personal', person: { fullName } });
    await apply(site, 'Mailbox', name, officeSpec(name, {}));
    const names = [...Object.keys(people), name];
    await ready(site, ...names.map((who) => `mailbox/${who}`));
    const [reader, writer, own] = await Promise.all(names.map((who) => Person.settled(site, who)));
    if (reader === undefined || writer === undefined || own === undefined) throw new Error('nobody');
    return new Office(name, reader, writer, own);
  }

  /**
   * Letters from outside to the reader and the office, and from both others to the reader, who take turns because a login may send so many an hour.
   * @param at by which of their addresses they are written to and write
   */
  works(at: (person: Person) => Person = (person) => person): readonly Work[] {
    this.#round += 1;
    const [reader, own, writer] = [at(this.reader), at(this.own), at(this.writer)];
    const [toReader, toOwn] = [this.#lettersTo(this.reader), this.#lettersTo(this.own)];
    const name = (what: string) => `${this.#round} ${what} ${reader.address.split('@')[1]}`;
    const from = (to: Person) => (raw: Buffer) =>
      deliver(to.site, { from: outside.address, to: to.address, subject: '', raw });
    return [
      toReader.work(name('person'), [outside], from(reader)),
      toOwn.work(name('office'), [outside], from(own)),
      toReader.work(name('submission'), [writer, own], (raw, sender) =>
        sender.send({ to: reader.address, subject: '', raw }),
      ),
    ];
  }

  /** How many letters were accepted. */
  get count(): number {
    return [...this.#letters.values()].reduce((sum, { count }) => sum + count, 0);
  }

  /** Every accepted letter that is not there exactly once, as lines; those that wait at Postfix are asked for. */
  async wrong(stack: Stack): Promise<readonly string[]> {
    await stack.flushQueue();
    const each = [...this.#letters].map(async ([person, letters]) =>
      (await letters.wrong()).map((line) => `${person.address}: ${line}`),
    );
    return (await Promise.all(each)).flat();
  }

  #lettersTo(person: Person): Letters {
    const letters = this.#letters.get(person);
    if (letters === undefined) throw new Error(`nobody counts letters to ${person.address}`);
    return letters;
  }
}
