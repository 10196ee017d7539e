import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { files } from '../../../crds/generate.ts';

const folder = new URL('../../../crds/', import.meta.url);

describe('crds/*.yaml', () => {
  it.each(files())('$name is what operator/api gives (else run: make crds)', ({ name, text }) => {
    expect(readFileSync(new URL(name, folder), 'utf8')).toBe(text);
  });

  it('has no file that nothing generates', () => {
    const present = readdirSync(folder).filter((file) => file.endsWith('.yaml'));
    expect(present.sort()).toEqual(
      files()
        .map(({ name }) => name)
        .sort(),
    );
  });
});
