import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { BASE_REFERENCE, contentHash, imageReference } from '../../../images/tag.ts';

let root: string;
let context: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'hopthu-tag-'));
  context = join(root, 'images', 'openldap');
  mkdirSync(join(context, 'etc'), { recursive: true });
  writeFileSync(join(context, 'Dockerfile'), 'ARG BASE\nFROM $BASE\n');
  writeFileSync(join(context, 'etc', 'slapd.conf'), 'idletimeout 30\n');
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('the tag of an image', () => {
  it('is the same for the same content in another folder, at another time', () => {
    const copy = mkdtempSync(join(tmpdir(), 'hopthu-tag-'));
    cpSync(context, copy, { recursive: true });
    utimesSync(join(copy, 'Dockerfile'), new Date(0), new Date(0));
    expect(contentHash(copy)).toBe(contentHash(context));
    rmSync(copy, { recursive: true });
  });

  it.each<[string, () => void]>([
    ['a content changes', () => writeFileSync(join(context, 'etc', 'slapd.conf'), 'idletimeout 31\n')],
    ['a file is added', () => writeFileSync(join(context, 'etc', 'more.conf'), '')],
    ['a file becomes executable', () => chmodSync(join(context, 'etc', 'slapd.conf'), 0o755)],
    ['a file is renamed', () => renameSync(join(context, 'etc'), join(context, 'conf'))],
  ])('changes when %s', (_, change) => {
    const before = contentHash(context);
    change();
    expect(contentHash(context)).not.toBe(before);
  });

  it('does not take the end of one file for the start of the next', () => {
    const folder = (first: string, second: string): string => {
      const made = mkdtempSync(join(root, 'folder-'));
      writeFileSync(join(made, 'a'), first);
      writeFileSync(join(made, 'b'), second);
      return made;
    };
    expect(contentHash(folder('12', '3'))).not.toBe(contentHash(folder('1', '23')));
  });

  it('depends on the base', () => {
    expect(contentHash(context, 'another base')).not.toBe(contentHash(context, BASE_REFERENCE));
  });
});

describe('the name of an image', () => {
  it('is local without a registry and starts with the registry otherwise', () => {
    const tag = contentHash(context, BASE_REFERENCE);
    expect(tag).toMatch(/^[0-9a-f]{12}$/);
    expect(imageReference('openldap', root)).toBe(`localhost/hopthu/openldap:${tag}`);
    expect(imageReference('openldap', root, 'registry.example.vn/mail')).toBe(
      `registry.example.vn/mail/hopthu/openldap:${tag}`,
    );
  });
});
