/** A review as text for terminals, Markdown for merge requests and JSON for scripts. */

import { counted } from '../print.ts';
import type { Item, Review } from './review.ts';

export type Format = 'text' | 'markdown' | 'json';
export const formats: readonly Format[] = ['text', 'markdown', 'json'];

/** GitHub takes comments of 65,536 characters, GitLab longer ones. */
const markdownLimit = 60_000;

/** @param title of the site, for the heading in Markdown */
export function print(review: Review, format: Format, title: string): string {
  if (format === 'json') return JSON.stringify({ changes: review.changes, blocked: review.blocked }, null, 2);
  return format === 'text' ? asText(review) : asMarkdown(review, title);
}

function asText(review: Review): string {
  const { changes, blocked, reason } = review;
  if (changes.length + blocked.length === 0) return 'no changes';
  return [
    ...changes.map(({ summary }) => plain(summary)),
    ...(blocked.length === 0 ? [] : ['blocked:']),
    ...(reason === undefined ? [] : [`! ${plain(reason)}`]),
    ...blocked.map((item) => `! ${plain(`${subject(item)}  ${item.summary}`)}`),
    totals(review),
  ].join('\n');
}

function asMarkdown(review: Review, title: string): string {
  const { changes, blocked, reason } = review;
  const lines = [`### ${plain(title)}: ${totals(review)}`, ''];
  if (blocked.length > 0) lines.push('**Blocked**', '');
  if (reason !== undefined) lines.push(code(reason), '');
  const rows: string[] = [];
  let room = markdownLimit;
  for (const item of [...blocked, ...changes]) {
    const row = `| ${item.action} | ${code(subject(item))} | ${code(item.summary)} |`;
    room -= row.length + 1;
    if (room < 0) break;
    rows.push(row);
  }
  lines.push(...table(rows.slice(0, blocked.length)));
  lines.push(...table(rows.slice(blocked.length)));
  const left = blocked.length + changes.length - rows.length;
  if (left > 0) lines.push(`… and ${left} more: run \`hopthu plan\` for the whole list.`, '');
  return lines.join('\n').trimEnd();
}

function table(rows: readonly string[]): readonly string[] {
  return rows.length === 0 ? [] : ['| action | resource | change |', '|---|---|---|', ...rows, ''];
}

function totals({ changes, blocked }: Review): string {
  const count = counted(changes.length, 'change');
  return blocked.length === 0 ? count : `${count}, ${blocked.length} blocked`;
}

function subject({ kind, namespace, name }: Item): string {
  return `${kind} ${namespace}/${name}`;
}

/** A manifest that is refused may hold anything, characters that steer a terminal included. */
function plain(text: string): string {
  return text.replaceAll(/\p{C}+/gu, ' ');
}

/** In a code span nothing is markup, a link or a mention of a person. */
function code(text: string): string {
  return `\`${plain(text).replaceAll('`', "'").replaceAll('|', '\\|')}\``;
}
