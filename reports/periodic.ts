/** The reports that come by the clock: made once, kept, mailed, and old ones removed. */

import type { Document } from '../documents/model.ts';
import type { Site } from '../operator/core/site.ts';
import type { ReportFormat } from '../operator/core/site-reports.ts';
import { Unavailable } from '../operator/errors.ts';
import { dayOf, nameOf, nextDay, type Period } from './day.ts';
import type { Store } from './store.ts';

export type Outgoing = {
  readonly id: string;
  readonly to: string;
  readonly attachments: readonly { readonly filename: string; readonly content: Buffer }[];
};

export type Printing = {
  readonly document: Document;
  readonly render: (document: Document, format: ReportFormat) => Promise<Buffer>;
  readonly send: (letter: Outgoing) => Promise<void>;
};

/**
 * A run that died is done again: files are made anew, and to whom it was mailed is a file, too.
 * @param now milliseconds
 * @throws Unavailable naming those to whom it could not be mailed; the others have it
 */
export async function makePeriodic(
  site: Site,
  store: Store,
  period: Period,
  { document, render, send }: Printing,
  now: number,
): Promise<void> {
  const { formats, recipients, keepMonths } = site.reports;
  const name = `bao-cao-${site.name}-${nameOf(period)}`;
  const attachments: { readonly filename: string; readonly content: Buffer }[] = [];
  for (const format of formats) {
    const filename = `${name}.${format}`;
    const content = await render(document, format);
    await store.keep(filename, content);
    attachments.push({ filename, content });
  }
  const oldest = nextDay(dayOf(now), -31 * keepMonths);
  for (const kept of await store.keptReports()) if (isOlder(kept, oldest)) await store.removeKept(kept);
  const mark = `${name}.sent`;
  const told = new Set((await store.kept(mark))?.split('\n'));
  const failures: string[] = [];
  for (const to of recipients.map((recipient) => `${recipient}@${site.domain}`)) {
    if (told.has(to)) continue;
    try {
      await send({ id: `report-${site.name}-${nameOf(period)}.${to.split('@')[0]}`, to, attachments });
      told.add(to);
      await store.keep(mark, Buffer.from([...told].join('\n')));
    } catch (error) {
      failures.push(`${to}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  if (failures.length > 0)
    throw new Unavailable('Postfix', `the report is kept, and was not mailed to ${failures.join('; ')}`);
}

/** By the period in its name: `bao-cao-soc-trang-2026-10.pdf`. */
function isOlder(name: string, day: string): boolean {
  const [, year, rest = ''] = /-(\d{4})(-\d\d|-Q[1-4])?\.[a-z]+$/.exec(name) ?? [];
  if (year === undefined) return false;
  const quarter = /Q(\d)/.exec(rest)?.[1];
  const end = quarter === undefined ? rest || '-12' : `-${String(Number(quarter) * 3).padStart(2, '0')}`;
  return `${year}${end}-31` < day;
}
