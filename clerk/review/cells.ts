/** A row of a request as the cells of the annex's list, by which `hopthu import` works too. Pure. */
import type { Cells } from '../../cli/annex/columns.ts';
import { type AnnexField, type RequestKind, requestTitles } from '../../cli/annex/form.ts';
import { normalizeName } from '../../operator/api/fields.ts';
import type { RequestAction, RequestRow } from '../../operator/api/request.ts';

const kinds: Readonly<Record<RequestAction, RequestKind>> = {
  Grant: 'grant',
  Rename: 'rename',
  ResetPassword: 'reset',
  Cancel: 'cancel',
};

/** How each kind of request is written in a list. */
export function actionTitle(action: RequestAction): string {
  return requestTitles[kinds[action]];
}

/** @param resource name of the Mailbox that was found for the row before */
export function cellsOf(row: RequestRow, resource?: string): Cells<AnnexField> {
  const written: Readonly<Partial<Record<AnnexField, string | undefined>>> = {
    name: row.name,
    title: row.title,
    organization: row.organizationRef?.name ?? row.organization,
    request: row.action && actionTitle(row.action),
    address: row.address,
    newAddress: row.newAddress,
    phone: row.telephone,
    id: row.employeeNumber,
    note: row.note,
    resource,
  };
  const filled = Object.entries(written).flatMap(([field, value]) => {
    const text = normalizeName(value ?? '');
    return text === '' ? [] : [[field, text]];
  });
  return Object.fromEntries(filled);
}

/** What a finding calls the cells. */
export const fieldNames: Readonly<Partial<Record<AnnexField, keyof RequestRow>>> = {
  name: 'name',
  title: 'title',
  organization: 'organization',
  request: 'action',
  address: 'address',
  newAddress: 'newAddress',
  phone: 'telephone',
  id: 'employeeNumber',
  note: 'note',
};
