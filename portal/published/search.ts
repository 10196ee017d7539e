/** Finds organizations and people by name, title, organization or address, with diacritics or without (R4, R40). */
import { fold } from '../../operator/core/naming/words.ts';
import { type Directory, type Organization, type Person, pathOf } from './model.ts';

export type Found = { readonly organizations: readonly Organization[]; readonly people: readonly Person[] };

/** Longer ones are cut: nobody types that, and each word costs a look at everybody. */
const longestQuery = 100;
const mostWords = 8;

/** One pass over one long text: 20,000 people take milliseconds, and nothing has to be kept up to date. */
export class SearchIndex {
  readonly #organizations: Haystack<Organization>;
  readonly #people: Haystack<Person>;

  constructor({ organizations, people }: Directory) {
    const inside = new Map(
      organizations.map((one) => [one, spaced(pathOf(one).map(({ name }) => name))] as const),
    );
    const place = (one: Organization) => inside.get(one) ?? '';
    this.#organizations = new Haystack(organizations, (one) => `${addressWords(one.mail)}${place(one)}`);
    this.#people = new Haystack(
      people,
      ({ title = '', mail, organization }) => `${spaced([title])}${addressWords(mail)}${place(organization)}`,
    );
  }

  /** @returns who has a word that begins with each word of the query; names first, and those spelled alike before them */
  find(query: string): Found {
    const words = wordsOf(query);
    if (words.length === 0) return { organizations: [], people: [] };
    const spelling = query.slice(0, longestQuery).normalize('NFC').toLowerCase().trim();
    return {
      organizations: this.#organizations.find(words, spelling),
      people: this.#people.find(words, spelling),
    };
  }
}

/** Words of a query, as the index has them; an address stays whole. */
export function wordsOf(query: string): readonly string[] {
  const parts = query.slice(0, longestQuery).split(/\s+/);
  return parts
    .flatMap((part) => (part.includes('@') ? [fold(part)] : spaced([part]).split(' ')))
    .filter((word) => word !== '')
    .slice(0, mostWords);
}

/** Entries as lines of one text: words of the name, a tab, all others; each word behind a space. */
class Haystack<T extends { readonly name: string }> {
  readonly #items: readonly T[];
  readonly #text: string;
  /** Where each line begins, and where the last one ends. */
  readonly #starts: Uint32Array;

  constructor(items: readonly T[], rest: (item: T) => string) {
    const lines = items.map((item) => `${spaced([item.name])}\t${rest(item)}\n`);
    this.#items = items;
    // A buffer in between: strings that were put together piece by piece stay in pieces.
    this.#text = Buffer.from(lines.join('')).toString();
    this.#starts = new Uint32Array(lines.length + 1);
    for (const [index, line] of lines.entries())
      this.#starts[index + 1] = (this.#starts[index] ?? 0) + line.length;
  }

  /** @param spelling as somebody typed it, in lower case */
  find(words: readonly string[], spelling: string): readonly T[] {
    const wanted = words.map((word) => (word.includes('@') ? word : ` ${word}`));
    // The longest one is the rarest.
    const [needle = '', ...others] = wanted.toSorted((a, b) => b.length - a.length);
    const ranked: [T[], T[], T[]] = [[], [], []];
    let index = 0;
    for (let at = this.#text.indexOf(needle); at >= 0; at = this.#text.indexOf(needle, at)) {
      while ((this.#starts[index + 1] ?? 0) <= at) index += 1;
      const end = this.#starts[index + 1] ?? this.#text.length;
      const line = this.#text.slice(this.#starts[index], end);
      const item = this.#items[index];
      if (item !== undefined && others.every((word) => line.includes(word)))
        ranked[rankOf(item.name, line, wanted, spelling)].push(item);
      at = end;
    }
    return ranked.flat();
  }
}

/** Names before everything else, and those spelled alike before other names. */
function rankOf(name: string, line: string, wanted: readonly string[], spelling: string): 0 | 1 | 2 {
  const own = line.slice(0, line.indexOf('\t'));
  if (!wanted.every((word) => own.includes(word))) return 2;
  return name.toLowerCase().includes(spelling) ? 0 : 1;
}

/** Folded words of texts, each behind a space; apostrophes are inside of words (K'Brông). */
function spaced(texts: readonly string[]): string {
  return texts
    .map((text) => ` ${fold(text).replace(/['’‘ʼʹ´`]/gu, '')}`.replace(/[^\p{L}\p{N}]+/gu, ' ').trimEnd())
    .join('');
}

/** Whole, and word by word before the @. */
function addressWords(mail: string | undefined): string {
  if (mail === undefined) return '';
  return ` ${mail}${spaced([mail.slice(0, mail.lastIndexOf('@'))])}`;
}
