/** What the operator's notices say: the project's texts, or a site's own where it has them. */
import { existsSync, readFileSync } from 'node:fs';
import { noticeFields, wordsOf } from '../operator/core/notice.ts';
import type { Site } from '../operator/core/site.ts';
import type { NoticeKind } from '../operator/ports.ts';

const sites = new URL('sites/', import.meta.url);

/**
 * File name and text of every template.
 * @param folder of the site files
 * @throws Invalid when one cannot be filled
 */
export function noticeTemplates(
  { notices: { templates } }: Pick<Site, 'notices'>,
  folder = sites,
): Readonly<Record<string, string>> {
  const kinds = Object.entries(noticeFields) as [NoticeKind, readonly string[]][];
  return Object.fromEntries(
    kinds.map(([kind, fields]) => {
      const file = `${kind}.txt`;
      const own = templates && new URL(`${templates}/${file}`, folder);
      const place =
        own !== undefined && existsSync(own) ? own : new URL(`config/notices/${file}`, import.meta.url);
      const text = readFileSync(place, 'utf8');
      wordsOf(file, text, Object.fromEntries(fields.map((field) => [field, field])));
      return [file, text];
    }),
  );
}
