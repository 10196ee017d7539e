import { beforeEach, expect, it } from '@jest/globals';
import { createMetrics, type Metrics } from '../../../clerk/metrics.ts';
import type { MailboxRequest, RequestStatus } from '../../../operator/api/request.ts';

let metrics: Metrics;
beforeEach(() => {
  metrics = createMetrics('soc-trang');
});

function request(received: string, status: RequestStatus): MailboxRequest {
  return { metadata: {}, spec: { received }, status } as unknown as MailboxRequest;
}

const ready = (status: 'True' | 'False') => [
  { type: 'Ready', status, reason: 'x', message: 'x', lastTransitionTime: '2026-11-26T00:00:00Z' },
];

async function sampleOf(name: string): Promise<string | undefined> {
  const text = await metrics.registry.metrics();
  return text
    .split('\n')
    .find((line) => line.startsWith(`${name}{`))
    ?.split(' ')
    .at(-1);
}

it('the nearest term whose letters are still to go ends at midnight in Việt Nam', async () => {
  const requests = [
    request('2026-11-20T00:00:00Z', { phase: 'Settled', due: '2026-11-30', conditions: ready('False') }),
    request('2026-11-20T00:00:00Z', { phase: 'Refused', due: '2026-11-27', conditions: ready('False') }),
    request('2026-11-20T00:00:00Z', { phase: 'Settled', due: '2026-11-24', conditions: ready('True') }),
  ];
  metrics.passed({ requests, sent: 2, failures: 0 });
  expect(await sampleOf('hopthu_request_due_timestamp_seconds')).toBe(
    String(Date.parse('2026-11-27T17:00:00Z') / 1000),
  );
  expect(await sampleOf('hopthu_request_oldest_timestamp_seconds')).toBe('Nan');
});

it('the oldest request that waits is told, and nothing before there is any', async () => {
  expect(await sampleOf('hopthu_request_due_timestamp_seconds')).toBe('Nan');
  const requests = [
    request('2026-11-22T00:00:00Z', { phase: 'Pending' }),
    request('2026-11-21T00:00:00Z', { phase: 'Approved' }),
    request('2026-11-19T00:00:00Z', { phase: 'Settled', conditions: ready('True') }),
  ];
  metrics.passed({ requests, sent: 0, failures: 0 });
  expect(await sampleOf('hopthu_request_oldest_timestamp_seconds')).toBe(
    String(Date.parse('2026-11-21T00:00:00Z') / 1000),
  );
});
