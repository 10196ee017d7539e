/**
 * The program of the jobs (`charts/components/reports.ts`):
 * `collect` counts, `periodic month|quarter|year` makes and mails the last one that is over, `make PERIOD FORMAT [ORGANIZATION]`
 * prints one to standard output, as `kubectl hopthu report` asks for it.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { serviceDn, suffixOf } from '../operator/core/layout.ts';
import { parseSite } from '../operator/core/site.ts';
import { directoryDomain } from '../operator/core/site-domains.ts';
import { reportFormats } from '../operator/core/site-reports.ts';
import { need, needNumber } from '../operator/environment.ts';
import { Invalid } from '../operator/errors.ts';
import { type Gate, sendThrough } from '../operator/mail/gate.ts';
import { ClusterLists } from './cluster.ts';
import { collect } from './collect.ts';
import type { LoginLog, LoginSources } from './count-logins.ts';
import { lastPeriod, type Period, parsePeriod } from './day.ts';
import { readDirectory, readLogins } from './directory.ts';
import { gather } from './facts.ts';
import { documentOf, fileOf, letterOf } from './make.ts';
import { patiently } from './patience.ts';
import { makePeriodic, type Outgoing } from './periodic.ts';
import { askedOf, happenedOf } from './records.ts';
import { Store } from './store.ts';
import { wordsFrom } from './words.ts';

const text = (path: string) => readFileSync(path, 'utf8');

const siteFile = need('HOPTHU_SITE_FILE');
const site = parseSite(text(siteFile), siteFile);
const words = wordsFrom(text(need('HOPTHU_WORDS')));
const store = new Store(need('HOPTHU_DATA'));
// Standard output is the report's.
const log = pino({ base: { site: site.name } }, pino.destination(2));

const suffix = suffixOf(directoryDomain(site));
/** Of the directory, or of one provider: `host:port`. */
const directoryAt = (place: string) => ({
  host: place.replace(/:\d+$/, ''),
  port: Number(/\d+$/.exec(place)?.[0]),
  bindDn: serviceDn(directoryDomain(site), 'reports'),
  password: async () => text(need('HOPTHU_LDAP_PASSWORD_FILE')),
  ca: async () => text(need('HOPTHU_CA_FILE')),
});
/** Each logs who logs in there, and does not pass it on. */
const providers: Readonly<Record<string, string>> = Object.fromEntries(
  need('HOPTHU_LDAP_PROVIDERS')
    .split(' ')
    .map((place, number) => [`openldap-${number}`, place]),
);

function loginSources(): LoginSources {
  const logs = Object.entries(providers).map(([name, place]): [string, LoginLog] => [
    name,
    (from, to, take) => readLogins(directoryAt(place), suffix, { from, to }, take),
  ]);
  return {
    logs: Object.fromEntries(logs),
    keptDays: site.directory.accessLogDays,
    onFailure: (provider, err) => log.warn({ err, provider }, 'logins there are counted at the next look'),
  };
}

async function count(): Promise<void> {
  const cluster = new ClusterLists();
  const sources = {
    directory: () => patiently(() => readDirectory(directoryAt(need('HOPTHU_LDAP')), suffix)),
    used: () => patiently(() => cluster.used(site.namespaces.accounts)),
    runs: () => patiently(() => cluster.runs([site.namespaces.mail, site.namespaces.smtp])),
    logins: loginSources(),
  };
  await collect(store, sources, site.reports.journalDays, Date.now());
  log.info('counted');
}

async function document(period: Period, organization: string | undefined) {
  const cluster = new ClusterLists();
  const offices = new Map((await store.offices()).map(({ id, resource }) => [resource, id]));
  const { accounts } = site.namespaces;
  const [requests, incidents] = await Promise.all([
    cluster.list('mailboxrequests', accounts),
    cluster.list('incidents', accounts),
  ]);
  const records = {
    requests: requests.flatMap((item) => askedOf(item, (resource) => offices.get(resource) ?? '')),
    incidents: incidents.flatMap(happenedOf),
  };
  const facts = { ...(await gather(store, records, period)), providers: Object.keys(providers) };
  return documentOf(site, words, facts, period, organization, new Date());
}

async function periodic(kind: string | undefined): Promise<void> {
  if (kind !== 'month' && kind !== 'quarter' && kind !== 'year')
    throw new Invalid('kind', `${kind}: use month, quarter or year`);
  // What the last hour brought belongs to the period that has just ended.
  await count();
  const period = lastPeriod(kind, Date.now());
  const tls = (name: string) => async () => text(join(need('HOPTHU_TLS_FOLDER'), name));
  const gate: Gate = {
    host: need('HOPTHU_NOTICES_HOST'),
    port: needNumber('HOPTHU_NOTICES_PORT'),
    ...{ ca: tls('ca.crt'), certificate: tls('tls.crt'), key: tls('tls.key') },
    from: { name: `Hộp thư ${site.title}`, address: `${site.notices.from}@${site.domain}` },
    deadline: 30_000,
  };
  // RFC 3834: nobody's "I am away" answers it.
  const headers = { 'Auto-Submitted': 'auto-generated' };
  const letter = letterOf(site, words, period);
  const printing = {
    document: await document(period, undefined),
    render: fileOf,
    send: ({ attachments, ...outgoing }: Outgoing) =>
      sendThrough(
        gate,
        { ...outgoing, ...letter, headers, attachments: [...attachments] },
        { reason: 'ReportRefused', called: 'report' },
      ),
  };
  await makePeriodic(site, store, period, printing, Date.now());
  log.info({ ...period }, 'the report is made');
}

async function make([period, format, organization]: readonly (string | undefined)[]): Promise<void> {
  const known = reportFormats.find((one) => one === format);
  if (known === undefined) throw new Invalid('format', `${format}: use ${reportFormats.join(', ')}`);
  const made = await document(parsePeriod(period ?? ''), organization);
  process.stdout.write(await fileOf(made, known));
}

const [command, ...rest] = process.argv.slice(2);
const commands: Readonly<Record<string, () => Promise<void>>> = {
  collect: count,
  periodic: () => periodic(rest[0]),
  make: () => make(rest),
};
const chosen = commands[command ?? ''];
if (chosen === undefined) throw new Error(`${command}: use collect, periodic or make`);
try {
  await chosen();
} catch (error) {
  if (error instanceof Invalid) process.stderr.write(`${error.message}\n`);
  else log.fatal({ err: error }, `${command} failed`);
  process.exitCode = error instanceof Invalid ? 2 : 1;
}
