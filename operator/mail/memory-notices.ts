/** Notices in memory, for tests of what runs above the port. */
import { Blocked, Unavailable } from '../errors.ts';
import type { Notice, Notices } from '../ports.ts';

export class MemoryNotices implements Notices {
  readonly sent: Notice[] = [];
  /** Runs before and after a notice is taken; what it throws is what the caller gets. */
  intercept: (moment: 'before' | 'after', notice: Notice) => void = () => {};
  #isDown = false;

  /** Every call fails with Unavailable until `up`. */
  down(): void {
    this.#isDown = true;
  }

  up(): void {
    this.#isDown = false;
  }

  async send(notice: Notice): Promise<void> {
    this.intercept('before', notice);
    if (this.#isDown) throw new Unavailable('Postfix', 'down');
    if (notice.to.length === 0) throw new Blocked('NoticeRefused', 'nobody to send it to');
    this.sent.push(notice);
    this.intercept('after', notice);
  }
}
