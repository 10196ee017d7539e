import { describe, expect, it } from '@jest/globals';
import { Slots } from '../../../../operator/ldap/slots.ts';

describe('slots', () => {
  it('admits in order of arrival, never more than fit', async () => {
    const slots = new Slots(2);
    const order: number[] = [];
    const all = [0, 1, 2, 3, 4].map(async (index) => {
      await slots.acquire();
      expect(slots.used).toBeLessThanOrEqual(2);
      order.push(index);
      await Promise.resolve();
      slots.release();
    });
    expect(slots.waiting).toBe(3);
    await Promise.all(all);
    expect(order).toEqual([0, 1, 2, 3, 4]);
    expect(slots.used).toBe(0);
  });

  it('sends those who wait away, and only them', async () => {
    const slots = new Slots(1);
    await slots.acquire();
    const waiting = slots.acquire();
    slots.refuseWaiting(new Error('closed'));
    await expect(waiting).rejects.toThrow('closed');
    expect([slots.used, slots.waiting]).toEqual([1, 0]);
    slots.release();
    await slots.acquire();
    expect(slots.used).toBe(1);
  });
});
