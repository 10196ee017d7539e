/**
 * What a request would do, and every rule that it breaks, row by row: as `hopthu import` would carry the list out on what the
 * cluster has, and as `hopthu plan` would print that. Pure.
 */

import type { Manifest } from '../../cli/annex/manifest.ts';
import type { KnownOrganization } from '../../cli/annex/organization-index.ts';
import type { Entry } from '../../cli/annex/report.ts';
import { carryOut } from '../../cli/annex/requests.ts';
import type {
  Finding,
  MailboxRequest,
  RequestRow,
  RequestStatus,
  RowResult,
} from '../../operator/api/request.ts';
import type { Resource } from '../../operator/api/resource.ts';
import { cellsOf, fieldNames } from './cells.ts';
import { ClusterManifests } from './cluster-manifests.ts';
import { type Foreseen, foresee } from './foresee.ts';
import { requesterFindings, scopeCheck, serviceFinding } from './scope.ts';
import type { ReviewWorld } from './world.ts';

export type Reviewed = {
  readonly plan: NonNullable<RequestStatus['plan']>;
  readonly findings: NonNullable<RequestStatus['findings']>;
  readonly results: NonNullable<RequestStatus['results']>;
  /** Mailboxes as they would be: new ones and changed ones. */
  readonly manifests: readonly Manifest[];
  /** Mailboxes that would go. */
  readonly removed: readonly Resource[];
  /** For the next review of the same request. */
  readonly foreseen: Foreseen;
};

/**
 * @param request with its number, by which resets are asked for
 * @param before the review of the same rows before: what it foresaw is foreseen anew only where something of it changed
 */
export function reviewRequest(
  world: ReviewWorld,
  request: MailboxRequest,
  now: Date,
  before?: Reviewed,
): Reviewed {
  const { site } = world;
  const { namespace } = request.metadata;
  const { name } = request.spec.requester.organizationRef;
  const requester = world.organizationsIn(namespace).all.find(({ id }) => id.name === name);
  const found = findingsBefore(world, request, requester);
  const refused = new Set(found.flatMap(({ row, refuses }) => (refuses ? [row] : [])));
  const ended = endedBefore(request);
  const isOpen = ({ number }: RequestRow) =>
    !refused.has(undefined) && !refused.has(number) && !ended.has(number);
  const manifests = new ClusterManifests(world.mailboxes);
  const names = new Map((request.status.results ?? []).map(({ row, mailbox }) => [row, mailbox]));
  const entries = carryOut(
    {
      site,
      folder: manifests,
      indexes: world.indexes(),
      reclaimed: world.reclaimed,
      today: requestToken(request),
      ...(requester === undefined ? {} : { checkScope: scopeCheck(site.requests.scope, requester) }),
    },
    request.spec.rows
      .filter(isOpen)
      .map((row) => ({ number: row.number, cells: cellsOf(row, resourceFor(request, row, names)) })),
  );
  const foreseen = foresee(world, manifests, entries, now, before?.foreseen);
  const findings = [
    ...found,
    ...entries.flatMap((entry) => findingOf(entry, request) ?? []),
    ...foreseen.findings,
  ];
  return {
    plan: [...foreseen.plan],
    findings,
    results: request.spec.rows.map((row) => ended.get(row.number) ?? resultOf(row, entries, findings)),
    manifests: manifests.changed,
    removed: manifests.removed,
    foreseen,
  };
}

/** What is wrong whatever the rows come to. */
function findingsBefore(
  world: ReviewWorld,
  request: MailboxRequest,
  requester: KnownOrganization | undefined,
): readonly Finding[] {
  const { spec, metadata } = request;
  const read = (spec.findings ?? []).map(
    (finding): Finding => ({
      ...finding,
      refuses: finding.refuses ?? true,
    }),
  );
  return [
    ...refusedBefore(request),
    ...requesterFindings(request, requester, world.mailboxesIn(metadata.namespace)),
    ...read,
    ...spec.rows.flatMap((row) => serviceFinding(world.site, spec, row) ?? []),
  ];
}

/** What was refused when it was decided stays refused: somebody read it so. */
function refusedBefore({ spec, status }: MailboxRequest): readonly Finding[] {
  if (spec.decision === undefined) return [];
  return (status.results ?? []).flatMap(({ row, outcome, message = '' }) =>
    outcome === 'Refused' ? [{ row, message, refuses: true }] : [],
  );
}

/** What came to its end is not done again: months later its name may be somebody else's. */
function endedBefore({ spec, status }: MailboxRequest): ReadonlyMap<number, RowResult> {
  const results = spec.decision === undefined ? [] : (status.results ?? []);
  const ended = results.filter(({ outcome }) => outcome !== 'Waiting' && outcome !== 'Refused');
  return new Map(ended.map((result) => [result.row, result]));
}

/** What resets a password, or grants again, for this request alone: any value that was not there before (R25). */
export function requestToken({ metadata, status }: MailboxRequest): string {
  return status.number ?? metadata.name;
}

/** After the decision the names stay that were found before it. */
function resourceFor(
  { spec }: MailboxRequest,
  { number }: RequestRow,
  found: ReadonlyMap<number, string | undefined>,
): string | undefined {
  return spec.decision === undefined ? undefined : found.get(number);
}

/** A grant of what is there is no fault of a list that is imported twice, but of a request it is. */
function findingOf(entry: Entry, { spec }: MailboxRequest): Finding | undefined {
  if (entry.kind === 'gone') return undefined;
  const row = spec.rows.find(({ number }) => number === entry.row);
  if (entry.kind === 'refused') {
    const { field, rule } = entry.fault ?? {};
    const name = field === undefined ? undefined : (fieldNames[field] ?? field);
    return {
      row: entry.row,
      ...(name === undefined ? {} : { field: name }),
      ...(rule === undefined ? {} : { rule }),
      message: entry.text,
      refuses: true,
    };
  }
  if (row?.action !== 'Grant' || spec.decision !== undefined) return undefined;
  const field = row.employeeNumber === undefined ? 'name' : 'employeeNumber';
  if (entry.kind === 'unchanged')
    return { row: entry.row, field, rule: 'R20', message: `đã có hộp thư ${entry.file}`, refuses: true };
  if (entry.kind === 'created') return undefined;
  return {
    row: entry.row,
    field,
    rule: 'R20',
    message: `đã có hộp thư ${entry.file}: chỉ cập nhật`,
    refuses: false,
  };
}

/** Of two rows of one number the later one counts as the earlier one: the list is at fault. */
function resultOf(
  { number }: RequestRow,
  entries: readonly Entry[],
  findings: readonly Finding[],
): RowResult {
  const fault = findings.find(({ row, refuses }) => refuses && (row === undefined || row === number));
  if (fault !== undefined) return { row: number, outcome: 'Refused', message: fault.message };
  const entry = entries.find((one) => 'row' in one && one.row === number);
  const mailbox = entry !== undefined && 'resource' in entry ? entry.resource : undefined;
  return { row: number, outcome: 'Waiting', ...(mailbox === undefined ? {} : { mailbox }) };
}
