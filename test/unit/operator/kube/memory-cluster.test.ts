/** What the cluster in memory adds for tests; that it behaves as a cluster is test/contract/cluster.test.ts. */
import { describe, expect, it } from '@jest/globals';
import { Unavailable } from '../../../../operator/errors.ts';
import { MemoryCluster } from '../../../../operator/kube/memory-cluster.ts';

const manifest = {
  kind: 'Mailbox',
  namespace: 'accounts',
  name: 'binh',
  spec: { type: 'Personal' },
} as const;

describe('cluster in memory', () => {
  it('fails every call while it is down, and keeps what it holds', async () => {
    const cluster = new MemoryCluster();
    const mailbox = cluster.apply(manifest);
    cluster.down();
    const calls = [
      () => cluster.snapshot(),
      () => cluster.writeStatus(mailbox, {}),
      () => cluster.addFinalizer(mailbox),
      () => cluster.removeFinalizer(mailbox),
      () => cluster.keepFirstPassword(mailbox, 'binh-initial-password', 'a@example.vn', 'fresh'),
    ];
    for (const call of calls) await expect(call()).rejects.toThrow(Unavailable);
    cluster.event(mailbox, { type: 'Normal', reason: 'A', action: 'B', message: 'c' });
    cluster.up();
    expect(cluster.events).toEqual([]);
    expect(cluster.writes).toEqual({ status: 0, finalizers: 0, secrets: 0, reports: 0 });
    expect((await cluster.snapshot()).mailboxes).toEqual([mailbox]);
  });

  it('lets a test crash the caller before or after a write took effect', async () => {
    const cluster = new MemoryCluster();
    const mailbox = cluster.apply(manifest);
    const crashAt = (wanted: 'before' | 'after'): void => {
      cluster.intercept = (moment, call) => {
        if (moment === wanted && call === 'writeStatus') throw new Error('crash');
      };
    };
    crashAt('before');
    await expect(cluster.writeStatus(mailbox, { state: 'Active' })).rejects.toThrow('crash');
    expect(cluster.get('Mailbox', 'accounts', 'binh')?.status).toBeUndefined();
    crashAt('after');
    await expect(cluster.writeStatus(mailbox, { state: 'Active' })).rejects.toThrow('crash');
    expect(cluster.get('Mailbox', 'accounts', 'binh')?.status).toEqual({ state: 'Active' });
  });

  it('collects the Secrets of a mailbox that is gone', async () => {
    const cluster = new MemoryCluster();
    await cluster.keepFirstPassword(
      cluster.apply(manifest),
      'binh-initial-password',
      'a@example.vn',
      'fresh',
    );
    cluster.secrets.set('accounts/foreign', { ownerUid: 'another', address: '', password: '' });
    cluster.delete('Mailbox', 'accounts', 'binh');
    expect([...cluster.secrets.keys()]).toEqual(['accounts/foreign']);
  });

  it("calls back after others' writes alone: nothing may rest on hearing of one's own", async () => {
    const cluster = new MemoryCluster();
    let calls = 0;
    cluster.onChange(() => calls++);
    const mailbox = cluster.apply(manifest);
    cluster.apply(manifest);
    expect(calls).toBe(1);
    await cluster.addFinalizer(mailbox);
    await cluster.writeStatus(mailbox, { state: 'Active' });
    expect(calls).toBe(1);
    cluster.delete('Mailbox', 'accounts', 'binh');
    expect(calls).toBe(2);
  });

  it('gives a resource of an old name a UID of its own', () => {
    const cluster = new MemoryCluster();
    const former = cluster.apply(manifest);
    cluster.delete('Mailbox', 'accounts', 'binh');
    expect(cluster.apply(manifest).metadata.uid).not.toBe(former.metadata.uid);
  });

  it('takes times from its clock, in whole seconds', () => {
    const cluster = new MemoryCluster(() => new Date('2026-11-21T08:00:00.789Z'));
    expect(cluster.apply(manifest).metadata.creationTimestamp).toBe('2026-11-21T08:00:00Z');
  });
});
