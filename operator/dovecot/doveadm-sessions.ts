/** Open sessions over Dovecot's HTTP API. */
import type { Sessions } from '../ports.ts';
import type { Command, Doveadm } from './doveadm.ts';

/** Services of people; `who` names deliveries and the indexer as well. */
const ofPeople = new Set<unknown>(['imap', 'pop3', 'managesieve']);

export class DoveadmSessions implements Sessions {
  readonly #doveadm: Doveadm;
  readonly #beforeWrite: (() => void) | undefined;

  /** @param beforeWrite runs right before sessions are ended, and forbids it by throwing */
  constructor(doveadm: Doveadm, beforeWrite?: () => void) {
    this.#doveadm = doveadm;
    this.#beforeWrite = beforeWrite;
  }

  async open(): Promise<readonly string[]> {
    const [sessions] = await this.#doveadm.run([['who', {}]]);
    if (!Array.isArray(sessions)) throw this.#doveadm.failure('answered "who" with no list');
    const names = sessions
      .filter(({ service }: Record<string, unknown>) => ofPeople.has(service))
      .map(({ username }: Record<string, unknown>) => String(username));
    return [...new Set(names)];
  }

  async end(names: readonly string[]): Promise<void> {
    if (names.length === 0) return;
    const kicks = names.map((name): Command => ['kick', { mask: [name] }]);
    await this.#doveadm.run(kicks, this.#beforeWrite);
  }
}
