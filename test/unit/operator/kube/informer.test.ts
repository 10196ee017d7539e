import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Resource } from '../../../../operator/api/resource.ts';
import { connectKubernetes } from '../../../../operator/kube/client.ts';
import { Informer, type Pace } from '../../../../operator/kube/informer.ts';
import { resourceSource } from '../../../../operator/kube/sources.ts';
import { eventually } from '../../../contract/kube-support/ports.ts';
import { type Asked, type FakeApi, fail, mailboxObject, reply, startFakeApi } from './fake-api.ts';

const pace: Pace = { silenceMs: 5000, relistMs: 60_000, firstBackoffMs: 1, maxBackoffMs: 20 };

/** A server whose list and whose answer to a watch the test sets. */
class Script {
  pages: { names: readonly string[]; next?: string }[] = [{ names: [] }];
  version = '10';
  watch: (response: ServerResponse) => void = () => {};

  answer = (asked: Asked, response: ServerResponse): void => {
    if (asked.query.has('watch')) {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.flushHeaders();
      this.watch(response);
      return;
    }
    const page = this.pages[Number(asked.query.get('continue') ?? '0')] ?? { names: [] };
    const items = page.names.map((name) => mailboxObject(name, `1${name.length}`));
    const metadata = { resourceVersion: this.version, ...(page.next ? { continue: page.next } : {}) };
    reply(response, 200, { kind: 'MailboxList', metadata, items });
  };
}

function line(response: ServerResponse, type: string, object: object): void {
  response.write(`${JSON.stringify({ type, object })}\n`);
}

