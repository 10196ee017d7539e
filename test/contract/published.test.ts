/** The published directory from a real slapd with production's rules: who is in it, who reads it, and the files of a run (R40, R44). */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execa } from 'execa';
import { portalPages } from '../../charts/portal-pages.ts';
import { siteText } from '../../charts/site-files.ts';
import { attribute, headAttribute, objectClass } from '../../operator/core/layout.ts';
import { organizationDn } from '../../operator/core/naming/identity.ts';
import { visibleTo } from '../../operator/core/published.ts';
import { hashPassword } from '../../operator/credentials/ssha512.ts';
import { Connection } from '../../operator/ldap/connection.ts';
import { LdaptsDirectory } from '../../operator/ldap/ldapts-directory.ts';
import { buildDirectory } from '../../portal/published/model.ts';
import { type ReaderOptions, readListed } from '../../portal/published/reader.ts';
import { mailbox, mailboxDn } from './support/mailbox.ts';
import { credentials, type S3, startS3 } from './support/s3.ts';
import { connectTo, Slapd, site, suffix } from './support/slapd.ts';

const accounts = ['published', 'publisher'] as const;
const root = mkdtempSync(join(tmpdir(), 'hopthu-published-'));
const number = 1200;
let slapd: Slapd;

const organization = (
  uid: string,
  name: string,
  changes: Readonly<Record<string, readonly string[]>> = {},
) => ({
  objectClass: ['organizationalUnit', objectClass.organization],
  cn: [name],
  [attribute.abbreviation]: [uid],
  [attribute.status]: ['Active'],
  [attribute.site]: [site.name],
  [attribute.resource]: [`soc-trang-accounts/${uid}`],
  [attribute.ownerUid]: [uid],
  ...changes,
});
const inside = (uid: string) => ({ [attribute.organization]: [organizationDn(site, uid)] });

beforeAll(async () => {
  slapd = await Slapd.start();
  await slapd.kill();
  for (const account of accounts) await slapd.setPassword(account, `of the ${account}`);
  await slapd.resume();
  const directory = new LdaptsDirectory(new Connection(connectTo(slapd)), suffix);
  const organizations = {
    sotttt: organization('sotttt', 'Sở Thông tin và Truyền thông', {
      telephoneNumber: ['0299 3821 234'],
      postalAddress: ['Số 56\\5C2\\24, đường Lê Duẩn'],
      [headAttribute]: [mailboxDn('active')],
    }),
    phongcntt: organization('phongcntt', 'Phòng Công nghệ thông tin', inside('sotttt')),
    socu: organization('socu', 'Sở Cũ', { [attribute.status]: ['Suspended'] }),
  };
  for (const [uid, entry] of Object.entries(organizations))
    await directory.add(organizationDn(site, uid), entry);
  const of = (uid: string, name: string, changes = {}) =>
    directory.add(
      mailboxDn(uid),
      mailbox(uid, {
        ...{
          cn: [name],
          title: ['Chuyên viên'],
          telephoneNumber: ['0299 111'],
          userPassword: [hashPassword('x')],
        },
        ...inside('sotttt'),
        ...changes,
      }),
    );
  await of('active', 'Đặng Văn Ân');
  await of('unit', 'Lê Thị Bé', inside('phongcntt'));
  await of('office', 'Sở Thông tin và Truyền thông', { [attribute.type]: ['Organization'] });
  for (const status of ['Suspended', 'Expired', 'Reclaimed', 'Closed'])
    await of(status.toLowerCase(), `Người ${status}`, { [attribute.status]: [status] });
  await of('left-out', 'Người Ẩn', { [attribute.unpublished]: ['TRUE'] });
  await of('elsewhere', 'Người Sở Cũ', inside('socu'));
  for (let one = 0; one < number; one += 1) await of(`p${one}`, `Nguyễn Văn Số${one}`, inside('phongcntt'));
  await directory.close();
}, 120_000);
afterAll(async () => {
  await slapd?.stop();
  rmSync(root, { recursive: true, force: true });
});

const options = (account: (typeof accounts)[number]): ReaderOptions => ({
  ...{ host: '127.0.0.1', port: slapd.port, servername: 'localhost', account },
  ca: () => slapd.ca(),
  password: async () => `of the ${account}`,
});
const read = async (account: (typeof accounts)[number]) => {
  const viewer = account === 'published' ? 'members' : 'public';
  const listed = await readListed(site, options(account));
  return buildDirectory(listed, visibleTo(viewer, site.published), site.naming.titles);
};

