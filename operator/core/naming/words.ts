/** Vietnamese names as words of a–z and 0–9, the form that every address rule starts from. */
import { Invalid } from '../../errors.ts';

/** Letters that Unicode does not decompose into a base letter and marks. Ð (eth) is often typed for Đ; Ƀ is Ê Đê and Jrai. */
const undecomposed: Readonly<Record<string, string>> = { đ: 'd', ð: 'd', ƀ: 'b' };

/**
 * "Nguyễn" → "nguyen": lower case, no diacritics. Composed and decomposed input give the same result.
 * Letters that have no counterpart among a–z stay as they are.
 */
export function fold(text: string): string {
  return text
    .toLowerCase()
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[đðƀ]/g, (letter) => undecomposed[letter] ?? letter);
}

/** One word of a name: as it was written, and folded. */
export type Word = { readonly written: string; readonly folded: string };

/**
 * Splits a name into words: spaces, hyphens, commas and other punctuation separate, apostrophes vanish (K'Brông is
 * one word).
 * @param field named in errors
 * @throws Invalid when a letter has no counterpart in an address, or no word is left
 */
export function words(name: string, field: string): readonly Word[] {
  const result = name
    .normalize('NFC')
    .replace(/['’‘ʼʹ´`]/gu, '')
    .split(/[^\p{L}\p{M}\p{N}]+/u)
    .filter((word) => word !== '')
    .map((written) => ({ written, folded: fold(written) }));
  for (const { written, folded } of result) {
    if (!/^[a-z0-9]+$/.test(folded)) {
      throw new Invalid(
        field,
        `"${written}" has a letter with no counterpart among a–z; ask for an explicit address (R16)`,
      );
    }
  }
  if (result.length === 0) {
    throw new Invalid(
      field,
      `nothing of "${name}" is left for an address; ask for an explicit address (R16)`,
    );
  }
  return result;
}

/** Every name is compared with each of the site's few phrases, 20,000 names in one pass. */
const phrases = new Map<string, readonly string[]>();

/** Folded words of a phrase from the site file. */
export function phrase(text: string): readonly string[] {
  let folded = phrases.get(text);
  if (folded === undefined) {
    folded = words(text, 'naming').map((word) => word.folded);
    phrases.set(text, folded);
  }
  return folded;
}

/** Does `list` start with `start`, word by word? */
export function startsWith(list: readonly Word[], start: readonly string[]): boolean {
  return start.length <= list.length && start.every((word, index) => list[index]?.folded === word);
}

/** Does `list` end with `end`, word by word? */
export function endsWith(list: readonly Word[], end: readonly string[]): boolean {
  return startsWith(list.slice(Math.max(0, list.length - end.length)), end) && end.length <= list.length;
}
