/** The rules of docs/architecture.md, read from the import lines; a rule that is broken names the file. */
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { folders, type Import, sourcesOf } from './support/source.ts';

const root = join(import.meta.dirname, '..');
const sources = sourcesOf(root);

/** What a program that runs on needs, whatever it does. */
const ofPrograms = ['operator/environment.ts', 'operator/health.ts', 'pino', 'prom-client', 'node:'];

/** What the files below a path may import: our own paths by their beginning, packages by name; `type` asks for `import type`. */
const layers: Readonly<Record<string, readonly string[]>> = {
  'operator/errors.ts': [],
  'operator/ports.ts': ['type operator/api/'],
  'operator/api/': ['operator/api/', 'operator/errors.ts', 'zod'],
  'operator/core/': [
    'operator/core/',
    'operator/api/',
    'operator/errors.ts',
    'type operator/ports.ts',
    'zod',
    'yaml',
    // A hash is a function of its input; plans are named by one.
    'node:crypto',
  ],
  'operator/credentials/': ['operator/credentials/', 'node:crypto', 'node:util'],
  'operator/reconcile/': [
    'operator/reconcile/',
    'operator/api/',
    'operator/core/',
    'operator/credentials/',
    'operator/errors.ts',
    'type operator/ports.ts',
    'node:util',
  ],
  'operator/ldap/': [
    'operator/ldap/',
    'operator/core/',
    'operator/errors.ts',
    'type operator/ports.ts',
    'ldapts',
    'node:',
  ],
  'operator/kube/': [
    'operator/kube/',
    'operator/api/',
    'operator/core/',
    'operator/errors.ts',
    'type operator/ports.ts',
    '@kubernetes/client-node',
    'undici',
    'node:',
  ],
  'operator/throttle/': [...ofPrograms, 'operator/throttle/', 'operator/core/', 'zod'],
  'operator/filter/': [...ofPrograms, 'operator/filter/'],
  'operator/dovecot/': ['operator/dovecot/', 'operator/errors.ts', 'type operator/ports.ts', 'node:'],
  'operator/mail/': [
    'operator/mail/',
    'operator/core/',
    'operator/errors.ts',
    'type operator/ports.ts',
    'nodemailer',
    'node:',
  ],
  'portal/': [
    ...ofPrograms,
    'portal/',
    'operator/api/',
    'operator/core/',
    'operator/ldap/password-change.ts',
    'operator/throttle/',
    'operator/dovecot/',
    'operator/errors.ts',
    'type operator/ports.ts',
    'hono',
    'hono/',
    '@hono/node-server',
    'marked',
    'aws4fetch',
    'ldapts',
    'papaparse',
    'qr',
    'yaml',
    'zod',
  ],
  'reports/': [
    'reports/',
    'documents/',
    'operator/api/resource.ts',
    'operator/core/',
    'operator/errors.ts',
    'operator/kube/',
    'operator/ldap/connection.ts',
    'operator/environment.ts',
    'type operator/ports.ts',
    '@kubernetes/client-node',
    'type ldapts',
    'operator/mail/gate.ts',
    'pino',
    'yaml',
    'zod',
    'node:',
  ],
  'clerk/': [
    ...ofPrograms,
    'clerk/',
    'documents/',
    // A request is carried out as a list is imported, and foreseen as a change of manifests is.
    'cli/annex/',
    'cli/plan/',
    'operator/api/',
    'operator/core/',
    'operator/kube/',
    'operator/mail/gate.ts',
    'operator/reconcile/loop.ts',
    'operator/reconcile/turn.ts',
    'operator/errors.ts',
    'operator/uncaught.ts',
    'postal-mime',
    'smtp-server',
    'yaml',
    'zod',
  ],
  'documents/': ['documents/', 'pdfmake', 'write-excel-file/node', 'node:'],
  'charts/': [
    'charts/',
    'reports/words.ts',
    'images/tag.ts',
    'operator/api/',
    'operator/core/',
    'operator/errors.ts',
    'type operator/ports.ts',
    'cdk8s',
    'cdk8s-plus-27',
    'constructs',
    'node:',
  ],
};

/** Who alone may use a package, tests aside. */
const owners: Readonly<Record<string, readonly string[]>> = {
  ldapts: ['operator/ldap/', 'cli/password/', 'cli/live-directory.ts', 'portal/', 'reports/directory.ts'],
  '@kubernetes/client-node': ['operator/kube/', 'cli/', 'reports/cluster.ts'],
  nodemailer: ['operator/mail/'],
  pdfmake: ['documents/pdf.ts'],
  'prom-client': [
    'operator/metrics.ts',
    'operator/health.ts',
    'operator/throttle/main.ts',
    'operator/filter/main.ts',
    'portal/metrics.ts',
    'clerk/metrics.ts',
    'clerk/intake/start.ts',
  ],
  hono: ['portal/'],
  marked: ['portal/handbook/'],
  pino: [
    'operator/main.ts',
    'operator/report.ts',
    'operator/throttle/main.ts',
    'operator/filter/main.ts',
    'portal/main.ts',
    'reports/main.ts',
    'clerk/main.ts',
    'portal/publisher/main.ts',
  ],
  aws4fetch: ['portal/publisher/s3.ts'],
};

