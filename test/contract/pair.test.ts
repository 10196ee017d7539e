/** Two providers in mirror mode with production's files: either may be lost in the midst of writes, or lose its volume. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'ldapts';
import { attribute, objectClass } from '../../operator/core/layout.ts';
import { organizationDn } from '../../operator/core/naming/identity.ts';
import { hashPassword } from '../../operator/credentials/ssha512.ts';
import { Conflict } from '../../operator/errors.ts';
import { Connection } from '../../operator/ldap/connection.ts';
import { LdaptsDirectory } from '../../operator/ldap/ldapts-directory.ts';
import { changePassword } from '../../operator/ldap/password-change.ts';
import { mailbox, mailboxDn } from './support/mailbox.ts';
import { Pair, type Provider, until } from './support/pair.ts';
import { operatorDn, site, until as soon, suffix } from './support/slapd.ts';

const initial = 'Kx7m-Qp4r-Wt9h-Zc3e';
let pair: Pair;
let first: Provider;
let second: Provider;
let directory: LdaptsDirectory;
let written = 0;

beforeAll(async () => {
  pair = await Pair.create();
  [first, second] = pair.providers;
  await pair.start();
  directory = new LdaptsDirectory(new Connection(pair.connection(1)), suffix);
  // Bind accounts are made through the active provider.
  await until(() =>
    directory.snapshot().then(
      () => true,
      () => false,
    ),
  );
}, 60_000);
afterAll(async () => {
  await directory?.close();
  await pair?.stop();
});

/** Writes one after the other, each until it is acknowledged or found there; `meanwhile` runs after the first few. */
async function burst(count: number, meanwhile: () => Promise<void> = async () => undefined): Promise<void> {
  let harm: Promise<void> | undefined;
  for (let done = 0; done < count; done += 1) {
    const uid = `person-${written}`;
    await until(async () => {
      try {
        await directory.add(mailboxDn(uid), mailbox(uid, { userPassword: [hashPassword(initial)] }));
        return true;
      } catch (error) {
        return error instanceof Conflict;
      }
    });
    written += 1;
    if (done === 20) harm = meanwhile();
  }
  await harm;
}

async function expectEqual(): Promise<string> {
  const [ours, theirs] = await pair.contents();
  expect(ours.match(/^uid: person-\d+$/gm)).toHaveLength(written);
  expect(theirs).toBe(ours);
  return ours;
}

/** Number of the provider that wrote an entry last. */
function writerOf(contents: string, uid: string): string | undefined {
  const entry = contents.split('\n\n').find((one) => one.includes(`\ndn: uid=${uid},ou=mailboxes,`));
  return /^entryCSN: .*#00(\d)#/m.exec(entry ?? '')?.[1];
}

it('both have the same, passwords and times included, and the first one wrote it', async () => {
  await burst(30);
  await expectEqual();
  expect(writerOf(await second.contents(), 'person-5')).toBe('1');
}, 60_000);

it('makes groups of its organizations by itself, each provider its own', async () => {
  const dn = organizationDn(site, 'so-y-te');
  await directory.add(dn, {
    objectClass: ['organizationalUnit', objectClass.organization],
    cn: ['Sở Y tế'],
    [attribute.abbreviation]: ['soyte'],
    [attribute.status]: ['Active'],
    [attribute.site]: [site.name],
    [attribute.resource]: ['soc-trang-accounts/so-y-te'],
    [attribute.ownerUid]: ['so-y-te'],
  });
  for (const provider of pair.providers)
    await until(async () => (await provider.groups()).includes(`(hopThuOrganization=${dn})`));
}, 60_000);

it.each([
  ['first, slapd alone', () => first.kill(), () => first.startSlapd()],
  ['first, its whole pod', () => first.stop('SIGKILL'), () => first.start()],
  ['second', () => second.kill(), () => second.startSlapd()],
])(
  'nothing is lost when the %s is killed in a burst and comes back in the next',
  async (_, harm, start) => {
    await burst(60, harm);
    await burst(60, async () => start());
    await pair.whenReady();
    await expectEqual();
    // The first one is active again.
    await until(async () => {
      await burst(1);
      return writerOf(await first.contents(), `person-${written - 1}`) === '1';
    });
  },
  120_000,
);

