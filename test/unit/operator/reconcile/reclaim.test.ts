import { beforeEach, describe, expect, it } from '@jest/globals';
import { Blocked } from '../../../../operator/errors.ts';
import { Province } from '../../../support/province.ts';
import { socTrang } from '../../../support/sites.ts';

const line = 'ntbinh@soctrang.gov.vn  Nguyễn Thanh Bình (Sở Thông tin và Truyền thông)';
let province: Province;

const write: Province['write'] = (...given) => province.write(...given);
const settleIn = (...names: readonly string[]) => province.settleIn(...names);

const person = (spec: object = {}) => province.person('binh', 'Nguyễn Thanh Bình', 'so-tttt', { spec });

/** The day comes, and everybody else logs in. */
function dawn(day: string): void {
  province.now = new Date(`${day}T00:00:00Z`);
  for (const name of others) write(name, { pwdLastSuccess: [`${day.replaceAll('-', '')}000000Z`] });
}

async function on(day: string): Promise<readonly string[]> {
  dawn(day);
  const lines = await province.settle();
  return lines.filter((text) => text.includes('ntbinh@'));
}

const others = ['so-tttt', 'tt-cntttt'];
const told = () =>
  province.notices.sent
    .filter(({ kind }) => kind === 'reclaim')
    .map(({ fields, to }) => [fields['days'], fields['date'], ...to]);
const people = ['ntbinh@soctrang.gov.vn', 'sotttt@soctrang.gov.vn'];

beforeEach(async () => {
  province = new Province(socTrang);
  province.now = new Date('2026-01-01T00:00:00Z');
  province.organization('so-tttt', { name: 'Sở Thông tin và Truyền thông' });
  province.organizationMailbox('so-tttt', 'so-tttt');
  province.organization('tt-cntttt', {
    name: 'Trung tâm Công nghệ thông tin',
    parentRef: { name: 'so-tttt' },
  });
  province.organizationMailbox('tt-cntttt', 'tt-cntttt');
  person();
  await province.settle();
  settleIn('so-tttt', 'tt-cntttt', 'binh');
  await province.settle();
});

describe('the last access (R23)', () => {
  it('is the grant at first, then what slapd saw, written when it moved by a day', async () => {
    expect(province.status('binh').lastAccess).toBe('2026-01-01T00:00:00Z');
    write('binh', { pwdLastSuccess: ['20260101235959Z'] });
    expect(await province.settle()).toEqual([]);
    write('binh', { pwdLastSuccess: ['20260102080000Z'] });
    expect(await province.settle()).toEqual([
      `~ ${line}  last access 2026-01-01T00:00:00Z → 2026-01-02T08:00:00Z`,
    ]);
    expect(province.status('binh').lastAccess).toBe('2026-01-02T08:00:00Z');
  });

  it('is told in no Event, and never goes back', async () => {
    const before = province.cluster.events.length;
    write('binh', { pwdLastSuccess: ['20260301000000Z'] });
    await province.settle();
    write('binh', { pwdLastSuccess: [] });
    expect(await province.settle()).toEqual([]);
    expect(province.status('binh').lastAccess).toBe('2026-03-01T00:00:00Z');
    expect(province.cluster.events.length).toBe(before);
  });

  it('of a whole province that was there this morning is written down in some passes', async () => {
    const letters = [...'abcdefghijklmnopqrstuvw'];
    const names = letters.flatMap((a) => letters.map((b) => `${a}${b}`)).slice(0, 510);
    for (const name of names) province.person(name, `Lê Văn ${name}`, 'so-tttt');
    await province.settle();
    for (const name of names) write(name, { pwdLastSuccess: ['20260110073000Z'] });
    expect((await province.pass()).changes).toHaveLength(500);
    expect((await province.pass()).changes).toHaveLength(10);
    expect((await province.pass()).changes).toEqual([]);
  });

  it('of an account of before this was kept is the creation of its resource', async () => {
    write('binh', { hopThuLastAccess: [] });
    await province.settle();
    expect(province.status('binh').lastAccess).toBe('2026-01-01T00:00:00Z');
  });
});

