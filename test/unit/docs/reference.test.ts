import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { pages } from '../../../docs/generate.ts';
import { schemaTable } from '../../../docs/schema-table.ts';

const folder = new URL('../../../docs/', import.meta.url);

describe('generated pages of docs/', () => {
  it.each(pages())('$name is what the code gives (else run: make docs)', ({ name, text }) => {
    expect(readFileSync(new URL(name, folder), 'utf8')).toBe(text);
  });

  it('have no reference that nothing generates', () => {
    const present = globSync('reference-*.md', { cwd: folder.pathname });
    expect(present.sort()).toEqual(
      pages()
        .map(({ name }) => name)
        .filter((name) => name.startsWith('reference-'))
        .sort(),
    );
  });
});

describe('schemaTable', () => {
  it('says of each field its type, its rules and its meaning', () => {
    const table = schemaTable({
      required: ['size'],
      properties: {
        size: { type: 'string', pattern: '^(Mi|Gi)$', description: 'Of a volume.' },
        names: { type: 'array', items: { type: 'string', minLength: 1 }, maxItems: 3 },
        part: {
          type: 'object',
          properties: { port: { type: 'integer', minimum: 1, maximum: 9, default: 4 } },
        },
      },
    });
    expect(table.split('\n').slice(2)).toEqual([
      '| `size` | string | required; `^(Mi\\|Gi)$` | Of a volume. |',
      '| `names` | list of string | not empty; at most 3 entries |  |',
      '| `part.port` | integer | default `4`; at least 1, at most 9 |  |',
    ]);
  });
});
