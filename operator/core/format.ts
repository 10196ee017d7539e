/** A change as one line for people: logs, Events, dry runs and tests print the same text. */
import type { OrganizationSpec } from '../api/organization.ts';
import { parseDelegate } from './delegates.ts';
import { attribute, headAttribute } from './layout.ts';
import { foldersIn } from './mail-settings.ts';
import { before, type Change, isRecord, isRecordOf, type Update } from './plan.ts';
import { displayBytes } from './quota.ts';
import { parseGeneralizedTime, rfc3339 } from './time.ts';

const signs: Readonly<Record<Change['action'], string>> = {
  create: '+',
  update: '~',
  rename: '~',
  suspend: '~',
  expire: '~',
  reclaim: '~',
  resume: '~',
  close: '-',
  remove: '-',
  reject: '=',
  adopt: '~',
  rebind: '~',
};

/** `+ ntbinh@soctrang.gov.vn  Nguyễn Thanh Bình (Sở Thông tin và Truyền thông)  500 MiB` */
export function formatChange(change: Change): string {
  return `${signs[change.action]} ${subject(change)}${detail(change)}`;
}

/** `ntbinh@…  Nguyễn Thanh Bình (Sở …)`, or the organization's name. */
function subject(change: Change): string {
  const attributes = change.action === 'create' ? change.attributes : change.before;
  const name = attributes['cn']?.[0] ?? '';
  const mail = attributes['mail']?.[0];
  if (mail === undefined) return `${name} (${attributes[attribute.abbreviation]?.[0] ?? ''})`;
  const organization = attributes['o']?.[0] ?? '';
  return name === organization || organization === ''
    ? `${mail}  ${name}`
    : `${mail}  ${name} (${organization})`;
}

function detail(change: Change): string {
  if (change.action === 'create') {
    const bytes = change.attributes[attribute.quotaBytes]?.[0];
    return bytes === undefined ? '' : `  ${displayBytes(Number(bytes))}`;
  }
  if (change.action === 'close') return '  closed: no login, no delivery; mail and address are kept';
  if (change.action === 'remove') return '  removed';
  if (change.action === 'reject') return '  rejected: the account stays as it is';
  if (change.replacements.every((replacement) => replacement.attribute === attribute.notice))
    return '  what its people were told counts no longer';
  if (change.action === 'adopt') return `  taken over: ${comparison(change).join(', ')}`;
  if (change.replacements.every((replacement) => replacement.attribute === attribute.rejected))
    return '  what was rejected is not asked for any more';
  // Beside another change it is noise, and a plan that waits for approval would have another hash tomorrow.
  const told = isRecord(change)
    ? change.replacements
    : change.replacements.filter((replacement) => !isRecordOf(replacement.attribute));
  const lines = told
    .map((replacement) => replacementText(change, replacement.attribute, replacement.values))
    .filter((text) => text !== undefined);
  return `  ${lines.join(', ')}`;
}

const labels: Readonly<Record<string, string>> = {
  mail: 'address',
  cn: 'name',
  title: 'title',
  o: 'organization',
  employeeNumber: 'staff number',
  telephoneNumber: 'telephone',
  postalAddress: 'postal address',
  [attribute.status]: 'state',
  [attribute.quotaBytes]: 'quota',
  [attribute.address]: 'addresses',
  [attribute.abbreviation]: 'abbreviation',
  [attribute.sector]: 'sector',
  [attribute.type]: 'type',
  [attribute.deletionPolicy]: 'deletion policy',
  [attribute.hold]: 'legal hold',
  [attribute.ownerUid]: 'taken back by a new resource',
  [attribute.passwordReset]: 'new first password',
  [attribute.lastAccess]: 'last access',
  [attribute.grant]: 'granted again',
  pwdReset: 'password too old: it must be changed',
};

/** Attributes whose values say nothing to a person. */
const announced = new Set<string>([attribute.ownerUid, attribute.passwordReset, attribute.grant, 'pwdReset']);

/** Attributes that follow from one that is printed say nothing by themselves. */
function replacementText(change: Update, name: string, values: readonly string[]): string | undefined {
  if (name === attribute.passwordSecret)
    return values.length === 0 ? 'first password changed by its owner' : undefined;
  if (name === attribute.delegate) return setChange('delegates', before(change, name), values, delegateText);
  if (name === attribute.mailSetting)
    return setChange('delegate of', foldersText(before(change, name)), foldersText(values), String);
  if (name === headAttribute) return `head: ${values.length === 0 ? '(none)' : headName(change)}`;
  if (name === attribute.unpublished)
    return values.length === 0 ? 'in the published directory again' : 'not in the published directory';
  if (name === attribute.endSessions && values.length === 0) return 'sessions of withdrawn rights ended';
  const label = labels[name];
  if (label === undefined || announced.has(name)) return label;
  return valueChange(label, change, name, values);
}

function valueChange(label: string, change: Update, name: string, values: readonly string[]): string {
  const print = (list: readonly string[]) =>
    list.length === 0 ? '(none)' : list.map((value) => displayValue(name, value)).join(' ');
  return `${label} ${print(before(change, name))} → ${print(values)}`;
}

function displayValue(name: string, value: string): string {
  if (name === attribute.quotaBytes) return displayBytes(Number(value));
  const time = name === attribute.lastAccess ? parseGeneralizedTime(value) : undefined;
  return time === undefined ? value : rfc3339(new Date(time));
}

/** Everything that somebody else wrote and that would be another, and what people see of the rest. */
function comparison(change: Update): readonly string[] {
  return change.replacements
    .filter(({ attribute: name }) => name !== 'objectClass' && !isRecordOf(name))
    .filter(
      ({ attribute: name }) => before(change, name).length > 0 || (name in labels && !announced.has(name)),
    )
    .map(({ attribute: name, values }) => valueChange(labels[name] ?? name, change, name, values));
}

/** `delegates: + nguyen-thanh-binh (Read, SendAs), − doan-van-thong (Read)` */
function setChange(
  label: string,
  before: readonly string[],
  after: readonly string[],
  print: (value: string) => string,
): string {
  const lost = before.filter((value) => !after.includes(value)).map((value) => `− ${print(value)}`);
  const gained = after.filter((value) => !before.includes(value)).map((value) => `+ ${print(value)}`);
  return `${label}: ${[...lost, ...gained].join(', ')}`;
}

function delegateText(value: string): string {
  const { name, rights } = parseDelegate(value);
  return `${name} (${rights.join(', ')})`;
}

/** The DN says nothing to a person; the name is that of the spec which asks for it. */
function headName({ resource }: Update): string {
  return (resource.spec as OrganizationSpec).headRef?.name ?? '';
}

const rightsOf = { reader: 'Read', keeper: 'Write without deleting', writer: 'Write' } as const;

function foldersText(settings: readonly string[]): readonly string[] {
  return foldersIn(settings).map(({ address, role }) => `${address} (${rightsOf[role]})`);
}
