/** Which letters a request still owes, to whom, and what they say (R22). Pure. */
import type { OrganizationIndex } from '../../cli/annex/organization-index.ts';
import type { MailboxSpec, MailboxStatus } from '../../operator/api/mailbox.ts';
import type {
  LetterKind,
  MailboxRequest,
  RequestRow,
  RequestStatus,
  RowResult,
} from '../../operator/api/request.ts';
import { fillLetter } from '../../operator/core/letter-template.ts';
import { addressOf } from '../../operator/core/naming/identity.ts';
import { centreAddress } from '../../operator/core/notices/readers.ts';
import type { RequestTexts } from '../../operator/core/requests/texts.ts';
import type { Site } from '../../operator/core/site.ts';
import { fill } from '../../operator/core/template.ts';
import { dateInVietnam, writtenDate } from '../../operator/core/time.ts';
import { addressIn } from './scope.ts';
import type { Mailboxes } from './world.ts';

/** A letter that is to go. */
export type Letter = {
  readonly kind: LetterKind;
  /** The row that it is about alone. */
  readonly row?: number;
  /** The same letter has the same id, also when it is sent twice. */
  readonly id: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
  /** Message-ID of the mail that it answers. */
  readonly answers?: string;
  /** The written report goes with it. */
  readonly withReport?: true;
};

export type LetterWorld = {
  readonly site: Site;
  readonly texts: RequestTexts;
  readonly organizations: OrganizationIndex;
  /** Those of the request's namespace. */
  readonly mailboxes: Mailboxes;
};

/** @param request with the status that it is to have, and the conditions of the last pass */
export function lettersDue(world: LetterWorld, request: MailboxRequest): readonly Letter[] {
  const { phase, told = [], conditions = [] } = request.status;
  // Whoever is added to those who get reports gets none of what is over.
  if (conditions.some(({ type, status }) => type === 'Ready' && status === 'True')) return [];
  const isDue = ({ kind, row, to }: Letter) => {
    const those = told.filter((one) => one.letter === kind && one.row === row);
    return kind === 'report' ? !those.some((one) => one.to.includes(to[0] ?? '')) : those.length === 0;
  };
  if (phase === 'Pending') return [toRequester(world, request, 'acknowledged')].filter(isDue);
  if (phase !== 'Settled' && phase !== 'Refused') return [];
  const answer = toRequester(world, request, phase === 'Settled' ? 'result' : 'refused');
  // Whoever cannot be reached now is not told weeks later, when the mailbox is in use.
  const people = phase === 'Settled' && isDue(answer) ? toPeople(world, request) : [];
  return [...people, answer, ...toDepartment(world, request)].filter(isDue);
}

function toRequester(
  world: LetterWorld,
  request: MailboxRequest,
  kind: 'acknowledged' | 'result' | 'refused',
): Letter {
  const { spec } = request;
  const found = requesterOf(world, request);
  const own = spec.requester.address ?? addressIn(found && world.mailboxes.ownOf(found.id.name));
  return letter(world, request, {
    kind,
    to: own === undefined ? [] : [own],
    ...(spec.messageId === undefined ? {} : { answers: spec.messageId }),
  });
}

/** People who have a mailbox that they can read: of new ones and of new passwords their organization is told. */
function toPeople(world: LetterWorld, request: MailboxRequest): readonly Letter[] {
  return request.spec.rows.flatMap((row) => {
    const result = request.status.results?.find((one) => one.row === row.number);
    const mailbox = result?.mailbox === undefined ? undefined : world.mailboxes.get(result.mailbox);
    const { type, person } = (mailbox?.spec ?? {}) as Partial<MailboxSpec>;
    const { address, state, passwordSecret } = (mailbox?.status ?? {}) as MailboxStatus;
    const isRead = type === 'Personal' && state === 'Active' && passwordSecret === undefined;
    if (!isRead || person === undefined || address === undefined) return [];
    return [letter(world, request, { kind: 'person', row: row.number, to: [address] }, person.fullName)];
  });
}

/** One for each: of a letter to several the mail system may take some, and it is sent once. */
function toDepartment(world: LetterWorld, request: MailboxRequest): readonly Letter[] {
  const { site } = world;
  return site.requests.report.to.map((localPart) => {
    const about = { kind: 'report', to: [addressOf(site, localPart)] } as const;
    const { id, ...rest } = letter(world, request, about);
    return { ...rest, id: `${id}.${localPart}`, withReport: true };
  });
}

