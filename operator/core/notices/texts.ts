/** The words of notices: texts with placeholders, which a province may replace (charts/config/notices). Pure. */
import { parse } from 'yaml';
import { z } from 'zod';
import { type DelegateRight, delegateRights } from '../../api/mailbox.ts';
import { Invalid } from '../../errors.ts';
import type { Notice, NoticeKind } from '../../ports.ts';
import { fillLetter } from '../letter-template.ts';
import type { Values } from '../template.ts';

/** Values that every text may ask for. */
const usual = ['name', 'organization', 'address', 'regulation', 'site', 'webmail', 'passwordPage', 'centre'];

/** Every kind of notice with the values that its text may ask for. */
const noticeFields: Readonly<Record<NoticeKind, readonly string[]>> = {
  reclaim: [...usual, 'lastAccess', 'date', 'days', 'afterDays'],
  password: [...usual, 'date', 'days'],
  quota: [...usual, 'percent', 'used', 'limit'],
  end: [...usual, 'date', 'days'],
  suspension: [...usual, 'date'],
  'delegation-granted': [...usual, 'delegate', 'delegateAddress', 'rights', 'date'],
  'delegation-withdrawn': [...usual, 'delegate', 'delegateAddress', 'date'],
  rename: [...usual, 'former', 'until'],
};

const kinds = Object.keys(noticeFields) as readonly NoticeKind[];

/** What the rights of a delegate are called (R26). */
const rightsFile = 'rights.yaml';
const rightsSchema = z.strictObject(
  Object.fromEntries(delegateRights.map((right) => [right, z.string().min(1)])) as Record<
    DelegateRight,
    z.ZodString
  >,
);

/** Names of all files with words. */
export const noticeFiles: readonly string[] = [...kinds.map((kind) => `${kind}.txt`), rightsFile];

export type NoticeTexts = {
  readonly templates: Readonly<Record<NoticeKind, string>>;
  readonly rights: Readonly<Record<DelegateRight, string>>;
};

/**
 * @param files text of every one of `noticeFiles`
 * @throws Invalid naming the file, and what is wrong with it or what it asks for that there is not
 */
export function noticeTexts(files: Readonly<Record<string, string>>): NoticeTexts {
  const rights = rightsSchema.safeParse(parse(files[rightsFile] ?? ''));
  if (!rights.success) {
    const faults = rights.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    throw new Invalid(rightsFile, faults.join('; '));
  }
  const templates = Object.fromEntries(kinds.map((kind) => [kind, files[`${kind}.txt`] ?? '']));
  const texts = { templates: templates as Record<NoticeKind, string>, rights: rights.data };
  for (const kind of kinds) filled(texts, kind, Object.fromEntries(noticeFields[kind].map((f) => [f, f])));
  return texts;
}

/** @throws Invalid when the text asks for a value that is not given */
export function wordsOf(texts: NoticeTexts, { kind, fields, rights = [] }: Omit<Notice, 'id' | 'to'>) {
  return filled(texts, kind, { ...fields, rights: rights.map((right) => texts.rights[right]).join(', ') });
}

function filled({ templates }: NoticeTexts, kind: NoticeKind, values: Values) {
  return fillLetter(`${kind}.txt`, templates[kind], values);
}
