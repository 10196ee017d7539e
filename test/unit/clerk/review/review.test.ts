/** What a request would do, and which rules it breaks, in both provinces (R20). */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { reviewRequest } from '../../../../clerk/review/review.ts';
import type { RequestRow, RequestSpec, RowOutcome } from '../../../../operator/api/request.ts';
import { daNang, socTrang } from '../../../support/sites.ts';
import { Office } from '../office.ts';

let office: Office;

/** Sóc Trăng: two departments, a unit of the first, and people. */
async function province(): Promise<Office> {
  const made = new Office(socTrang);
  const { province } = made;
  province.organization('so-tttt', { name: 'Sở Thông tin và Truyền thông' });
  province.organization('so-y-te', { name: 'Sở Y tế' });
  province.organization('phong-cntt', {
    name: 'Phòng Công nghệ thông tin',
    parentRef: { name: 'so-tttt' },
  });
  province.organizationMailbox('so-tttt', 'so-tttt');
  province.organizationMailbox('so-y-te', 'so-y-te');
  province.organizationMailbox('phong-cntt', 'phong-cntt');
  province.person('binh', 'Nguyễn Thanh Bình', 'so-tttt', { person: { id: 'CB-1' } });
  province.person('ha', 'Trần Thị Thu Hà', 'so-y-te', { person: { id: 'CB-2' } });
  await province.settle();
  return made;
}

beforeEach(async () => {
  office = await province();
});

async function reviewed(
  rows: readonly Partial<RequestRow>[],
  { from = 'so-tttt', ...more }: Partial<RequestSpec> & { from?: string } = {},
) {
  const name = office.enter(from, rows, more);
  return reviewRequest(await office.world(), office.request(name), office.province.now);
}

const grant: Partial<RequestRow> = {
  action: 'Grant',
  name: 'Lê Văn Tám',
  organization: 'Sở Thông tin và Truyền thông',
};

describe('what the rows would do', () => {
  it('is told in the operator’s own lines, row by row', async () => {
    const { plan, findings, results } = await reviewed([
      { ...grant, employeeNumber: 'CB-8', telephone: '0299 3821 234' },
      { action: 'Rename', address: 'ntbinh@soctrang.gov.vn', newAddress: 'binh.nt' },
      { action: 'ResetPassword', employeeNumber: 'CB-1', name: 'Nguyễn Thanh Bình' },
    ]);
    expect(findings).toEqual([]);
    expect(results.map(({ outcome, mailbox }) => `${outcome} ${mailbox}`)).toEqual([
      'Waiting le-van-tam',
      'Waiting binh',
      'Waiting binh',
    ]);
    const lines = plan.map(({ row, line }) => `${row} ${line}`).sort();
    expect(lines[0]).toBe('1 + lvtam@soctrang.gov.vn  Lê Văn Tám (Sở Thông tin và Truyền thông)  500 MiB');
    expect(lines[1]).toContain('ntbinh@soctrang.gov.vn → binh.nt@soctrang.gov.vn');
  });

  it('closes what is cancelled', async () => {
    const { plan, removed } = await reviewed([{ action: 'Cancel', employeeNumber: 'CB-1' }]);
    expect(plan[0]?.line).toMatch(/^- ntbinh@soctrang.gov.vn/);
    expect(removed.map(({ metadata }) => metadata.name)).toEqual(['binh']);
  });

  it('resets by the number of the request, so that the next one resets again', async () => {
    const name = office.enter('so-tttt', [{ action: 'ResetPassword', employeeNumber: 'CB-1' }]);
    const request = office.request(name);
    const numbered = { ...request, status: { number: '2026-0012' } };
    const { manifests } = reviewRequest(await office.world(), numbered, office.province.now);
    expect(manifests[0]?.spec).toMatchObject({ passwordReset: '2026-0012' });
  });
});

