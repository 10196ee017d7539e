import { describe, expect, it, jest } from '@jest/globals';
import type { Resource } from '../../../../operator/api/resource.ts';
import type { DueNotice } from '../../../../operator/core/notice.ts';
import { Blocked, Unavailable } from '../../../../operator/errors.ts';
import { MemoryNotices } from '../../../../operator/mail/memory-notices.ts';
import type { Cluster, Directory } from '../../../../operator/ports.ts';
import { type NoticeTargets, sendNotices } from '../../../../operator/reconcile/notices.ts';
import { Province } from '../../../support/province.ts';
import { socTrang } from '../../../support/sites.ts';

const notices = new MemoryNotices();
const failures: string[] = [];
const targets: NoticeTargets = {
  notices,
  directory: { modify: async () => undefined } as unknown as Directory,
  cluster: { event: () => undefined } as unknown as Cluster,
  clock: () => new Date('2026-11-21T00:00:00Z'),
  report: { failure: (what) => failures.push(what) },
};

function due(count: number): readonly DueNotice[] {
  return Array.from({ length: count }, (_, index) => ({
    resource: { metadata: { namespace: 'a', name: `p${index}` } } as Resource,
    dn: `uid=p${index}`,
    ownerUid: `p${index}`,
    notice: { kind: 'reclaim', id: `${index}`, to: [`p${index}@example.vn`], fields: {} },
    remember: () => [],
  }));
}

describe('notices of one pass', () => {
  it('all go where there is time, however many they are', async () => {
    expect(await sendNotices(targets, due(500))).toEqual({ sent: 500, failed: 0, waiting: 0 });
  });

  it('are left to the next pass when their time is over, but one goes always', async () => {
    expect(await sendNotices(targets, due(5), 0)).toEqual({ sent: 1, failed: 0, waiting: 4 });
  });

  it('that are refused keep none of the others waiting; an outage does', async () => {
    notices.intercept = (moment, { id }) => {
      if (moment === 'before' && Number(id) < 30) throw new Blocked('NoticeRefused', 'full');
    };
    expect(await sendNotices(targets, due(40))).toEqual({ sent: 10, failed: 30, waiting: 0 });
    notices.intercept = () => {
      throw new Unavailable('Postfix', 'down');
    };
    expect(await sendNotices(targets, due(40))).toEqual({ sent: 0, failed: 1, waiting: 39 });
  });

  it('that are left over have another pass at once', async () => {
    const province = new Province(socTrang);
    province.organization('so-y-te', { name: 'Sở Y tế' });
    for (const [name, fullName] of Object.entries({ an: 'Lê Văn An', binh: 'Lê Văn Bình' }))
      province.person(name, fullName, 'so-y-te');
    await province.settle();
    const { afterDays, noticeDays } = socTrang.reclaim;
    const days = afterDays - (noticeDays[0] ?? 0);
    province.now = new Date(province.now.getTime() + days * 86_400_000);
    const clock = jest.spyOn(performance, 'now');
    try {
      province.notices.intercept = () => {
        const later = performance.now() + 6_000;
        clock.mockImplementation(() => later);
      };
      const told = { sent: 1, failed: 0 };
      expect(await province.pass()).toMatchObject({ again: true, notices: { ...told, waiting: 1 } });
      expect(await province.pass()).toMatchObject({ again: false, notices: { ...told, waiting: 0 } });
    } finally {
      clock.mockRestore();
    }
  });
});
