import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ManifestFolder } from '../../../../cli/annex/folder.ts';
import { type AnnexField, annexColumns } from '../../../../cli/annex/form.ts';
import { annexTable } from '../../../../cli/annex/rows.ts';
import type { Kind } from '../../../../operator/api/resource.ts';
import type { Site } from '../../../../operator/core/site.ts';
import { daNang, socTrang } from '../../../support/sites.ts';
import { type AnnexCells, TemporaryFolder } from './world.ts';

const fields = Object.keys(annexColumns) as AnnexField[];

/** The rows below the titles, as the import reads them. */
function rowsOf(folder: TemporaryFolder, site: Site): readonly AnnexCells[] {
  const manifests = new ManifestFolder(folder.path, site);
  const sources = (kind: Kind) =>
    manifests.manifests(kind).map(({ id, spec, file }) => ({ id, spec, from: file }));
  const { rows } = annexTable(site, sources('Organization'), sources('Mailbox'));
  return rows
    .slice(1)
    .map((row) =>
      Object.fromEntries(fields.map((field, index) => [field, row[index]]).filter(([, cell]) => cell !== '')),
    );
}

describe('a list that was exported', () => {
  let from: TemporaryFolder;
  let to: TemporaryFolder;
  beforeEach(() => {
    [from, to] = [new TemporaryFolder(), new TemporaryFolder()];
  });
  afterEach(() => {
    from.remove();
    to.remove();
  });

  it.each([socTrang, daNang])("makes the manifests of $name's samples again", (site) => {
    from.copySamples(site.name, ['organizations.yaml', 'organization-mailboxes.yaml', 'people.yaml']);
    to.copySamples(site.name);
    const entries = to.carryOut(site, rowsOf(from, site));
    expect(new Set(entries.map(({ kind }) => kind))).toEqual(new Set(['created']));
    // The list has no column for delegates (R26); a manifest that has some keeps them.
    const listed = Object.entries(from.specs('Mailbox')).map(([name, spec]) => [
      name,
      { ...(spec as object), delegates: undefined },
    ]);
    expect(to.specs('Mailbox')).toEqual(Object.fromEntries(listed));
    expect(from.carryOut(site, rowsOf(from, site)).every(({ kind }) => kind === 'unchanged')).toBe(true);
  });

  it('carries every field that has a column, whatever people wrote', () => {
    from.copySamples('soc-trang');
    to.copySamples('soc-trang');
    const word = fc.constantFrom(
      'Nguyễn',
      'Đoàn',
      'Thị',
      'Thu',
      'Hà',
      "K'Brông",
      'Bhiăm',
      'Ê-ban',
      'Ỷ',
      'Bình',
    );
    const person = fc.record(
      {
        name: fc.array(word, { minLength: 1, maxLength: 5 }).map((words) => words.join(' ')),
        title: fc.constantFrom(
          'Giám đốc',
          '=1+1',
          '-',
          '@abc',
          'No',
          '0012',
          '12:30',
          'Chuyên viên "chính"; a, b',
        ),
        phone: fc.constantFrom('+84 299 3821 234', '0912345678', '(0299) 3.821-234'),
        organization: fc.constantFrom('so-tttt', 'phong-cntt', 'xa-thanh-phu'),
        quota: fc.constantFrom('1Gi', '500Mi'),
        state: fc.constantFrom('hoạt động', 'tạm khóa'),
        validUntil: fc.constantFrom('31/12/2027', '2028-02-29'),
        registeredAt: fc.constant('2014-10-06T02:00:00Z'),
      },
      { requiredKeys: ['name', 'organization'] },
    );
    fc.assert(
      fc.property(fc.array(person, { minLength: 1, maxLength: 12 }), (people) => {
        const rows = people.map((cells, index) => ({ request: 'cấp mới', id: `CB ${index}`, ...cells }));
        const source = new TemporaryFolder().copySamples('soc-trang');
        const target = new TemporaryFolder().copySamples('soc-trang');
        try {
          expect(source.carryOut(socTrang, rows).map(({ kind }) => kind)).toEqual(rows.map(() => 'created'));
          target.carryOut(socTrang, rowsOf(source, socTrang));
          const withoutDefault = JSON.parse(
            JSON.stringify(source.specs('Mailbox')).replaceAll(',"state":"Active"', ''),
          );
          expect(target.specs('Mailbox')).toEqual(withoutDefault);
        } finally {
          source.remove();
          target.remove();
        }
      }),
      { numRuns: 60 },
    );
  });
});
