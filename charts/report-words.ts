/** What reports say: the project's words, or a site's own where it has them. */
import { existsSync, readFileSync } from 'node:fs';
import type { Site } from '../operator/core/site.ts';
import { wordsFrom } from '../reports/words.ts';

const file = 'words.yaml';
const sites = new URL('sites/', import.meta.url);

/**
 * @param folder of the site files
 * @throws Invalid when a text is missing, or asks for a value that there is not
 */
export function reportWords({ reports: { templates } }: Pick<Site, 'reports'>, folder = sites): string {
  const own = templates && new URL(`${templates}/${file}`, folder);
  const place =
    own !== undefined && existsSync(own) ? own : new URL(`config/reports/${file}`, import.meta.url);
  const text = readFileSync(place, 'utf8');
  wordsFrom(text);
  return text;
}