const longest = 300;

function isAllowed({ from, typeOnly }: Import, allowed: readonly string[]): boolean {
  return allowed.some((entry) => {
    const name = entry.replace(/^type /, '');
    const fits = /[/:]$/.test(name) ? from.startsWith(name) : from === name;
    return fits && (typeOnly || name === entry);
  });
}

function importsThat(wanted: (path: string, line: Import) => boolean): readonly string[] {
  return sources.flatMap(({ path, imports }) =>
    imports.filter((line) => wanted(path, line)).map(({ from }) => `${path} imports ${from}`),
  );
}

describe('imports', () => {
  it.each(Object.entries(layers))('%s imports %j and nothing else', (layer, allowed) => {
    expect(sources.some(({ path }) => path.startsWith(layer))).toBe(true);
    expect(importsThat((path, line) => path.startsWith(layer) && !isAllowed(line, allowed))).toEqual([]);
  });

  it('hashing in the core is for naming a plan and the Secret of a password reset', () => {
    const hashing = importsThat(
      (path, { from }) => path.startsWith('operator/core/') && from === 'node:crypto',
    );
    expect(hashing).toEqual([
      'operator/core/fingerprint.ts imports node:crypto',
      'operator/core/secrets.ts imports node:crypto',
    ]);
  });

  it.each(Object.entries(owners))('%s is used by %j alone', (name, allowed) => {
    const users = importsThat(
      (path, { from }) =>
        from === name && !path.startsWith('test/') && !isAllowed({ from: path, typeOnly: false }, allowed),
    );
    expect(users).toEqual([]);
  });

  it('nothing imports a main.ts', () => {
    expect(importsThat((_, { from }) => /(^|\/)main\.ts$/.test(from))).toEqual([]);
  });

  it('nothing outside the tests imports them', () => {
    expect(importsThat((path, { from }) => from.startsWith('test/') && !path.startsWith('test/'))).toEqual(
      [],
    );
  });
});

describe('decisions', () => {
  const deciding = sources.filter(({ path }) => /^operator\/(core|api)\//.test(path));

  it('take the clock, chance and the environment as arguments, and never wait', () => {
    expect(deciding.length).toBeGreaterThan(20);
    expect(deciding.flatMap(({ impurities }) => impurities)).toEqual([]);
  });
});

describe('files', () => {
  it(`have at most ${longest} lines`, () => {
    const long = sources.filter(({ lines }) => lines > longest).map(({ path, lines }) => `${path}: ${lines}`);
    expect(long).toEqual([]);
  });

  it('have no name that says nothing', () => {
    const names = sources.filter(({ path }) =>
      /(^|\/)(utils?|common|helpers?|index|misc)(\.ts|\/)/.test(path),
    );
    expect(names.map(({ path }) => path)).toEqual([]);
  });

  it('skip no test', () => {
    expect(sources.flatMap(({ skipped }) => skipped)).toEqual([]);
  });
});

describe('README.md, docs and handbooks', () => {
  const pages = ['README.md', 'CHANGELOG.md', ...globSync('{docs,handbook}/*.md', { cwd: root })].map(
    (path) => {
      const text = readFileSync(join(root, path), 'utf8');
      return { path, text, prose: text.replace(/^```[\s\S]*?^```/gm, '') };
    },
  );

  it.each(pages)('$path names files that exist', ({ prose }) => {
    const spans = prose.matchAll(
      /`((?:operator|portal|clerk|documents|reports|handbook|charts|cli|crds|images|test|docs)\/[^`\s]*)`/g,
    );
    const named = [...spans].map(([, name = '']) => name.replace(/<\w+>/g, '*'));
    expect(named.filter((name) => globSync(name, { cwd: root }).length === 0)).toEqual([]);
  });

  it.each(pages)('$path links to files that exist', ({ path, prose }) => {
    const links = prose.replace(/`[^`\n]*`/g, '').matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g);
    const local = [...links].map(([, link = '']) => link).filter((link) => !/^[a-z]+:/.test(link));
    expect(local.filter((link) => !existsSync(join(root, dirname(path), link)))).toEqual([]);
  });

  it('map every folder, and none that is not there', () => {
    const page = pages.find(({ path }) => path === 'docs/architecture.md')?.text ?? '';
    const map = /^```text folders\n([\s\S]*?)^```/m.exec(page)?.[1] ?? '';
    const mapped = [...map.matchAll(/^([\w./-]+)\/ /gm)].map(([, folder = '']) => folder);
    expect(mapped.filter((folder) => !existsSync(join(root, folder)))).toEqual([]);
    const present = [...folders, 'handbook'].flatMap((folder) => [
      folder,
      ...readdirSync(join(root, folder), { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => `${folder}/${name}`),
    ]);
    // The parts below images/ are named by their Dockerfiles; artifacts are what a run leaves behind.
    const expected = present.filter((folder) => !/^(images\/|test\/artifacts)/.test(folder));
    expect(expected.filter((folder) => !mapped.includes(folder))).toEqual([]);
  });
});
