import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseAllDocuments, stringify } from 'yaml';
import { readPlainYaml } from '../../../../cli/plan/plain-yaml.ts';

/** What the library makes of the text; undefined where it refuses it. */
function library(text: string): readonly unknown[] | undefined {
  const documents = [...parseAllDocuments(text)];
  if (documents.some(({ errors }) => errors.length > 0)) return undefined;
  return documents.map((document) => document.toJS()).filter((object) => object !== null);
}

const objects = (text: string) => readPlainYaml(text)?.map(({ object }) => object);

const indents = fc.constantFrom('', '', '  ', '  ', '    ', ' ', '\t');
const keys = fc.constantFrom(
  'kind',
  'metadata',
  'spec',
  'name',
  'hopthu.io/paused',
  'null',
  'a-b',
  '1',
  'x y',
  '- x',
  '<<',
);
const values = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    ' Mailbox',
    ' Nguyễn Thanh Bình',
    ' null',
    ' True',
    ' a: b',
    ' a #b',
    ' a#b',
    ' 500Mi',
    ' 1e3',
  ),
  fc.constantFrom(
    ' "a b"',
    " 'a'",
    ' "a\\n"',
    ' "a" b',
    " 'it''s'",
    ' |',
    ' &a b',
    ' *a',
    ' !x y',
    ' - a',
    ' a -b',
    ' ? a',
    ' y',
  ),
  fc.constantFrom(
    ' { name: x }',
    ' {name: x}',
    ' { a: b, a: c }',
    ' { a: "b, c: d" }',
    ' [a, b]',
    ' []',
    ' {}',
    ' [ a ]',
  ),
  fc.constantFrom(
    ' { a: b,c }',
    ' [a, [b]]',
    ' {a: 1}',
    ' [x y, "z"]',
    ' { a:  b }',
    ' [a,  b]',
    ' {  a: b }',
    ' { a: b } #c',
  ),
  fc.string({ maxLength: 8 }).map((text) => ` ${text}`),
);
const lines = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.tuple(indents, keys, values).map(([indent, key, value]) => `${indent}${key}:${value}`),
  },
  fc.constantFrom(
    '',
    '---',
    '# a note',
    '  # a note',
    '...',
    '- a',
    '  b',
    '--- a',
    '%YAML 1.2',
    '\r',
    'a',
    '---\r',
  ),
);

describe('the short cut for plain YAML', () => {
  it('gives what the library gives, or leaves it to the library', () => {
    fc.assert(
      fc.property(fc.array(lines, { maxLength: 8 }), (list) => {
        const text = list.join('\n');
        const found = objects(text);
        if (found !== undefined) expect(found).toEqual(library(text));
      }),
      { numRuns: 20_000 },
    );
  });

  it('reads what manifests are written like', () => {
    const manifest = {
      apiVersion: 'hopthu.io/v1alpha1',
      kind: 'Mailbox',
      metadata: { name: 'tran-thi-thu-ha', namespace: 'soc-trang-accounts' },
      spec: {
        organizationRef: { name: 'so-noi-vu' },
        person: { id: 'CB-00402', fullName: 'Trần Thị Thu Hà' },
      },
    };
    const block = stringify(manifest);
    const flow = `# from the list of 2026
apiVersion: hopthu.io/v1alpha1
kind: Mailbox
metadata: { name: tran-thi-thu-ha, namespace: "soc-trang-accounts" }
spec:
  organizationRef: {name: so-noi-vu}

  person: { id: CB-00402, fullName: Trần Thị Thu Hà }
  aliases: [ha, 'thu.ha']
  quota: 1Gi
`;
    expect(readPlainYaml(`${block}---\n${flow}`)).toEqual([
      { object: manifest, line: 1 },
      {
        object: { ...manifest, spec: { ...manifest.spec, aliases: ['ha', 'thu.ha'], quota: '1Gi' } },
        line: block.split('\n').length + 2,
      },
    ]);
  });
});
