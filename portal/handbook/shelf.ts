/** What the handbooks are made of, as files: the image's chapters and pictures, and a site's own chapters. */
import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Chapters } from '../../operator/core/handbook.ts';
import type { Sizes } from './render.ts';

export type Shelf = {
  /** Those of the site in place of the image's. */
  readonly chapters: Chapters;
  readonly sizes: Sizes;
  /** The bytes of one of `sizes`. */
  readonly picture: (name: string) => Promise<Buffer>;
};

/**
 * @param folder of the image, with the chapters and `pictures/`
 * @param own folder of the site's
 * @throws the file system's error; Error for a picture that is no PNG
 */
export function readShelf(folder: string, own: string): Shelf {
  const pictures = join(folder, 'pictures');
  return {
    chapters: { ...chaptersIn(folder), ...chaptersIn(own) },
    sizes: Object.fromEntries(readdirSync(pictures).map((name) => [name, sizeOf(join(pictures, name))])),
    picture: (name) => readFile(join(pictures, name)),
  };
}

function chaptersIn(folder: string): Chapters {
  const files = readdirSync(folder).filter((name) => name.endsWith('.md'));
  return Object.fromEntries(files.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

/** PNG, ISO/IEC 15948 section 11.2.2: the first chunk begins with width and height. */
function sizeOf(path: string): readonly [number, number] {
  const bytes = readFileSync(path);
  if (bytes.toString('latin1', 1, 4) !== 'PNG') throw new Error(`${path} is no PNG`);
  return [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
}
