/** What the operator may rely on from a cluster: the one in memory and a real API server must agree. */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { annotation, finalizer, type Resource } from '../../operator/api/resource.ts';
import { firstPasswordSecret } from '../../operator/core/secrets.ts';
import { Blocked, Conflict } from '../../operator/errors.ts';
import { eventually } from './kube-support/ports.ts';
import { apiWorld, find, foreignFinalizer, memoryWorld, specs, type World } from './kube-support/worlds.ts';

// Every step has its own, shorter limit; this one is for machines that are busy.
jest.setTimeout(60_000);

const lists = [
  { name: 'in memory', start: async (): Promise<World> => memoryWorld() },
  { name: 'kube-apiserver', start: apiWorld },
];

describe.each(lists)('cluster $name', ({ start }) => {
  let world: World;
  beforeAll(async () => {
    world = await start();
  }, 600_000);
  afterAll(() => world?.close());

  const aMailbox = (name: string, more: { finalizers?: string[] } = {}): Promise<Resource> =>
    world.apply({ kind: 'Mailbox', name, spec: specs.mailbox, ...more });
  const changeQuota = (name: string, quota: string): Promise<Resource> =>
    world.apply({ kind: 'Mailbox', name, spec: { ...specs.mailbox, quota } });

  it('shows what is applied, trimmed to what decisions look at', async () => {
    const annotations = { 'hopthu.io/paused': 'true' };
    await world.apply({ kind: 'Organization', name: 'so-y-te', spec: specs.organization, annotations });
    const found = find(await world.cluster.snapshot(), 'Organization', 'so-y-te');
    expect(found).toEqual({
      kind: 'Organization',
      metadata: {
        name: 'so-y-te',
        namespace: 'test-accounts',
        uid: expect.stringMatching(/^[0-9a-f-]{36}$/),
        resourceVersion: expect.stringMatching(/^[0-9]+$/),
        generation: 1,
        creationTimestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
        finalizers: [],
        annotations,
      },
      spec: specs.organization,
      status: undefined,
    });
  });

  it('counts generations by changes of the spec alone', async () => {
    const first = await aMailbox('generations');
    await world.cluster.writeStatus(first, { state: 'Pending' });
    expect((await world.stored('Mailbox', 'generations'))?.metadata.generation).toBe(1);
    expect((await changeQuota('generations', '1Gi')).metadata.generation).toBe(2);
  });

  it('replaces a status as a whole and leaves everything else alone', async () => {
    const first = await aMailbox('status', { finalizers: [foreignFinalizer] });
    await world.cluster.writeStatus(first, { address: 'a@example.vn', aliases: ['b@example.vn'] });
    const second = await world.cluster.snapshot().then((snapshot) => find(snapshot, 'Mailbox', 'status'));
    await world.cluster.writeStatus(second as Resource, { address: 'c@example.vn', state: undefined });
    const stored = await world.stored('Mailbox', 'status');
    expect(stored?.status).toEqual({ address: 'c@example.vn' });
    expect(stored?.spec).toEqual(first.spec);
    expect(stored?.metadata).toEqual({
      ...first.metadata,
      resourceVersion: stored?.metadata.resourceVersion,
    });
  });

  it('shows own writes in the next snapshot', async () => {
    const mailbox = await aMailbox('own-writes');
    await world.cluster.addFinalizer(mailbox);
    await world.cluster.writeStatus(mailbox, { state: 'Active' });
    const found = find(await world.cluster.snapshot(), 'Mailbox', 'own-writes');
    expect(found?.status).toEqual({ state: 'Active' });
    expect(found?.metadata.finalizers).toEqual([finalizer]);
  });

  it('refuses a write to what somebody changed since it was read', async () => {
    const read = await aMailbox('stale');
    await changeQuota('stale', '2Gi');
    await expect(world.cluster.writeStatus(read, { state: 'Active' })).rejects.toThrow(Conflict);
    await expect(world.cluster.addFinalizer(read)).rejects.toThrow(Conflict);
    await expect(world.cluster.removeFinalizer(read)).rejects.toThrow(Conflict);
    expect((await world.stored('Mailbox', 'stale'))?.status).toBeUndefined();
  });

  it('lets two own writes start from one read, but not with another in between', async () => {
    const read = await aMailbox('two-writes');
    await world.cluster.addFinalizer(read);
    await changeQuota('two-writes', '2Gi');
    await expect(world.cluster.writeStatus(read, { state: 'Active' })).rejects.toThrow(Conflict);
  });

  it('adds its finalizer to those of others, once', async () => {
    const mailbox = await aMailbox('finalizers', { finalizers: [foreignFinalizer] });
    await world.cluster.addFinalizer(mailbox);
    const stored = await world.stored('Mailbox', 'finalizers');
    expect(stored?.metadata.finalizers).toEqual([foreignFinalizer, finalizer]);
    const again = find(await world.cluster.snapshot(), 'Mailbox', 'finalizers') as Resource;
    await world.cluster.addFinalizer(again);
    const unchanged = await world.stored('Mailbox', 'finalizers');
    expect(unchanged?.metadata.resourceVersion).toBe(stored?.metadata.resourceVersion);
  });

  it('keeps a deleted resource until the finalizer goes', async () => {
    await world.cluster.addFinalizer(await aMailbox('deleted'));
    await world.remove('Mailbox', 'deleted');
    const held = find(await world.cluster.snapshot(), 'Mailbox', 'deleted') as Resource;
    expect(held.metadata.deletionTimestamp).toMatch(/Z$/);
    expect(held.metadata.generation).toBe(2);
    await world.cluster.removeFinalizer(held);
    expect(await world.stored('Mailbox', 'deleted')).toBeUndefined();
    expect(find(await world.cluster.snapshot(), 'Mailbox', 'deleted')).toBeUndefined();
  });

  it('takes a resource that is gone already for released, but for changed when writing to it', async () => {
    const mailbox = await aMailbox('gone');
    await world.remove('Mailbox', 'gone');
    await world.cluster.removeFinalizer(mailbox);
    await expect(world.cluster.writeStatus(mailbox, { state: 'Active' })).rejects.toThrow(Conflict);
    await expect(world.cluster.addFinalizer(mailbox)).rejects.toThrow(Conflict);
  });

  it("leaves others' finalizers in place", async () => {
    await world.cluster.addFinalizer(await aMailbox('others', { finalizers: [foreignFinalizer] }));
    await world.remove('Mailbox', 'others');
    const held = find(await world.cluster.snapshot(), 'Mailbox', 'others') as Resource;
    await world.cluster.removeFinalizer(held);
    expect((await world.stored('Mailbox', 'others'))?.metadata.finalizers).toEqual([foreignFinalizer]);
  });

  it('does not write to a resource of the same name that came after', async () => {
    const former = await aMailbox('successor');
    await world.remove('Mailbox', 'successor');
    await aMailbox('successor');
    await expect(world.cluster.writeStatus(former, { state: 'Closed' })).rejects.toThrow(Conflict);
    await expect(world.cluster.removeFinalizer(former)).rejects.toThrow(Conflict);
  });

  it('keeps the first initial password, in a Secret of the mailbox', async () => {
    const mailbox = await aMailbox('password');
    const address = 'binh@example.vn';
    const name = firstPasswordSecret('password');
    expect(await world.cluster.keepFirstPassword(mailbox, name, address, 'first')).toBe('first');
    expect(await world.cluster.keepFirstPassword(mailbox, name, address, 'second')).toBe('first');
    const secret = await world.secret(name);
    expect(secret).toEqual({ ownerUid: mailbox.metadata.uid, address, password: 'first' });
  });

  it('removes a first password, twice if need be, and nothing that is not of the mailbox', async () => {
    const mailbox = await aMailbox('changed');
    const name = firstPasswordSecret('changed', '2026-11-21');
    await world.cluster.keepFirstPassword(mailbox, name, 'a@example.vn', 'first');
    await world.cluster.removeFirstPassword(mailbox, name);
    expect(await world.secret(name)).toBeUndefined();
    await world.cluster.removeFirstPassword(mailbox, name);
    await world.putForeignSecret(name);
    await world.cluster.removeFirstPassword(mailbox, name);
    expect((await world.secret(name))?.password).toBe('theirs');
  });

  it("is blocked by a Secret of that name that is not the mailbox's", async () => {
    const mailbox = await aMailbox('blocked');
    await world.putForeignSecret(firstPasswordSecret('blocked'));
    const kept = world.cluster.keepFirstPassword(
      mailbox,
      firstPasswordSecret('blocked'),
      'a@example.vn',
      'fresh',
    );
    await expect(kept).rejects.toThrow(Blocked);
    await expect(kept).rejects.toMatchObject({ reason: 'SecretConflict' });
    expect((await world.secret(firstPasswordSecret('blocked')))?.password).toBe('theirs');
  });

  it("reads pause and approval from the site's ConfigMap", async () => {
    expect(await world.cluster.snapshot()).toMatchObject({ paused: false });
    await world.annotateSite({ [annotation.paused]: 'true', [annotation.approvePlan]: 'abc' });
    await eventually('paused and approved', async () => {
      const { paused, approvedPlan } = await world.cluster.snapshot();
      return (paused && approvedPlan === 'abc') || undefined;
    });
    await world.annotateSite({});
    await eventually('neither', async () => {
      const snapshot = await world.cluster.snapshot();
      return (!snapshot.paused && !('approvedPlan' in snapshot)) || undefined;
    });
  });

  it('calls back after changes and deletions by others', async () => {
    let calls = 0;
    world.cluster.onChange(() => calls++);
    await aMailbox('watched');
    await eventually('a call after the creation', () => calls > 0 || undefined);
    const before = calls;
    await world.remove('Mailbox', 'watched');
    await eventually('a call after the deletion', () => calls > before || undefined);
  });

  it('writes an event about a resource', async () => {
    const mailbox = await aMailbox('eventful');
    const event = { type: 'Normal', reason: 'Granted', action: 'Grant', message: '+ a@example.vn' } as const;
    world.cluster.event(mailbox, event);
    await eventually('the event', async () => (await world.events('eventful')).length > 0 || undefined);
    expect((await world.events('eventful'))[0]).toMatchObject(event);
  });
});
