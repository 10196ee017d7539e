import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Resource } from '../../../../operator/api/resource.ts';
import { Copy } from '../../../../operator/kube/copy.ts';
import { trimResource } from '../../../../operator/kube/trim.ts';
import { mailboxObject } from './fake-api.ts';

const an = (version: string, more = {}): Resource =>
  trimResource('Mailbox', mailboxObject('an', version, more));
const released = { deletionTimestamp: '2026-11-21T09:00:00Z', finalizers: [] };
const held = { ...released, finalizers: ['hopthu.io/directory'] };

describe('copy', () => {
  let copy: Copy<Resource>;
  let changes: number;
  beforeEach(() => {
    changes = 0;
    copy = new Copy(() => changes++);
    copy.put(an('10'));
    changes = 0;
  });
  const version = (): string | undefined => [...copy.objects][0]?.metadata.resourceVersion;

  it('ignores what it has already, and what is older', () => {
    copy.put(an('10'));
    copy.put(an('9'));
    expect([version(), changes]).toEqual(['10', 0]);
  });

  it('takes a successor of the same name whatever its version', () => {
    copy.put(an('9', { uid: 'another' }));
    expect([version(), changes]).toEqual(['9', 1]);
  });

  it('takes a list whatever the versions in it', () => {
    copy.replaceAll(new Map([['an', an('3')]]));
    expect([version(), changes]).toEqual(['3', 1]);
    copy.replaceAll(new Map([['an', an('3')]]));
    expect(changes).toBe(1);
    copy.replaceAll(new Map());
    expect([version(), changes]).toEqual([undefined, 2]);
  });

  it('keeps what a new list shows unchanged, and tells of other contents under the same version', () => {
    const [before] = copy.objects;
    expect(copy.known(an('10'))).toBe(before);
    const restored = an('10', { annotations: { 'hopthu.io/paused': 'false' } });
    expect(copy.known(restored)).toBe(restored);
    copy.replaceAll(new Map([['an', restored]]));
    expect([[...copy.objects], changes]).toEqual([[restored], 1]);
  });

  describe('during a write of ours', () => {
    it('takes the answer over and is not told of the echo after it', async () => {
      await copy.duringWrite('an', async () => an('11'));
      expect(version()).toBe('11');
      copy.put(an('11'));
      expect(changes).toBe(0);
    });

    it('is not told of an echo before the answer', async () => {
      await copy.duringWrite('an', async () => {
        copy.put(an('11'));
        return an('11');
      });
      expect([version(), changes]).toEqual(['11', 0]);
    });

    it('is told of what others wrote before the answer came', async () => {
      await copy.duringWrite('an', async () => {
        copy.put(an('11'));
        copy.put(an('12', { generation: 2 }));
        return an('11');
      });
      expect([version(), changes]).toEqual(['12', 1]);
    });

    it('is told of what made it fail', async () => {
      const failed = copy.duringWrite('an', async () => {
        copy.put(an('11'));
        throw new Error('conflict');
      });
      await expect(failed).rejects.toThrow('conflict');
      expect([version(), changes]).toEqual(['11', 1]);
    });

    it('does not go back to the echo of an earlier write of ours', async () => {
      await copy.duringWrite('an', async () => an('11'));
      await copy.duringWrite('an', async () => an('12'));
      copy.put(an('11'));
      expect([version(), changes]).toEqual(['12', 0]);
    });

    it('forgets what went with its last finalizer, echoed or not', async () => {
      copy.put(an('11', held));
      changes = 0;
      await copy.duringWrite('an', async () => an('12', released));
      expect([version(), changes]).toEqual([undefined, 0]);
      copy.delete('an');
      expect(changes).toBe(0);

      copy.put(an('21', held));
      changes = 0;
      await copy.duringWrite('an', async () => {
        copy.delete('an');
        return an('22', released);
      });
      expect([version(), changes]).toEqual([undefined, 0]);
    });

    it('keeps a successor that came before the answer about the former', async () => {
      await copy.duringWrite('an', async () => {
        copy.delete('an');
        copy.put(an('13', { uid: 'another' }));
        return an('12', released);
      });
      expect([version(), changes]).toEqual(['13', 1]);
    });
  });
});
