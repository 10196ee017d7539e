/**
 * Notices that are due for many at once, at a real slapd and a sink that takes letters as Postfix does: over TLS, with a
 * certificate on both sides. Beside them the floor: the same letters and the same writes, one after the other.
 */
import { readFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Resource } from '../../operator/api/resource.ts';
import { attribute } from '../../operator/core/layout.ts';
import { mailboxDn } from '../../operator/core/naming/identity.ts';
import { noticeTexts } from '../../operator/core/notices/texts.ts';
import { dateInVietnam } from '../../operator/core/time.ts';
import { SmtpNotices } from '../../operator/mail/smtp-notices.ts';
import type { Notice, Notices } from '../../operator/ports.ts';
import type { Manifest } from './people.ts';
import { type Clients, usage } from './world.ts';

/** Where letters go; absent where none are measured. */
export type Sink = {
  readonly port: number;
  /** Paths of PEM files. */
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
  readonly texts: Readonly<Record<string, string>>;
};

/** Days until the last one of mailboxes that end. */
const endsInDays = 40;

/** Every tenth mailbox ends, weeks before anybody is to be told. */
export function withEnd(manifest: Manifest, index: number): Manifest {
  const validUntil = dateInVietnam(Date.now() + endsInDays * 86_400_000);
  return index % 10 === 0 ? { ...manifest, spec: { ...manifest.spec, validUntil } } : manifest;
}

export function ends({ spec }: Pick<Resource, 'spec'>): boolean {
  return (spec as { validUntil?: string }).validUntil !== undefined;
}

type Interval = { readonly seconds: number; readonly cpu: number };

export type Told = {
  readonly count: number;
  readonly bare: Interval;
  /** From the beginning of the pass that finds them due until all are sent and remembered. */
  readonly operator: Interval;
  /** Seconds of that pass itself. */
  readonly pass: number;
  /** 99th percentile of the event loop's delay meanwhile, milliseconds. */
  readonly delay: number;
  /** MiB: resident before and at the end. */
  readonly resident: readonly [number, number];
  /** Writes of a pass with nothing to do afterwards. */
  readonly writesAfter: number;
};

/** Sends nothing before the bench has begun with it. */
export class BenchNotices implements Notices {
  readonly #smtp: SmtpNotices | undefined;
  sent = 0;
  last: Notice | undefined;

  constructor(sink: Sink | undefined) {
    const file = (path: string) => async () => readFileSync(path, 'utf8');
    this.#smtp =
      sink &&
      new SmtpNotices({
        host: 'localhost',
        port: sink.port,
        ca: file(sink.ca),
        certificate: file(sink.certificate),
        key: file(sink.key),
        from: { name: 'Hộp thư', address: 'admin@soctrang.gov.vn' },
        texts: noticeTexts(sink.texts),
      });
  }

  async send(notice: Notice): Promise<void> {
    await this.#smtp?.send(notice);
    this.sent += 1;
    this.last = notice;
  }
}

/** What the bench has of the operator. */
export type Telling = {
  readonly clients: Clients;
  readonly notices: BenchNotices;
  /** UIDs of those who are to be told. */
  readonly uids: readonly string[];
  /** A whole pass, with what it leads to; gives seconds. */
  readonly pass: () => Promise<number>;
  /** Resolves when nothing is being sent. */
  readonly idle: () => Promise<void>;
  /** Puts the operator's clock forward. @param days */
  readonly later: (days: number) => void;
  readonly writes: () => number;
};

/** Those whose last day is near are told (R24), at addresses that they read by now. */
export async function measureNotices(telling: Telling): Promise<Told> {
  const { clients, notices, uids, pass, idle, later, writes } = telling;
  const { site, directory } = clients;
  const dns = uids.map((uid) => [mailboxDn(site, uid), uid] as const);
  for (const [dn, uid] of dns) await directory.modify(dn, uid, [{ attribute: 'pwdReset', values: [] }]);
  // What follows from that has nothing to do with notices: first passwords go.
  for (let count = 0; count < 3; count += 1) await pass();
  await idle();
  const [longest = 0] = site.notices.endDays;
  const before = notices.sent;
  later(endsInDays - longest + 1);
  const resident = process.memoryUsage().rss / 2 ** 20;
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  let passed = 0;
  const operator = await timed(async () => {
    passed = await pass();
    await idle();
  });
  delay.disable();
  const count = notices.sent - before;
  const end = process.memoryUsage().rss / 2 ** 20;
  // Statuses speak of what people were told.
  await pass();
  const writesBefore = writes();
  await pass();
  const writesAfter = writes() - writesBefore;
  const { last } = notices;
  if (last === undefined) throw new Error('nobody was told');
  const bare = await timed(async () => {
    for (const [index, [dn, uid]] of dns.slice(0, count).entries()) {
      await notices.send({ ...last, id: `bare-${index}` });
      const values = [`end 2027-01-01/7 ${new Date().toISOString().slice(0, 19)}Z`];
      await directory.modify(dn, uid, [{ attribute: attribute.notice, values }]);
    }
  });
  const delayed = delay.percentile(99) / 1e6;
  return { count, bare, operator, pass: passed, delay: delayed, resident: [resident, end], writesAfter };
}

async function timed(work: () => Promise<unknown>): Promise<Interval> {
  const [started, cpu] = [performance.now(), usage().cpu];
  await work();
  return { seconds: (performance.now() - started) / 1000, cpu: usage().cpu - cpu };
}
