/** What the operator's notices say: the project's texts, or a site's own where it has them. */
import { existsSync, readFileSync } from 'node:fs';
import { noticeFiles, noticeTexts } from '../operator/core/notices/texts.ts';
import type { Site } from '../operator/core/site.ts';

const sites = new URL('sites/', import.meta.url);

/**
 * Name and text of every file.
 * @param folder of the site files
 * @throws Invalid when one cannot be filled
 */
export function noticeTemplates(
  { notices: { templates } }: { readonly notices: Pick<Site['notices'], 'templates'> },
  folder = sites,
): Readonly<Record<string, string>> {
  const files = noticeFiles.map((file) => {
    const own = templates && new URL(`${templates}/${file}`, folder);
    const place =
      own !== undefined && existsSync(own) ? own : new URL(`config/notices/${file}`, import.meta.url);
    return [file, readFileSync(place, 'utf8')] as const;
  });
  const texts = Object.fromEntries(files);
  noticeTexts(texts);
  return texts;
}
