/** The volume of the reports into S3 and back: the pods' own scripts in their image, versitygw on loopback. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { reportsUid } from '../../charts/components/reports.ts';
import { socTrang } from '../support/sites.ts';
import { BackupPod } from './support/backup-pod.ts';
import { contents } from './support/contents.ts';
import { type S3, startS3 } from './support/s3.ts';

const root = mkdtempSync(join(tmpdir(), 'hopthu-backup-'));
const account = '0b2c4c1e-5d3f-4a49-9d5b-1f8f6d7c1a01';
let s3: S3;
let pod: BackupPod;

beforeAll(async () => {
  s3 = await startS3(root);
  pod = await BackupPod.make(root, socTrang, s3);
}, 900_000);
afterAll(async () => {
  await s3?.stop();
  rmSync(root, { recursive: true, force: true });
});

const list = async (kind: string) =>
  JSON.parse(await pod.run(`. /etc/hopthu-backup/repository; snapshots ${kind}`)) as { id: string }[];

const office = '44444444-4444-4444-8444-444444444444';
const anew = '55555555-5555-4555-8555-555555555555';
const place = join(root, 'reports');
const put = (path: string, text: string | Buffer) => {
  mkdirSync(join(place, path, '..'), { recursive: true });
  writeFileSync(join(place, path), text);
};
const empty = () => {
  for (const name of readdirSync(place)) rmSync(join(place, name), { recursive: true });
};
const day = {
  logins: { 'openldap-0': { until: 1, organizations: { [office]: { succeeded: 3, refused: 1 } } } },
};
let id = '';
let before: Readonly<Record<string, string>>;
/** As a pod has it: files of the reports' own user, on a volume that is root's and that he may write to. */
const asOwner = `uid=${reportsUid}
chmod 777 /srv/reports /work
find /srv/reports -mindepth 1 -exec chown $uid:$uid {} +
setpriv --reuid=$uid --regid=$uid --clear-groups /bin/bash /etc/hopthu-backup/restore-reports "$@"
code=$?
chown -R 0:0 /srv/reports; rm -rf /work/*
exit $code`;
const restore = (uids: string, bytes = uids.length) =>
  pod.run(asOwner, ['store', id, String(bytes)], { input: uids, writable: true });
const withoutMark = () => {
  const { '/.restored': mark = '', ...others } = contents(place);
  expect(Buffer.from(mark, 'base64').toString()).toBe(id);
  return others;
};

it('is backed up: numbers, the journal that they come from, and reports', async () => {
  put('days/2026-10-31.json', JSON.stringify(day));
  put('months/2026-10.json', JSON.stringify({ [account]: { organization: office, days: 7 } }));
  put('known.json', JSON.stringify([{ id: account, organization: office }]));
  put('offices.json', JSON.stringify([{ id: office, name: 'Sở Y tế' }]));
  put('journal/2026-10-31', '1795653526\tNov 26 00:38:46 mail postfix/qmgr[1]: x\n');
  put('kept/bao-cao-2026-10.pdf', Buffer.from([0, 1, 2, 255, 13, 10]));
  before = contents(place);
  put('days/2026-10-31.json.new', 'half');
  await pod.run('. /etc/hopthu-backup/repository; is_there || repository init');
  await pod.run('reports');
  id = (await list('reports'))[0]?.id ?? '';
}, 180_000);

it('comes back byte for byte where resources have the same UIDs, and once only', async () => {
  empty();
  await restore(`${office} ${office}\n`);
  expect(withoutMark()).toEqual(before);
  put('known.json', '[]');
  await restore('');
  expect(readFileSync(join(place, 'known.json'), 'utf8')).toBe('[]');
}, 180_000);

it('counts for the organizations by their new UIDs, and keeps what Postfix wrote since', async () => {
  empty();
  put('journal/2026-10-31', 'written since\n');
  put('known.json', '[]');
  await restore(`${office} ${anew}\n`);
  const text = (path: string) => readFileSync(join(place, path), 'utf8');
  const { 'openldap-0': told } = JSON.parse(text('days/2026-10-31.json')).logins;
  expect(told.organizations).toEqual({ [anew]: { succeeded: 3, refused: 1 } });
  expect(JSON.parse(text('months/2026-10.json'))).toEqual({ [account]: { organization: anew, days: 7 } });
  const journal = text('journal/2026-10-31');
  expect(journal).toMatch(/postfix\/qmgr\[1\]: x\nwritten since\n$/);
  // As a try that died after the journal leaves it.
  rmSync(join(place, '.restored'));
  put('.restoring', id);
  await restore(`${office} ${anew}\n`);
  expect(text('journal/2026-10-31')).toBe(journal);
}, 180_000);

it('stays where there are numbers already, under the new UIDs', async () => {
  empty();
  put('known.json', JSON.stringify([{ id: account, organization: office }]));
  await restore(`${office} ${anew}\n`);
  expect(readdirSync(place).sort()).toEqual(['.restored', 'known.json']);
  expect(JSON.parse(readFileSync(join(place, 'known.json'), 'utf8'))).toEqual([
    { id: account, organization: anew },
  ]);
  await expect(restore('x', 100_000)).resolves.toBe('');
  rmSync(join(place, '.restored'));
  await expect(restore('x', 100_000)).rejects.toThrow(/broke off/);
}, 180_000);
