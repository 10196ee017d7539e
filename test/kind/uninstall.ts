/** Takes a site off a cluster that is not ours: only what `installSite` and `applySamples` put there. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { Site } from '../../operator/core/site.ts';
import { allowRemoval, kubectl, samplesOf, synthesize, type Target } from './install.ts';
import { step } from './steps.ts';

const root = join(import.meta.dirname, '..', '..');

/**
 * The samples first, while the operator is there to let them go; then the stack with its namespaces. The resource
 * definitions stay: other sites of the cluster may use them.
 * @throws CommandFailed when mailboxes that are not samples are still there
 */
export async function uninstallSite(target: Target, site: Site): Promise<void> {
  const samples = samplesOf(site);
  if (samples !== undefined)
    await step(`Removing the samples of ${site.title}`, () =>
      kubectl(target, ['delete', '--ignore-not-found', '--timeout=120s', '-f', samples]),
    );
  for (const namespace of site.namespaces.accounts) {
    const left = await kubectl(target, [
      '-n',
      namespace,
      'get',
      'mailboxes,organizations',
      '-o',
      'name',
      '--ignore-not-found',
    ]);
    if (left.trim() !== '')
      throw new Error(`${namespace} still holds resources that are no samples; delete them first:\n${left}`);
  }
  await synthesize([site]);
  await step(`Removing the stack of ${site.title}`, async () => {
    await allowRemoval(target, site);
    await kubectl(target, ['delete', '--ignore-not-found', '--timeout=300s', '-f', '-'], stackOf(site));
  });
}

/** All manifests but those of the backups, which outlive the stack: who does not want them deletes their namespace. */
function stackOf({ name, namespaces }: Site): string {
  const folder = join(root, 'dist', name);
  const documents = readdirSync(folder).flatMap((file) =>
    parseAllDocuments(readFileSync(join(folder, file), 'utf8')).map(
      (document) => document.toJS() as Manifest,
    ),
  );
  const stack = documents.filter(({ kind, metadata }) =>
    kind === 'Namespace' ? metadata.name !== namespaces.backup : metadata.namespace !== namespaces.backup,
  );
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items: stack });
}

type Manifest = {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
};
