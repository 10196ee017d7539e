/** A request from its arrival to the report, and what dies on the way (R20–R22). */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { Unavailable } from '../../../operator/errors.ts';
import { socTrang } from '../../support/sites.ts';
import { Office } from './office.ts';

let office: Office;
const tam = {
  action: 'Grant',
  name: 'Lê Văn Tám',
  organization: 'Sở Y tế',
  employeeNumber: 'CB-8',
} as const;

beforeEach(async () => {
  office = new Office(socTrang);
  const { province } = office;
  province.organization('so-tttt', { name: 'Sở Thông tin và Truyền thông' });
  province.organization('so-y-te', { name: 'Sở Y tế' });
  province.organizationMailbox('so-tttt', 'so-tttt');
  province.organizationMailbox('so-y-te', 'so-y-te');
  province.person('ha', 'Trần Thị Thu Hà', 'so-y-te', { person: { id: 'CB-2' } });
  await province.settle();
});

const ready = (name: string) => {
  const { conditions = [] } = office.status(name);
  const found = conditions.find(({ type }) => type === 'Ready');
  return `${found?.status} ${found?.reason}`;
};

/** What Git, or `hopthu request approve`, brings about. */
async function carryOut(): Promise<void> {
  office.province.person('le-van-tam', 'Lê Văn Tám', 'so-y-te', { person: { id: 'CB-8' } });
  await office.province.settle();
}

describe('a request', () => {
  it('is numbered and acknowledged once, with its faults', async () => {
    const name = office.enter('so-y-te', [tam, { ...tam, name: 'Lê Văn Chín', organization: 'Sở Nào Đó' }]);
    await office.desk.pass();
    await office.desk.pass();
    expect(office.status(name)).toMatchObject({ number: '2026-0001', phase: 'Pending', rows: 2 });
    expect(ready(name)).toBe('False AwaitingDecision');
    expect(office.told).toEqual(['acknowledged soyt@soctrang.gov.vn']);
    const text = office.textOf('acknowledged');
    expect(text).toContain('văn bản số 12/CV ngày 20/11/2026');
    expect(text).toContain('1. Lê Văn Tám (Sở Y tế): cấp mới');
    expect(text).toContain('dòng 2: đơn vị "Sở Nào Đó" không có trong danh mục');
    expect(text).toContain('trong 3 ngày làm việc');
    expect(text).not.toContain('{{');
  });

  it('is carried out, told and reported: to who asked, and to the Department with the report', async () => {
    const name = office.enter('so-y-te', [tam]);
    await office.desk.pass();
    office.decide(name, 'Approved');
    await office.desk.pass();
    expect(office.status(name)).toMatchObject({ phase: 'Approved', results: [{ outcome: 'Waiting' }] });
    expect(office.told).toHaveLength(1);
    await carryOut();
    await office.desk.pass();
    expect(office.status(name)).toMatchObject({
      phase: 'Settled',
      settled: '2026-11-21T00:00:00Z',
      // A Saturday: three working days later.
      due: '2026-11-25',
      results: [{ row: 1, outcome: 'Granted', mailbox: 'le-van-tam', address: 'lvtam@soctrang.gov.vn' }],
    });
    expect(office.told.slice(1)).toEqual(['result soyt@soctrang.gov.vn', 'report sotttt@soctrang.gov.vn']);
    const [, , report] = office.letters.sent;
    expect(report?.attachments.map(({ filename }) => filename)).toEqual(['bao-cao.pdf']);
    expect(office.textOf('result')).toContain('cấp mới – đã cấp: lvtam@soctrang.gov.vn');
    expect(ready(name)).toBe('True Settled');
    const { writes } = office.requests;
    await office.desk.pass();
    expect([office.requests.writes, office.told.length]).toEqual([writes, 3]);
  });

  it('tells no password, and says where it is handed over', async () => {
    const name = office.enter('so-y-te', [tam]);
    office.decide(name, 'Approved');
    await carryOut();
    await office.desk.pass();
    const [secret] = office.province.cluster.secrets.values();
    const all = JSON.stringify([office.letters.sent, [...office.requests.stored.values()]]);
    expect(secret?.password).toBeDefined();
    for (const { password } of office.province.cluster.secrets.values()) expect(all).not.toContain(password);
    expect(office.textOf('result')).toContain('phiếu kín');
    expect(office.told.some((line) => line.includes('lvtam@'))).toBe(false);
  });

  it('that is refused says why, and is reported too', async () => {
    const name = office.enter('so-y-te', [tam]);
    await office.desk.pass();
    office.decide(name, 'Refused', 'Thiếu chữ ký của thủ trưởng');
    await office.desk.pass();
    expect(office.told.slice(1)).toEqual(['refused soyt@soctrang.gov.vn', 'report sotttt@soctrang.gov.vn']);
    expect(office.textOf('refused')).toContain('Thiếu chữ ký của thủ trưởng');
    expect(office.textOf('report')).toContain('Lý do: Thiếu chữ ký của thủ trưởng');
    expect(office.status(name)).toMatchObject({ phase: 'Refused', due: '2026-11-25' });
  });

  it('keeps what was foreseen before the decision: a row that was refused then is not carried out', async () => {
    const name = office.enter('so-y-te', [{ ...tam, organization: 'Sở Mới' }, tam]);
    await office.desk.pass();
    office.province.organization('so-moi', { name: 'Sở Mới' });
    office.decide(name, 'Approved');
    await carryOut();
    await office.desk.pass();
    expect(office.status(name).results?.map(({ outcome }) => outcome)).toEqual(['Refused', 'Granted']);
    expect(office.status(name).phase).toBe('Settled');
  });

  it('of an organization without a mailbox tells nobody, and goes on', async () => {
    office.province.organization('so-nv', { name: 'Sở Nội vụ' });
    const name = office.enter('so-nv', [{ ...tam, organization: 'Sở Nội vụ' }]);
    await office.desk.pass();
    expect(office.status(name).told).toEqual([expect.objectContaining({ letter: 'acknowledged', to: [] })]);
    expect(office.told).toEqual([]);
  });
});

