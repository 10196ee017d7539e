/**
 * XLSX as it comes from anybody. It is looked at before it is unpacked, and no more is unpacked than was looked at: a file of
 * some kilobytes may claim gigabytes, or a cell in row 1048576. Nothing in it is computed or run.
 */
import { strFromU8, type UnzipFileInfo, unzipSync, zipSync } from 'fflate';
import readXlsx from 'read-excel-file/universal';
import type { ListLimits } from './limits.ts';
import { Unreadable } from './unreadable.ts';

/** Values of cells as they are stored; `null` where there is none. */
export type Sheet = {
  readonly rows: readonly (readonly unknown[])[];
  /** Cells that hold a formula, as `row:column`, both from 0. */
  readonly formulas: ReadonlySet<string>;
};

/** Of any workbook: its parts, the bytes of each that names sheets, sheets, and the length of a tag. */
const most = { entries: 300, contents: 2 ** 18, sheets: 20, tag: 20_000 } as const;
const wanted = /^xl\/[^\0]+\.(xml|rels)$/;
/** What a list does not need, large or with places of cells that are none of it. */
const beside =
  /^xl\/((drawings|charts|theme|externalLinks|pivot\w+|tables|persons)\/|comments|threaded|calcChain)/;

/**
 * Every sheet of a workbook.
 * @throws Unreadable, and nothing else
 */
export async function readWorkbook(content: Uint8Array, limits: ListLimits): Promise<readonly Sheet[]> {
  if (startsWith(content, [0xd0, 0xcf, 0x11, 0xe0])) {
    throw new Unreadable(
      'locked',
      'is locked by a password or in the format before Excel 2007: save it as .xlsx',
    );
  }
  const parts = unpack(content, limits);
  const texts = Object.entries(parts).map(([name, bytes]) => [name, strFromU8(bytes)] as const);
  for (const [, markup] of texts) checkTags(markup);
  // Whatever its name says: without this element a part is no sheet to the reader.
  const sheetParts = texts.filter(([, markup]) => markup.includes('sheetData'));
  const formulas = new Map(sheetParts.map(([name, markup]) => [name, look(markup, limits)] as const));
  const places = placesOf(parts);
  const anywhere = new Set([...formulas.values()].flatMap((cells) => [...cells]));
  // What is read is what was looked at, and not what another reading of the same archive might find.
  const checked = zipSync(parts, { level: 0 });
  try {
    // Numbers stay as they are written: a staff number is no quantity.
    const sheets = await readXlsx(checked.buffer, { parseNumber: (text) => text });
    return sheets
      .slice(0, most.sheets)
      .map(({ data }, index) => ({ rows: data, formulas: formulas.get(places[index] ?? '') ?? anywhere }));
  } catch (error) {
    const [found] = anywhere;
    // A formula whose result is an error has the reader give up on the whole file.
    if (found !== undefined)
      throw new Unreadable('formulas', `has a formula in ${cellName(found)}`, cellName(found));
    throw broken(error);
  }
}

/** The parts of the archive that a reader of tables needs, and no other. */
function unpack(content: Uint8Array, limits: ListLimits): Record<string, Uint8Array> {
  let entries = 0;
  let unpacked = 0;
  let packed = 0;
  const filter = ({ name, size, originalSize }: UnzipFileInfo) => {
    entries += 1;
    if (entries > most.entries) throw tooLarge(`more than ${most.entries} parts`);
    if (/(^|\/)vbaProject\.bin$/i.test(name))
      throw new Unreadable('macros', 'has macros: save it as .xlsx without');
    if (/^(EncryptionInfo|EncryptedPackage)$/.test(name))
      throw new Unreadable('locked', 'is locked by a password');
    if (!wanted.test(name) || beside.test(name)) return false;
    unpacked += originalSize;
    packed += size;
    const isContents = /^xl\/workbook\.xml$|\.rels$/.test(name);
    if (isContents && originalSize > most.contents) throw tooLarge('too many sheets');
    if (unpacked > limits.unpacked) throw tooLarge(`more than ${limits.unpacked} bytes unpacked`);
    // Parts that share their bytes, or lie about them: unpacking takes as long as those are many.
    if (packed > content.length) throw broken('parts overlap');
    return true;
  };
  try {
    return unzipSync(content, { filter });
  } catch (error) {
    throw error instanceof Unreadable ? error : broken(error);
  }
}

