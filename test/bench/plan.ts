/** `hopthu plan` without a cluster: as many manifests as mailboxes, one file each as `hopthu import` writes them. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { stringify } from 'yaml';
import { socTrang } from '../support/sites.ts';
import { type Manifest, mailboxManifest, organizationManifests } from './people.ts';

/** Seconds: everything new against nothing, and one change against everything else. */
export type OfflinePlan = { readonly allNew: number; readonly oneChange: number };

const main = join(import.meta.dirname, '../../cli/main.ts');
const [namespace = ''] = socTrang.namespaces.accounts;

async function write(folder: string, manifests: readonly Manifest[]): Promise<void> {
  await mkdir(folder);
  for (const { metadata, ...manifest } of manifests) {
    const text = stringify({ ...manifest, metadata: { ...metadata, namespace } });
    await writeFile(join(folder, `${metadata.name}.yaml`), text);
  }
}

/** @returns seconds. @throws Error when the plan has not `changes` changes */
async function timed(folder: string, base: string, changes: number): Promise<number> {
  const started = performance.now();
  const args = [main, 'plan', '-f', folder, '--base', base, '--site', socTrang.name, '-o', 'json'];
  const { stdout, exitCode } = await execa(process.execPath, args, { reject: false, maxBuffer: 2 ** 28 });
  const seconds = (performance.now() - started) / 1000;
  const made = (JSON.parse(stdout) as { changes: readonly unknown[] }).changes.length;
  if (exitCode !== 2 || made !== changes)
    throw new Error(`the plan ended with ${exitCode} and ${made} changes instead of ${changes}`);
  return seconds;
}

export async function measurePlan(mailboxes: number): Promise<OfflinePlan> {
  const folder = await mkdtemp(join(tmpdir(), 'hopthu-plan-'));
  const [empty, all, more] = ['empty', 'all', 'more'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  const manifests = Array.from({ length: mailboxes }, (_, index) =>
    mailboxManifest(`person-${index}`, index),
  );
  const organizations = organizationManifests();
  try {
    await write(empty, organizations);
    await write(all, [...organizations, ...manifests]);
    await write(more, [...organizations, ...manifests, mailboxManifest('one-more', 1)]);
    return { allNew: await timed(all, empty, mailboxes), oneChange: await timed(more, all, 1) };
  } finally {
    await rm(folder, { recursive: true });
  }
}