describe('informer', () => {
  let script: Script;
  let api: FakeApi;
  let informer: Informer<Resource>;
  let reports: string[];
  let changes: number;

  beforeEach(async () => {
    script = new Script();
    api = await startFakeApi((asked, response) => script.answer(asked, response));
    reports = [];
    changes = 0;
  });
  afterEach(async () => {
    informer.stop();
    await api.close();
  });

  const start = (changed: Partial<Pace> = {}): void => {
    const client = connectKubernetes(api.config, { deadlineMs: 2000, retries: 0, firstWaitMs: 1 });
    const source = resourceSource(client, 'Mailbox', 'accounts');
    const report = (where: string, error: unknown): void => void reports.push(`${where}: ${error}`);
    informer = new Informer(api.config, source, { ...pace, ...changed }, report, () => changes++);
    void informer.run();
  };
  const names = (): string[] => [...informer.objects].map(({ metadata }) => metadata.name).sort();
  const has = (...expected: string[]): Promise<true> =>
    eventually(`${expected}`, () => (informer.hasSynced && `${names()}` === `${expected}`) || undefined, 5);
  const lists = (): Asked[] => api.asked.filter(({ query }) => !query.has('watch'));
  const watches = (): Asked[] => api.asked.filter(({ query }) => query.has('watch'));

  it('lists in pages of 500 and knows nothing before the last', async () => {
    script.pages = [{ names: ['an', 'binh'], next: '1' }, { names: ['chi'] }];
    start();
    expect(informer.hasSynced).toBe(false);
    await has('an', 'binh', 'chi');
    expect(lists().map(({ query }) => [query.get('limit'), query.get('continue')])).toEqual([
      ['500', null],
      ['500', '1'],
    ]);
    expect(changes).toBe(1);
  });

  it('watches from the version of the list, with bookmarks', async () => {
    start();
    await eventually('a watch', () => watches()[0]);
    const query = watches()[0]?.query;
    expect(query?.get('resourceVersion')).toBe('10');
    expect(query?.get('allowWatchBookmarks')).toBe('true');
    expect(Number(query?.get('timeoutSeconds'))).toBeLessThan(pace.silenceMs / 1000);
  });

  it('follows additions, changes and deletions', async () => {
    script.watch = (response) => {
      line(response, 'ADDED', mailboxObject('an', '11'));
      line(response, 'ADDED', mailboxObject('binh', '12'));
      line(response, 'MODIFIED', mailboxObject('an', '13', { generation: 2 }));
      line(response, 'DELETED', mailboxObject('binh', '14'));
    };
    start();
    await eventually('four events', () => informer.counters().events === 4 || undefined);
    expect(names()).toEqual(['an']);
    expect([...informer.objects][0]?.metadata.generation).toBe(2);
    expect(changes).toBe(5);
  });

  it('goes on after an orderly end from the last bookmark, without a new list', async () => {
    script.watch = (response) => {
      line(response, 'BOOKMARK', mailboxObject('', '77'));
      if (watches().length === 1) response.end();
    };
    start();
    await eventually('a second watch', () => watches()[1]);
    expect(watches()[1]?.query.get('resourceVersion')).toBe('77');
    expect(lists()).toHaveLength(1);
    expect(informer.counters().restarts).toBe(0);
  });

  it.each([
    [
      'an ERROR line with 410',
      (response: ServerResponse) => line(response, 'ERROR', { code: 410, message: 'too old' }),
    ],
    [
      'an ERROR line with 500',
      (response: ServerResponse) => line(response, 'ERROR', { code: 500, message: 'broken' }),
    ],
    ['a cut connection', (response: ServerResponse) => response.destroy()],
    ['an object that is none', (response: ServerResponse) => line(response, 'ADDED', { metadata: {} })],
  ])('lists again after %s and takes out what was deleted meanwhile', async (_, end) => {
    script.pages = [{ names: ['an', 'binh'] }];
    script.watch = (response) => {
      if (watches().length > 1) return;
      script.pages = [{ names: ['binh', 'chi'] }];
      script.version = '99';
      end(response);
    };
    start();
    await has('binh', 'chi');
    await eventually('a watch from the new version', () => watches()[1]);
    expect(watches()[1]?.query.get('resourceVersion')).toBe('99');
    expect(informer.counters().restarts).toBe(1);
    expect(reports).toHaveLength(1);
    expect(reports[0]).toMatch(/^informer of mailboxes in accounts: /);
    expect(changes).toBe(2);
  });

  it('lists again when the API server refuses the watch with 410', async () => {
    const answer = script.answer;
    script.answer = (asked, response) => {
      if (asked.query.has('watch') && watches().length === 1) fail(response, 410, 'expired');
      else answer(asked, response);
    };
    start();
    await eventually('a second list', () => lists()[1]);
    await eventually('a second watch', () => watches()[1]);
  });

  it('does not call a new list a change when nothing changed', async () => {
    script.pages = [{ names: ['an'] }];
    script.watch = (response) => {
      if (watches().length === 1) response.destroy();
    };
    start();
    await eventually('a second watch', () => watches()[1]);
    expect(changes).toBe(1);
  });

  it('keeps what it has while lists fail', async () => {
    script.pages = [{ names: ['an'] }];
    script.watch = (response) => response.destroy();
    start();
    await has('an');
    script.answer = (_, response) => fail(response, 500, 'broken');
    await eventually('three failures more', () => reports.length > 3 || undefined);
    expect(names()).toEqual(['an']);
  });

  it('slows down when watches end as soon as they begin', async () => {
    script.watch = (response) => response.end();
    start({ firstBackoffMs: 40, maxBackoffMs: 40 });
    await eventually('three reports', () => reports.length >= 3 || undefined);
    expect(reports[0]).toContain('the watch ended as soon as it began');
    expect(watches().length).toBeLessThanOrEqual(reports.length + 1);
  });

  it('is heard of by its silence', async () => {
    start({ silenceMs: 60 });
    await eventually('cut', () => reports[0]);
    expect(reports[0]).toContain('nothing heard for 0.06 s');
    await eventually('listed again', () => lists()[1]);
  });

  it('lists everything again now and then', async () => {
    script.watch = (response) => {
      line(response, 'BOOKMARK', mailboxObject('', '77'));
      response.end();
    };
    start({ relistMs: 1 });
    await eventually('a third list', () => lists()[2]);
    expect(informer.counters().restarts).toBe(0);
  });

  it('stops for good', async () => {
    start();
    await eventually('a watch', () => watches()[0]);
    informer.stop();
    const asked = api.asked.length;
    await eventually('the connection closed', () => informer.counters().silentSeconds > 0.1 || undefined);
    expect(api.asked).toHaveLength(asked);
    expect(reports).toEqual([]);
  });
});
