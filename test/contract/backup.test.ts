/** Backups into S3 and back: the pods' own scripts in their image, versitygw on loopback, an account that cannot remove. */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { socTrang } from '../support/sites.ts';
import { BackupPod } from './support/backup-pod.ts';
import { contents } from './support/contents.ts';
import { type S3, startS3 } from './support/s3.ts';

const keep = { daily: 1, weekly: 0, monthly: 0 };
const site = { ...socTrang, backup: { ...socTrang.backup, keep } };
const root = mkdtempSync(join(tmpdir(), 'hopthu-backup-'));
const account = '0b2c4c1e-5d3f-4a49-9d5b-1f8f6d7c1a01';
const folders = [
  '.',
  '.Sent',
  '.khoa.lock',
  '.dovecot.index.cache',
  '.tmp',
  '.fts-flatcurve',
  '.C&APQ-ng v&AQM-n [17]',
];
let s3: S3;
let pod: BackupPod;

function fill(): void {
  for (const folder of folders) {
    const maildir = join(root, 'vmail', account, 'Maildir', folder);
    for (const name of ['cur', 'new', 'tmp']) mkdirSync(join(maildir, name), { recursive: true });
    for (const index of [1, 2])
      writeFileSync(join(maildir, 'cur', `${index}.M1P1.host,S=20:2,S`), `Công văn số ${index}\r\n\0\xff`);
  }
  writeFileSync(join(root, 'archive', 'x.tar'), 'archive');
}

beforeAll(async () => {
  s3 = await startS3(root);
  pod = await BackupPod.make(root, site, s3);
  fill();
}, 900_000);
afterAll(async () => {
  await s3?.stop();
  rmSync(root, { recursive: true, force: true });
});

const list = async (kind: string) =>
  JSON.parse(await pod.run(`. /etc/hopthu-backup/repository; snapshots ${kind}`)) as {
    id: string;
    time: string;
  }[];

describe('the mail store', () => {
  let before: Readonly<Record<string, string>>;

  it('is backed up as it lies, without what Dovecot makes anew, whatever folders are called', async () => {
    before = contents(join(root, 'vmail'));
    const maildir = join(root, 'vmail', account, 'Maildir');
    for (const name of ['dovecot.index.log', 'dovecot-uidlist.lock', 'tmp/1.half'])
      writeFileSync(join(maildir, name), '-');
    await pod.run('. /etc/hopthu-backup/repository; is_there || repository init');
    await pod.run('mail');
    expect(await list('mail')).toHaveLength(1);
    await pod.run('check-mail');
  }, 180_000);

  it('is read back by the check, which sees a message that differs', async () => {
    const cur = join(root, 'vmail', account, 'Maildir/.Sent/cur');
    cpSync(cur, join(root, 'aside'), { recursive: true });
    for (const name of readdirSync(cur)) writeFileSync(join(cur, name), 'altered');
    await expect(pod.run('check-mail')).rejects.toThrow(/differs from/);
    cpSync(join(root, 'aside'), cur, { recursive: true });
  }, 180_000);

  it('of one account is unpacked beside the others, as it was at a time, and removed again', async () => {
    const [{ time = '' } = {}] = await list('mail');
    rmSync(join(root, 'vmail', account, 'Maildir/cur/1.M1P1.host,S=20:2,S'));
    await pod.run('mail');
    const [folder = '', at] = (
      await pod.run('restore-mail', ['unpack', account, time], { writable: true })
    ).split(' ');
    expect(at).toBe(`${time.slice(0, 19)}Z`);
    const unpacked = join(root, 'vmail', folder.slice('/srv/vmail/'.length));
    expect(contents(join(unpacked, 'Maildir/cur'))).toHaveProperty(['/1.M1P1.host,S=20:2,S']);
    await pod.run('restore-mail', ['remove', folder], { writable: true });
    expect(existsSync(unpacked)).toBe(false);
    await expect(
      pod.run('restore-mail', ['remove', `/srv/vmail/${account}`], { writable: true }),
    ).rejects.toThrow();
    await expect(pod.run('restore-mail', ['unpack', 'no-such-account'], { writable: true })).rejects.toThrow(
      /has no mail/,
    );
  }, 180_000);

  it('is restored whole into empty volumes only, again as often as asked', async () => {
    const [{ id = '' } = {}] = await list('mail');
    await expect(pod.run('restore-mail', ['store', id], { writable: true })).rejects.toThrow(
      /there is mail already/,
    );
    for (const name of ['vmail', 'archive']) {
      rmSync(join(root, name), { recursive: true });
      mkdirSync(join(root, name));
    }
    await pod.run('restore-mail', ['store', id], { writable: true });
    await pod.run('restore-mail', ['store', id], { writable: true });
    rmSync(join(root, 'vmail/.restored'));
    expect(contents(join(root, 'vmail'))).toEqual(before);
    expect(contents(join(root, 'archive'))).toEqual({ '/x.tar': Buffer.from('archive').toString('base64') });
  }, 180_000);
});

