/** Short names for texts: the same texts have the same name, others another. Pure. */
import { createHash } from 'node:crypto';

/** 12 hexadecimal digits, whatever the order of the lines. */
export function fingerprint(lines: readonly string[]): string {
  return createHash('sha256')
    .update([...lines].sort().join('\n'))
    .digest('hex')
    .slice(0, 12);
}
