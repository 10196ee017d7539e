/** People move in from another mail system: their accounts with the hashes they have, their letters from a server that is not ours. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { suffixOf } from '../../../operator/core/layout.ts';
import { addByHand, restartOperator } from '../../e2e/support/directory.ts';
import { Person } from '../../e2e/support/person.ts';
import { fresh } from '../../e2e/support/resources.ts';
import { run } from '../../kind/command.ts';
import { lettersIn } from '../../support/foreign.ts';
import { parseLdif } from '../../support/ldif.ts';
import { withChanges } from '../changed-site.ts';
import type { Drill } from '../drill.ts';
import { ForeignServer } from '../foreign-server.ts';
import { eventually } from '../ledger.ts';
import type { Stack } from '../stack.ts';

/** `fillForeign` puts so many in. */
const lettersOfEach = 46;

/** What folders are called here, and there. */
const folders: readonly (readonly [ours: string, theirs: string])[] = [
  ['INBOX', 'INBOX'],
  ['Sent', 'INBOX.Đã gửi'],
  ['Trash', 'INBOX.Thùng rác'],
  ['Công văn/2024/Quý 1', 'INBOX.Công văn.2024.Quý 1'],
];

type Mover = {
  readonly uid: string;
  readonly fullName: string;
  readonly password: string;
  readonly hash: string;
};

/** Two people with the hashes that servers of today and of long ago make. */
async function movers(name: string): Promise<readonly Mover[]> {
  const [now, before] = ['Mat-khau-o-noi-cu-1', 'Mat-khau-o-noi-cu-2'];
  const crypt = (await run('openssl', ['passwd', '-6', '-stdin'], { input: `${now}\n` })).trim();
  const salt = randomBytes(8);
  const digest = createHash('sha1').update(before).update(salt).digest();
  const ssha = Buffer.concat([digest, salt]).toString('base64');
  // Resources are called after people: another run on the same cluster has others.
  const given = [...name.slice(-6)].map((digit) => 'abcdefghijklmnop'[Number.parseInt(digit, 16)]).join('');
  return [
    { uid: `${name}-a`, fullName: `Mai Văn D${given}`, password: now, hash: `{CRYPT}${crypt}` },
    { uid: `${name}-b`, fullName: `Mai Thị D${given}`, password: before, hash: `{SSHA}${ssha}` },
  ];
}

const base64 = (text: string) => Buffer.from(text).toString('base64');

/** The accounts as they are in the directory, the hashes included. */
async function hashesOf(stack: Stack, uids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const entries = parseLdif(await stack.slapcat());
  return new Map(
    entries.flatMap(({ dn, attributes }) => {
      const uid = uids.find((one) => dn.startsWith(`uid=${one},`));
      return uid === undefined ? [] : [[uid, attributes['userPassword']?.[0] ?? ''] as const];
    }),
  );
}

/** `hopthu adopt`, the manifests applied, and what the guard asks approved. @returns by `uid` who it is here */
async function takeOver(
  stack: Stack,
  organization: string,
  people: readonly Mover[],
  folder: string,
): Promise<ReadonlyMap<string, Person>> {
  const { site } = stack;
  const suffix = suffixOf(site.domain);
  const [namespace = ''] = site.namespaces.accounts;
  const title = 'Sở Dọn nhà';
  mkdirSync(join(folder, 'accounts/organizations'), { recursive: true });
  const manifest = {
    apiVersion: 'hopthu.io/v1alpha1',
    kind: 'Organization',
    metadata: { name: organization, namespace },
    spec: { name: title },
  };
  writeFileSync(join(folder, 'accounts/organizations', `${organization}.yaml`), JSON.stringify(manifest));
  for (const { uid, fullName, hash } of people)
    await addByHand(site, `uid=${uid},ou=mailboxes,${suffix}`, [
      'objectClass: inetOrgPerson',
      `uid: ${uid}`,
      `cn:: ${base64(fullName)}`,
      `sn:: ${base64(fullName.split(' ')[0] ?? '')}`,
      `o:: ${base64(title)}`,
      `mail: ${uid}@${site.domain}`,
      `userPassword: ${hash}`,
    ]);
  // Past the operator: it learns of it with the next look at the whole directory.
  await restartOperator(site);
  const ldif = await stack.slapcat();
  const known = ldif.split('\n\n').filter((entry) => people.some(({ uid }) => entry.includes(`uid=${uid},`)));
  const withoutPasswords = known.map((entry) => entry.replaceAll(/^userPassword.*\n/gim, ''));
  writeFileSync(join(folder, 'accounts.ldif'), `${withoutPasswords.join('\n\n')}\n`);
  const from = ['--from-ldap', join(folder, 'accounts.ldif'), '-o', join(folder, 'accounts')];
  process.stderr.write(`${await stack.hopthu(['adopt', ...from])}\n`);
  await stack.accounts(['apply', '-R', '-f', join(folder, 'accounts')]);
  return new Map(
    await Promise.all(people.map(async (mover) => [mover.uid, await adopted(stack, mover)] as const)),
  );
}

