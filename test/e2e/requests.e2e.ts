/** A request on paper, from its entry to the report (R20–R22), as an organization and the Department read it by IMAP. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { socTrang as site } from '../support/sites.ts';
import { inAccounts } from './support/cluster.ts';
import { eventually } from './support/eventually.ts';
import { hopthu, Person } from './support/person.ts';
import { apply, field, fresh, ready } from './support/resources.ts';

const folder = mkdtempSync(join(tmpdir(), 'hopthu-requests-'));
const paper = fresh('12');
const newcomer = fresh('CB');
let office: Person;
let department: Person;
let request: string;
let number: string;

/** The Department is in the samples too: what is there stays. */
async function organization(name: string, fullName: string): Promise<Person> {
  const there = await inAccounts(site, ['get', 'mailbox', name, '--ignore-not-found', '-o', 'name']);
  if (there === '') {
    await apply(site, 'Organization', name, { name: fullName });
    await apply(site, 'Mailbox', name, { organizationRef: { name }, type: 'Organization' });
  }
  await ready(site, `mailbox/${name}`);
  return Person.settled(site, name);
}

beforeAll(async () => {
  office = await organization('so-gtvt', 'Sở Giao thông vận tải');
  department = await organization('so-tttt', 'Sở Thông tin và Truyền thông');
});
afterAll(() => rmSync(folder, { recursive: true }));

it('is entered from its list, and acknowledged by its number', async () => {
  const list = join(folder, 'danh-sach.csv');
  const row = (name: string, unit: string) => `${name};Chuyên viên;${unit};cấp mới;${newcomer}`;
  writeFileSync(
    list,
    `Họ và tên;Chức vụ;Đơn vị;Loại yêu cầu;Mã cán bộ\n${row('Tạ Thị Đường', 'Sở Giao thông vận tải')}\n${row('Tạ Văn Sắt', 'Sở Đường sắt')}\n`,
  );
  const said = await hopthu(site, [
    ...['request', 'enter', list, '--number', paper, '--date', '2026-11-20'],
    ...['--organization', 'Sở Giao thông vận tải', '--signer', 'Nguyễn Văn Cầu'],
  ]);
  request = /MailboxRequest \S+\/(\S+) is entered/.exec(said)?.[1] ?? '';
  number = await eventually(30_000, async () => {
    const given = await field(site, `mailboxrequest/${request}`, '.status.number');
    expect(given).toMatch(/^\d{4}-\d{4}$/);
    return given;
  });
  const letter = await office.receive(`Đã tiếp nhận yêu cầu số ${number} về hộp thư điện tử`);
  expect(letter).toMatch(/^Auto-Submitted: auto-generated\r?$/m);
  expect(letter).toMatch(/<admin@soctrang\.gov\.vn>\r?$/m);
});

it('is shown with its plan, approved, and becomes manifests', async () => {
  const shown = await hopthu(site, ['request', 'show', number]);
  expect(shown).toContain('Tạ Thị Đường (Sở Giao thông vận tải)  500 MiB');
  expect(shown).toContain('R44: đơn vị "Sở Đường sắt" không có trong danh mục');
  await hopthu(site, ['request', 'approve', number]);
  const manifests = await hopthu(site, ['request', 'to-manifests', number]);
  await inAccounts(site, ['apply', '-f', '-'], manifests);
  await inAccounts(site, ['wait', '--for=condition=Ready', '--timeout=60s', `mailboxrequest/${request}`]);
});

it('its result goes to the organization, without a password, and the report to the Department as PDF', async () => {
  const result = await office.receive(`Kết quả yêu cầu số ${number} về hộp thư điện tử`);
  const report = await department.receive(
    `Báo cáo kết quả giải quyết yêu cầu số ${number} của Sở Giao thông vận tải`,
  );
  const mailbox = await field(site, `mailboxrequest/${request}`, '.status.results[0].mailbox');
  const first = (await hopthu(site, ['password', mailbox])).trim();
  for (const letter of [result, report]) expect(letter).not.toContain(first);
  expect(report).toMatch(/^Content-Type: application\/pdf; name=bao-cao-\d{4}-\d{4}\.pdf\r?$/m);
  // "%PDF-" in base64.
  expect(report).toMatch(/^JVBERi0/m);
  const sheet = join(folder, 'phieu.pdf');
  await hopthu(site, ['request', 'sheet', number, '-o', sheet]);
  expect(readFileSync(sheet).subarray(0, 5).toString()).toBe('%PDF-');
  expect(await field(site, `mailboxrequest/${request}`, '.status.due')).toMatch(/^\d{4}-\d\d-\d\d$/);
});
