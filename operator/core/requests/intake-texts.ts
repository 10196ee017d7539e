/** What the clerk answers to a letter that becomes no request: from `charts/config/requests`, or a site's own. Pure. */

import { fillLetter } from '../letter-template.ts';
import { type FindingWords, findingsFile, findingWords } from './findings.ts';

const answerKinds = ['no-list', 'unreadable', 'personal'] as const;
export type AnswerKind = (typeof answerKinds)[number];

const fields = ['address', 'subject', 'service', 'faults', 'centre', 'regulation', 'site'] as const;
export type AnswerFields = Readonly<Record<(typeof fields)[number], string>>;

/** Names of all files; a site may have its own of each. */
export const intakeFiles = [findingsFile, ...answerKinds.map((kind) => `${kind}.txt`)];

export type IntakeTexts = {
  readonly words: FindingWords;
  readonly answer: (kind: AnswerKind, fields: AnswerFields) => { subject: string; text: string };
};

/**
 * @param files text by name
 * @throws Invalid when one cannot be filled
 */
export function intakeTexts(files: Readonly<Record<string, string>>): IntakeTexts {
  const answer = (kind: AnswerKind, values: AnswerFields) =>
    fillLetter(`${kind}.txt`, files[`${kind}.txt`] ?? '', values);
  const examples = Object.fromEntries(fields.map((field) => [field, field])) as AnswerFields;
  for (const kind of answerKinds) answer(kind, examples);
  return { words: findingWords(files[findingsFile] ?? ''), answer };
}