async function adopted(stack: Stack, { uid, password }: Mover): Promise<Person> {
  const path = `jsonpath={.items[?(@.metadata.annotations.hopthu\\.io/adopt=="${uid}")].metadata.name}`;
  const name = await stack.accounts(['get', 'mailboxes', '-o', path]);
  await eventually(120, async () => {
    const hash = await stack.heldPlan();
    if (hash !== '') await stack.hopthu(['approve', hash]);
    await stack.accounts(['wait', `mailbox/${name}`, '--for=condition=Ready', '--timeout=5s']);
  });
  return Person.known(stack.site, name, password);
}

/** `hopthu move-in` of everybody with the master user's password. @returns what it says of each, by name */
async function copyAll(stack: Stack, people: ReadonlyMap<string, Person>, folder: string): Promise<string> {
  const list = join(folder, 'list.csv');
  writeFileSync(list, [...people].map(([uid, { name }]) => `${name},${uid}\n`).join(''));
  const [namespace = ''] = stack.site.namespaces.accounts;
  const from = ['--from', stack.site.moving.from[0]?.host ?? '', '--list', list];
  const master = ['--master-user', 'boss', '--password-file', '-'];
  const said = await stack.hopthu(['move-in', ...from, ...master, '-n', namespace], 'master-secret\n');
  process.stderr.write(`${said}\n`);
  return said;
}

/** How many of each mailbox were new. @throws Error where it is not `wanted` for everybody */
function expectNew(said: string, wanted: number): void {
  const counts = [...said.matchAll(/^\S+@\S+: (\d+) letters there .*, (\d+) new, (\d+) here/gm)];
  const wrong = counts.filter(([, there, fresh, here]) => Number(fresh) !== wanted || there !== here);
  if (counts.length !== 2 || wrong.length > 0) throw new Error(`${wanted} new were expected: ${said}`);
}

/** Every letter with its flags and date that is not here as it is there, as lines. */
async function differences(
  server: ForeignServer,
  people: ReadonlyMap<string, Person>,
): Promise<readonly string[]> {
  const wrong: string[] = [];
  for (const [uid, person] of people)
    for (const [ours, theirs] of folders) {
      const there = await server.as(uid, (client) => lettersIn(client, theirs));
      const here = await person.imap((client) => lettersIn(client, ours));
      if (!isDeepStrictEqual(here, there))
        wrong.push(
          `${person.address} ${ours}: ${there.length} letters there, ${here.length} here, or not the same`,
        );
    }
  return wrong;
}

export const moveIn: Drill = {
  fault:
    'People move in from another mail system: hashes kept, letters copied byte for byte, then what is new, then nothing',
  run: async ({ stack, ledger }) => {
    const name = fresh('moved');
    const everybody = await movers(name);
    const folder = mkdtempSync(join(tmpdir(), 'hopthu-move-in-'));
    const server = await ForeignServer.start(stack);
    try {
      for (const { uid } of everybody) await server.fill(uid);
      const people = await takeOver(stack, name, everybody, folder);
      const taken = await withChanges(stack, async (change) => {
        const { host, port, address, authority } = server;
        const from = [{ host, port, networks: [`${address}/32`], authority }];
        const moving = await change({ 'moving.from': from });
        const started = performance.now();
        expectNew(await copyAll(moving, people, folder), lettersOfEach);
        const seconds = performance.now() - started;
        for (const { uid } of everybody) await server.fill(uid, 3);
        expectNew(await copyAll(moving, people, folder), 3);
        expectNew(await copyAll(moving, people, folder), 0);
        return seconds;
      });
      const hashes = await hashesOf(
        stack,
        everybody.map(({ uid }) => uid),
      );
      const wrong = [
        ...(await differences(server, people)),
        ...everybody
          .filter(({ uid, hash }) => hashes.get(uid) !== hash)
          .map(({ uid }) => `${uid}: another hash`),
      ];
      process.stderr.write(
        `${folders.length * people.size} folders and ${hashes.size} hashes compared, ${wrong.length} not as they were\n`,
      );
      if (wrong.length > 0) throw new Error(wrong.join('\n'));
      await ledger.probe();
      return taken;
    } finally {
      await server.end();
      rmSync(folder, { recursive: true });
    }
  },
};
