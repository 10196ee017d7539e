/** `hopthu support-bundle`: what an engineer elsewhere asks for when something is wrong; no Secret is ever read. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failed, WrongInput } from './failure.ts';
import { loadKubeConfig } from './kube.ts';
import { loadSite } from './site.ts';
import { type Bundled, clusterSource, type Source } from './support/cluster-source.ts';
import { shown } from './support/shown.ts';

export type SupportBundleOptions = {
  readonly site: string;
  readonly context?: string;
  readonly output: string;
  readonly people: boolean;
};

/**
 * Writes one file per thing into the folder, and `missing.txt` with what could not be had and why.
 * @throws WrongInput when the folder has something in it; Failed when nothing at all could be had
 */
export async function supportBundle(options: SupportBundleOptions): Promise<void> {
  const site = loadSite(options.site);
  prepare(options.output);
  const written = await collect(clusterSource(loadKubeConfig(options.context), site), options);
  console.log(`${written} files in ${options.output}: read them before you send them`);
}

function prepare(folder: string): void {
  mkdirSync(folder, { recursive: true });
  if (readdirSync(folder).length > 0) throw new WrongInput(`${folder} is not empty: name a new folder`);
}

/** @returns how many files were written */
export async function collect(
  source: Source,
  { output, people }: Pick<SupportBundleOptions, 'output' | 'people'>,
): Promise<number> {
  const missing: string[] = [];
  let written = 0;
  for await (const bundled of attempted(source, missing)) {
    writeFileSync(join(output, bundled.file), shown(bundled.text, people));
    written += 1;
  }
  writeFileSync(join(output, 'missing.txt'), missing.map((line) => `${line}\n`).join(''));
  if (written === 0) throw new Failed(`nothing could be had: ${missing[0] ?? 'the cluster is empty'}`);
  return written;
}

async function* attempted(source: Source, missing: string[]): AsyncGenerator<Bundled> {
  for (const { what, read } of await source()) {
    try {
      yield* await read();
    } catch (error) {
      if (!(error instanceof Failed)) throw error;
      missing.push(`${what}: ${error.message}`);
    }
  }
}
