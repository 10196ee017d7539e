/** What has come about of an approved request, by the resources as they are now (R21). Pure. */
import { isDeepStrictEqual } from 'node:util';
import { keyOf } from '../../cli/annex/columns.ts';
import { editsOf, wantedLocalPart } from '../../cli/annex/fields.ts';
import type { OrganizationIndex } from '../../cli/annex/organization-index.ts';
import { Refused } from '../../cli/annex/refused.ts';
import { wantedAddress } from '../../cli/annex/requests.ts';
import type { MailboxSpec, MailboxStatus } from '../../operator/api/mailbox.ts';
import type { MailboxRequest, RequestRow, RowOutcome, RowResult } from '../../operator/api/request.ts';
import type { Condition, Resource } from '../../operator/api/resource.ts';
import { addressOf } from '../../operator/core/naming/identity.ts';
import type { Site } from '../../operator/core/site.ts';
import { isSettled } from '../../operator/core/status.ts';
import { cellsOf } from './cells.ts';
import { requestToken } from './review.ts';
import type { Mailboxes } from './world.ts';

export type Progress = {
  readonly site: Site;
  readonly organizations: OrganizationIndex;
  /** Those of the request's namespace. */
  readonly mailboxes: Mailboxes;
};

/** Results of all rows; one that came to its end stays as it was written. */
export function progressOf(progress: Progress, request: MailboxRequest): readonly RowResult[] {
  const results = new Map((request.status.results ?? []).map((result) => [result.row, result]));
  return request.spec.rows.map((row) => {
    const known = results.get(row.number) ?? { row: row.number, outcome: 'Waiting' as const };
    return known.outcome === 'Waiting' ? resultNow(progress, request, row, known) : known;
  });
}

function resultNow(
  progress: Progress,
  request: MailboxRequest,
  row: RequestRow,
  known: RowResult,
): RowResult {
  const mailbox = subjectOf(progress, row, known);
  const waits = (message: string): RowResult => ({ ...known, outcome: 'Waiting', message });
  if (row.action === 'Cancel') {
    if (mailbox !== undefined) return waits(`Mailbox ${mailbox.metadata.name} is still there`);
    const { row: number, mailbox: name, address } = known;
    return { row: number, outcome: 'Cancelled', ...named(name, address) };
  }
  if (mailbox === undefined) return waits(`Mailbox ${known.mailbox ?? ''} is not there yet`);
  if (!isAsAsked(progress, request, row, mailbox))
    return waits(`Mailbox ${mailbox.metadata.name} is not as asked yet`);
  if (!isSettled(mailbox)) return waits(`Mailbox ${mailbox.metadata.name}: ${problemOf(mailbox)}`);
  const { address } = mailbox.status as MailboxStatus;
  return {
    row: row.number,
    outcome: outcomes[row.action ?? 'Grant'],
    ...named(mailbox.metadata.name, address),
  };
}

const outcomes: Readonly<Record<NonNullable<RequestRow['action']>, RowOutcome>> = {
  Grant: 'Granted',
  Rename: 'Changed',
  ResetPassword: 'Reset',
  Cancel: 'Cancelled',
};

function named(mailbox: string | undefined, address: string | undefined) {
  return { ...(mailbox === undefined ? {} : { mailbox }), ...(address === undefined ? {} : { address }) };
}

/** By the name that was foreseen; a grant also by who it is, whatever name the manifest was given. */
function subjectOf(
  { organizations, mailboxes }: Progress,
  row: RequestRow,
  { mailbox }: RowResult,
): Resource | undefined {
  const foreseen = mailbox === undefined ? undefined : mailboxes.get(mailbox);
  if (foreseen !== undefined || row.action !== 'Grant') return foreseen;
  const { organization = '', id, name = '' } = cellsOf(row);
  const [meant, ...others] = organizations.find(organization);
  if (meant === undefined || others.length > 0) return undefined;
  return mailboxes.called(name).find(({ spec }) => {
    // Of an older schema, perhaps.
    const { organizationRef, person } = spec as Partial<MailboxSpec>;
    return (
      organizationRef?.name === meant.id.name &&
      person !== undefined &&
      (id === undefined || keyOf(person.id ?? '') === keyOf(id))
    );
  });
}

function isAsAsked(
  { site, organizations }: Progress,
  request: MailboxRequest,
  row: RequestRow,
  mailbox: Resource,
) {
  const spec = mailbox.spec as MailboxSpec;
  const { address, state } = (mailbox.status ?? {}) as MailboxStatus;
  const cells = cellsOf(row);
  try {
    if (row.action === 'ResetPassword') return spec.passwordReset === requestToken(request);
    if (row.action === 'Rename') {
      const wanted = wantedLocalPart(site, wantedAddress(cells) ?? '');
      return spec.localPart === wanted && address === addressOf(site, wanted);
    }
    const meant = organizations.find(cells.organization ?? '');
    if (meant.length !== 1 || meant[0]?.id.name !== spec.organizationRef.name) return false;
    const edits = editsOf(site, cells, spec.type === 'Personal').filter(({ path }) => path[1] !== 'id');
    return (
      state !== 'Reclaimed' && edits.every(({ path, value }) => isDeepStrictEqual(at(spec, path), value))
    );
  } catch (error) {
    if (error instanceof Refused) return false;
    throw error;
  }
}

function at(spec: unknown, path: readonly string[]): unknown {
  return path.reduce((value, field) => (value as Record<string, unknown> | undefined)?.[field], spec);
}

function problemOf({ status }: Resource): string {
  const { conditions = [] } = (status ?? {}) as { conditions?: readonly Condition[] };
  return conditions.find(({ type }) => type === 'Ready')?.message ?? 'waits for the operator';
}
