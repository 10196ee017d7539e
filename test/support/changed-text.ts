/** A site file of `charts/sites` as somebody has changed it. */
import { parseDocument } from 'yaml';
import { siteText } from '../../charts/site-files.ts';

/** Fields of the site file by their path, and what they become: `{ 'storage.shards': 2 }`. */
export type Changes = Readonly<Record<string, unknown>>;

/** The text of the file with these fields changed. */
export function changedText(name: string, changes: Changes): string {
  const document = parseDocument(siteText(name));
  for (const [path, value] of Object.entries(changes))
    document.setIn(path.split('.'), document.createNode(value));
  return document.toString();
}
