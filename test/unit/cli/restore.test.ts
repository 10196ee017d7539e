import { describe, expect, it } from '@jest/globals';
import { inVietnam, latest, parseSnapshots, parseTime } from '../../../cli/backup/snapshots.ts';
import { inOrder, resourceAnew, type SavedObject, secretAnew, uidLines } from '../../../cli/restore/saved.ts';

const saved = (name: string, more: Partial<SavedObject['metadata']> = {}): SavedObject => ({
  apiVersion: 'hopthu.io/v1alpha1',
  kind: 'Mailbox',
  metadata: {
    name,
    namespace: 'a',
    uid: `former-${name}`,
    creationTimestamp: '2026-11-01T00:00:00Z',
    ...more,
  },
  spec: { type: 'Personal' },
  status: { address: 'x' },
});

describe('a time that a person gives', () => {
  it.each([
    ['2026-11-25', '2026-11-25T16:59:59Z'],
    ['2026-11-25 08:00', '2026-11-25T01:00:00Z'],
    ['2026-11-25T01:00:00Z', '2026-11-25T01:00:00Z'],
    ['2026-11-25T08:00:30+07:00', '2026-11-25T01:00:30Z'],
  ])('%s is %s', (text, time) => expect(parseTime(text)).toBe(time));

  it.each(['hôm qua', '25/11/2026', '2026-13-45'])('%s is none', (text) => {
    expect(() => parseTime(text)).toThrow(/use a date such as/);
  });

  it('is shown as clocks in Việt Nam show it', () => {
    expect(inVietnam('2026-11-25T17:30:03Z')).toBe('2026-11-26 00:30');
  });
});

describe('snapshots', () => {
  const all = parseSnapshots(
    JSON.stringify([
      { id: 'a', time: '2026-11-24T16:00:01.5Z', tags: ['site'], summary: { total_bytes_processed: 5 } },
      { id: 'b', time: '2026-11-25T23:00:01+07:00', tags: ['site'] },
      { id: 'x', time: '2026-11-26T16:00:01Z', tags: ['another'] },
    ]),
  );

  it('are those of ours, the last until a time', () => {
    expect(all.map(({ id, time, bytes }) => [id, time, bytes])).toEqual([
      ['a', '2026-11-24T16:00:01Z', 5],
      ['b', '2026-11-25T16:00:01Z', 0],
    ]);
    expect(latest(all, 'site')?.id).toBe('b');
    expect(latest(all, 'site', '2026-11-25T16:00:00Z')?.id).toBe('a');
    expect(latest(all, 'site', '2026-11-24T16:00:00Z')).toBeUndefined();
    expect(latest(all, 'mail')).toBeUndefined();
  });
});

describe('resources of a backup', () => {
  it('come in the order in which they were created, without what the cluster writes', () => {
    const late = saved('a', { creationTimestamp: '2026-11-02T00:00:00Z' });
    expect(inOrder([late, saved('c'), saved('b')]).map(({ metadata }) => metadata.name)).toEqual([
      'b',
      'c',
      'a',
    ]);
    expect(resourceAnew(saved('a', { annotations: { k: 'v' } }))).toEqual({
      apiVersion: 'hopthu.io/v1alpha1',
      kind: 'Mailbox',
      metadata: { name: 'a', namespace: 'a', labels: {}, annotations: { k: 'v' } },
      spec: { type: 'Personal' },
    });
  });

  it('that were being deleted wait for the operator, which closes their accounts', () => {
    const { metadata } = resourceAnew(saved('a', { deletionTimestamp: '2026-11-03T00:00:00Z' }));
    expect(metadata).toHaveProperty('finalizers', ['hopthu.io/directory']);
  });

  it('own their Secrets under their new UIDs; a Secret whose owner is gone is left out', () => {
    const uids = new Map([['former-a', 'new-a']]);
    const owner = { apiVersion: 'hopthu.io/v1alpha1', kind: 'Mailbox', name: 'a', uid: 'former-a' };
    const secret = {
      ...saved('s', { ownerReferences: [owner] }),
      type: 'Opaque',
      data: { p: 'eA==' },
      immutable: true,
    };
    expect(secretAnew(secret, uids)).toMatchObject({
      metadata: { ownerReferences: [{ ...owner, uid: 'new-a' }] },
      type: 'Opaque',
      data: { p: 'eA==' },
      immutable: true,
    });
    expect(secretAnew(secret, new Map())).toBeUndefined();
    expect(uidLines(uids)).toBe('former-a new-a\n');
  });
});
