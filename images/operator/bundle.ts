/** Makes images/operator/build: the operator and the throttle as one file each, and the Node binary that runs them. */
import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';
import { singleFile } from './single-file.ts';

const folder = new URL('build/', import.meta.url);
mkdirSync(folder, { recursive: true });
const { metafile } = await build({
  entryPoints: {
    operator: new URL('../../operator/main.ts', import.meta.url).pathname,
    throttle: new URL('../../operator/throttle/main.ts', import.meta.url).pathname,
  },
  outdir: folder.pathname,
  ...singleFile,
  metafile: true,
});
// Of the lists of what is in an image: a bundle does not tell any more.
const folders = Object.keys(metafile.inputs).flatMap(
  (path) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? [],
);
const packages = [...new Set(folders)].sort().map((path) => {
  const { name, version, license } = JSON.parse(readFileSync(`${path}/package.json`, 'utf8'));
  return { name, version, license };
});
writeFileSync(new URL('packages.json', folder), JSON.stringify(packages, null, 2));
copyFileSync(process.execPath, new URL('node', folder));
chmodSync(new URL('node', folder), 0o755);