/**
 * Each tag ends before the next one begins, and soon: the library reads what does not again and again. No part declares
 * entities (XML 1.0, section 4.2).
 */
function checkTags(markup: string): void {
  if (/<!(DOCTYPE|ENTITY)/i.test(markup)) throw broken('declares entities');
  for (let at = markup.indexOf('<'); at >= 0; ) {
    const next = markup.indexOf('<', at + 1);
    const end = markup.indexOf('>', at);
    if (end < 0 || end - at > most.tag || (next >= 0 && next < end)) throw broken('a tag does not end');
    at = next;
  }
}

/**
 * Cells with formulas, by a look at the markup that knows less than a reader and trusts less, too: whatever could be the
 * place of a cell counts as one.
 */
function look(markup: string, limits: ListLimits): ReadonlySet<string> {
  if (markup.split('<row').length - 1 > limits.rows) throw tooLarge(`more than ${limits.rows} rows`);
  const formulas = new Set<string>();
  let place: string | undefined;
  for (const [, isFormula, value] of markup.matchAll(
    /<(?:[\w.-]{1,64}:)?(f)[\s>/]|(?<![\w:.-])r\s{0,8}=\s{0,8}["']([^"']{0,32})/g,
  )) {
    if (isFormula !== undefined) {
      if (place !== undefined) formulas.add(place);
      continue;
    }
    const [, letters = '', digits] = /^([A-Z]{0,3})([0-9]{1,7})$/.exec(value ?? '') ?? [];
    if (digits === undefined) throw broken(`a cell has the place "${value}"`);
    const column = [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0);
    if (Number(digits) > limits.rows) throw tooLarge(`more than ${limits.rows} rows`);
    if (column > limits.columns) throw tooLarge(`more than ${limits.columns} columns`);
    if (column > 0) place = `${Number(digits) - 1}:${column - 1}`;
  }
  return formulas;
}

/** The part of each sheet, in the order in which the reader gives them. */
function placesOf(parts: Readonly<Record<string, Uint8Array>>): readonly (string | undefined)[] {
  const text = (name: string) => strFromU8(parts[name] ?? new Uint8Array());
  const targets = new Map(
    [...text('xl/_rels/workbook.xml.rels').matchAll(/<Relationship\b([^<>]{1,2000})>/g)].map(
      ([, tag = '']) => {
        const target = attribute(tag, 'Target');
        return [attribute(tag, 'Id'), target.startsWith('/') ? target.slice(1) : `xl/${target}`] as const;
      },
    ),
  );
  return [...text('xl/workbook.xml').matchAll(/<(?:\w{1,64}:)?sheet\b([^<>]{1,2000})>/g)].map(
    ([, tag = '']) => targets.get(attribute(tag, '\\w{1,64}:id')),
  );
}

function attribute(tag: string, name: string): string {
  return new RegExp(`(?:^|\\s)${name}\\s?=\\s?["']([^"']{0,1000})["']`).exec(tag)?.[1] ?? '';
}

function startsWith(content: Uint8Array, bytes: readonly number[]): boolean {
  return bytes.every((byte, index) => content[index] === byte);
}

/** `4:1` → `B5`. */
function cellName(place: string): string {
  const [row = 0, column = 0] = place.split(':').map(Number);
  return `${columnLetters(column)}${row + 1}`;
}

/** 0 → `A`, 27 → `AB`. */
function columnLetters(column: number): string {
  const last = String.fromCharCode(65 + (column % 26));
  return column < 26 ? last : `${columnLetters(Math.floor(column / 26) - 1)}${last}`;
}

function tooLarge(what: string): Unreadable {
  return new Unreadable('large', `has ${what}: save the list alone, without empty rows and columns`);
}

function broken(error: unknown): Unreadable {
  const why = error instanceof Error ? error.message : String(error);
  return new Unreadable('broken', `is not an XLSX file (${why}): save it again as .xlsx or .csv`);
}
