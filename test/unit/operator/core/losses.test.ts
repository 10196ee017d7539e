import { describe, expect, it } from '@jest/globals';
import { recentLosses } from '../../../../operator/core/losses.ts';
import { generalizedTime, parseGeneralizedTime } from '../../../../operator/core/time.ts';

const now = new Date('2026-11-21T12:00:00Z');
const ago = (minutes: number) => generalizedTime(new Date(now.getTime() - minutes * 60_000));
const entry = (uid: string, attributes: Readonly<Record<string, readonly string[]>>) => ({
  dn: `uid=${uid},ou=mailboxes,dc=x`,
  attributes,
});
const deleted = (uid: string, deletionTimestamp?: string) => ({
  action: 'close' as const,
  resource: {
    kind: 'Mailbox' as const,
    metadata: {
      name: uid,
      namespace: 'n',
      uid,
      resourceVersion: '1',
      generation: 1,
      creationTimestamp: '2026-01-01T00:00:00Z',
      finalizers: [],
      annotations: {},
      ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
    },
    spec: {},
    status: {},
  },
  dn: `uid=${uid},ou=mailboxes,dc=x`,
  first: [],
  ownerUid: uid,
  before: {},
  replacements: [],
});
const names = (found: readonly { dn: string }[]) => found.map(({ dn }) => dn.slice(4, dn.indexOf(',')));

describe('losses that count together', () => {
  const entries = [
    entry('active', { hopThuStatus: ['Active'], hopThuStatusSince: [ago(1)] }),
    entry('closed', { hopThuStatus: ['Closed'], hopThuStatusSince: [ago(9)] }),
    entry('expired', { hopThuStatus: ['Expired'], hopThuStatusSince: [ago(0)] }),
    entry('reclaimed', { hopThuStatus: ['Reclaimed'], hopThuStatusSince: [ago(5)] }),
    entry('old', { hopThuStatus: ['Closed'], hopThuStatusSince: [ago(10)] }),
    entry('of-before', { hopThuStatus: ['Suspended'] }),
    entry('approved', {
      hopThuStatus: ['Closed'],
      hopThuStatusSince: [ago(1)],
      hopThuApprovedPlan: ['0123456789ab'],
    }),
    entry('self', { hopThuStatus: ['Suspended'], hopThuStatusSince: [ago(1)] }),
  ];

  it('are those of ten minutes that nobody approved, each once', () => {
    expect(names(recentLosses([deleted('self')], entries, now))).toEqual(['closed', 'expired', 'reclaimed']);
    expect(recentLosses([], entries, now)).toEqual([]);
  });

  it('go on counting with a deletion that waits since then', () => {
    const waiting = deleted('self', '2026-11-21T11:45:00Z');
    expect(names(recentLosses([waiting], entries, now))).toContain('old');
  });
});

it('generalized times are read as they are written', () => {
  expect(generalizedTime(now)).toBe('20261121120000Z');
  expect(parseGeneralizedTime('20261121120000Z')).toBe(now.getTime());
  expect(parseGeneralizedTime('20261121120000.123456Z')).toBe(now.getTime());
  for (const text of ['', '2026-11-21', '20261121120000', undefined])
    expect(parseGeneralizedTime(text)).toBeUndefined();
});
