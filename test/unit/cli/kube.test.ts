import { describe, expect, it } from '@jest/globals';
import { ApiException } from '@kubernetes/client-node';
import { Failed } from '../../../cli/failure.ts';
import { callKube } from '../../../cli/kube.ts';

const fails = (error: unknown) => callKube('reading Secret a/b', () => Promise.reject(error));
const refusal = (code: number, body: unknown) => new ApiException(code, 'unused', body, { secret: 'header' });

describe('a call to the cluster', () => {
  it('gives undefined for what does not exist', async () => {
    expect(await fails(refusal(404, {}))).toBeUndefined();
  });

  it.each([
    [refusal(401, ''), 'the cluster does not accept your credentials; log in again'],
    [
      refusal(403, '{"message":"secrets \\"b\\" is forbidden"}'),
      'you may not (secrets "b" is forbidden); ask an administrator of the cluster for this right',
    ],
    [
      refusal(409, { message: 'the object has been modified' }),
      'somebody else is changing it (the object has been modified); run the command again',
    ],
    [refusal(500, { message: 'etcd is down' }), '500 etcd is down'],
    [
      new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED 127.0.0.1:6443') }),
      'the cluster cannot be reached (connect ECONNREFUSED 127.0.0.1:6443)',
    ],
    [
      { type: 'error', message: 'Unexpected server response: 403' },
      'you may not (Unexpected server response: 403); ask an administrator of the cluster for this right',
    ],
    [new Error('No ready pods found'), 'No ready pods found'],
  ])('says what failed: %s', async (error, reason) => {
    await expect(fails(error)).rejects.toThrow(new Failed(`reading Secret a/b: ${reason}`));
  });
});