describe('a rule that is broken', () => {
  const st = (row: Partial<RequestRow>) => ({ ...grant, ...row });
  it.each([
    ['no action', st({ action: undefined as never }), 'action', 'R20', 'thiếu loại yêu cầu'],
    ['no name', st({ name: '' }), 'name', undefined, 'thiếu họ và tên'],
    ['no organization', st({ organization: '' }), 'organization', undefined, 'thiếu đơn vị'],
    [
      'an unknown organization',
      st({ organization: 'Sở Y tê1' }),
      'organization',
      'R44',
      'không có trong danh mục',
    ],
    ['a name with digits', st({ name: 'Lê Văn T4m' }), 'name', 'R13', 'họ và tên'],
    ['a telephone of letters', st({ telephone: 'gọi sau' }), 'telephone', undefined, 'điện thoại'],
    ['an address that is reserved', st({ newAddress: 'admin' }), 'newAddress', 'R16', 'được dành riêng'],
    [
      'an address that somebody has',
      st({ newAddress: 'ntbinh' }),
      'newAddress',
      'R16',
      'đã là của ntbinh@soctrang.gov.vn',
    ],
    [
      'an address elsewhere',
      st({ newAddress: 'tam@gmail.com' }),
      'newAddress',
      'R16',
      'không phải là địa chỉ của',
    ],
    [
      'somebody who is there',
      st({ name: 'Nguyễn Thanh Bình', employeeNumber: 'CB-1' }),
      'employeeNumber',
      'R20',
      'đã có hộp thư ntbinh@soctrang.gov.vn',
    ],
    [
      'a number of somebody else',
      st({ employeeNumber: 'CB-1' }),
      'name',
      undefined,
      'CB-1 là của Nguyễn Thanh Bình',
    ],
    [
      'another organization',
      st({ organization: 'Sở Y tế' }),
      'organization',
      'R20',
      'không được đề nghị thay cho Sở Y tế',
    ],
    [
      'a mailbox elsewhere',
      { action: 'Cancel', employeeNumber: 'CB-2' },
      'organization',
      'R20',
      'không được đề nghị thay cho Sở Y tế',
    ],
    [
      'a mailbox of another unit',
      { action: 'Cancel', employeeNumber: 'CB-2', organization: 'Sở Thông tin và Truyền thông' },
      'organization',
      'R20',
      'hộp thư này thuộc Sở Y tế',
    ],
    [
      'somebody who is elsewhere',
      st({ name: 'Trần Thị Thu Hà', employeeNumber: 'CB-2' }),
      'organization',
      'R20',
      'thay cho Sở Y tế',
    ],
    [
      'neither number nor address',
      { action: 'Cancel', name: 'Nguyễn Thanh Bình' },
      'address',
      'R20',
      'thiếu mã cán bộ hoặc địa chỉ hiện có',
    ],
    [
      'nobody',
      { action: 'Cancel', employeeNumber: 'CB-99' },
      'employeeNumber',
      undefined,
      'không có hộp thư nào',
    ],
    [
      'no new address',
      { action: 'Rename', employeeNumber: 'CB-1' },
      'newAddress',
      'R20',
      'thiếu địa chỉ mới',
    ],
  ] as const)('%s', async (_, row, field, rule, message) => {
    const { findings, plan, results } = await reviewed([row as Partial<RequestRow>]);
    expect(findings[0]).toMatchObject({
      row: 1,
      field,
      refuses: true,
      message: expect.stringContaining(message),
    });
    expect(findings[0]?.rule).toBe(rule);
    expect(plan).toEqual([]);
    expect(results).toEqual([{ row: 1, outcome: 'Refused', message: findings[0]?.message }]);
  });

  it('refuses its row alone', async () => {
    const { results } = await reviewed([grant, st({ organization: 'Sở Y tê1' })]);
    expect(results.map(({ outcome }) => outcome)).toEqual(['Waiting', 'Refused']);
  });

  it('is one person in two rows', async () => {
    const { findings } = await reviewed([st({ employeeNumber: 'CB-8' }), st({ employeeNumber: 'CB-8' })]);
    expect(findings).toMatchObject([{ row: 2, message: 'hộp thư này đã có ở dòng 1: mỗi người một dòng' }]);
  });

  it('is what could not be read of the list', async () => {
    const findings = [{ row: 1, field: 'action', rule: 'R20', message: 'không rõ' }];
    expect((await reviewed([grant], { findings })).results[0]).toMatchObject({
      outcome: 'Refused',
      message: 'không rõ',
    });
  });

  it('of whoever asks refuses all rows', async () => {
    const unknown = await reviewed([grant], { from: 'so-nao-do' });
    expect(unknown.results[0]).toMatchObject({ outcome: 'Refused' });
    expect(unknown.findings[0]).toMatchObject({ rule: 'R44', refuses: true });
    const mail = { source: 'Mail', received: '2026-11-21T01:00:00Z' } as const;
    const address = (text: string) => ({ organizationRef: { name: 'so-tttt' }, address: text });
    const foreign = await reviewed([grant], { ...mail, requester: address('soyt@soctrang.gov.vn') });
    expect(foreign.findings[0]).toMatchObject({
      rule: 'R20',
      message: expect.stringContaining('không phải là hộp thư của'),
    });
    const own = await reviewed([grant], { ...mail, requester: address('sotttt@soctrang.gov.vn') });
    expect(own.findings).toEqual([]);
  });

  it('an update of somebody who is there is told, and carried out', async () => {
    const { findings, results } = await reviewed([
      { ...grant, name: 'Nguyễn Thanh Bình', employeeNumber: 'CB-1', title: 'Trưởng phòng' },
    ]);
    expect(findings).toMatchObject([{ row: 1, refuses: false }]);
    expect(results[0]?.outcome).toBe('Waiting');
  });
});

