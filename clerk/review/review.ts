/**
 * What a request would do, and every rule that it breaks, row by row: as `hopthu import` would carry the list out on what the
 * cluster has, and as `hopthu plan` would print that. Pure.
 */

import type { Manifest } from '../../cli/annex/manifest.ts';
import { OrganizationIndex } from '../../cli/annex/organization-index.ts';
import type { Entry } from '../../cli/annex/report.ts';
import { carryOut } from '../../cli/annex/requests.ts';
import { type Item, review } from '../../cli/plan/review.ts';
import type { MailboxStatus } from '../../operator/api/mailbox.ts';
import { parseOrganization } from '../../operator/api/organization.ts';
import type {
  Finding,
  MailboxRequest,
  RequestRow,
  RequestStatus,
  RowResult,
} from '../../operator/api/request.ts';
import type { Resource } from '../../operator/api/resource.ts';
import { resourceName } from '../../operator/core/naming/identity.ts';
import type { Site } from '../../operator/core/site.ts';
import { Invalid } from '../../operator/errors.ts';
import { cellsOf, fieldNames } from './cells.ts';
import { ClusterManifests } from './cluster-manifests.ts';
import { requesterFindings, scopeCheck, serviceFinding } from './scope.ts';

/** Everything that the clerk has read, complete or not at all. */
export type ClerkWorld = {
  readonly site: Site;
  readonly organizations: readonly Resource[];
  readonly mailboxes: readonly Resource[];
  readonly now: Date;
};

export type Reviewed = {
  readonly plan: NonNullable<RequestStatus['plan']>;
  readonly findings: NonNullable<RequestStatus['findings']>;
  readonly results: NonNullable<RequestStatus['results']>;
  /** Mailboxes as they would be: new ones and changed ones. */
  readonly manifests: readonly Manifest[];
  /** Mailboxes that would go. */
  readonly removed: readonly Resource[];
};

/** @param request with its number, by which resets are asked for */
export function reviewRequest(world: ClerkWorld, request: MailboxRequest): Reviewed {
  const { site, mailboxes } = world;
  const organizations = world.organizations.filter(isReadable);
  const own = ({ metadata }: Resource) => metadata.namespace === request.metadata.namespace;
  const index = organizationIndex(site, organizations.filter(own));
  const requester = index.all.find(({ id }) => id.name === request.spec.requester.organizationRef.name);
  const read = (request.spec.findings ?? []).map(
    (finding): Finding => ({
      ...finding,
      refuses: finding.refuses ?? true,
    }),
  );
  const before = [
    ...refusedBefore(request),
    ...requesterFindings(request, requester, mailboxes),
    ...read,
    ...request.spec.rows.flatMap((row) => serviceFinding(site, request.spec, row) ?? []),
  ];
  const refused = new Set(before.flatMap(({ row, refuses }) => (refuses ? [row] : [])));
  const ended = endedBefore(request);
  const isOpen = ({ number }: RequestRow) =>
    !refused.has(undefined) && !refused.has(number) && !ended.has(number);
  const manifests = new ClusterManifests([...organizations, ...mailboxes]);
  const found = new Map((request.status.results ?? []).map(({ row, mailbox }) => [row, mailbox]));
  const entries = carryOut(
    {
      site,
      folder: manifests,
      ...ofStatuses(mailboxes),
      today: requestToken(request),
      ...(requester === undefined ? {} : { checkScope: scopeCheck(site.requests.scope, requester) }),
    },
    request.spec.rows
      .filter(isOpen)
      .map((row) => ({ number: row.number, cells: cellsOf(row, resourceFor(request, row, found)) })),
  );
  const planned = planOf({ ...world, organizations }, manifests, entries);
  const findings = [
    ...before,
    ...entries.flatMap((entry) => findingOf(entry, request) ?? []),
    ...planned.findings,
  ];
  return {
    plan: [...planned.plan],
    findings,
    results: request.spec.rows.map((row) => ended.get(row.number) ?? resultOf(row, entries, findings)),
    manifests: manifests.changed,
    removed: planned.removed,
  };
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

/** One that the API server took before a rule was made is the operator's to tell, and no reason to stop. */
export function isReadable(organization: Resource): boolean {
  try {
    parseOrganization(organization);
    return true;
  } catch (error) {
    if (error instanceof Invalid) return false;
    throw error;
  }
}

/** @param organizations that are readable */
export function organizationIndex(site: Site, organizations: readonly Resource[]): OrganizationIndex {
  const sources = organizations.map(({ metadata, spec }) => ({
    id: { kind: 'Organization' as const, namespace: metadata.namespace, name: metadata.name },
    spec,
    from: resourceName(metadata),
  }));
  return new OrganizationIndex(site, sources);
}

/** After the decision the names stay that were found before it. */
function resourceFor(
  { spec }: MailboxRequest,
  { number }: RequestRow,
  found: ReadonlyMap<number, string | undefined>,
): string | undefined {
  return spec.decision === undefined ? undefined : found.get(number);
}

function ofStatuses(mailboxes: readonly Resource[]) {
  const granted = new Map<string, string>();
  const reclaimed = new Set<string>();
  for (const { metadata, status } of mailboxes) {
    const { address, state } = (status ?? {}) as MailboxStatus;
    if (address !== undefined) granted.set(resourceName(metadata), address);
    if (state === 'Reclaimed') reclaimed.add(resourceName(metadata));
  }
  return { granted, reclaimed };
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

function planOf(world: ClerkWorld, manifests: ClusterManifests, entries: readonly Entry[]) {
  const { site, organizations, mailboxes, now } = world;
  const rowOf = new Map(
    entries.flatMap((entry) => ('resource' in entry ? [[entry.resource, entry.row] as const] : [])),
  );
  const placed = manifests.placed();
  const { changes, blocked } = review({
    site,
    base: [...organizations, ...mailboxes],
    live: true,
    manifests: placed,
    now,
    prune: true,
  });
  const row = ({ name }: Item) => {
    const number = rowOf.get(name);
    return number === undefined ? {} : { row: number };
  };
  const isOurs = ({ kind, name }: Item) => kind === 'Mailbox' && rowOf.has(name);
  return {
    plan: changes.filter(isOurs).map((item) => ({ ...row(item), line: item.summary })),
    findings: blocked
      .filter(isOurs)
      .map((item): Finding => ({ ...row(item), message: item.summary, refuses: false })),
    removed: mailboxes.filter(
      ({ metadata }) =>
        metadata.deletionTimestamp === undefined && !placed.has(`Mailbox ${resourceName(metadata)}`),
    ),
  };
}
