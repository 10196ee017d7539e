/** A list of what is in each image, below dist/sbom: for who has to know by this evening whether a fault is ours. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Component,
  debianComponents,
  type NpmPackage,
  nodeComponent,
  npmComponents,
  sbom,
} from '../../images/sbom.ts';
import type { Part } from '../../images/tag.ts';
import { ROOT } from './images.ts';
import { type Runtime, runContainer } from './runtime.ts';
import { step } from './steps.ts';

/**
 * Writes `<folder>/<part>.cdx.json` for images that are in the local storage.
 * @param references full names, in the order of the parts
 * @throws CommandFailed
 */
export async function writeSboms(
  runtime: Runtime,
  parts: readonly Part[],
  references: readonly string[],
  folder: string,
): Promise<void> {
  mkdirSync(folder, { recursive: true });
  await step(`Writing ${parts.length} bills of materials`, async () => {
    for (const [index, part] of parts.entries()) {
      const reference = references[index] ?? '';
      const read = (path: string) =>
        runContainer(runtime, [
          'run',
          '--rm',
          '--network=none',
          '--entrypoint=/usr/bin/cat',
          reference,
          path,
        ]);
      const release = /^VERSION_ID="?([^"\n]+)/m.exec(await read('/etc/os-release'))?.[1];
      const components = [
        ...debianComponents(await read('/var/lib/dpkg/status'), `debian-${release}`),
        ...(part === 'operator' ? bundled() : []),
      ];
      const text = JSON.stringify(sbom(reference, components), null, 2);
      writeFileSync(join(folder, `${part}.cdx.json`), `${text}\n`);
    }
  });
}

/** What `images/operator/bundle.ts` put into the operator's image. */
function bundled(): readonly Component[] {
  const text = readFileSync(join(ROOT, 'images/operator/build/packages.json'), 'utf8');
  return [nodeComponent(process.version), ...npmComponents(JSON.parse(text) as NpmPackage[])];
}
