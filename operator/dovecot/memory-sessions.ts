/** Sessions in memory, for tests of what runs above the port. */
import { Unavailable } from '../errors.ts';
import type { Sessions } from '../ports.ts';

export class MemorySessions implements Sessions {
  /** Names with an open session. */
  readonly names = new Set<string>();
  #isDown = false;

  /** Every call fails with Unavailable until `up`; sessions stay open. */
  down(): void {
    this.#isDown = true;
  }

  up(): void {
    this.#isDown = false;
  }

  async open(): Promise<readonly string[]> {
    this.#expectUp();
    return [...this.names];
  }

  async end(names: readonly string[]): Promise<void> {
    this.#expectUp();
    for (const name of names) this.names.delete(name);
  }

  #expectUp(): void {
    if (this.#isDown) throw new Unavailable('Dovecot', 'down');
  }
}
