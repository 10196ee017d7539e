/** What the cells of a row ask of a mailbox's spec. */
import { type MailboxSpec, parseMailbox } from '../../operator/api/mailbox.ts';
import { unseen } from '../../operator/api/resource.ts';
import { localPartOf } from '../../operator/core/naming/identity.ts';
import { checkLocalPart, reservedLocalParts } from '../../operator/core/naming/local-part.ts';
import type { Site } from '../../operator/core/site.ts';
import type { Cells } from './columns.ts';
import { type AnnexField, stateOf, stateTitles } from './form.ts';
import type { Edit, Manifest, ResourceId } from './manifest.ts';
import { orRefused, Refused } from './refused.ts';

/** Fields of the spec in the order in which a new manifest has them; an empty cell asks for nothing. */
export function editsOf(site: Site, cells: Cells<AnnexField>, isPerson: boolean): readonly Edit[] {
  const { id, name, title, phone, registeredAt, newAddress, aliases, quota, state, validUntil } = cells;
  if (!isPerson && (id ?? title ?? registeredAt) !== undefined) {
    throw new Refused('hộp thư đơn vị không có chức vụ, mã cán bộ và thời điểm đăng ký');
  }
  const edits: readonly Edit[] = [
    ...(isPerson ? personEdits({ id, name, title, phone, registeredAt }) : []),
    { path: ['localPart'], value: newAddress && wantedLocalPart(site, newAddress) },
    { path: ['aliases'], value: aliases?.split(/[\s,;]+/).map((alias) => wantedLocalPart(site, alias)) },
    { path: ['quota'], value: quota },
    { path: ['state'], value: state && wantedState(state) },
    { path: ['validUntil'], value: validUntil && dayOf(validUntil) },
  ];
  return edits.filter(({ value }) => value !== undefined);
}

function personEdits(person: Readonly<Record<string, string | undefined>>): readonly Edit[] {
  return [
    { path: ['person', 'id'], value: person['id'] },
    { path: ['person', 'fullName'], value: person['name'] },
    { path: ['person', 'title'], value: person['title'] },
    { path: ['person', 'phone'], value: person['phone'] },
    { path: ['person', 'registeredAt'], value: person['registeredAt'] },
  ];
}

/**
 * `ntbinh.pgd` or `ntbinh.pgd@soctrang.gov.vn` → `ntbinh.pgd`.
 * @throws Refused when it is another domain's, reserved, or no local part
 */
export function wantedLocalPart(site: Site, address: string): string {
  const text = address.toLowerCase();
  const localPart = text.includes('@') ? localPartOf(site, text) : text;
  const fault = { field: 'newAddress', rule: 'R16' } as const;
  if (localPart === undefined)
    throw new Refused(`${address} không phải là địa chỉ của ${site.domain}`, fault);
  if (reservedLocalParts(site).has(localPart)) {
    throw new Refused(`${localPart}@${site.domain} được dành riêng, không cấp cho ai`, fault);
  }
  return orRefused(() => checkLocalPart(localPart, 'spec.localPart'));
}

/** "31/12/2027", or a date cell of a spreadsheet, which has a time: `2027-12-31`. */
function dayOf(text: string): string {
  const [, day = '', month = '', year] = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/.exec(text) ?? [];
  if (year !== undefined) return `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  return text.replace(/T00:00:00(\.000)?Z$/, '');
}

function wantedState(text: string): string {
  const state = stateOf(text);
  if (state !== undefined) return state;
  throw new Refused(`trạng thái "${text}": ghi ${Object.values(stateTitles).join(' hoặc ')}`);
}

/** @throws Refused when the spec would not be one that the API server takes */
export function checkedSpec(id: ResourceId, spec: object): object {
  const metadata = { ...unseen, name: id.name, namespace: id.namespace };
  orRefused((): MailboxSpec => parseMailbox({ kind: id.kind, metadata, spec, status: undefined }).spec);
  return spec;
}

/** The spec with the edits made. */
export function withEdits(spec: unknown, edits: readonly Edit[]): object {
  const result = structuredClone(spec) as Record<string, unknown>;
  for (const { path, value } of edits) {
    let level = result;
    for (const field of path.slice(0, -1)) {
      level[field] ??= {};
      level = level[field] as Record<string, unknown>;
    }
    level[path.at(-1) ?? ''] = value;
  }
  return result;
}

/** `person.title Chuyên viên → Trưởng phòng, quota (none) → 1Gi` */
export function describeEdits(manifest: Manifest, edits: readonly Edit[]): string {
  const print = (value: unknown) => {
    if (value === undefined) return '(none)';
    return typeof value === 'string' ? value : JSON.stringify(value);
  };
  return edits
    .map(({ path, value }) => `${path.join('.')} ${print(manifest.valueAt(path))} → ${print(value)}`)
    .join(', ');
}
