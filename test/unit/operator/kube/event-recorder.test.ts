import { describe, expect, it } from '@jest/globals';
import type { EventsV1Api, EventsV1Event } from '@kubernetes/client-node';
import { defaultEventLimits, EventRecorder } from '../../../../operator/kube/event-recorder.ts';
import { trimResource } from '../../../../operator/kube/trim.ts';
import { eventually } from '../../../contract/kube-support/ports.ts';
import { mailboxObject } from './fake-api.ts';

const mailbox = trimResource('Mailbox', mailboxObject('binh', '7'));
const granted = { type: 'Normal', reason: 'Granted', action: 'Grant', message: '+ binh@example.vn' } as const;

const site = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'mail', name: 'hopthu-report' };

function recorder(limits = {}, failed = false) {
  let failing = failed;
  const sent: EventsV1Event[] = [];
  const reports: string[] = [];
  const events = {
    async createNamespacedEvent({ body }: { body: EventsV1Event }) {
      if (failing) throw new Error('no');
      sent.push(body);
    },
  } as unknown as EventsV1Api;
  const all = { ...defaultEventLimits, ...limits };
  const made = new EventRecorder(events, 'operator-0', site, all, (where, error) =>
    reports.push(`${where}: ${error}`),
  );
  return { recorder: made, sent, reports, fail: (is: boolean) => (failing = is) };
}

describe('events', () => {
  it('name the resource, the reason and who reports', async () => {
    const { recorder: made, sent } = recorder();
    made.record(mailbox, granted);
    await eventually('sent', () => sent[0]);
    expect(sent[0]).toMatchObject({
      reportingController: 'hopthu.io/operator',
      reportingInstance: 'operator-0',
      type: 'Normal',
      reason: 'Granted',
      action: 'Grant',
      note: '+ binh@example.vn',
      regarding: { kind: 'Mailbox', namespace: 'accounts', name: 'binh', uid: 'uid-of-binh' },
    });
    expect(sent[0]?.metadata?.name).toMatch(/^binh\.[0-9a-f]{16}$/);
  });

  it('are written once in a while when they are the same', async () => {
    const { recorder: made, sent } = recorder();
    for (let i = 0; i < 5; i++) made.record(mailbox, granted);
    made.record(mailbox, { ...granted, message: '~ another' });
    await eventually('both sent', () => sent[1]);
    expect(made.counters()).toEqual({ written: 2, suppressed: 4, dropped: 0, failed: 0 });
  });

  it('are written again after the time of suppression', async () => {
    const { recorder: made, sent } = recorder({ suppressMs: 0 });
    made.record(mailbox, granted);
    await eventually('time goes on', () => {
      made.record(mailbox, granted);
      return sent[1];
    });
  });

  it('are dropped beyond the burst, and let through again with time', async () => {
    const { recorder: made, sent } = recorder({ burst: 2, perSecond: 20 });
    for (let i = 0; i < 10; i++) made.record(mailbox, { ...granted, message: `line ${i}` });
    expect(made.counters().dropped).toBe(8);
    await eventually('a third', () => {
      made.record(mailbox, { ...granted, message: 'later' });
      return sent[2];
    });
    expect(sent.map(({ note }) => note)).toEqual(['line 0', 'line 1', 'later']);
  });

  it('never throw: what could not be written is reported and may be tried again', async () => {
    const { recorder: made, reports } = recorder({}, true);
    made.record(mailbox, granted);
    await eventually('reported', () => reports[0]);
    expect(reports[0]).toBe(
      'event Granted of accounts/binh: Unavailable: event Granted of accounts/binh: no',
    );
    made.record(mailbox, granted);
    await eventually('tried again', () => reports[1]);
    expect(made.counters()).toEqual({ written: 0, suppressed: 0, dropped: 0, failed: 2 });
  });

  it('are cut to 1,024 bytes at a character', async () => {
    const { recorder: made, sent } = recorder();
    made.record(mailbox, { ...granted, message: 'ễ'.repeat(1000) });
    await eventually('sent', () => sent[0]);
    expect(sent[0]?.note).toMatch(/^ễ+$/);
    expect(Buffer.byteLength(sent[0]?.note ?? '')).toBeLessThanOrEqual(1024);
  });

  it('that were dropped are counted by reason in a later one about the site, also after a failure', async () => {
    const { recorder: made, sent, reports, fail } = recorder({ burst: 1, perSecond: 0, summaryMs: 20 });
    made.record(mailbox, granted);
    fail(true);
    for (let i = 0; i < 3; i++) made.record(mailbox, { ...granted, message: `line ${i}` });
    made.record(mailbox, { ...granted, reason: 'Closed' });
    await eventually('a summary that failed', () => reports.at(-1)?.startsWith('event EventsDropped'));
    fail(false);
    made.record(mailbox, { ...granted, message: 'line 4' });
    await eventually('a summary', () => sent[1]);
    expect(sent[1]).toMatchObject({
      reason: 'EventsDropped',
      regarding: site,
      metadata: { namespace: 'mail' },
    });
    expect(sent[1]?.note).toMatch(/^5 Events since \S+Z were not written.*: Granted 4, Closed 1;/);
    expect(sent).toHaveLength(2);
    made.stop();
  });
});
