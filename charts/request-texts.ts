/** What letters and documents about requests say: the project's texts, or a site's own where it has them. */
import { existsSync, readFileSync } from 'node:fs';
import { intakeFiles, intakeTexts } from '../operator/core/requests/intake-texts.ts';
import { requestFiles, requestTexts } from '../operator/core/requests/texts.ts';
import type { Site } from '../operator/core/site.ts';

const sites = new URL('sites/', import.meta.url);

/**
 * File name and text of every template.
 * @param folder of the site files
 * @throws Invalid when one cannot be filled
 */
export function requestTextFiles(
  { requests: { templates } }: Pick<Site, 'requests'>,
  folder = sites,
): Readonly<Record<string, string>> {
  const files = Object.fromEntries(
    [...requestFiles, ...intakeFiles].map((file) => {
      const own = templates && new URL(`${templates}/${file}`, folder);
      const place =
        own !== undefined && existsSync(own) ? own : new URL(`config/requests/${file}`, import.meta.url);
      return [file, readFileSync(place, 'utf8')];
    }),
  );
  requestTexts(files);
  intakeTexts(files);
  return files;
}