describe('what is asked of people who are there', () => {
  const rename = { action: 'Rename', employeeNumber: 'CB-2', newAddress: 'thuha' } as const;

  async function renamed(): Promise<string> {
    const name = office.enter('so-y-te', [rename]);
    await office.desk.pass();
    office.decide(name, 'Approved');
    const spec = office.province.mailbox('ha').spec as object;
    const { namespace, cluster } = office.province;
    cluster.apply({ kind: 'Mailbox', name: 'ha', namespace, spec: { ...spec, localPart: 'thuha' } });
    await office.province.settle();
    await office.desk.pass();
    return name;
  }

  it('is told to their organization alone while they cannot read it', async () => {
    const name = await renamed();
    expect(office.told.slice(1)).toEqual(['result soyt@soctrang.gov.vn', 'report sotttt@soctrang.gov.vn']);
    expect(office.status(name).results).toMatchObject([
      { outcome: 'Changed', address: 'thuha@soctrang.gov.vn' },
    ]);
  });

  it('is told to them too once they have changed their first password, each her own row alone', async () => {
    const { pwdReset: _, ...attributes } = office.province.entryOf('ha');
    const dn = office.province.status('ha').entry ?? '';
    office.province.directory.put(dn, attributes);
    await office.province.settle();
    await renamed();
    expect(office.told.slice(1)).toEqual([
      'person thuha@soctrang.gov.vn',
      'result soyt@soctrang.gov.vn',
      'report sotttt@soctrang.gov.vn',
    ]);
    expect(office.textOf('person')).toContain('Kính gửi: Trần Thị Thu Hà');
  });

  it('a cancellation is done once the resource is gone', async () => {
    const name = office.enter('so-y-te', [{ action: 'Cancel', employeeNumber: 'CB-2' }]);
    await office.desk.pass();
    office.decide(name, 'Approved');
    await office.desk.pass();
    expect(office.status(name).results).toMatchObject([{ outcome: 'Waiting', mailbox: 'ha' }]);
    office.province.delete('ha');
    await office.province.settle();
    await office.desk.pass();
    expect(office.status(name).results).toMatchObject([{ outcome: 'Cancelled', mailbox: 'ha' }]);
  });

  it('a reset is done once the number of the request is in the spec', async () => {
    const name = office.enter('so-y-te', [{ action: 'ResetPassword', employeeNumber: 'CB-2' }]);
    await office.desk.pass();
    office.decide(name, 'Approved');
    await office.desk.pass();
    expect(office.status(name).phase).toBe('Approved');
    const spec = office.province.mailbox('ha').spec as object;
    const { namespace, cluster } = office.province;
    const reset = { ...spec, passwordReset: office.status(name).number };
    cluster.apply({ kind: 'Mailbox', name: 'ha', namespace, spec: reset });
    await office.province.settle();
    await office.desk.pass();
    expect(office.status(name).results).toMatchObject([{ outcome: 'Reset' }]);
  });
});

