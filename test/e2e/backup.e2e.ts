/** Everything lost and brought back: backed up, every namespace and volume of the stack deleted, restored, compared (R34, R38, R41, R42). */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { execa } from 'execa';
import { suffixOf } from '../../operator/core/layout.ts';
import { allowRemoval, installSite as install, kubectl } from '../kind/install.ts';
import { daNang as site } from '../support/sites.ts';
import { inAccounts, testCluster } from './support/cluster.ts';
import { inMail } from './support/directory.ts';
import { eventually } from './support/eventually.ts';
import { deliver, Person } from './support/person.ts';
import { inSmtp, reportFiles, reportRecipient, runNow, stopCounting } from './support/reports.ts';
import { apply, fresh, people, personSpec, ready } from './support/resources.ts';

const minutes = 60_000;
const cli = join(import.meta.dirname, '../../cli/main.ts');

async function hopthu(...args: readonly string[]): Promise<string> {
  const { stdout } = await execa(process.execPath, [cli, ...args, '--context', testCluster().context]);
  return stdout;
}

/** SHA-256 of every message, archive and Sieve script by account and folder; flags are in the names. */
async function storedFiles(): Promise<readonly string[]> {
  const find =
    "find /srv/vmail /srv/archive -type f ! -path '*/tmp/*' ! -path '*/fts-flatcurve/*' ! -name 'dovecot*.index*' ! -name '.restored'";
  const text = await inMail(
    site,
    ...['exec', 'dovecot-0', '-c', 'store', '--', 'sh', '-c', `${find} -exec sha256sum {} +`],
  );
  return text
    .trim()
    .split('\n')
    .filter((line) => !/dovecot-uidvalidity|maildirsize/.test(line))
    .sort();
}

/** Entries by DN, without what slapd itself keeps of an entry and without who owns it: the resources have other UIDs. */
async function entries(): Promise<readonly string[]> {
  const slapcat = `slapcat -f /etc/hopthu/slapd.conf -b ${suffixOf(site.domain)} -o ldif-wrap=no`;
  const text = await inMail(site, 'exec', 'openldap-0', '-c', 'slapd', '--', 'sh', '-c', slapcat);
  const ours =
    /^(entryCSN|contextCSN|modifyTimestamp|modifiersName|hopThuOwnerUID|pwdLastSuccess|hopThuLastAccess): /;
  return text
    .trim()
    .split('\n\n')
    .filter((entry) => /,ou=(mailboxes|held),|,ou=organizations,/.test(entry))
    .map((entry) =>
      entry
        .replaceAll(/ou=[0-9a-f-]{36},ou=organizations/g, 'ou=UID,ou=organizations')
        .replaceAll(/^ou: [0-9a-f-]{36}$/gm, 'ou: UID')
        .split('\n')
        .filter((line) => !ours.test(line))
        .sort()
        .join('\n'),
    )
    .sort();
}

/** Incidents as they were written down (R42). */
async function incidents(): Promise<readonly string[]> {
  const { items } = JSON.parse(await inAccounts(site, ['get', 'incidents', '-o', 'json'])) as {
    items: { metadata: { name: string; labels?: object; annotations?: object }; spec: object }[];
  };
  return items
    .map(({ metadata: { name, labels, annotations }, spec }) =>
      JSON.stringify({ name, labels, annotations, spec }),
    )
    .sort();
}

/** Counted now and no more; the report of the last month kept and mailed, and one incident. */
async function writeReports(mailbox: string): Promise<void> {
  await reportRecipient(site, 'stttt');
  await stopCounting(site);
  const told = ['--told', 'Cán bộ phụ trách của đơn vị', '--site', site.name];
  const incident = await hopthu(
    'incident',
    'open',
    'Phát tán thư rác',
    '--mailbox',
    mailbox,
    '--site',
    site.name,
  );
  await hopthu('incident', 'note', incident, 'Đã tạm khóa hộp thư', ...told);
  await Promise.all([runNow(site, 'report-collect'), runNow(site, 'report-monthly')]);
  await eventually(30_000, async () => {
    const queue = await inSmtp(site, 'exec', 'postfix-0', '-c', 'postfix', '--', 'postqueue', '-j');
    expect(queue).not.toContain('stttt@');
  });
}

/** Those that were there, and of Postfix's journal what it said then: it goes on. */
function asLongAs(
  was: ReadonlyMap<string, string>,
  is: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const isJournal = (path: string) => path.startsWith('journal/');
  return new Map(
    [...is]
      .filter(([path]) => was.has(path) || !isJournal(path))
      .map(([path, content]) => [path, isJournal(path) ? content.slice(0, was.get(path)?.length) : content]),
  );
}

async function deleteStack(): Promise<void> {
  const { mail, smtp, accounts } = site.namespaces;
  // The province's cluster is gone, not its mailboxes closed: nothing tells the operator.
  await inMail(site, 'scale', 'deployment/operator', '--replicas=0');
  await inMail(site, 'wait', '--for=delete', 'pod', '-l', 'app.kubernetes.io/name=operator', '--timeout=60s');
  for (const kind of ['mailboxes', 'organizations']) {
    const names = (await inAccounts(site, ['get', kind, '-o', 'name'])).trim().split('\n').filter(Boolean);
    if (names.length > 0)
      await inAccounts(site, ['patch', ...names, '--type=merge', '-p', '{"metadata":{"finalizers":null}}']);
  }
  await allowRemoval(testCluster(), site);
  // Pods first: a namespace that has some left looks again after half of the longest grace among them, a minute.
  const workloads = ['delete', 'statefulsets,deployments', '--all', '--cascade=foreground', '--timeout=120s'];
  await Promise.all([mail, smtp].map((name) => kubectl(testCluster(), ['-n', name, ...workloads])));
  await kubectl(testCluster(), ['delete', 'namespace', mail, smtp, ...accounts, '--timeout=170s']);
}

