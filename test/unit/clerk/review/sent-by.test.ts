/** Whose login sent a request on behalf of its organization: what the Centre and the Department are shown (R22, R26). */
import { expect, it } from '@jest/globals';
import { requestTextFiles } from '../../../../charts/request-texts.ts';
import { reportOf } from '../../../../clerk/review/report.ts';
import { ReviewWorld } from '../../../../clerk/review/world.ts';
import { describeRequest } from '../../../../cli/request/show.ts';
import { requestTexts } from '../../../../operator/core/requests/texts.ts';
import { socTrang as site } from '../../../support/sites.ts';
import { Office } from '../office.ts';

const address = 'sotttt@soctrang.gov.vn';

it.each<[string, string | undefined, string | undefined, string | undefined]>([
  ['a delegate', 'ntbinh@soctrang.gov.vn', 'ntbinh@soctrang.gov.vn', 'ntbinh@soctrang.gov.vn'],
  ['the organization itself', address, undefined, undefined],
  ['nobody knows whom', undefined, undefined, undefined],
])('by %s', async (_, sentBy, reported, shown) => {
  const office = new Office(site);
  office.province.organization('so-tttt', { name: 'Sở Thông tin và Truyền thông' });
  await office.province.settle();
  const reviewed = await ReviewWorld.of(site, await office.requests.snapshot());
  const requester = { organizationRef: { name: 'so-tttt' }, address, ...(sentBy && { sentBy }) };
  const request = office.request(office.enter('so-tttt', [{}], { source: 'Mail', requester }));
  const world = {
    site,
    texts: requestTexts(requestTextFiles(site)),
    organizations: reviewed.organizationsIn(office.province.namespace),
    mailboxes: reviewed.mailboxesIn(office.province.namespace),
  };
  const fields = reportOf(request, world, office.province.now).blocks.flatMap((block) =>
    block.kind === 'fields' ? block.fields : [],
  );
  expect(fields.find(({ label }) => label === 'Người được ủy quyền gửi:')?.value).toBe(reported);
  expect(/sent by (\S+)/.exec(describeRequest(request))?.[1]).toBe(shown);
});
