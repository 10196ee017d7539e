/** Names of resources: the person's name, and the staff number where two people share it. */
import { fold } from '../../operator/core/naming/words.ts';

/** What a label, and so a resource of ours, may have. */
const longest = 63;

/** "Nguyễn Thanh Bình" → `nguyen-thanh-binh`; empty when nothing of the text is left among a–z and 0–9. */
export function slug(text: string): string {
  return fold(text)
    .replace(/['’‘ʼʹ´`]/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, longest)
    .replace(/^-+|-+$/g, '');
}

/** `nguyen-thanh-binh`, `CB-00123` → `nguyen-thanh-binh-cb-00123`, never longer than a name may be. */
export function slugWith(base: string, addition: string): string {
  const end = slug(addition);
  const start = base.slice(0, Math.max(0, longest - 1 - end.length)).replace(/-+$/, '');
  return [start, end].filter((part) => part !== '').join('-');
}
