/** The directory for spreadsheets: UTF-8 with a byte order mark, without which Excel shows Vietnamese as gibberish. */
import Papa from 'papaparse';
import type { FileWords } from '../../operator/core/published-texts.ts';
import { type Card, withTitle } from './cards.ts';

/** A line for each card. What a spreadsheet would take for a formula stands behind an apostrophe. */
export function* csvOf(cards: Iterable<Card>, { columns, kinds }: FileWords): Generator<string> {
  const { kind, name, title, organization, above, mail, phone, address, head } = columns;
  yield `\uFEFF${row([kind, name, title, organization, above, mail, phone, address, head])}`;
  for (const card of cards) {
    const own = card.inside.at(-1) ?? '';
    const [in_, over] = card.kind === 'person' ? [own, card.inside.slice(0, -1)] : ['', card.inside];
    yield row([
      kinds[card.kind],
      card.name,
      card.title,
      in_,
      over.join(' / '),
      card.mail,
      card.phone,
      card.address,
      card.head && withTitle(card.head),
    ]);
  }
}

function row(cells: readonly (string | undefined)[]): string {
  const data = [cells.map((cell) => cell ?? '')];
  return `${Papa.unparse(data, { newline: '\r\n', escapeFormulae: true })}\r\n`;
}