describe('the directory', () => {
  it('has who is Active and not left out, in organizations that are, however many there are', async () => {
    const { roots, people } = await read('published');
    expect(roots.map(({ name, units }) => [name, units.map((unit) => unit.name)])).toEqual([
      ['Sở Thông tin và Truyền thông', ['Phòng Công nghệ thông tin']],
    ]);
    expect(people).toHaveLength(number + 2);
    const others = people.filter(({ name }) => !/Số\d+$/.test(name));
    expect(others.map(({ name }) => name).sort()).toEqual(['Lê Thị Bé', 'Đặng Văn Ân'].sort());
    expect(roots[0]).toMatchObject({
      mail: `office@${site.domain}`,
      phone: '0299 3821 234',
      address: 'Số 56\\2$, đường Lê Duẩn',
      head: { name: 'Đặng Văn Ân' },
    });
  }, 30_000);

  it('is given to who publishes files without what is for members', async () => {
    const [inner, open] = [
      await readListed(site, options('published')),
      await readListed(site, options('publisher')),
    ];
    expect(inner.mailboxes.filter(({ phone }) => phone !== undefined)).toHaveLength(number + 3);
    expect(open.mailboxes).toHaveLength(number + 4);
    expect(open.mailboxes.filter(({ phone }) => phone !== undefined)).toEqual([]);
  }, 30_000);

  it('of a site that shows no people has none, for slapd gives none', async () => {
    const people = { ...site.published.people, listed: 'nobody' as const };
    const other = await Slapd.start({ site: { ...site, published: { ...site.published, people } } });
    try {
      await other.kill();
      await other.setPassword('published', 'of the published');
      await other.resume();
      const directory = new LdaptsDirectory(new Connection(connectTo(other)), suffix);
      await directory.add(organizationDn(site, 'sotttt'), organization('sotttt', 'Sở'));
      await directory.add(mailboxDn('active'), mailbox('active', inside('sotttt')));
      await directory.close();
      const found = await readListed(site, {
        ...options('published'),
        ...{ port: other.port, ca: () => other.ca() },
      });
      expect([found.organizations.length, found.mailboxes]).toEqual([1, []]);
    } finally {
      await other.stop();
    }
  }, 60_000);

  it('that cannot be read is not an empty one', async () => {
    const wrong = { ...options('published'), password: async () => 'another' };
    await expect(readListed(site, wrong)).rejects.toThrow(/published directory: .*0x31/);
    const foreign = { ...options('published'), account: 'portal' as never };
    await expect(readListed(site, foreign)).rejects.toThrow('published directory');
  });
});

/** The program of the CronJob. */
async function publish(files: object, env: Readonly<Record<string, string>>) {
  const own = join(root, 'run');
  rmSync(own, { recursive: true, force: true });
  mkdirSync(join(own, 'pages'), { recursive: true });
  for (const [name, text] of Object.entries(portalPages(site))) writeFileSync(join(own, 'pages', name), text);
  const put = (name: string, text: string) => {
    writeFileSync(join(own, name), text);
    return join(own, name);
  };
  const text = siteText(site.name).replace(/^ {2}files: .*$/m, `  files: ${JSON.stringify(files)}`);
  return execa(process.execPath, ['portal/publisher/main.ts'], {
    cwd: join(import.meta.dirname, '../..'),
    reject: false,
    env: {
      HOPTHU_SITE_FILE: put('site.yaml', text),
      HOPTHU_PAGES: join(own, 'pages'),
      HOPTHU_LDAP_HOST: 'localhost',
      HOPTHU_LDAP_PORT: String(slapd.port),
      HOPTHU_LDAP_PASSWORD_FILE: put('password', 'of the publisher'),
      HOPTHU_PATIENCE_SECONDS: '1',
      HOPTHU_CA_FILE: put('ca.crt', await slapd.ca()),
      ...env,
    },
  });
}

