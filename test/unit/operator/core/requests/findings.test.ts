import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import {
  cellFaults,
  fileFaults,
  findingWords,
  oneLine,
} from '../../../../../operator/core/requests/findings.ts';

const text = readFileSync(
  new URL('../../../../../charts/config/requests/findings.yaml', import.meta.url),
  'utf8',
);

describe('the sentences about lists', () => {
  it('are there for every fault, and fit into a finding whatever the list holds', () => {
    const words = findingWords(text);
    const long = 'x'.repeat(5_000);
    const all = [
      ...fileFaults.map((fault) => words.file(fault, long, long)),
      ...cellFaults.map((fault) =>
        words.cell(fault, { column: 'Họ và tên', value: long, actions: 'cấp mới, hủy' }),
      ),
      words.ignored([long]),
    ];
    for (const sentence of all) {
      expect(sentence.length).toBeLessThanOrEqual(500);
      expect(sentence).not.toContain('{{');
    }
  });

  it.each([
    ['is missing', text.replace(/^ {2}kind:.*\n/m, '')],
    ['asks for what there is not', text.replaceAll('{{file}}', '{{name}}')],
    ['is no text', text.replace(/^ {2}kind:.*$/m, '  kind: [a]')],
    ['is not known', text.replace('rows:', 'rows:\n  other: x')],
  ])('are refused where one %s, naming the file', (_, changed) => {
    expect(() => findingWords(changed)).toThrow(/findings\.yaml/);
  });

  it('quote a list without what could pass for something else', () => {
    expect(oneLine(' a\u0000\r\nb\u202e\t c ', 10)).toBe('a b c');
    expect(oneLine('😀😀😀', 4)).toBe('😀…');
  });
});