describe('a site that is backed up', () => {
  it(
    'gives a mailbox its mail of a time back, beside what is there',
    async () => {
      const name = fresh('backup-one');
      const { [name]: person } = await people(site, { [name]: 'Hồ Thị Kỷ' });
      if (person === undefined) throw new Error('nobody');
      await person.send({ to: person.address, subject: 'Công văn số 17' });
      const source = await person.receive('Công văn số 17');
      await hopthu('backup', 'now', '--site', site.name);
      await person.imap(async (client) => {
        await client.mailboxOpen('INBOX');
        await client.messageDelete('1:*');
      });
      const [namespace = ''] = site.namespaces.accounts;
      const said = await hopthu('restore', 'mailbox', name, '-n', namespace, '--folder', 'INBOX');
      expect(said).toMatch(/^1 messages of .* are in .*, folder Khôi phục\//);
      const restored = await person.imap(async (client) => {
        const folders = await client.list();
        const folder = folders.find(
          ({ path, subscribed }) => subscribed && /^Khôi phục\/.*\/INBOX$/.test(path),
        );
        await client.mailboxOpen(folder?.path ?? 'not there');
        return (await client.fetchAll('1:*', { source: true })).map(({ source: text }) =>
          text?.toString('utf8'),
        );
      });
      expect(restored).toEqual([source]);
      expect(await hopthu('backup', 'list', '--site', site.name)).toMatch(/ site .*\n[\s\S]*backup-mail +20/);
    },
    5 * minutes,
  );

  it(
    'is there again after every volume was lost: each message, entry, password, address, report and incident',
    async () => {
      const names = Object.fromEntries(
        ['Nguyễn Thị Định', 'Trần Văn Ơn', 'Lê Thị Riêng', 'Phan Đăng Lưu'].map((name, index) => [
          fresh(`backup-${index}`),
          name,
        ]),
      );
      const [leaver = '', ...others] = Object.keys(names);
      const all = await people(site, names);
      const newcomer = fresh('backup-new');
      await apply(site, 'Mailbox', newcomer, personSpec('Võ Thị Sáu'));
      await ready(site, `mailbox/${newcomer}`);
      const before = await Person.newcomer(site, newcomer);
      for (const name of Object.keys(names))
        for (let count = 0; count < 5; count += 1)
          await deliver(site, {
            from: 'nguoi-gui@example.vn',
            to: all[name]?.address ?? '',
            subject: `Công văn số ${count}`,
            text: createHash('sha512')
              .update(`${name}${count}`)
              .digest('hex')
              .repeat(count * 50 + 1),
          });
      const sources = new Map<string, string | undefined>();
      for (const name of Object.keys(names)) sources.set(name, await all[name]?.receive('Công văn số 4'));
      await inAccounts(site, ['delete', 'mailbox', leaver, '--timeout=60s']);
      await writeReports(newcomer);
      const reports = { files: await reportFiles(site), incidents: await incidents() };
      expect([...reports.files.keys()].filter((path) => path.startsWith('kept/'))).toHaveLength(3);
      expect(reports.files.get('known.json')).toContain('"organization":"journey"');
      await hopthu('backup', 'now', '--site', site.name);
      await hopthu('backup', 'check', '--site', site.name);
      const was = { files: await storedFiles(), entries: await entries() };
      expect(was.files.length).toBeGreaterThan(20);
      await deleteStack();
      const { kubectl: program, context } = testCluster();
      await install({ kubectl: program, context }, site);
      await stopCounting(site);
      const started = performance.now();
      const said = await hopthu('restore', 'site', '--site', site.name);
      const seconds = Math.round((performance.now() - started) / 1000);
      await ready(site, '--all', 'mailboxes');
      const is = { files: await storedFiles(), entries: await entries() };
      process.stderr.write(
        `${said}\n${was.files.length} files, ${was.entries.length} entries, restored in ${seconds} s\n`,
      );
      expect(is.files).toEqual(was.files);
      expect(is.entries).toEqual(was.entries);
      expect(asLongAs(reports.files, await reportFiles(site))).toEqual(reports.files);
      expect(await incidents()).toEqual(reports.incidents);
      await stopCounting(site, false);
      for (const name of others) {
        const person = await Person.settled(site, name);
        expect(person.address).toBe(all[name]?.address);
        expect(person.password).toBe(all[name]?.password);
        expect(await person.receive('Công văn số 4')).toBe(sources.get(name));
      }
      // The first password that was waiting for its owner still is hers.
      expect((await Person.newcomer(site, newcomer)).password).toBe(before.password);
      expect(await hopthu('orphans', '--site', site.name)).toBe('no orphans');
      expect(await hopthu('approve', '--site', site.name)).toBe('nothing waits for approval');
    },
    15 * minutes,
  );

  it(
    'is restored over nothing that is there, and from nothing that is not',
    async () => {
      // The backup that it was restored from would only be gone through once more.
      await hopthu('backup', 'now', '--site', site.name);
      await expect(hopthu('restore', 'site', '--site', site.name)).rejects.toThrow(/has accounts already/);
      await expect(hopthu('restore', 'site', '--site', site.name, '--at', '2026-01-01')).rejects.toThrow(
        /no backup/,
      );
    },
    5 * minutes,
  );
});