describe('a mailbox that nobody uses (R23)', () => {
  it('is told of 30 and 7 days ahead, once each, and reclaimed then', async () => {
    await on('2026-06-03');
    expect(told()).toEqual([]);
    await on('2026-06-04');
    expect(told()).toEqual([['30', '04/07/2026', ...people]]);
    await on('2026-06-20');
    await on('2026-06-27');
    await on('2026-06-28');
    expect(told().slice(1)).toEqual([['7', '04/07/2026', ...people]]);
    expect(province.status('binh').state).toBe('Active');
    expect(await on('2026-07-04')).toEqual([`~ ${line}  state Active → Reclaimed`]);
    province.expectReady('binh', 'True', 'Reclaimed', /logins and mail are refused/);
    expect(province.entryOf('binh')).toMatchObject({
      hopThuStatus: ['Reclaimed'],
      pwdAccountLockedTime: ['000001010000Z'],
      mail: ['ntbinh@soctrang.gov.vn'],
    });
    expect(await on('2026-12-31')).toEqual([]);
    expect(told()).toHaveLength(2);
  });

  it('is not reclaimed when somebody comes after a notice, and is told again half a year later', async () => {
    await on('2026-06-04');
    await on('2026-06-27');
    write('binh', { pwdLastSuccess: ['20260703000000Z'] });
    await on('2026-07-04');
    expect(province.status('binh')).toMatchObject({ state: 'Active', lastAccess: '2026-07-03T00:00:00Z' });
    expect(province.entryOf('binh')).not.toHaveProperty('hopThuNotice');
    await on('2026-12-04');
    expect(told().slice(2)).toEqual([['30', '03/01/2027', ...people]]);
  });

  it('is looked at once more before: who came since the last read is not reclaimed by an old view', async () => {
    await on('2026-06-04');
    await on('2026-06-27');
    dawn('2026-07-04');
    let reads = 0;
    province.directory.intercept = (moment, call) => {
      if (call !== 'snapshot' || moment !== 'before') return;
      reads += 1;
      if (reads === 2) write('binh', { pwdLastSuccess: ['20260703235900Z'] });
    };
    await province.pass();
    province.directory.intercept = () => {};
    expect(province.entryOf('binh')).toMatchObject({ hopThuStatus: ['Active'] });
  });

  it('waits while notices cannot go out, and as many days after a late one as it says', async () => {
    province.notices.down();
    dawn('2026-09-01');
    await province.pass();
    expect(province.failures).toHaveLength(1);
    province.expectReady('binh', 'True', 'Active');
    province.notices.up();
    await on('2026-09-02');
    expect(told()).toContainEqual(['30', '02/10/2026', ...people]);
    await on('2026-09-30');
    expect(province.status('binh').state).toBe('Active');
    expect(told()).toContainEqual(['7', '07/10/2026', ...people]);
    await on('2026-10-06');
    expect(province.status('binh').state).toBe('Active');
    await on('2026-10-07');
    expect(province.status('binh').state).toBe('Reclaimed');
  });

  it('is told twice, and never not at all, when the operator dies between mail and directory', async () => {
    province.directory.intercept = (moment, call) => {
      if (moment === 'before' && call === 'modify') throw new Error('killed');
    };
    dawn('2026-06-04');
    await province.pass();
    province.directory.intercept = () => {};
    await on('2026-06-04');
    await on('2026-06-05');
    const [first, second, ...more] = province.notices.sent.filter(({ to }) => to.includes(people[0] ?? ''));
    expect(more).toEqual([]);
    expect(second?.id).toBe(first?.id);
  });

  it('does not keep others from being told when one notice is refused', async () => {
    province.person('an', 'Lê Văn An', 'so-tttt');
    await province.settle();
    settleIn('an');
    province.notices.intercept = (moment, { to }) => {
      if (moment === 'before' && to.includes('lvan@soctrang.gov.vn'))
        throw new Blocked('NoticeRefused', 'full');
    };
    dawn('2026-07-01');
    await province.pass();
    expect(told()).toContainEqual(['30', '31/07/2026', ...people]);
  });

  it('that is suspended or past its end is left alone, and its time begins with new notices afterwards', async () => {
    await on('2026-06-04');
    await on('2026-06-27');
    person({ state: 'Suspended' });
    await on('2026-07-04');
    expect(province.status('binh').state).toBe('Suspended');
    person();
    await on('2026-07-05');
    expect(province.status('binh').state).toBe('Active');
    expect(told().at(-1)).toEqual(['30', '04/08/2026', ...people]);
  });

  it("is an organization's: the mailbox above is told, else the Centre's, which is never reclaimed", async () => {
    province.organization('phong', { name: 'Phòng Kế toán', parentRef: { name: 'so-tttt' } });
    province.organizationMailbox('phong', 'phong');
    await province.settle();
    settleIn('phong');
    province.now = new Date('2026-06-04T00:00:00Z');
    await province.settle();
    expect(told()).toContainEqual([
      '30',
      '04/07/2026',
      'phongkt.sotttt@soctrang.gov.vn',
      'sotttt@soctrang.gov.vn',
    ]);
    expect(told()).toContainEqual(['30', '04/07/2026', 'sotttt@soctrang.gov.vn', 'admin@soctrang.gov.vn']);
    expect(told().flat()).not.toContain('trungtamcntt.sotttt@soctrang.gov.vn');
  });

  it("is an organization's and used by a delegate (R26): it is not unused", async () => {
    const delegates = [{ mailboxRef: { name: 'binh' }, rights: ['Read'] }];
    province.organizationMailbox('so-tttt', 'so-tttt', { delegates });
    await province.settle();
    write('binh', { pwdLastSuccess: ['20260501000000Z'] });
    province.now = new Date('2026-06-04T00:00:00Z');
    await province.settle();
    expect(province.status('so-tttt').lastAccess).toBe('2026-05-01T00:00:00Z');
    expect(told().flat()).not.toContain('sotttt@soctrang.gov.vn');
  });

  it('counts for the guard like every loss of access', async () => {
    for (const letter of 'abcdefghijk') province.person(`p${letter}`, `Trần Văn ${letter}`, 'so-tttt');
    await province.settle();
    await on('2026-06-04');
    await on('2026-06-27');
    await on('2026-07-04');
    province.expectReady('pa', 'False', 'AwaitingApproval', /mailboxes would lose access/);
    expect(province.entryOf('pa')).toMatchObject({ hopThuStatus: ['Active'] });
  });
});

