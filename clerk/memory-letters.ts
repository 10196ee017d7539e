/** Letters in memory, for tests of what runs above the port. */
import { Blocked, Unavailable } from '../operator/errors.ts';
import type { Attachment, Letters, Outgoing } from './ports.ts';

export class MemoryLetters implements Letters {
  readonly sent: { readonly letter: Outgoing; readonly attachments: readonly Attachment[] }[] = [];
  /** Every letter fails until it is set back. */
  isDown = false;
  /** Addresses that the mail system refuses for good. */
  readonly unknown = new Set<string>();

  async send(letter: Outgoing, attachments: readonly Attachment[]): Promise<void> {
    if (this.isDown) throw new Unavailable('Postfix', 'down');
    const refused = letter.to.find((address) => this.unknown.has(address));
    if (refused !== undefined) throw new Blocked('LetterRefused', `${refused} is unknown`);
    this.sent.push({ letter, attachments });
  }
}