describe('an approval that is repeated', () => {
  const decision = { verdict: 'Approved', by: 'a', at: '2026-11-21T02:00:00Z' } as const;
  it.each<[RowOutcome, Partial<RequestRow>]>([
    ['Cancelled', { action: 'Cancel', employeeNumber: 'CB-1' }],
    ['Changed', { action: 'Rename', employeeNumber: 'CB-1', newAddress: 'binh.nt' }],
    ['Reset', { action: 'ResetPassword', employeeNumber: 'CB-1' }],
    ['Granted', { ...grant, name: 'Nguyễn Thanh Bình', employeeNumber: 'CB-1', title: 'Trưởng phòng' }],
  ])('does nothing again to whoever has the name since it was %s', async (outcome, row) => {
    const name = office.enter('so-tttt', [row], { decision });
    const at = async (result: RowOutcome) => {
      const results = [{ row: 1, outcome: result, mailbox: 'binh' }];
      const request = { ...office.request(name), status: { number: '2026-0012', results } };
      const {
        manifests,
        removed,
        results: now,
      } = reviewRequest(await office.world(), request, office.province.now);
      return { touched: manifests.length + removed.length, results: now };
    };
    expect((await at('Waiting')).touched).toBe(1);
    expect(await at(outcome)).toEqual({ touched: 0, results: [{ row: 1, outcome, mailbox: 'binh' }] });
  });
});

describe('for whom an organization may ask', () => {
  const unit: Partial<RequestRow> = { ...grant, organization: 'Phòng Công nghệ thông tin' };

  it('in Sóc Trăng for itself alone', async () => {
    expect((await reviewed([unit])).results[0]?.outcome).toBe('Refused');
    expect((await reviewed([unit], { from: 'phong-cntt' })).results[0]?.outcome).toBe('Waiting');
  });

  it('in Đà Nẵng for its units too, never for those above or beside it', async () => {
    office = new Office(daNang);
    const { province } = office;
    province.organization('so-khdt', { name: 'Sở Kế hoạch và Đầu tư' });
    province.organization('phong-dt', {
      name: 'Phòng Đấu thầu',
      parentRef: { name: 'so-khdt' },
      abbreviation: 'dauthau',
    });
    province.organization('to-1', { name: 'Tổ Một', parentRef: { name: 'phong-dt' }, abbreviation: 'tomot' });
    province.organization('ubnd-hc', { name: 'UBND quận Hải Châu' });
    await province.settle();
    const asks = async (from: string, organization: string) =>
      (await reviewed([{ ...grant, organization }], { from })).results[0]?.outcome;
    expect(await asks('so-khdt', 'Sở Kế hoạch và Đầu tư')).toBe('Waiting');
    expect(await asks('so-khdt', 'Phòng Đấu thầu')).toBe('Waiting');
    expect(await asks('so-khdt', 'Tổ Một')).toBe('Waiting');
    expect(await asks('phong-dt', 'Sở Kế hoạch và Đầu tư')).toBe('Refused');
    expect(await asks('so-khdt', 'UBND quận Hải Châu')).toBe('Refused');
  });
});

describe('where it is asked', () => {
  it.each([
    ['Grant', 'cntt', 'admin'],
    ['Cancel', 'cntt', 'admin'],
    ['Rename', 'admin', 'cntt'],
    ['ResetPassword', 'admin', 'cntt'],
  ] as const)('in Đà Nẵng %s is for %s@, not for %s@', async (action, right, wrong) => {
    office = new Office(daNang);
    office.province.organization('so-khdt', { name: 'Sở Kế hoạch và Đầu tư' });
    await office.province.settle();
    const rules = async (service: string) => {
      const { findings } = await reviewed([{ action }], { from: 'so-khdt', service });
      return findings.filter(({ field, rule }) => field === 'action' && rule === 'R20');
    };
    expect(await rules(right)).toEqual([]);
    expect((await rules(wrong))[0]?.message).toContain(`gửi đến ${right}@danang.gov.vn`);
  });
});
