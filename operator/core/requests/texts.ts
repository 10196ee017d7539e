/** The words of letters and documents about requests (charts/config/requests), which a province may replace. Pure. */
import { parse } from 'yaml';
import { z } from 'zod';
import { type LetterKind, requestActions, rowOutcomes } from '../../api/request.ts';
import { Invalid } from '../../errors.ts';
import { fillLetter } from '../letter-template.ts';

/** Values that each letter's template may ask for. */
const letterFields: Readonly<Record<LetterKind, readonly string[]>> = {
  acknowledged: [
    ...['number', 'organization', 'reference', 'count', 'rows', 'findings', 'term'],
    ...['centre', 'site', 'regulation'],
  ],
  result: [
    ...['number', 'organization', 'reference', 'count', 'rows', 'passwords'],
    ...['centre', 'site', 'regulation'],
  ],
  refused: ['number', 'organization', 'reference', 'count', 'reason', 'centre', 'site', 'regulation'],
  person: ['number', 'organization', 'name', 'address', 'rows', 'centre', 'site', 'regulation'],
  report: [
    ...['number', 'organization', 'reference', 'count', 'summary', 'department'],
    ...['centre', 'site', 'regulation'],
  ],
};

const text = z.string().min(1);
const each = <K extends string>(keys: readonly K[]) =>
  z.strictObject(Object.fromEntries(keys.map((key) => [key, text])) as Record<K, typeof text>);

const words = z.strictObject({
  actions: each(requestActions),
  outcomes: each(rowOutcomes),
  unknownAction: text,
  byMail: text,
  onPaper: text,
  row: text,
  withDetail: text,
  faults: text,
  faultOfRow: text,
  faultOfAll: text,
  term: text,
  passwords: text,
  summary: text,
  summaryRefused: text,
  department: text,
  report: z.strictObject({
    title: text,
    subject: text,
    to: text,
    basis: text,
    facts: each([
      ...(['number', 'organization', 'signer', 'sentBy', 'reference', 'received'] as const),
      ...(['decided', 'settled', 'due', 'list'] as const),
    ]),
    table: text,
    columns: z.array(text).length(6),
    above: text,
    office: text,
    place: text,
    sign: text,
  }),
  sheet: z.strictObject({
    title: text,
    intro: text,
    facts: each(['name', 'organization', 'address', 'password', 'page', 'number']),
    steps: z.array(text).min(1),
    receipt: text,
  }),
});

/** The words that letters and documents are put together of. */
export type RequestWords = Readonly<z.infer<typeof words>>;
export type RequestTexts = {
  readonly words: RequestWords;
  readonly letters: Readonly<Record<LetterKind, string>>;
};

/** Files of `charts/config/requests/`. */
export const requestFiles: readonly string[] = [
  ...Object.keys(letterFields).map((letter) => `${letter}.txt`),
  'words.yaml',
];

/**
 * @param files every one of `requestFiles`
 * @throws Invalid naming the file, and what it lacks or asks for that there is not
 */
export function requestTexts(files: Readonly<Record<string, string>>): RequestTexts {
  const read = words.safeParse(parse(files['words.yaml'] ?? ''));
  if (!read.success) {
    const faults = read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    throw new Invalid('words.yaml', faults.join('; '));
  }
  const letters = Object.entries(letterFields).map(([letter, fields]) => {
    const template = files[`${letter}.txt`] ?? '';
    fillLetter(`${letter}.txt`, template, Object.fromEntries(fields.map((field) => [field, field])));
    return [letter, template];
  });
  return { words: read.data, letters: Object.fromEntries(letters) };
}
