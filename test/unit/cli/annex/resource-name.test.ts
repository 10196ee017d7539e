import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { slug, slugWith } from '../../../../cli/annex/resource-name.ts';

const label = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const letters = "aăâbcdđeêghiklmnoôơpqrstuưvxyàảãáạằẳẵắặÐƀĕŭK’' -";
const name = fc
  .array(fc.constantFrom(...letters), { minLength: 1, maxLength: 90 })
  .map((list) => `A${list.join('')}`);

describe('the name of a resource', () => {
  it.each([
    ['Nguyễn Thanh Bình', 'nguyen-thanh-binh'],
    ["K'Brông", 'kbrong'],
    ['Y Bhiăm  Niê-Kdăm', 'y-bhiam-nie-kdam'],
    ['ĐỖ Ðức', 'do-duc'],
    ['Иван', ''],
  ])('of %s is %s', (text, expected) => {
    expect(slug(text)).toBe(expected);
  });

  it('is a label that the API server takes, the same for every spelling of one name', () => {
    fc.assert(
      fc.property(name, (text) => {
        expect(slug(text)).toMatch(label);
        expect(slug(text.normalize('NFD'))).toBe(slug(text.normalize('NFC')));
        expect(slug(text.toUpperCase())).toBe(slug(text));
        expect(slug(slug(text))).toBe(slug(text));
      }),
    );
  });

  it('keeps the whole staff number, however long the name', () => {
    fc.assert(
      fc.property(name, fc.stringMatching(/^CB-[0-9]{1,12}$/), (text, number) => {
        expect(slugWith(slug(text), number)).toMatch(label);
        expect(slugWith(slug(text), number).endsWith(`-${number.toLowerCase()}`)).toBe(true);
      }),
    );
  });
});
