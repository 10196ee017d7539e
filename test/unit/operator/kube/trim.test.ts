import { describe, expect, it } from '@jest/globals';
import { trimResource, trimSteering } from '../../../../operator/kube/trim.ts';
import { mailboxObject } from './fake-api.ts';

describe('trimming what the API server sends', () => {
  it('drops managedFields and the last applied manifest, keeps what decisions look at', () => {
    expect(trimResource('Mailbox', mailboxObject('binh', '7'))).toEqual({
      kind: 'Mailbox',
      metadata: {
        name: 'binh',
        namespace: 'accounts',
        uid: 'uid-of-binh',
        resourceVersion: '7',
        generation: 1,
        creationTimestamp: '2026-11-21T08:00:00Z',
        finalizers: [],
        annotations: { 'hopthu.io/paused': 'true' },
      },
      spec: { type: 'Personal' },
      status: undefined,
    });
  });

  it('keeps the mark of deletion and finalizers', () => {
    const more = { deletionTimestamp: '2026-11-21T09:00:00Z', finalizers: ['hopthu.io/directory'] };
    expect(trimResource('Mailbox', mailboxObject('binh', '7', more)).metadata).toMatchObject(more);
  });

  it('reads times that client-node has parsed', () => {
    const object = mailboxObject('binh', '7', { creationTimestamp: new Date('2026-11-21T08:00:00Z') });
    expect(trimSteering(object).metadata.creationTimestamp).toBe('2026-11-21T08:00:00Z');
  });

  it.each([[null], ['text'], [{}], [{ metadata: { name: 'without-uid' } }]])('refuses %j', (object) => {
    expect(() => trimResource('Mailbox', object)).toThrow(TypeError);
  });
});
