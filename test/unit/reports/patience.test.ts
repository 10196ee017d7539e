import { describe, expect, it } from '@jest/globals';
import { Unavailable } from '../../../operator/errors.ts';
import { patiently } from '../../../reports/patience.ts';

const refused = new Unavailable('LDAP', 'connect ECONNREFUSED');
/** Throws the errors one after the other, then answers. */
const asked = (...errors: readonly Error[]) => {
  let count = 0;
  const ask = async () => {
    const error = errors[count++];
    if (error !== undefined) throw error;
    return 'answer';
  };
  return { ask, count: () => count };
};

describe('a part that is asked patiently', () => {
  it('is asked again until it answers', async () => {
    const part = asked(refused, refused);
    expect(await patiently(part.ask, 60_000, 1)).toBe('answer');
    expect(part.count()).toBe(3);
  });

  it('is not asked again for ever, nor after another fault', async () => {
    const dead = asked(refused, refused);
    await expect(patiently(dead.ask, -1, 1)).rejects.toBe(refused);
    const wrong = asked(new Error('a fault of ours'));
    await expect(patiently(wrong.ask, 60_000, 1)).rejects.toThrow('a fault of ours');
    expect([dead.count(), wrong.count()]).toEqual([1, 1]);
  });
});
