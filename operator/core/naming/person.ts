/** R13: the address of a person. */
import type { Site } from '../site.ts';
import { words } from './words.ts';

/**
 * Nguyễn Thanh Bình → `ntbinh` (initials-given) or `binhnt` (given-initials). The last word is the given name, in the
 * names of ethnic minorities too; a person of one word has that word alone.
 * @throws Invalid when no address can be made of the name
 */
export function personLocalPart(site: Site, fullName: string): string {
  const all = words(fullName, 'spec.person.fullName').map((word) => word.folded);
  const given = all.at(-1) ?? '';
  const initials = all
    .slice(0, -1)
    .map((word) => word[0])
    .join('');
  return site.naming.person === 'initials-given' ? initials + given : given + initials;
}
