/** The sentences that the clerk writes about lists, from `charts/config/requests/findings.yaml` or a site's own. Pure. */
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { Invalid } from '../../errors.ts';
import { fill, placeholders } from '../template.ts';

export const findingsFile = 'findings.yaml';

/** Why a file is no list that can be read; a letter may have too many of them, or be unreadable itself. */
export const fileFaults = [
  ...(['kind', 'locked', 'macros', 'large', 'broken', 'formulas', 'encoding', 'font'] as const),
  ...(['header', 'columns', 'empty', 'rows', 'many', 'mail'] as const),
] as const;
export type FileFault = (typeof fileFaults)[number];
export const cellFaults = ['formula', 'long', 'font', 'noAction', 'action'] as const;
export type CellFault = (typeof cellFaults)[number];

const sentence = z.string().min(1).max(400);
const schema = z.strictObject({
  unreadable: z.strictObject(
    Object.fromEntries(fileFaults.map((fault) => [fault, sentence])) as Record<FileFault, typeof sentence>,
  ),
  rows: z.strictObject(
    Object.fromEntries(cellFaults.map((fault) => [fault, sentence])) as Record<CellFault, typeof sentence>,
  ),
  ignored: sentence,
});

const known = new Set(['file', 'detail', 'column', 'value', 'actions', 'columns']);
/** What a sentence of a person's file may take up of a template's field. */
const longest = 500;

export type FindingWords = {
  readonly file: (fault: FileFault, file: string, detail: string) => string;
  readonly cell: (fault: CellFault, values: { column?: string; value?: string; actions?: string }) => string;
  readonly ignored: (columns: readonly string[]) => string;
};

/**
 * @param text of the file
 * @throws Invalid naming the sentence that is missing or asks for what is not known
 */
export function findingWords(text: string): FindingWords {
  const document = parseDocument(text);
  const fault = document.errors[0];
  if (fault !== undefined) throw new Invalid(findingsFile, fault.message);
  const result = schema.safeParse(document.toJS());
  if (!result.success) {
    const issue = result.error.issues[0];
    throw new Invalid(`${findingsFile}: ${issue?.path.join('.')}`, issue?.message ?? 'is not valid');
  }
  const { unreadable, rows, ignored } = result.data;
  for (const template of [...Object.values(unreadable), ...Object.values(rows), ignored]) {
    const unknown = [...placeholders(template)].find((name) => !known.has(name));
    if (unknown !== undefined) throw new Invalid(findingsFile, `there is no value for {{${unknown}}}`);
  }
  const say = (template: string, values: Readonly<Record<string, string>>) => {
    const none = Object.fromEntries([...known].map((name) => [name, '']));
    return oneLine(fill(findingsFile, template, { ...none, ...values }), longest);
  };
  return {
    file: (fault, file, detail) =>
      say(unreadable[fault], { file: oneLine(file, 120), detail: oneLine(detail, 120) }),
    cell: (fault, { value = '', ...values }) => say(rows[fault], { ...values, value: oneLine(value, 80) }),
    ignored: (columns) => say(ignored, { columns: oneLine(columns.join(', '), 300) }),
  };
}

/** Text of anybody as one line without control and bidirectional characters, cut where it is long. */
export function oneLine(text: string, most: number): string {
  const plain = text.normalize('NFC').replace(/\s+/g, ' ').replace(/\p{C}/gu, '').trim();
  return plain.length <= most ? plain : `${plain.slice(0, most - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}
