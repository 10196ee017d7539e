/** A site whose file is changed while it is in service, as a person does it: the file, `hopthu bootstrap`, the manifests, and what left them removed. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { parseSite } from '../../operator/core/site.ts';
import { installSite, kubectl, synthesize } from '../kind/install.ts';
import { type Changes, changedText } from '../support/changed-text.ts';
import type { Stack } from './stack.ts';

type Manifest = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
};

/**
 * Changes the site as often as `use` asks, then puts it back. Where `use` fails the site is left as it is, to be looked at.
 * @param use is given what changes the site: each time from the file of `charts/sites`
 */
export async function withChanges<T>(
  stack: Stack,
  use: (change: (changes: Changes) => Promise<Stack>) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'hopthu-site-'));
  try {
    const result = await use(async (changes) => {
      const text = changedText(stack.site.name, changes);
      const file = join(folder, 'site.yaml');
      writeFileSync(file, text);
      const changed = stack.changed(parseSite(text, file), file);
      await apply(changed);
      return changed;
    });
    await apply(stack);
    return result;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function apply({ site, siteFile, target }: Stack): Promise<void> {
  const before = manifestsOf(site.name);
  await synthesize([site], [siteFile]);
  const kept = new Set(manifestsOf(site.name).map(identity));
  await installSite(target, site, siteFile);
  // A claim is what mail lies on: nothing here removes one.
  const gone = before.filter((one) => !kept.has(identity(one)) && one.kind !== 'PersistentVolumeClaim');
  if (gone.length === 0) return;
  const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: gone });
  await kubectl(target, ['delete', '--ignore-not-found', '--timeout=120s', '-f', '-'], list);
}

/** What was applied last, as far as this checkout knows. */
function manifestsOf(name: string): readonly Manifest[] {
  const folder = join(import.meta.dirname, '../../dist', name);
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((file) =>
    parseAllDocuments(readFileSync(join(folder, file), 'utf8')).map(
      (document) => document.toJS() as Manifest,
    ),
  );
}

function identity({ apiVersion, kind, metadata: { namespace = '', name } }: Manifest): string {
  return `${apiVersion} ${kind} ${namespace}/${name}`;
}
