/** Templates of letters: a line `Subject: …`, an empty one, the text. Pure. */
import { Invalid } from '../errors.ts';
import { fill, type Values } from './template.ts';

/** @throws Invalid naming the template and what is wrong with it */
export function fillLetter(
  name: string,
  template: string,
  fields: Values,
): { subject: string; text: string } {
  const [, subject, text] = /^Subject: (.+)\n\n([\s\S]+)$/.exec(template.replaceAll('\r\n', '\n')) ?? [];
  if (subject === undefined || text === undefined)
    throw new Invalid(name, 'must begin with a line "Subject: …" and an empty one');
  return { subject: fill(name, subject, fields), text: fill(name, text, fields) };
}
