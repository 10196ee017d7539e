/** Makes images/operator/build: the operator and the programs beside it as one file each, the Node binary that runs them, and the handbooks. */
import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { copyHandbook } from './handbook.ts';
import { bundle } from './single-file.ts';

const folder = new URL('build/', import.meta.url);
const program = (name: string) => new URL(`../../operator/${name}`, import.meta.url).pathname;
mkdirSync(folder, { recursive: true });
const inputs = await bundle(
  {
    operator: program('main.ts'),
    throttle: program('throttle/main.ts'),
    filter: program('filter/main.ts'),
    portal: program('../portal/main.ts'),
    clerk: program('../clerk/main.ts'),
    // Beside the clerk, which starts it as a thread.
    reader: program('../clerk/intake/reader.ts'),
    publisher: program('../portal/publisher/main.ts'),
    reports: program('../reports/main.ts'),
  },
  folder.pathname,
);
// For the list of what is in the image: a bundle does not tell any more.
const folders = inputs.flatMap((path) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []);
const packages = [...new Set(folders)].sort().map((path) => {
  const { name, version, license } = JSON.parse(readFileSync(`${path}/package.json`, 'utf8'));
  return { name, version, license };
});
writeFileSync(new URL('packages.json', folder), JSON.stringify(packages, null, 2));
// What documents are printed in (documents/pdf.ts).
mkdirSync(new URL('fonts/', folder), { recursive: true });
for (const face of ['400Regular', '400Regular_Italic', '700Bold', '700Bold_Italic'])
  copyFileSync(
    new URL(`../../node_modules/@expo-google-fonts/tinos/${face}/Tinos_${face}.ttf`, import.meta.url),
    new URL(`fonts/Tinos_${face}.ttf`, folder),
  );
copyFileSync(process.execPath, new URL('node', folder));
chmodSync(new URL('node', folder), 0o755);
copyHandbook(new URL('../../', import.meta.url).pathname, new URL('handbook/', folder).pathname);
