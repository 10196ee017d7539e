/** Reports (R41): what is sent is counted, made into a report, kept and mailed; the numbers are those of what was done. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execa } from 'execa';
import readXlsx from 'read-excel-file/node';
import { dayOf } from '../../reports/day.ts';
import { socTrang as site } from '../support/sites.ts';
import { testCluster } from './support/cluster.ts';
import { inMail } from './support/directory.ts';
import { eventually } from './support/eventually.ts';
import { deliver, Person } from './support/person.ts';
import { replyTo } from './support/reply.ts';
import { reportRecipient, runNow } from './support/reports.ts';
import { apply, field, fresh, people, personSpec, ready } from './support/resources.ts';

/** Test patterns, in pieces so that no scanner takes this file for what they stand for. */
const eicar = ['X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR', 'STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'].join('-');
const junk = 'YJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X';
const stranger = 'nguoi-la@example.org';
const cli = join(import.meta.dirname, '../../cli/main.ts');
const folder = mkdtempSync(join(tmpdir(), 'hopthu-report-'));

const hopthu = (...args: readonly string[]) =>
  execa(process.execPath, [cli, ...args, '--site', site.name, '--context', testCluster().context]);

const run = (cronJob: string) => runNow(site, cronJob);
let files = 0;

type Sheets = Readonly<Record<string, readonly (readonly unknown[])[]>>;
/** The sheets of a report of today, by their names. */
async function today(...more: readonly string[]): Promise<Sheets> {
  const day = dayOf(Date.now());
  const file = join(folder, `report-${files++}.xlsx`);
  await hopthu('report', '--from', day, '--to', day, '--format', 'xlsx', '--output', file, ...more);
  const sheets = await readXlsx(readFileSync(file));
  return Object.fromEntries(sheets.map(({ sheet, data }) => [sheet, data]));
}
const numberIn = (sheets: Sheets, sheet: string, row: string, column = 1) =>
  Number(sheets[sheet]?.find(([name]) => name === row)?.[column] ?? 0);

let official: Person;
let colleague: Person;
/** Alone in an organization of its own. */
let counted: Person;
const office = fresh('reports-office');

beforeAll(async () => {
  await reportRecipient(site, 'so-tttt');
  const both = await people(site, {
    'reports-official': 'Thạch Thị Sóc',
    'reports-colleague': 'Kim Văn Trăng',
  });
  await apply(site, 'Organization', office, { name: `Phòng ${office}` });
  const name = `${office}-person`;
  await apply(site, 'Mailbox', name, personSpec('Sơn Thị Đếm', { organizationRef: { name: office } }));
  await ready(site, `mailbox/${name}`);
  counted = await Person.settled(site, name);
  const { password } = counted;
  for (const wrong of ['Sai-Mat-Khau-1', 'Sai-Mat-Khau-2']) {
    counted.password = wrong;
    await expect(counted.imap(async () => true)).rejects.toMatchObject({ authenticationFailed: true });
  }
  counted.password = password;
  official = both['reports-official'] as Person;
  colleague = both['reports-colleague'] as Person;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a report of today', () => {
  it('has grown by exactly what was sent, received, refused and taken for spam', async () => {
    await run('report-collect');
    const before = await today();
    await colleague.send({ to: official.address, subject: 'Đếm một' });
    await deliver(site, { from: stranger, to: official.address, subject: 'Đếm hai' });
    await deliver(site, { from: stranger, to: official.address, subject: 'Đếm ba', text: junk });
    await replyTo(deliver(site, { from: stranger, to: official.address, subject: 'Vi-rút', text: eicar }));
    await replyTo(deliver(site, { from: stranger, to: `khong-co@${site.domain}`, subject: 'Ai?' }));
    await replyTo(colleague.send({ to: official.address, subject: '[MẬT] Phương án' }));
    await official.receive('Đếm một');
    await official.receive('Đếm hai');
    await official.receive('Đếm ba', 'Junk');
    await run('report-collect');
    const after = await today();
    // Notices of the operator may come in between.
    const received = 'Thư chuyển vào hộp thư';
    const grown = (sheet: string, row: string, column = 1) =>
      numberIn(after, sheet, row, column) - numberIn(before, sheet, row, column);
    expect(grown('Số thư trong kỳ', received)).toBeGreaterThanOrEqual(3);
    expect({
      sent: grown('Số thư trong kỳ', 'Thư do cán bộ, đơn vị gửi đi'),
      outside: grown('Số thư trong kỳ', 'trong đó từ bên ngoài hệ thống'),
      spam: grown('Số thư trong kỳ', 'trong đó bị xác định là thư rác, chuyển vào thư mục Thư rác'),
      virus: grown('Thư bị từ chối, theo lý do', 'Có vi-rút'),
      unknown: grown('Thư bị từ chối, theo lý do', 'Địa chỉ không tồn tại'),
      secret: grown('Thư bị từ chối, theo lý do', 'Có dấu chỉ mức độ mật', 2),
    }).toEqual({ sent: 1, outside: 2, spam: 1, virus: 1, unknown: 1, secret: 1 });
  });
});

