/** `node charts/main.ts dist [site…]`: the manifests of every site, or of those named or given by the path of their file, below `dist/`. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Yaml, YamlOutputType } from 'cdk8s';
import { imageReference } from '../images/tag.ts';
import type { Site } from '../operator/core/site.ts';
import { Invalid } from '../operator/errors.ts';
import { decidedByPeople } from './decided-by-people.ts';
import { keepMail } from './keep-mail.ts';
import { mailStack } from './mail-stack.ts';
import { readSite, siteNames, siteText } from './site-files.ts';

const root = join(import.meta.dirname, '..');

/** Writes `<folder>/<site>/0000-namespaces.yaml` and what follows it; files of an earlier run are removed. */
function synthesize(folder: string, site: Site, text: string): void {
  const outdir = join(folder, site.name);
  rmSync(outdir, { recursive: true, force: true });
  const app = new App({
    outdir,
    outputFileExtension: '.yaml',
    yamlOutputType: YamlOutputType.FILE_PER_CHART,
    recordConstructMetadata: false,
  });
  mailStack(app, { site, image: (part) => imageReference(part, root, site.images.registry) }, text);
  app.synth();
}

/**
 * What all sites of a cluster share: the resource definitions, who decides, and what keeps mail, which comes last in the alphabet and goes
 * last where somebody deletes the whole folder.
 */
function writeDefinitions(folder: string): void {
  const files = readdirSync(join(root, 'crds')).filter((file) => file.endsWith('.yaml'));
  const texts = files.sort().map((file) => readFileSync(join(root, 'crds', file), 'utf8').trim());
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'crds.yaml'), `${texts.join('\n---\n')}\n`);
  writeFileSync(join(folder, 'zz-keep-mail.yaml'), Yaml.stringify(...decidedByPeople(), ...keepMail()));
}

function main([folder, ...names]: readonly string[]): void {
  if (folder === undefined) throw new Invalid('', 'usage: node charts/main.ts FOLDER [SITE…]');
  const files = names.length === 0 ? siteNames() : names;
  const sites = files.map((file) => [readSite(file), siteText(file)] as const);
  writeDefinitions(folder);
  for (const [site, text] of sites) synthesize(folder, site, text);
}

try {
  main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof Invalid)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
