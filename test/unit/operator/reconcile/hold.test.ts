/** A legal hold on a mailbox (R38): what is there stays there, whatever is asked for meanwhile. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { binh, Department, delegate, office } from '../../../support/delegated.ts';
import { socTrang } from '../../../support/sites.ts';

const { graceDays } = socTrang.retention;
const reason = 'Quyết định thanh tra số 12/QĐ-TTr';
const held = [
  'namespace/inbox/acl_user=keeper',
  'namespace/inbox/mailbox/Trash/autoexpunge=0',
  'namespace/inbox/mailbox/Junk/autoexpunge=0',
];

let province: Department;

beforeEach(async () => {
  province = await Department.granted();
});

const apply = (spec: object) => province.organizationMailbox('so-tttt', 'so-tttt', spec);
const conditions = () => province.status('so-tttt').conditions ?? [];

async function days(count: number): Promise<void> {
  province.now = new Date(province.now.getTime() + count * 86_400_000);
  await province.settle();
}

describe('a mailbox under a legal hold', () => {
  it('says so, lets nobody delete, delegates included, and ends the sessions that could', async () => {
    apply({ delegates: [delegate('binh', 'Write')] });
    await province.settle();
    for (const name of [office, binh]) province.sessions.names.add(name);
    apply({ delegates: [delegate('binh', 'Write')], hold: { reason } });
    const plan = await province.settle();
    expect(plan.join('\n')).toContain(`legal hold (none) → ${reason}`);
    expect(plan.join('\n')).toContain(`− ${office} (Write), + ${office} (Write without deleting)`);
    expect(province.settings('so-tttt')).toEqual(held);
    expect(province.settings('binh')).toEqual(province.opened('keeper'));
    expect(province.sessions.names).toEqual(new Set());
    expect(conditions()).toContainEqual(
      expect.objectContaining({ type: 'LegalHold', status: 'True', reason: 'OnHold', message: reason }),
    );
    province.expectReady('so-tttt', 'True', 'Active');
  });

  it('is as before once the hold is lifted', async () => {
    apply({ delegates: [delegate('binh', 'Write')], hold: { reason } });
    await province.settle();
    apply({ delegates: [delegate('binh', 'Write')] });
    await province.settle();
    expect(province.settings('so-tttt')).toEqual([]);
    expect(province.settings('binh')).toEqual(province.opened('writer'));
    expect(conditions().map(({ type }) => type)).toEqual(['Ready']);
  });

  it.each(['Delete', 'Archive', undefined])('keeps its mail when it is deleted with %s', async (policy) => {
    const uid = province.uidOf('so-tttt');
    province.store.mail.set(uid, ['Công văn số 17']);
    const spec = policy === undefined ? {} : { deletionPolicy: policy };
    apply({ ...spec, hold: { reason } });
    await province.settle();
    province.delete('so-tttt');
    await days(20 * 365);
    expect(province.store.mail.get(uid)).toEqual(['Công văn số 17']);
    expect(province.mailSteps).toEqual([]);
    // Only who creates it again lifts the hold; the grace begins with the next deletion.
    apply(spec);
    await province.settle();
    expect(conditions().map(({ type }) => type)).toEqual(['Ready']);
    province.delete('so-tttt');
    await province.settle();
    await days(policy === undefined ? socTrang.retention.closedDays : graceDays);
    expect(province.store.mail.get(uid)).toBeUndefined();
  });

  it('keeps its mail in its place when nobody uses it for half a year (R23)', async () => {
    const uid = province.uidOf('binh');
    province.settleIn('binh');
    province.store.mail.set(uid, ['Công văn số 17']);
    province.person('binh', 'Nguyễn Thanh Bình', 'so-tttt', { spec: { hold: { reason } } });
    for (let count = 0; count < 30; count += 1) await days(8);
    expect(province.status('binh').state).toBe('Reclaimed');
    expect(province.mailSteps.filter((step) => step.endsWith(uid))).toEqual([]);
    province.person('binh', 'Nguyễn Thanh Bình', 'so-tttt');
    await province.settle();
    expect(province.mailSteps.filter((step) => step.endsWith(uid))).toEqual([
      `archive ${uid}`,
      `remove ${uid}`,
    ]);
  });
});
