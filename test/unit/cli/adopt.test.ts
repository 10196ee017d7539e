/** `hopthu adopt --from-ldap` as a person runs it, and the plan of what it wrote. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { run } from './run.ts';

// Some tests start several processes, on machines that may be busy.
jest.setTimeout(30_000);

const suffix = 'ou=mailboxes,dc=soctrang,dc=gov,dc=vn';
const entry = (uid: string, attributes: Readonly<Record<string, string | readonly string[]>>) =>
  [
    `dn: uid=${uid},${suffix}`,
    'objectClass: inetOrgPerson',
    ...Object.entries(attributes).flatMap(([name, values]) =>
      [values].flat().map((value) => `${name}:: ${Buffer.from(value).toString('base64')}`),
    ),
    'userPassword: {SSHA}secret',
    '',
    '',
  ].join('\n');

let work: string;
let folder: string;
let ldif: string;
const adopt = (...more: readonly string[]) =>
  run(['adopt', '--site', 'soc-trang', '--from-ldap', ldif, '-o', folder, ...more]);

const live = (source: string, ...more: readonly string[]) => [
  ...['adopt', '--site', 'soc-trang', '--from-ldap', source, '-o', 'x'],
  ...more,
];

afterEach(() => rm(work, { recursive: true }));

beforeEach(async () => {
  work = await mkdtemp(join(tmpdir(), 'hopthu-adopt-'));
  folder = join(work, 'manifests');
  ldif = join(work, 'accounts.ldif');
  await mkdir(join(folder, 'organizations'), { recursive: true });
  const organization = {
    apiVersion: 'hopthu.io/v1alpha1',
    kind: 'Organization',
    metadata: { name: 'so-y-te', namespace: 'soc-trang-accounts' },
    spec: { name: 'Sở Y tế' },
  };
  await writeFile(join(folder, 'organizations/so-y-te.yaml'), JSON.stringify(organization));
  const binh = {
    cn: 'Nguyễn Thanh Bình',
    sn: 'Nguyễn',
    o: 'sở y tế',
    title: 'Phó Giám đốc',
    employeeNumber: 'CB-1',
    mail: ['ntbinh@soctrang.gov.vn', 'binh.nguyen@soctrang.gov.vn', 'binh@gmail.com'],
  };
  await writeFile(
    ldif,
    [
      entry('ntbinh', binh),
      entry('ntbinh2', { cn: 'Nguyễn Thanh Bình', sn: 'Nguyễn', ou: 'Sở Y tế' }),
      entry('lost', { cn: 'Lê Văn Tám', sn: 'Lê', o: 'Sở Không có' }),
      entry('ours', { cn: 'Trần Thị Lan', sn: 'Trần', o: 'Sở Y tế', hopThuOwnerUID: 'some-uid' }),
      'dn: cn=sentinel,ou=policies,dc=soctrang,dc=gov,dc=vn\ncn: sentinel\n\n',
    ].join(''),
  );
});

describe('hopthu adopt --from-ldap', () => {
  it('writes a manifest for each account that nobody owns, and says which it could not', async () => {
    const { stdout, exitCode } = await adopt();
    expect(exitCode).toBe(3);
    expect(
      stdout,
    ).toBe(`+ mailboxes/nguyen-thanh-binh.yaml  Nguyễn Thanh Bình, takes over uid=ntbinh,${suffix}
+ mailboxes/nguyen-thanh-binh-ntbinh2.yaml  Nguyễn Thanh Bình, takes over uid=ntbinh2,${suffix}
! uid=lost,${suffix}: Sở Không có: no manifest of such an organization
2 new, 0 unchanged, 1 refused
`);
    expect(
      await readFile(join(folder, 'mailboxes/nguyen-thanh-binh.yaml'), 'utf8'),
    ).toBe(`apiVersion: hopthu.io/v1alpha1
kind: Mailbox
metadata:
  name: nguyen-thanh-binh
  namespace: soc-trang-accounts
  annotations:
    hopthu.io/adopt: ntbinh
  finalizers:
    - hopthu.io/directory
spec:
  organizationRef:
    name: so-y-te
  type: Personal
  person:
    id: CB-1
    fullName: Nguyễn Thanh Bình
    title: Phó Giám đốc
  aliases:
    - binh.nguyen
`);
    expect((await adopt()).stdout).toMatch(/^! uid=lost.*\n0 new, 2 unchanged, 1 refused\n$/);
  });

  it('writes nothing with --dry-run', async () => {
    await adopt('--dry-run');
    expect(await readdir(folder)).toEqual(['organizations']);
  });

  it('is planned with the comparison, which a person has to approve', async () => {
    await adopt();
    const base = join(work, 'base');
    await mkdir(base);
    const { stdout, exitCode } = await run(['plan', '-f', folder, '--base', base, '--ldif', ldif]);
    expect(exitCode).toBe(3);
    expect(stdout).toMatch(/! 2 accounts that nobody owns would be taken over/);
    expect(stdout).toMatch(
      /ntbinh@soctrang.gov.vn {2}Nguyễn Thanh Bình \(sở y tế\) {2}taken over: .*organization sở y tế → Sở Y tế/,
    );
    const without = await run(['plan', '-f', folder, '--base', base]);
    expect(without.stdout).toMatch(/CannotAdopt|no entry of this uid that nobody owns/);
  });

  it.each([
    [['adopt', '--site', 'soc-trang'], 'use either --from-ldap or --restored'],
    [['adopt', '--site', 'soc-trang', '--from-ldap', 'x', '--restored'], 'use either'],
    [['adopt', '--site', 'soc-trang', '--from-ldap', 'x'], 'name the folder of manifests with -o'],
    [
      ['adopt', '--site', 'soc-trang', '--from-ldap', '/none', '-o', 'x'],
      'cannot read /none: there is no such file or folder',
    ],
    [live('ldap://d.example.vn'), 'use ldaps://HOST[:PORT]'],
    [live('ldaps://me:secret@d.example.vn'), 'use ldaps://HOST[:PORT]'],
    [live('ldaps://d.example.vn/dc=vn'), 'use ldaps://HOST[:PORT]'],
    [live('ldaps://d.example.vn'), 'say who asks with --bind-dn and --password-file'],
    [live('ldaps://d.example.vn', '--password-file', '/none'), 'say who asks'],
    [
      live('ldaps://d.example.vn', '--bind-dn', 'cn=x', '--password-file', '/none'),
      'cannot read /none: there is no such file or folder',
    ],
    [live('x.ldif', '--base', 'dc=vn'), 'x.ldif is a file'],
  ])('%j is refused', async (args, message) => {
    const { stderr, exitCode } = await run(args);
    expect({ exitCode, has: stderr.includes(message) }).toEqual({ exitCode: 2, has: true });
  });
});
