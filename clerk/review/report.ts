/** The written report of a request to the Department, as a document (R22). Pure. */
import type { Block, Document } from '../../documents/model.ts';
import type { MailboxRequest } from '../../operator/api/request.ts';
import type { RequestWords } from '../../operator/core/requests/texts.ts';
import { fill } from '../../operator/core/template.ts';
import { dateInVietnam, writtenDate } from '../../operator/core/time.ts';
import { type LetterWorld, outcomeText, referenceOf, requesterOf } from './letters.ts';

export function reportOf(request: MailboxRequest, world: LetterWorld, now: Date): Document {
  const { site, texts } = world;
  const { report, department } = texts.words;
  const words = (text: string, values: Readonly<Record<string, string>>) => fill('words.yaml', text, values);
  return {
    title: report.title,
    subtitle: report.subject,
    letterhead: {
      above: report.above,
      office: report.office,
      number: `${report.facts.number}: ${request.status.number}`,
      placeAndDate: placeAndDate(report.place, site.title, now),
    },
    blocks: [
      { kind: 'paragraph', text: words(report.to, { department }), style: 'bold' },
      { kind: 'paragraph', text: words(report.basis, { regulation: site.regulation }) },
      { kind: 'fields', fields: factsOf(request, world) },
      { kind: 'paragraph', text: conclusion(request, texts.words) },
      rowsOf(request, world),
    ],
    signature: { title: [report.sign] },
    author: report.office,
    created: now,
  };
}

/** "Sóc Trăng, ngày 02 tháng 11 năm 2026". */
export function placeAndDate(place: string, site: string, now: Date): string {
  const [year = '', month = '', day = ''] = dateInVietnam(now.getTime()).split('-');
  return fill('words.yaml', place, { site: site.replace(/^(Tỉnh|Thành phố) /, ''), year, month, day });
}

function factsOf(request: MailboxRequest, world: LetterWorld) {
  const { spec, status } = request;
  const { words } = world.texts;
  const { facts } = words.report;
  const day = (time: string | undefined) =>
    time === undefined ? undefined : writtenDate(dateInVietnam(Date.parse(time)));
  const shown: Readonly<Record<keyof typeof facts, string | undefined>> = {
    number: status.number,
    organization: requesterOf(world, request)?.name,
    signer: spec.requester.name,
    sentBy: delegateOf(request),
    reference: referenceOf(words, request),
    received: day(spec.received),
    decided: day(spec.decision?.at),
    settled: day(status.settled),
    due: status.due === undefined ? undefined : writtenDate(status.due),
    list: spec.attachment?.name,
  };
  return (Object.keys(facts) as (keyof typeof facts)[]).flatMap((fact) => {
    const value = shown[fact];
    return value === undefined ? [] : [{ label: `${facts[fact]}:`, value }];
  });
}

/** The login that sent it on behalf of the organization, where that was not its own (R26). */
function delegateOf({ spec: { requester } }: MailboxRequest): string | undefined {
  return requester.sentBy === requester.address ? undefined : requester.sentBy;
}

function conclusion({ spec, status }: MailboxRequest, words: RequestWords): string {
  if (status.phase === 'Refused')
    return fill('words.yaml', words.summaryRefused, { reason: spec.decision?.reason ?? '' });
  const done = (status.results ?? []).filter(({ outcome }) => outcome !== 'Refused' && outcome !== 'Waiting');
  return fill('words.yaml', words.summary, { done: done.length, count: spec.rows.length });
}

function rowsOf({ spec, status }: MailboxRequest, { texts: { words } }: LetterWorld): Block {
  const { columns, table } = words.report;
  const widths = [0.4, 1.6, 1.6, 1, 1.8, 1.6];
  return {
    kind: 'table',
    title: table,
    columns: columns.map((title, index) => ({ title, width: widths[index] ?? 1 })),
    rows: spec.rows.map((row) => {
      const result = status.results?.find((one) => one.row === row.number);
      const isDone = result !== undefined && result.outcome !== 'Refused';
      return [
        String(row.number),
        row.name ?? '',
        row.organization ?? row.organizationRef?.name ?? '',
        row.action === undefined ? words.unknownAction : words.actions[row.action],
        (isDone ? result.address : undefined) ?? row.address ?? '',
        result === undefined ? '' : isDone ? words.outcomes[result.outcome] : outcomeText(words, result),
      ];
    }),
  };
}
