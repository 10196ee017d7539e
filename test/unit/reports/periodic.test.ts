/** The reports that come by the clock: kept, mailed once to each, and removed in the end. */
import { describe, expect, it } from '@jest/globals';
import { parsePeriod } from '../../../reports/day.ts';
import { makePeriodic, type Outgoing } from '../../../reports/periodic.ts';
import { socTrang } from '../../support/sites.ts';
import { paper } from '../documents/samples.ts';
import { emptyStore } from './folder-store.ts';

const now = Date.parse('2026-11-01T00:30:00+07:00');
const period = parsePeriod('2026-10');
const site = {
  ...socTrang,
  reports: {
    ...socTrang.reports,
    recipients: ['sotttt', 'ubnd'],
    formats: ['html' as const, 'pdf' as const],
    keepMonths: 12,
  },
};

function world(refuses: (to: string) => boolean = () => false) {
  const { store } = emptyStore();
  const sent: Outgoing[] = [];
  const printing = {
    document: paper,
    render: async (_: unknown, format: string) => Buffer.from(format),
    send: async (letter: Outgoing) => {
      if (refuses(letter.to)) throw new Error('mailbox is full');
      sent.push(letter);
    },
  };
  return { store, sent, make: () => makePeriodic(site, store, period, printing, now) };
}

describe('a periodic report', () => {
  it('is kept in each format and mailed to each recipient, with all of them', async () => {
    const { store, sent, make } = world();
    await make();
    expect(await store.keptReports()).toEqual([
      'bao-cao-soc-trang-2026-10.html',
      'bao-cao-soc-trang-2026-10.pdf',
      'bao-cao-soc-trang-2026-10.sent',
    ]);
    expect(sent.map(({ to }) => to)).toEqual(['sotttt@soctrang.gov.vn', 'ubnd@soctrang.gov.vn']);
    expect(sent[0]?.attachments.map(({ filename }) => filename)).toEqual([
      'bao-cao-soc-trang-2026-10.html',
      'bao-cao-soc-trang-2026-10.pdf',
    ]);
  });

  it('that is made again goes only to who lacks it', async () => {
    let isFull = true;
    const { sent, make } = world((to) => isFull && to.startsWith('sotttt'));
    await expect(make()).rejects.toThrow(/not mailed to sotttt@soctrang\.gov\.vn: mailbox is full/);
    isFull = false;
    await make();
    await make();
    expect(sent.map(({ to }) => to)).toEqual(['ubnd@soctrang.gov.vn', 'sotttt@soctrang.gov.vn']);
  });

  it('is removed once the site no longer keeps it', async () => {
    const { store, make } = world();
    for (const name of ['2025-09.pdf', '2025-11.pdf', '2024-Q4.pdf', '2025-Q4.pdf', '2024.pdf', '2025.pdf'])
      await store.keep(`bao-cao-soc-trang-${name}`, Buffer.from(''));
    await make();
    expect((await store.keptReports()).filter((name) => /-202[45]/.test(name))).toEqual([
      'bao-cao-soc-trang-2025-11.pdf',
      'bao-cao-soc-trang-2025-Q4.pdf',
      'bao-cao-soc-trang-2025.pdf',
    ]);
  });
});
