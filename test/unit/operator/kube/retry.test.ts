import { afterEach, describe, expect, it } from '@jest/globals';
import { Conflict, Unavailable } from '../../../../operator/errors.ts';
import { callKubernetes } from '../../../../operator/kube/api-error.ts';
import { connectKubernetes } from '../../../../operator/kube/client.ts';
import { waitBefore } from '../../../../operator/kube/retry.ts';
import { type FakeApi, fail, reply, startFakeApi } from './fake-api.ts';

const limits = { deadlineMs: 2000, retries: 3, firstWaitMs: 1 };
const namespaceList = { kind: 'NamespaceList', apiVersion: 'v1', items: [] };

describe('calls to the API server', () => {
  let api: FakeApi;
  afterEach(() => api.close());

  /** Answers the n-th request with the n-th status, then with 200. */
  const answering = async (statuses: readonly number[], headers = {}): Promise<() => Promise<unknown>> => {
    const left = [...statuses];
    api = await startFakeApi((_, response) => {
      const status = left.shift();
      if (status === undefined) reply(response, 200, namespaceList);
      else fail(response, status, 'as the test wants', headers);
    });
    const client = connectKubernetes(api.config, limits);
    return () => callKubernetes('listing namespaces', () => client.core.listNamespace());
  };

  it.each([429, 500, 502, 503, 504])('tries again after %i', async (status) => {
    const call = await answering([status, status, status]);
    await call();
    expect(api.asked).toHaveLength(4);
  });

  it('gives up after the retries, with the last answer', async () => {
    const call = await answering([503, 503, 503, 503, 503]);
    await expect(call()).rejects.toThrow('listing namespaces: 503 as the test wants');
    expect(api.asked).toHaveLength(4);
  });

  it('waits as long as the server asks', async () => {
    const call = await answering([429], { 'retry-after': '1' });
    const startedAt = performance.now();
    await call();
    expect(performance.now() - startedAt).toBeGreaterThan(990);
  });

  it('gives up at once where the server asks for a wait beyond the deadline', async () => {
    const call = await answering([429], { 'retry-after': '60' });
    await expect(call()).rejects.toThrow(Unavailable);
    expect(api.asked).toHaveLength(1);
  });

  it.each([400, 401, 403, 422])('takes %i for Unavailable without asking again', async (status) => {
    const call = await answering([status]);
    await expect(call()).rejects.toThrow(Unavailable);
    expect(api.asked).toHaveLength(1);
  });

  it.each([404, 409])('takes %i for a conflict', async (status) => {
    const call = await answering([status]);
    await expect(call()).rejects.toThrow(Conflict);
    expect(api.asked).toHaveLength(1);
  });

  it('ends at the deadline when there is no answer', async () => {
    api = await startFakeApi(() => {});
    const client = connectKubernetes(api.config, { ...limits, deadlineMs: 50 });
    const call = callKubernetes('listing namespaces', () => client.core.listNamespace());
    await expect(call).rejects.toThrow(Unavailable);
  });

  it('names the reason where nothing listens', async () => {
    api = await startFakeApi(() => {});
    const client = connectKubernetes(api.config, limits);
    await api.close();
    const call = callKubernetes('listing namespaces', () => client.core.listNamespace());
    await expect(call).rejects.toThrow('ECONNREFUSED');
    api = await startFakeApi(() => {});
  });
});

describe('what runs before a write', () => {
  it('is asked before every attempt, and not for reads', async () => {
    const lost = new Unavailable('Lease', 'lost');
    let attempts = 0;
    const beforeWrite = () => {
      attempts += 1;
      if (attempts > 2) throw lost;
    };
    const api = await startFakeApi((_, response) => fail(response, 503, 'busy'));
    const client = connectKubernetes(api.config, limits, beforeWrite);
    try {
      await expect(client.core.listNamespace()).rejects.toThrow();
      expect(attempts).toBe(0);
      api.asked.length = 0;
      const write = callKubernetes('writing', () => client.core.createNamespace({ body: {} }));
      await expect(write).rejects.toBe(lost);
      expect(api.asked).toHaveLength(2);
    } finally {
      await api.close();
    }
  });
});

describe('the wait before a retry', () => {
  const now = Date.parse('2026-11-21T08:00:00Z');

  it('is what Retry-After says, in seconds or as a date', () => {
    expect(waitBefore(0, '3', 200, now)).toBe(3000);
    expect(waitBefore(0, 'Sat, 21 Nov 2026 08:00:02 GMT', 200, now)).toBe(2000);
  });

  it.each([['0'], ['Sat, 21 Nov 2026 07:00:00 GMT']])(
    'is never nothing, even where the server says %s',
    (asked) => {
      expect(waitBefore(0, asked, 200, now)).toBeGreaterThanOrEqual(100);
      expect(waitBefore(2, asked, 200, now)).toBeGreaterThanOrEqual(400);
    },
  );

  it('else doubles, with jitter of half of it', () => {
    for (const [attempt, most] of [
      [0, 200],
      [1, 400],
      [2, 800],
    ] as const) {
      const wait = waitBefore(attempt, undefined, 200, now);
      expect(wait).toBeGreaterThanOrEqual(most / 2);
      expect(wait).toBeLessThanOrEqual(most);
    }
  });

  it('does not take nonsense for a wait', () => {
    expect(waitBefore(0, 'soon', 200, now)).toBeLessThanOrEqual(200);
  });
});
