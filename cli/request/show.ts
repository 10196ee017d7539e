/** `hopthu request show`: what the Centre reads before it decides. */
import { actionTitle } from '../../clerk/review/cells.ts';
import type { Finding, MailboxRequest, RequestRow } from '../../operator/api/request.ts';
import { printData } from '../print.ts';
import { findRequest, placeOf, type RequestOptions } from './read.ts';

export async function show(
  name: string,
  options: RequestOptions & { readonly output?: string },
): Promise<void> {
  const request = await findRequest(placeOf(options), name);
  const { metadata, spec, status } = request;
  if (options.output !== undefined)
    console.log(printData({ name: metadata.name, spec, status }, options.output));
  else console.log(describeRequest(request));
}

export function describeRequest(request: MailboxRequest): string {
  const { spec, status } = request;
  const ready = status.conditions?.find(({ type }) => type === 'Ready');
  const sections = [
    headOf(request),
    ['rows:', ...spec.rows.map((row) => `  ${row.number}. ${rowText(row)}`)],
    titled(
      'plan:',
      (status.plan ?? []).map(({ row, line }) => `  ${row ?? '-'}. ${line}`),
    ),
    titled(
      'findings:',
      (status.findings ?? []).map((finding) => `  ${findingText(finding)}`),
    ),
    titled('results:', spec.decision === undefined ? [] : resultLines(request)),
    titled(
      'letters:',
      (status.told ?? []).map(
        ({ letter, row, to, at }) =>
          `  ${at}  ${letter}${row === undefined ? '' : ` (row ${row})`}  ${to.join(' ') || 'nobody could be told'}`,
      ),
    ),
    ready === undefined ? ['the clerk has not looked at it yet'] : [`${ready.reason}: ${ready.message}`],
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.map(plain).join('\n'))
    .join('\n\n');
}

function headOf({ metadata, spec, status }: MailboxRequest): readonly string[] {
  const { requester, reference, decision, attachment } = spec;
  const { address, sentBy } = requester;
  const delegate = sentBy === undefined || sentBy === address ? undefined : `sent by ${sentBy}`;
  const from = [requester.organizationRef.name, address, delegate, requester.name].filter(
    (part) => part !== undefined,
  );
  return [
    `${status.number ?? '(no number yet)'}  ${metadata.name}  ${status.phase ?? 'new'}`,
    `from: ${from.join(', ')}`,
    `came: ${spec.received} ${reference === undefined ? `by mail to ${spec.service ?? '?'}@` : `on paper, ${reference.number} of ${reference.date}`}`,
    ...(attachment === undefined ? [] : [`list: ${attachment.name} (SHA-256 ${attachment.sha256})`]),
    ...(decision === undefined
      ? []
      : [
          `${decision.verdict.toLowerCase()} by ${decision.by} at ${decision.at}${decision.reason === undefined ? '' : `: ${decision.reason}`}`,
        ]),
    ...(status.due === undefined ? [] : [`due: ${status.due}`]),
  ];
}

function rowText(row: RequestRow): string {
  const asked = row.action === undefined ? '(?)' : actionTitle(row.action);
  const parts = [
    row.name,
    row.title,
    row.organizationRef?.name ?? row.organization,
    row.address,
    row.newAddress && `→ ${row.newAddress}`,
    row.telephone,
    row.employeeNumber,
    row.note,
  ];
  return [asked, ...parts.filter((part) => part !== undefined && part !== '')].join(' | ');
}

function findingText({ row, field, rule, message, refuses }: Finding): string {
  const where = [row === undefined ? undefined : `row ${row}`, field, rule].filter(
    (part) => part !== undefined,
  );
  return `${refuses ? '!' : '?'} ${where.length === 0 ? '' : `${where.join(', ')}: `}${message}`;
}

function resultLines({ status }: MailboxRequest): readonly string[] {
  return (status.results ?? []).map(
    ({ row, outcome, address, mailbox, message }) =>
      `  ${row}. ${[outcome, address ?? mailbox, message].filter((part) => part !== undefined).join('  ')}`,
  );
}

function titled(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [title, ...lines];
}

/** What strangers wrote may hold characters that steer a terminal. */
function plain(text: string): string {
  return text.replaceAll(/\p{C}+/gu, ' ');
}
