/** What `hopthu plan` says of a change of the domain in the site file. */
import { describe, expect, it } from '@jest/globals';
import { byName } from '../../../../cli/plan/resources.ts';
import { review } from '../../../../cli/plan/review.ts';
import { socTrang } from '../../../support/sites.ts';
import { type Folder, organization, person, placed, settled } from './twins.ts';

const base: Folder = {
  'so-tttt': organization('Sở Thông tin và Truyền thông'),
  'so-tttt-mail': { kind: 'Mailbox', spec: { organizationRef: { name: 'so-tttt' }, type: 'Organization' } },
  binh: person('Nguyễn Thanh Bình', 'so-tttt', { aliases: ['binh.nguyen'] }, 'CB-1'),
  'binh-2': person('Nguyễn Thanh Bình', 'so-tttt'),
  ha: person('Trần Thị Thu Hà', 'so-tttt'),
};

describe('another domain in the site file', () => {
  it('is a rename for everybody, and waits', async () => {
    const province = await settled(base);
    const { organizations, mailboxes } = await province.cluster.snapshot();
    const directory = { ...socTrang.directory, domain: socTrang.domain };
    const made = review({
      site: { ...socTrang, domain: 'cantho.gov.vn', domainAliases: [socTrang.domain], directory },
      base: [...organizations, ...mailboxes],
      live: true,
      manifests: byName(placed(base)),
      now: province.now,
      prune: true,
    });
    expect(made.changes).toEqual([]);
    expect(made.blocked.map(({ action, name, address }) => [action, name, address]).sort()).toEqual([
      ['rename', 'binh', 'ntbinh@cantho.gov.vn'],
      ['rename', 'binh-2', 'ntbinh.sotttt@cantho.gov.vn'],
      ['rename', 'ha', 'tttha@cantho.gov.vn'],
      ['rename', 'so-tttt-mail', 'sotttt@cantho.gov.vn'],
    ]);
  });
});