describe('the directory', () => {
  const suffix = 'dc=soctrang,dc=gov,dc=vn';
  const [organization, person, former] = [
    '11111111-1111-4111-8111-111111111111',
    account,
    '33333333-3333-4333-8333-333333333333',
  ];
  const ldif = `
dn: ou=${organization},ou=organizations,${suffix}
objectClass: organizationalUnit
objectClass: hopThuOrganizationUnit
ou: ${organization}
hopThuSite: soc-trang
hopThuResource: soc-trang-accounts/so-tttt
hopThuOwnerUID: ${organization}

dn: uid=${person},ou=mailboxes,${suffix}
objectClass: inetOrgPerson
objectClass: hopThuMailbox
uid: ${person}
cn:: Tmd1eeG7hW4gVsSDbiBCw6xuaA==
sn:: Tmd1eeG7hW4=
mail: nvbinh@soctrang.gov.vn
hopThuAddress: nvbinh@soctrang.gov.vn
userPassword: {SSHA}secret
hopThuStatus: Active
hopThuSite: soc-trang
hopThuResource: soc-trang-accounts/binh
hopThuOwnerUID: ${person}
hopThuOrganization: ou=${organization},ou=organizations,${suffix}

dn: uid=${former},ou=held,${suffix}
objectClass: hopThuHeldAccount
uid: ${former}
hopThuHeldAddress: cu@soctrang.gov.vn 2027-01-01T00:00:00Z
hopThuSite: soc-trang
hopThuResource: soc-trang-accounts/cu
hopThuOwnerUID: ${former}
`;
  const load = `sed "s,^directory /var/lib/ldap/,directory /work/source/," /etc/hopthu/slapd.conf > /work/slapd.conf
mkdir -p /work/source/data /work/source/accesslog /work/source/logins
for log in accesslog logins; do
  printf 'dn: cn=%s\\nobjectClass: auditContainer\\ncn: %s\\n' $log $log | slapadd -q -f /work/slapd.conf -b cn=$log
done
cat /etc/hopthu/tree.ldif /work/more.ldif | slapadd -q -f /work/slapd.conf -b ${suffix}
. /etc/hopthu-backup/repository
mkdir -p /work/out; cd /work/out
slapcat -f /work/slapd.conf -b ${suffix} -o ldif-wrap=no -l directory.ldif
for log in accesslog logins; do slapcat -f /work/slapd.conf -b cn=$log -o ldif-wrap=no -l $log.ldif; done
for kind in organizations mailboxes secrets; do echo '{"items":[]}' > $kind.json; done
sha256sum *.ldif *.json > SHA256SUMS
rm -rf /work/slapd.conf /work/source /work/more.ldif; mv /work/out/* /work; rmdir /work/out
save --tag site /work; rm -rf /work/*`;
  const renamed = (uid: string) => uid.replaceAll('1', 'a');
  const uids = `${organization} ${renamed(organization)}\n${person} ${renamed(person)}\n`;
  const restore = async (id: string) =>
    pod.run('restore-site', ['directory', id, String(uids.length)], { input: uids, writable: true });
  const slapcat = () => pod.run(`slapcat -f /etc/hopthu/slapd.conf -b ${suffix} -o ldif-wrap=no`);

  it('is backed up with everything, and checked by loading it', async () => {
    writeFileSync(join(root, 'work/more.ldif'), ldif);
    await pod.run(load);
    await expect(pod.run('check-site')).rejects.toThrow(/no backup of kind reports/);
    const numbers = join(root, 'reports/days/2026-10-31.json');
    mkdirSync(join(numbers, '..'));
    writeFileSync(numbers, '{"changes":');
    await pod.run('reports');
    await expect(pod.run('check-site')).rejects.toThrow(/parse error/);
    writeFileSync(numbers, '{"changes":{}}');
    await pod.run('reports');
    await pod.run('check-site');
    rmSync(join(root, 'work'), { recursive: true });
    mkdirSync(join(root, 'work'));
  }, 180_000);

  it('comes back with the resources’ new UIDs as owners, and the same accounts, passwords and addresses', async () => {
    const [{ id = '' } = {}] = await list('site');
    const saved = await pod.run('restore-site', ['print', id, 'directory.ldif']);
    await restore(id);
    const expected = saved
      .replaceAll(`hopThuOwnerUID: ${organization}`, `hopThuOwnerUID: ${renamed(organization)}`)
      .replaceAll(`hopThuOwnerUID: ${person}`, `hopThuOwnerUID: ${renamed(person)}`)
      .replaceAll(`ou=${organization},`, `ou=${renamed(organization)},`)
      .replaceAll(`ou: ${organization}`, `ou: ${renamed(organization)}`);
    const after = await slapcat();
    expect(after.trim()).toBe(expected.trim());
    expect(after).toContain(`dn: uid=${person},ou=mailboxes,`);
    expect(after).toContain(`hopThuOwnerUID: ${former}`);
    await restore(id);
    expect(await slapcat()).toBe(after);
  }, 180_000);

  it('has what a former release did not back up as an empty list, and nothing that cannot be read as one', async () => {
    const [{ id = '' } = {}] = await list('site');
    const printed = async (of: string, file: string) =>
      (await pod.run('restore-site', ['print-if-any', of, file])).trim();
    expect(await printed(id, 'organizations.json')).toBe('{"items":[]}');
    expect(await printed(id, 'directory.ldif')).toContain('dn: ');
    expect(await printed(id, 'mailboxrequests.json')).toBe('{"items":[]}');
    await expect(printed('0123abcd', 'mailboxrequests.json')).rejects.toThrow();
  }, 180_000);

  it('is never restored over accounts, nor by half a list', async () => {
    const [{ id = '' } = {}] = await list('site');
    rmSync(join(root, 'ldap/data/restored'));
    await expect(restore(id)).rejects.toThrow(/has accounts already/);
    rmSync(join(root, 'ldap'), { recursive: true });
    mkdirSync(join(root, 'ldap'));
    const broken = pod.run('restore-site', ['directory', id, '100000'], { input: uids, writable: true });
    await expect(broken).rejects.toThrow(/broke off/);
    expect(readdirSync(join(root, 'ldap'))).toEqual([]);
  }, 180_000);
});

describe('the account of the stack', () => {
  it('removes no backup and alters none, and the other one prunes by the rule', async () => {
    const before = contents(join(root, 'objects'));
    await expect(pod.run('prune')).rejects.toThrow(/Access Denied|AccessDenied/i);
    const [{ id = '' } = {}] = await list('mail');
    await pod.run(`. /etc/hopthu-backup/repository; repository forget ${id}`).catch(() => undefined);
    const after = contents(join(root, 'objects'));
    const isLock = (path: string) => path.includes('/locks/');
    for (const [path, content] of Object.entries(before))
      if (!isLock(path)) expect([path, after[path]]).toEqual([path, content]);
    expect(await list('mail')).toHaveLength(2);
    await pod.run('prune', [], { user: 'platform' });
    expect(await list('mail')).toHaveLength(1);
  }, 180_000);
});
