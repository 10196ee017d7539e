/** The wording of reports: `charts/config/reports/words.yaml`, or a province's own. Pure. */
import { parse } from 'yaml';
import { z } from 'zod';
import { fill, placeholders, type Values } from '../operator/core/template.ts';
import { Invalid } from '../operator/errors.ts';

/** What each text may ask for; those that are not listed ask for nothing. */
const asked: Readonly<Record<string, readonly string[]>> = {
  subtitle: ['period'],
  subtitleOf: ['organization', 'period'],
  month: ['month', 'year'],
  quarter: ['quarter', 'year'],
  year: ['year'],
  days: ['from', 'to'],
  placeAndDate: ['place', 'day', 'month', 'year'],
  intro: ['regulation', 'site', 'domain', 'period', 'from', 'to'],
  mailboxesByState: ['to'],
  unused: ['active', 'used', 'percent', 'unused'],
  quota: ['quota', 'used', 'percent', 'full'],
  logins1: ['mean', 'most'],
  loginsCounted: ['succeeded', 'refused'],
  requestTimes: ['mean', 'longest', 'open'],
  requestsOpen: ['open'],
  missingTraffic: ['count', 'list'],
  missingStanding: ['count', 'list'],
  missingLogins: ['count', 'list'],
  lost: ['count'],
  mailSubject: ['period'],
  mailText: ['site', 'period', 'centre'],
};

const plain = [
  ...['title', 'number', 'receivers', 'mailboxes', 'type', 'Personal', 'Organization', 'Active', 'Suspended'],
  ...[
    'Expired',
    'Reclaimed',
    'Closed',
    'sum',
    'changes',
    'change',
    'count',
    'granted',
    'renamed',
    'suspended',
  ],
  ...['expired', 'reclaimed', 'closed', 'reopened', 'transferred', 'removed', 'traffic', 'trafficDaily'],
  ...['trafficTable', 'sent', 'sentOut', 'undelivered', 'received', 'receivedOut', 'spam', 'refusedIn'],
  ...['refusedOut', 'sentBytes', 'receivedBytes', 'refusals', 'reason', 'incoming', 'outgoing', 'virus'],
  ...[
    'spamRefused',
    'unknown',
    'full',
    'large',
    'closedMailbox',
    'secret',
    'spoofed',
    'relay',
    'limit',
    'later',
  ],
  ...['loginsMeant', 'loginsByDay', 'loginsSucceeded', 'loginsRefused', 'loginsShort'],
  ...['other', 'noRefusals', 'logins', 'loginsDaily', 'day', 'requests', 'requestsTable', 'kind', 'asked'],
  ...['approved', 'refused', 'noRequests', 'Grant', 'Rename', 'ResetPassword', 'Cancel', 'backups'],
  ...[
    'backupsTable',
    'job',
    'ok',
    'failed',
    'last',
    'backup-site',
    'backup-mail',
    'backup-reports',
    'check-site',
    'check-mail',
  ],
  ...[
    'noBackups',
    'incidents',
    'incidentsTable',
    'time',
    'event',
    'mailbox',
    'told',
    'settled',
    'notSettled',
  ],
  ...['noIncidents', 'StolenAccount', 'Malware', 'Outage', 'DataLoss', 'Other', 'offices', 'officesOf'],
  ...['officesIntro', 'officesTable', 'office', 'active', 'used', 'share', 'sentShort', 'receivedShort'],
  ...['sentEach', 'receivedEach', 'nobody', 'notes', 'exact'],
];

const names = [...Object.keys(asked), ...plain];

/** Gives the text of a name with its values; a name that has none of its own, such as a new kind of request, is shown as it is. */
export type Words = (name: string, values?: Values) => string;

/** @throws Invalid naming what the file lacks, or asks for that there is not */
export function wordsFrom(text: string, file = 'words.yaml'): Words {
  const schema = z.strictObject(Object.fromEntries(names.map((name) => [name, z.string().min(1)])));
  const result = schema.safeParse(parse(text));
  if (!result.success) {
    const faults = result.error.issues.map(
      ({ path, message }) => `${path.join('.') || '(root)'}: ${message}`,
    );
    throw new Invalid(file, faults.join('; '));
  }
  const texts: Readonly<Record<string, string>> = result.data;
  for (const name of names) {
    const allowed = asked[name] ?? [];
    const unknown = [...placeholders(texts[name] ?? '')].find((value) => !allowed.includes(value));
    if (unknown !== undefined) throw new Invalid(file, `${name}: there is no value for {{${unknown}}}`);
  }
  return (name, values = {}) => (texts[name] === undefined ? name : fill(name, texts[name], values));
}