describe('a run', () => {
  const files = { schedule: '0 5 * * *', target: 'volume', keep: 3 };

  it('writes the files, of which slapd itself takes the LDIF', async () => {
    const folder = join(root, 'volume');
    mkdirSync(folder);
    const { exitCode, stdout } = await publish(files, { HOPTHU_TARGET_FOLDER: folder });
    expect([exitCode, JSON.parse(stdout)]).toMatchObject([
      0,
      { msg: 'published', organizations: 2, people: number + 2 },
    ]);
    const texts = readdirSync(join(folder, 'current'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
    expect(texts).toHaveLength(3 + 3 + 2 * 4 + 1);
    for (const text of texts) expect(text).not.toMatch(/0299 111|Người/);
    await takenBySlapd(join(folder, 'current/danh-ba.ldif'));
  }, 60_000);

  it('that finds the directory away fails, and what was there stays', async () => {
    const folder = join(root, 'volume');
    const before = readFileSync(join(folder, 'current/index.html'), 'utf8');
    const { exitCode, stdout } = await publish(files, {
      HOPTHU_TARGET_FOLDER: folder,
      HOPTHU_LDAP_PORT: '1',
    });
    expect([exitCode, stdout]).toEqual([1, expect.stringContaining('not published')]);
    expect(readFileSync(join(folder, 'current/index.html'), 'utf8')).toBe(before);
  }, 60_000);
});

/** A directory of nothing but the standard's own schema. */
async function takenBySlapd(file: string): Promise<void> {
  const folder = join(root, 'foreign');
  mkdirSync(folder);
  const parts = ['core', 'cosine', 'inetorgperson'].map((name) => `include /etc/ldap/schema/${name}.schema`);
  const database = `modulepath /usr/lib/ldap\nmoduleload back_mdb\ndatabase mdb\nsuffix ${suffix}\ndirectory ${folder}`;
  writeFileSync(join(folder, 'slapd.conf'), `${parts.join('\n')}\n${database}\n`);
  const tree = [`dn: ${suffix}\nobjectClass: domain\ndc: soctrang\n`];
  tree.push(`dn: ou=mailboxes,${suffix}\nobjectClass: organizationalUnit\nou: mailboxes\n`);
  const input = `${tree.join('\n')}\n${readFileSync(file, 'utf8').replace('version: 1\n\n', '')}`;
  await execa('/usr/sbin/slapadd', ['-q', '-f', join(folder, 'slapd.conf'), '-b', suffix], { input });
  const { stdout } = await execa('/usr/sbin/slapcat', ['-f', join(folder, 'slapd.conf'), '-b', suffix]);
  expect(stdout.match(/^mail: /gm)).toHaveLength(number + 3);
}

describe('a run into S3', () => {
  let s3: S3;
  let place: string;
  beforeAll(async () => {
    const folder = join(root, 's3');
    mkdirSync(folder);
    s3 = await startS3(folder);
    place = s3.repository.replace(/\/[^/]*$/, '/danh-ba');
  }, 300_000);
  afterAll(() => s3?.stop());

  it('leads to the state that was written last, and lets old ones go', async () => {
    const store = join(root, 'store');
    mkdirSync(store);
    writeFileSync(join(store, 'credentials'), credentials('platform'));
    writeFileSync(join(store, 'ca.crt'), s3.authority);
    const env = { HOPTHU_STORE_FILE: join(store, 'credentials'), NODE_EXTRA_CA_CERTS: join(store, 'ca.crt') };
    const states: string[] = [];
    for (let run = 0; run < 3; run += 1) {
      const { exitCode, stdout } = await publish({ schedule: '0 5 * * *', target: place, keep: 2 }, env);
      expect([exitCode, stdout]).toEqual([0, expect.stringContaining('"published"')]);
      states.push(JSON.parse(stdout).state);
    }
    const objects = join(root, 's3/objects/backup/danh-ba');
    const present = states.at(-1) ?? '';
    expect(
      readdirSync(objects)
        .filter((name) => /^\d{8}T/.test(name))
        .sort(),
    ).toEqual(states.slice(1));
    expect(readFileSync(join(objects, 'index.html'), 'utf8')).toContain(`url=${present}/index.html`);
    for (const name of ['danh-ba.csv', 'danh-ba.vcf', 'danh-ba.ldif'])
      expect(readFileSync(join(objects, name))).toEqual(readFileSync(join(objects, present, name)));
  }, 120_000);

  it('with a wrong key says so, and nothing of the key', async () => {
    const wrong = join(root, 'wrong');
    writeFileSync(wrong, credentials('platform').replace(/= khoa.*$/m, '= sai-khoa'));
    const { exitCode, stdout, stderr } = await publish(
      { schedule: '0 5 * * *', target: place, keep: 2 },
      { HOPTHU_STORE_FILE: wrong, NODE_EXTRA_CA_CERTS: join(root, 'store/ca.crt') },
    );
    expect([exitCode, stdout]).toEqual([1, expect.stringContaining('HTTP 403')]);
    expect(`${stdout}${stderr}`).not.toContain('sai-khoa');
  }, 60_000);
});
