import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** The parts that have an image: each is a folder below `images/` with a Dockerfile. */
export const PARTS = [
  'openldap',
  'postfix',
  'dovecot',
  'webmail',
  'postgresql',
  'rspamd',
  'clamav',
  'valkey',
  'operator',
  'backup',
] as const;
export type Part = (typeof PARTS)[number];

/** Where images are that were built on this machine and are in no registry. */
export const LOCAL_REGISTRY = 'localhost';

/**
 * The base of all images: Debian 13 as small as `debian:trixie-slim`. A change here changes every tag: `archive` is the day
 * as of which packages come from Debian and its security archive, and a later day has every image built anew.
 */
export const BASE_RECIPE = { suite: 'trixie', packages: ['ca-certificates'], archive: '2026-11-25' } as const;

const TAG_LENGTH = 12;

const shorten = (hash: ReturnType<typeof createHash>): string => hash.digest('hex').slice(0, TAG_LENGTH);

/** The name under which the base is kept in the local image storage. */
export const BASE_REFERENCE = `${LOCAL_REGISTRY}/hopthu-base:${shorten(
  createHash('sha256').update(JSON.stringify(BASE_RECIPE)),
)}`;

function byCodePoint(a: string, b: string): number {
  return a < b ? -1 : 1;
}

/**
 * 12 hexadecimal digits that stand for the contents of a folder: names, contents and execute bits of its files,
 * at any depth, and the salt. Times, owners and the folder's own place do not count.
 * @throws the file system's error when the folder cannot be read
 */
export function contentHash(folder: string, salt = ''): string {
  const hash = createHash('sha256').update(`${salt.length}:${salt}`);
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) =>
    name.replaceAll('\\', '/'),
  );
  for (const name of names.sort(byCodePoint)) {
    const path = join(folder, name);
    const entry = lstatSync(path);
    if (entry.isDirectory()) continue;
    const kind = entry.isSymbolicLink() ? 'link' : entry.mode & 0o100 ? 'executable' : 'file';
    const content = entry.isSymbolicLink() ? Buffer.from(readlinkSync(path)) : readFileSync(path);
    hash.update(`${kind}:${Buffer.byteLength(name)}:${name}:${content.length}:`).update(content);
  }
  return shorten(hash);
}

/**
 * The full name of a part's image, known without building it: the tag is the hash of its build context
 * `images/<part>/` and of the base.
 * @param root the root folder of the project
 * @param registry prefix of the registry, for example `registry.example.vn/mail`
 */
export function imageReference(part: Part, root: string, registry: string = LOCAL_REGISTRY): string {
  return `${registry}/hopthu/${part}:${contentHash(join(root, 'images', part), BASE_REFERENCE)}`;
}
