/** Open sessions over Dovecot's HTTP API. */
import type { Sessions } from '../ports.ts';
import type { Command, Doveadm } from './doveadm.ts';

/** Services of people; `who` names deliveries and the indexer as well. */
const ofPeople = new Set<unknown>(['imap', 'pop3', 'managesieve']);

/** What one name has open of one kind. */
export type Session = {
  /** `imap`, `pop3` or `managesieve`. */
  readonly service: string;
  readonly connections: number;
  /** Where they come from, each named once; the webmail's own address for who is in there. */
  readonly addresses: readonly string[];
};

export class DoveadmSessions implements Sessions {
  readonly #doveadm: Doveadm;
  readonly #beforeWrite: (() => void) | undefined;

  /** @param beforeWrite runs right before sessions are ended, and forbids it by throwing */
  constructor(doveadm: Doveadm, beforeWrite?: () => void) {
    this.#doveadm = doveadm;
    this.#beforeWrite = beforeWrite;
  }

  async open(): Promise<readonly string[]> {
    const names = (await this.#who([{}])).map(({ username }) => String(username));
    return [...new Set(names)];
  }

  /** What is open under any of the names. @throws Unavailable */
  async of(names: readonly string[]): Promise<readonly Session[]> {
    // Dovecot takes one name at a time, as a pattern: what it finds is looked at again.
    const found = await this.#who(names.map((name) => ({ mask: [name] })));
    return found
      .filter(({ username }) => names.includes(String(username)))
      .map(({ service, connections, ips }) => ({
        service: String(service),
        connections: Number(connections),
        addresses: [...new Set(String(ips).match(/[0-9a-f.:]{3,}/gi) ?? [])],
      }));
  }

  async #who(parameters: readonly object[]): Promise<readonly Record<string, unknown>[]> {
    const lists = await this.#doveadm.run(parameters.map((one): Command => ['who', one]));
    return lists.flatMap((sessions) => {
      if (!Array.isArray(sessions)) throw this.#doveadm.failure('answered "who" with no list');
      return sessions.filter(({ service }: Record<string, unknown>) => ofPeople.has(service));
    });
  }

  async end(names: readonly string[]): Promise<void> {
    if (names.length === 0) return;
    const kicks = names.map((name): Command => ['kick', { mask: [name] }]);
    await this.#doveadm.run(kicks, this.#beforeWrite);
  }
}