describe('searches that both answer', () => {
  /** Each front asks one after the other until `harm` is done; gives what failed again right after a reconnect. */
  async function failedMeanwhile(harm: Promise<void>): Promise<readonly string[]> {
    const connections = [0, 1] as const;
    const open = connections.map((front) => new Connection(pair.connection(front, 'readers')));
    const failed: string[] = [];
    let isDone = false;
    const done = harm.finally(() => {
      isDone = true;
    });
    const person = (connection: Connection) =>
      connection.run((client) =>
        client.search(mailboxDn('person-0'), { scope: 'base', attributes: ['mail'] }),
      );
    const asking = open.map(async (connection) => {
      while (!isDone)
        await person(connection).catch(() => person(connection).catch((error) => failed.push(String(error))));
      await connection.close();
    });
    await Promise.all([done, ...asking]);
    return failed;
  }

  it('are shared among the two', async () => {
    const before = await Promise.all(pair.providers.map((one) => one.logins(operatorDn)));
    for (let count = 0; count < 6; count += 1) {
      const connection = new Connection(pair.connection(1, 'readers'));
      await connection.run((client) => client.search(mailboxDn('person-0'), { scope: 'base' }));
      await connection.close();
    }
    const after = await Promise.all(pair.providers.map((one) => one.logins(operatorDn)));
    expect(after.map((count, index) => count - (before[index] ?? 0))).toEqual([3, 3]);
  }, 60_000);

  it.each([
    ['first', () => first],
    ['second', () => second],
  ])(
    'are answered while the %s is killed and comes back, after a reconnect at most',
    async (_, which) => {
      const killed = async () => {
        await which().kill();
        await until(async () => !(await which().isReady()));
        which().startSlapd();
        await pair.whenReady();
      };
      expect(await failedMeanwhile(killed())).toEqual([]);
    },
    60_000,
  );
});

it('a login at the second while the first is away counts for both (R23), and so does a new password', async () => {
  await first.kill();
  const dn = mailboxDn('person-0');
  const { port, ca } = pair.connection(1);
  const tlsOptions = { ca: await ca(), servername: 'localhost' };
  const client = new Client({
    url: `ldaps://127.0.0.1:${port}`,
    tlsOptions,
    timeout: 5_000,
    connectTimeout: 5_000,
  });
  await until(() =>
    changePassword(client, dn, initial, 'Tốt-Lành-17').then(
      () => true,
      () => false,
    ),
  );
  await client.bind(dn, 'Tốt-Lành-17');
  await client.unbind();
  first.startSlapd();
  await pair.whenReady();
  await expectEqual();
  const entry = (await first.contents()).split('\n\n').find((one) => one.includes(`dn: ${dn}`)) ?? '';
  expect(entry).toMatch(/^pwdLastSuccess: /m);
  expect(entry).toMatch(/^userPassword:: /m);
}, 60_000);

describe('a volume that is lost', () => {
  it.each([
    ['second', () => second],
    ['first', () => first],
  ])(
    'of the %s is filled from the other, and nothing is begun anew',
    async (_, which) => {
      const before = (await first.contents()).match(/^entryUUID: .*$/gm)?.sort();
      await which().stop('SIGKILL');
      await which().loseVolume();
      which().start();
      await pair.whenReady();
      await expectEqual();
      expect((await which().contents()).match(/^entryUUID: .*$/gm)?.sort()).toEqual(before);
    },
    60_000,
  );

  it('of the first is filled by nobody while the second is away', async () => {
    await Promise.all([first.stop(), second.stop()]);
    await first.loseVolume();
    first.start();
    await expect(soon(() => first.isReady(), 6_000)).rejects.toThrow();
    second.start();
    await pair.whenReady();
    await expectEqual();
  }, 60_000);
});

it("a bind account's new password comes to both with the next start", async () => {
  await writeFile(join(second.folder, 'secrets/accounts/operator'), 'another');
  await second.stop();
  second.start();
  const { port, ca } = pair.connection(0);
  const tlsOptions = { ca: await ca(), servername: 'localhost' };
  await until(async () => {
    const client = new Client({
      url: `ldaps://127.0.0.1:${port}`,
      tlsOptions,
      timeout: 5_000,
      connectTimeout: 5_000,
    });
    try {
      await client.bind(operatorDn, 'another');
      return true;
    } catch {
      return false;
    } finally {
      await client.unbind();
    }
  });
  await expectEqual();
}, 60_000);

it('a directory of the time before there were two becomes a pair, and nothing of it is lost', async () => {
  const former = await Pair.create();
  const [old] = former.providers;
  try {
    await old.fillAsBefore();
    await former.start();
    const [ours, theirs] = await former.contents();
    expect(ours).toMatch(/^dn: cn=sentinel,ou=policies,/m);
    expect(ours).toMatch(/^entryCSN: .*#000#/m);
    expect(theirs).toBe(ours);
  } finally {
    await former.stop();
  }
}, 60_000);
