/** What pages and handbooks name is there: fields of the site file and of resources, annotations, alerts, metrics, make targets. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { alerts } from '../../../charts/alerts.ts';

const root = join(import.meta.dirname, '../../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
// References are made of the schemas themselves.
const pages = [
  'README.md',
  'CHANGELOG.md',
  ...globSync('{docs,handbook}/*.md', { cwd: root }).filter((path) => !path.startsWith('docs/reference-')),
].map((path) => ({ path, text: read(path) }));

/** Fields of a generated reference page, and every object that they are in. */
function fieldsOf(page: string, prefix = ''): ReadonlySet<string> {
  const rows = [...read(`docs/reference-${page}.md`).matchAll(/^\| `([\w.[\]]+)` \|/gm)];
  const fields = rows.map(([, name = '']) => name.replaceAll('[]', ''));
  const steps = fields.map((field) => field.split('.'));
  return new Set(
    steps.flatMap((names) => names.map((_, end) => `${prefix}${names.slice(0, end + 1).join('.')}`)),
  );
}

const site = fieldsOf('site');
const sections = new Set([...site].map((field) => field.split('.')[0] ?? ''));
const resource = new Set(
  ['mailbox', 'organization', 'mailboxrequest', 'incident'].flatMap((kind) => [...fieldsOf(kind)]),
);
const code = globSync('{operator,charts,cli,clerk}/**/*.ts', { cwd: root }).map(read).join('\n');
const annotations = new Set([...code.matchAll(/\bhopthu\.io\/[a-z-]+/g)].map(([name]) => name));
const metrics = new Set([...read('docs/metrics.md').matchAll(/`(hopthu_\w+)`/g)].map(([, name]) => name));
const targets = new Set([...read('Makefile').matchAll(/^([a-z][a-z0-9-]*):/gm)].map(([, name]) => name));
const alertNames = new Set(alerts.map(({ name }) => name));

function named(text: string, pattern: RegExp): readonly string[] {
  return [...text.matchAll(pattern)].map(([, name = '']) => name);
}

it('knows the names that it compares with', () => {
  expect([...site]).toEqual(expect.arrayContaining(['quota.personal', 'expose.ports']));
  expect([...resource]).toEqual(expect.arrayContaining(['organizationRef.name', 'delegates']));
  for (const names of [annotations, metrics, targets, alertNames]) expect(names.size).toBeGreaterThan(5);
});

describe.each(pages)('$path', ({ text }) => {
  it('names fields of the site file that there are', () => {
    const dotted = named(text, /`([a-z][A-Za-z]*(?:\.[a-z][A-Za-z]*)+)(?::[^`]*)?`/g);
    const ofSite = dotted.filter(
      (name) => sections.has(name.split('.')[0] ?? '') && !/\.(txt|html|yaml|js)$/.test(name),
    );
    expect(ofSite.filter((name) => !site.has(name))).toEqual([]);
  });

  it('names fields of resources that there are', () => {
    const dotted = named(text, /`\.?(?:spec|status)\.([a-z][A-Za-z]*(?:\.[a-z][A-Za-z]*)*)(?::[^`]*)?`/g);
    expect(dotted.filter((name) => !resource.has(name))).toEqual([]);
  });

  it('names annotations, metrics, alerts and targets of make that there are', () => {
    const asked: readonly (readonly [RegExp, ReadonlySet<string | undefined>])[] = [
      [/(?<![\w.])(hopthu\.io\/[a-z-]+[a-z])(?![\w/])/g, annotations],
      [/`(hopthu_\w+)`/g, metrics],
      [/\b(HopThu[A-Z]\w+)/g, alertNames],
      [/(?:`|^\$ )make ([a-z][a-z0-9-]*)/gm, targets],
    ];
    const unknown = asked.flatMap(([pattern, names]) =>
      named(text, pattern).filter((name) => !names.has(name)),
    );
    expect(unknown).toEqual([]);
  });
});
