/** What Dovecot tells of one person's mailbox: used bytes and open sessions, and of nobody else's. */
import type { DoveadmSessions, Session } from '../../operator/dovecot/doveadm-sessions.ts';
import type { DoveadmUsage } from '../../operator/dovecot/doveadm-usage.ts';
import { Unavailable } from '../../operator/errors.ts';

export type Dovecot = {
  readonly usage: Pick<DoveadmUsage, 'usage'>;
  readonly sessions: Pick<DoveadmSessions, 'of'>;
};

/** As of now; absent where it could not be read, which is not 0 and not none. */
export type Use = { readonly usedBytes?: number; readonly sessions?: readonly Session[] };

export class MailboxStore {
  readonly #dovecots: ReadonlyMap<string, Dovecot>;
  readonly #late: (error: unknown) => void;

  /**
   * @param dovecots by the name of the shard
   * @param late sees why something could not be read
   */
  constructor(dovecots: ReadonlyMap<string, Dovecot>, late: (error: unknown) => void) {
    this.#dovecots = dovecots;
    this.#late = late;
  }

  /** @param names every name that the person's sessions may have, the present address first */
  async useOf(host: string, names: readonly string[]): Promise<Use> {
    const dovecot = this.#dovecots.get(host);
    const [address = ''] = names;
    if (dovecot === undefined) return {};
    const [used, sessions] = await Promise.all([
      this.#known(dovecot.usage.usage([address])),
      this.#known(dovecot.sessions.of(names)),
    ]);
    const usedBytes = used?.get(address);
    return {
      ...(usedBytes === undefined ? {} : { usedBytes }),
      ...(sessions === undefined ? {} : { sessions }),
    };
  }

  async #known<T>(answer: Promise<T>): Promise<T | undefined> {
    try {
      return await answer;
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      this.#late(error);
      return undefined;
    }
  }
}
