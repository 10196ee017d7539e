/** Text inside HTML and SVG, and the characters that no file format takes. */

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Safe as text and as the value of an attribute in quotes. */
export function escaped(text: string): string {
  return printable(text).replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

/** NFC, without control characters but the end of a line: XML forbids them, and a PDF would show boxes. */
export function printable(text: string): string {
  return text
    .normalize('NFC')
    .replace(/(?!\n)\p{Cc}|[\ufffe\uffff]/gu, ' ')
    .toWellFormed();
}
