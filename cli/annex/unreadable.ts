import type { FileFault } from '../../operator/core/requests/findings.ts';

/**
 * A file is no list that can be read. The message is for administrators; people are told by reason, in the words of
 * `charts/config/requests/findings.yaml`.
 */
export class Unreadable extends Error {
  override readonly name = 'Unreadable';
  readonly reason: FileFault;
  /** What the words ask for beside the name of the file, such as the column that is there twice. */
  readonly detail: string;
  constructor(reason: FileFault, message: string, detail = '') {
    super(message);
    this.reason = reason;
    this.detail = detail;
  }
}