it('the report of the last month is kept, and mailed with its files', async () => {
  await run('report-monthly');
  const department = await Person.settled(site, 'so-tttt');
  const [, month = '', year = ''] = /(\d\d)\/(\d{4})/.exec(lastMonth()) ?? [];
  const source = await department.receive(`[Hộp thư công vụ] Báo cáo tháng ${month} năm ${year}`);
  expect(source).toMatch(new RegExp(`bao-cao-${site.name}-${year}-${month}\\.pdf`));
  expect(source).toMatch(/\.xlsx/);
  await run('report-monthly');
  const letters = await department.imap(async (client) => {
    await client.mailboxOpen('INBOX');
    return client.search({ header: { 'message-id': `report-${site.name}-${year}-${month}` } });
  });
  expect(letters).toHaveLength(1);
});

function lastMonth(): string {
  const [year = 0, month = 1] = dayOf(Date.now()).split('-').map(Number);
  return month === 1 ? `12/${year - 1}` : `${String(month - 1).padStart(2, '0')}/${year}`;
}

it('an incident is recorded, with who was told, and settled (R42)', async () => {
  const { stdout: name } = await hopthu(
    ...['incident', 'open', 'Phát tán thư rác từ hộp thư', '--mailbox', 'reports-official'],
  );
  await hopthu('incident', 'note', name, 'Đã tạm khóa hộp thư', '--told', 'Cán bộ phụ trách của đơn vị');
  await hopthu('incident', 'close', name);
  const { stdout } = await hopthu('incident', 'list', '--output', 'json');
  expect(JSON.parse(stdout)).toContainEqual(
    expect.objectContaining({
      name,
      address: official.address,
      told: [{ who: 'Cán bộ phụ trách của đơn vị', at: expect.any(String) }],
      settledAt: expect.any(String),
    }),
  );
  expect(Object.values(await today()).flat(2)).toContain(
    'Tài khoản bị chiếm đoạt: Phát tán thư rác từ hộp thư',
  );
});

/** How often slapd let somebody in and refused him, counted past it: at both providers together. */
async function loggedOf(dn: string): Promise<readonly number[]> {
  const slapcat = `slapcat -f /etc/hopthu/slapd.conf -b cn=logins -o ldif-wrap=no -a '(reqDN=${dn})'`;
  const logs = [0, 1].map((number) =>
    inMail(site, 'exec', `openldap-${number}`, '-c', 'slapd', '--', 'sh', '-c', slapcat),
  );
  const results = [...(await Promise.all(logs)).join('\n').matchAll(/^reqResult: (\d+)$/gm)];
  return [
    results.filter(([, code]) => code === '0').length,
    results.filter(([, code]) => code !== '0').length,
  ];
}

it('logins of an organization are those that the providers of the directory have logged (R36)', async () => {
  const logged = await loggedOf(await field(site, `mailbox/${counted.name}`, '.status.entry'));
  expect(logged[0]).toBeGreaterThan(0);
  expect(logged[1]).toBeGreaterThanOrEqual(2);
  const [, month, day] = dayOf(Date.now()).split('-');
  // Those of the last minute are counted at the next look.
  await eventually(120_000, async () => {
    await run('report-collect');
    const sheets = await today('--organization', office);
    expect(sheets['Số lượt đăng nhập mỗi ngày']).toContainEqual([`${day}/${month}`, ...logged]);
  });
});