function letter(
  world: LetterWorld,
  request: MailboxRequest,
  about: Pick<Letter, 'kind' | 'row' | 'to' | 'answers'>,
  name = '',
): Letter {
  const { kind, row, to } = about;
  const rows =
    row === undefined ? request.spec.rows : request.spec.rows.filter(({ number }) => number === row);
  const fields = { ...fieldsOf(world, request, kind, rows), name, address: to[0] ?? '' };
  const { subject, text } = fillLetter(`${kind}.txt`, world.texts.letters[kind], fields);
  const id = [request.metadata.uid, kind, ...(row === undefined ? [] : [row])].join('.');
  // A paragraph that has nothing to say leaves its empty lines.
  return { ...about, id, subject, text: text.replaceAll(/\n{3,}/g, '\n\n') };
}

function fieldsOf(
  world: LetterWorld,
  request: MailboxRequest,
  kind: LetterKind,
  rows: readonly RequestRow[],
): Readonly<Record<string, string>> {
  const { site, texts } = world;
  const { words } = texts;
  const { spec, status } = request;
  const results = status.results ?? [];
  const reason = spec.decision?.reason ?? '';
  const done = results.filter(({ outcome }) => outcome !== 'Refused' && outcome !== 'Waiting').length;
  const isNew = results.some(({ outcome }) => outcome === 'Granted' || outcome === 'Reset');
  const { workingDays } = site.requests.report;
  return {
    number: status.number ?? '',
    organization: requesterOf(world, request)?.name ?? spec.requester.organizationRef.name,
    reference: referenceOf(words, request),
    count: String(spec.rows.length),
    rows: rows
      .map((row) => rowText(words, row, kind === 'acknowledged' ? undefined : resultOf(results, row)))
      .join('\n'),
    findings: findingsText(words, status),
    term: workingDays === 0 ? '' : fill('words.yaml', words.term, { days: workingDays }),
    passwords: isNew ? fill('words.yaml', words.passwords, { webmail: site.hosts.webmail }).trimEnd() : '',
    reason,
    summary:
      status.phase === 'Refused'
        ? fill('words.yaml', words.summaryRefused, { reason })
        : fill('words.yaml', words.summary, { done, count: spec.rows.length }),
    department: words.department,
    centre: centreAddress(site),
    site: site.title,
    regulation: site.regulation,
  };
}

export function requesterOf(
  { organizations }: Pick<LetterWorld, 'organizations'>,
  { spec, metadata }: MailboxRequest,
) {
  const { name } = spec.requester.organizationRef;
  return organizations.all.find(({ id }) => id.name === name && id.namespace === metadata.namespace);
}

/** "thư của đơn vị ngày 26/11/2026", or the paper with number and date. */
export function referenceOf(words: RequestTexts['words'], { spec }: MailboxRequest): string {
  const { reference, received } = spec;
  return reference === undefined
    ? fill('words.yaml', words.byMail, { date: writtenDate(dateInVietnam(Date.parse(received))) })
    : fill('words.yaml', words.onPaper, { number: reference.number, date: writtenDate(reference.date) });
}

function resultOf(results: readonly RowResult[], { number }: RequestRow): RowResult | undefined {
  return results.find(({ row }) => row === number);
}

/** What is asked for, or what became of it. */
export function outcomeText(words: RequestTexts['words'], { outcome, address, message }: RowResult): string {
  const detail = outcome === 'Refused' || outcome === 'Waiting' ? message : address;
  if (detail === undefined || outcome === 'Waiting') return words.outcomes[outcome];
  return fill('words.yaml', words.withDetail, { outcome: words.outcomes[outcome], detail });
}

function rowText(words: RequestTexts['words'], row: RequestRow, result: RowResult | undefined): string {
  const asked = row.action === undefined ? words.unknownAction : words.actions[row.action];
  return fill('words.yaml', words.row, {
    row: row.number,
    name: row.name ?? row.address ?? row.employeeNumber ?? '',
    organization: row.organization ?? row.organizationRef?.name ?? '',
    text: result === undefined ? asked : `${asked} – ${outcomeText(words, result)}`,
  });
}

function findingsText(words: RequestTexts['words'], { findings = [] }: RequestStatus): string {
  // What the operator would find is for the Centre, in English; what refuses a row is whoever asked's to mend.
  const told = findings.filter(({ refuses }) => refuses);
  if (told.length === 0) return '';
  const lines = told.map(({ row, message }) =>
    row === undefined
      ? fill('words.yaml', words.faultOfAll, { message })
      : fill('words.yaml', words.faultOfRow, { row, message }),
  );
  return [words.faults.trimEnd(), ...lines].join('\n');
}
