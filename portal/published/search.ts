/** Finds organizations and people by name, title, organization or address, with diacritics or without (R4, R40). */
import { fold } from '../../operator/core/naming/words.ts';
import { type Directory, type Organization, type Person, pathOf } from './model.ts';

export type Found = { readonly organizations: readonly Organization[]; readonly people: readonly Person[] };

/** Longer ones are cut: nobody types that, and each word costs a look at everybody. */
const longestQuery = 100;
const mostWords = 8;

/** What can be found, in the order of the directory: words of its name, then all others, each behind a space. */
type Entries<T> = {
  readonly items: readonly T[];
  readonly names: readonly string[];
  readonly rest: readonly string[];
};

/** One pass over texts in memory: 20,000 people take a few milliseconds, and nothing has to be kept up to date. */
export class SearchIndex {
  readonly #organizations: Entries<Organization>;
  readonly #people: Entries<Person>;

  constructor({ organizations, people }: Directory) {
    const inside = new Map(
      organizations.map((one) => [one, spaced(pathOf(one).map(({ name }) => name))] as const),
    );
    const place = (one: Organization) => inside.get(one) ?? '';
    this.#organizations = entries(organizations, (one) => `${place(one)}${addressWords(one.mail)}`);
    this.#people = entries(
      people,
      ({ title = '', mail, organization }) =>
        `${spaced([title])}${addressWords(mail)}${place(organization)}`,
    );
  }

  /** @returns who has a word that begins with each word of the query; names first, and those spelled alike before them */
  find(query: string): Found {
    const words = wordsOf(query);
    if (words.length === 0) return { organizations: [], people: [] };
    const spelling = query.slice(0, longestQuery).normalize('NFC').toLowerCase().trim();
    return {
      organizations: find(this.#organizations, words, spelling),
      people: find(this.#people, words, spelling),
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

function entries<T extends { readonly name: string }>(
  items: readonly T[],
  rest: (item: T) => string,
): Entries<T> {
  return { items, names: items.map(({ name }) => spaced([name])), rest: items.map(rest) };
}

function find<T extends { readonly name: string }>(
  { items, names, rest }: Entries<T>,
  words: readonly string[],
  spelling: string,
): readonly T[] {
  const ranked: [T[], T[], T[]] = [[], [], []];
  const wanted = words.map((word) => (word.includes('@') ? word : ` ${word}`));
  for (const [index, item] of items.entries()) {
    const name = names[index] ?? '';
    const other = rest[index] ?? '';
    if (wanted.every((word) => name.includes(word)))
      ranked[item.name.toLowerCase().includes(spelling) ? 0 : 1].push(item);
    else if (wanted.every((word) => name.includes(word) || other.includes(word))) ranked[2].push(item);
  }
  return ranked.flat();
}

/** Folded words of texts, each behind a space; apostrophes are inside of words (K'Brông). */
function spaced(texts: readonly string[]): string {
  return texts
    .map((text) =>
      ` ${fold(text).replace(/['’‘ʼʹ´`]/gu, '')}`.replace(/[^\p{L}\p{N}]+/gu, ' ').trimEnd(),
    )
    .join('');
}

/** Whole, and word by word before the @. */
function addressWords(mail: string | undefined): string {
  if (mail === undefined) return '';
  return ` ${mail}${spaced([mail.slice(0, mail.lastIndexOf('@'))])}`;
}
