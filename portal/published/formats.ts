/** The files that are offered, as text in pieces: 20,000 people are never in memory as one. */
import type { FileWords } from '../../operator/core/published-texts.ts';
import type { Card } from './cards.ts';
import { csvOf } from './csv.ts';
import { ldifOf } from './ldif.ts';
import { vcardOf } from './vcard.ts';

export const formats = {
  csv: 'text/csv',
  vcf: 'text/vcard',
  ldif: 'text/x-ldif',
} as const;
export type Format = keyof typeof formats;

/** @param suffix of names of entries, for LDIF */
export function* fileOf(
  format: Format,
  cards: Iterable<Card>,
  words: FileWords,
  suffix: string,
): Generator<string> {
  if (format === 'csv') yield* gathered(csvOf(cards, words));
  else if (format === 'vcf') yield* gathered(vcardOf(cards));
  else yield* gathered(ldifOf(cards, suffix));
}

/** Pieces of some 64 KiB. */
function* gathered(texts: Iterable<string>): Generator<string> {
  let piece = '';
  for (const text of texts) {
    piece += text;
    if (piece.length < 65_536) continue;
    yield piece;
    piece = '';
  }
  yield piece;
}