describe('a reclaimed mailbox', () => {
  beforeEach(async () => {
    for (const day of ['2026-06-04', '2026-06-27', '2026-07-04']) await on(day);
    expect(province.status('binh').state).toBe('Reclaimed');
  });

  it('holds its address back from everybody, from before it is taken away', async () => {
    province.person('binh2', 'Nguyễn Thanh Bình', 'so-tttt');
    await province.settle();
    expect(province.addressOf('binh2')).toBe('ntbinh.sotttt@soctrang.gov.vn');
    const { uid } = province.mailbox('binh').metadata;
    const held = province.directory.entry(`uid=${uid},ou=held,dc=soctrang,dc=gov,dc=vn`);
    expect(held?.attributes['hopThuHeldAddress']).toEqual(['ntbinh@soctrang.gov.vn 2027-07-04T00:00:00Z']);
  });

  it('is granted again once by a new token: address, a new first password, and its time anew', async () => {
    write('binh', { userPassword: ['{ARGON2}own'], pwdReset: [] });
    person({ grant: '2026-09-01' });
    await on('2026-09-01');
    expect(province.status('binh')).toMatchObject({
      address: 'ntbinh@soctrang.gov.vn',
      state: 'Active',
      lastAccess: '2026-09-01T00:00:00Z',
    });
    const entry = province.entryOf('binh');
    expect(entry).toMatchObject({ hopThuGrant: ['2026-09-01'], pwdReset: ['TRUE'] });
    expect(entry['userPassword']).not.toEqual(['{ARGON2}own']);
    expect(entry).not.toHaveProperty('pwdAccountLockedTime');
    expect(entry).not.toHaveProperty('hopThuNotice');
    await province.expectSound();
    expect(await on('2026-09-02')).toEqual([]);
    await on('2027-02-02');
    expect(told().at(-1)).toEqual(['30', '04/03/2027', 'sotttt@soctrang.gov.vn']);
  });

  it('stays so whatever else the spec says', async () => {
    person({ state: 'Suspended', validUntil: '2026-01-01' });
    await on('2026-08-01');
    expect(province.status('binh').state).toBe('Reclaimed');
    person({ state: 'Suspended', grant: 'again' });
    await on('2026-08-02');
    expect(province.status('binh').state).toBe('Suspended');
  });

  it('ends with its resource, and comes back with it under its address', async () => {
    province.delete('binh');
    await on('2026-08-01');
    expect(province.cluster.get('Mailbox', province.namespace, 'binh')).toBeUndefined();
    person();
    await on('2026-08-02');
    expect(province.status('binh')).toMatchObject({
      address: 'ntbinh@soctrang.gov.vn',
      state: 'Active',
      lastAccess: '2026-08-02T00:00:00Z',
    });
  });
});

it('a token on a mailbox that is in use starts its time anew, and leaves the password alone', async () => {
  write('binh', { userPassword: ['{ARGON2}own'], pwdReset: [] });
  await province.settle();
  person({ grant: 'x' });
  await on('2026-05-01');
  expect(province.status('binh').lastAccess).toBe('2026-05-01T00:00:00Z');
  expect(province.entryOf('binh')['userPassword']).toEqual(['{ARGON2}own']);
});
