/** The assertion control (RFC 4528): the operation takes effect only while the entry matches. */
import { BerWriter, Control, EqualityFilter } from 'ldapts';

/** Context of an OCTET STRING, which carries the filter (RFC 4528 section 3). */
const octetString = 0x04;

export class AssertionControl extends Control {
  static readonly type = '1.3.6.1.1.12';
  readonly #filter: EqualityFilter;

  /** Critical, so that a server that does not know it refuses the operation instead of ignoring the condition. */
  constructor(attribute: string, value: string) {
    super(AssertionControl.type, { critical: true });
    this.#filter = new EqualityFilter({ attribute, value });
  }

  protected override writeControl(writer: BerWriter): void {
    const inner = new BerWriter();
    this.#filter.write(inner);
    writer.writeBuffer(inner.buffer, octetString);
  }
}