describe('numbers', () => {
  it('follow the order of arrival, and none is given twice, though a request was deleted', async () => {
    const names = ['a', 'b', 'c'].map(() => office.enter('so-y-te', [tam]));
    await office.desk.pass();
    expect(names.map((name) => office.status(name).number)).toEqual(['2026-0001', '2026-0002', '2026-0003']);
    office.requests.stored.delete(names[2] ?? '');
    const next = office.enter('so-y-te', [tam]);
    await office.desk.pass();
    expect(office.status(next).number).toBe('2026-0004');
  });

  it('go on after what the statuses say, where the count is lost', async () => {
    office.enter('so-y-te', [tam]);
    await office.desk.pass();
    office.requests.numbers.clear();
    const next = office.enter('so-y-te', [tam]);
    await office.desk.pass();
    expect(office.status(next).number).toBe('2026-0002');
  });
});

describe('while something is away', () => {
  it('the mail system: letters wait, and the condition says why', async () => {
    const name = office.enter('so-y-te', [tam]);
    office.decide(name, 'Approved');
    await carryOut();
    office.letters.isDown = true;
    expect((await office.desk.pass()).failures).toBe(1);
    expect(ready(name)).toBe('False LetterNotSent');
    const { writes } = office.requests;
    await office.desk.pass();
    expect(office.requests.writes).toBe(writes);
    office.letters.isDown = false;
    await office.desk.pass();
    expect(office.told).toEqual(['result soyt@soctrang.gov.vn', 'report sotttt@soctrang.gov.vn']);
    expect(ready(name)).toBe('True Settled');
  });

  it('an address that is refused for good keeps no other letter back', async () => {
    office.letters.unknown.add('soyt@soctrang.gov.vn');
    const name = office.enter('so-y-te', [tam]);
    office.decide(name, 'Approved');
    await carryOut();
    await office.desk.pass();
    expect(office.told).toEqual(['report sotttt@soctrang.gov.vn']);
    expect(ready(name)).toBe('False LetterNotSent');
  });

  const { requests: rules } = socTrang;
  const two = { ...socTrang, requests: { ...rules, report: { ...rules.report, to: ['sotttt', 'soyt'] } } };

  it('one of two to whom reports go: the other has it once, and each gets it in the end', async () => {
    const { requests, letters, desk } = new Office(two);
    letters.unknown.add('soyt@soctrang.gov.vn');
    office.enter('so-nao-do', []);
    office.decide('request-1', 'Refused', 'Không có đơn vị này');
    requests.stored.set('request-1', office.requests.stored.get('request-1') as never);
    const reports = () => letters.sent.map(({ letter }) => `${letter.to}`);
    for (let pass = 0; pass < 3; pass += 1) await desk.pass();
    expect(reports()).toEqual(['sotttt@soctrang.gov.vn']);
    letters.unknown.clear();
    for (let pass = 0; pass < 3; pass += 1) await desk.pass();
    expect(reports()).toEqual(['sotttt@soctrang.gov.vn', 'soyt@soctrang.gov.vn']);
  });

  it('nobody: whoever is added to those who get reports gets none of what is over', async () => {
    const name = office.enter('so-y-te', []);
    office.decide(name, 'Refused', 'Danh sách trống');
    await office.desk.pass();
    expect(office.told).toContain('report sotttt@soctrang.gov.vn');
    const later = new Office(two);
    for (const [key, stored] of office.requests.stored) later.requests.stored.set(key, stored);
    await later.desk.pass();
    expect(later.told).toEqual([]);
  });

  it('whoever dies after a letter sends it once more, with the same Message-ID', async () => {
    const name = office.enter('so-y-te', [tam]);
    let writes = 0;
    office.requests.intercept = () => {
      writes += 1;
      // The number, then what was found; the third remembers that it was told.
      if (writes === 3) throw new Unavailable('Kubernetes', 'died');
    };
    await office.desk.pass();
    await office.desk.pass();
    const ids = office.letters.sent.map(({ letter }) => letter.id);
    expect(ids).toEqual([`uid-${name}.acknowledged`, `uid-${name}.acknowledged`]);
    expect(office.status(name).told).toHaveLength(1);
  });

  it('ends in the same status, wherever a write fails', async () => {
    for (let fails = 1; fails <= 8; fails += 1) {
      const name = office.enter('so-y-te', [{ action: 'Cancel', employeeNumber: `CB-none-${fails}` }]);
      let writes = 0;
      office.requests.intercept = () => {
        writes += 1;
        if (writes === fails) throw new Unavailable('Kubernetes', 'died');
      };
      for (let pass = 0; pass < 3; pass += 1) await office.desk.pass();
      office.decide(name, 'Refused', 'Không có người này');
      for (let pass = 0; pass < 3; pass += 1) await office.desk.pass();
      expect(ready(name)).toBe('True Refused');
      expect(new Set(office.status(name).told?.map(({ letter }) => letter))).toEqual(
        new Set(['acknowledged', 'refused', 'report']),
      );
    }
  });
});
