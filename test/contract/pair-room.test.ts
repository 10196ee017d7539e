/** Two providers whose volumes run full: the other one takes the writes, and where neither has room, what can be read is read. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Conflict } from '../../operator/errors.ts';
import { Connection } from '../../operator/ldap/connection.ts';
import { LdaptsDirectory } from '../../operator/ldap/ldapts-directory.ts';
import { mailbox, mailboxDn } from './support/mailbox.ts';
import { Pair, type Provider, until } from './support/pair.ts';
import { suffix } from './support/slapd.ts';
import type { SmallVolume } from './support/small-volume.ts';

const mebibytes = 80;
let pair: Pair;
let volumes: readonly [SmallVolume, SmallVolume];
let directory: LdaptsDirectory;
let written = 0;

beforeAll(async () => {
  pair = await Pair.create();
  const [first, second] = pair.providers;
  volumes = [await first.onSmallVolume(mebibytes), await second.onSmallVolume(mebibytes)];
  await pair.start();
  directory = new LdaptsDirectory(new Connection(pair.connection(1)), suffix);
  await until(isRead);
}, 60_000);
afterAll(async () => {
  await directory?.close();
  await pair?.stop();
});

const isRead = () =>
  directory.snapshot().then(
    () => true,
    () => false,
  );

/** Tries until it is acknowledged, or found there; gives the number of the provider that wrote it. */
async function writer(): Promise<string | undefined> {
  const uid = `person-${written++}`;
  await until(() =>
    directory.add(mailboxDn(uid), mailbox(uid)).then(
      () => true,
      (error) => error instanceof Conflict,
    ),
  );
  const [contents] = await Promise.all(pair.providers.map((one) => entryOf(one, uid))).then((all) =>
    all.filter(Boolean),
  );
  return /^entryCSN: .*#00(\d)#/m.exec(contents ?? '')?.[1];
}

async function entryOf(provider: Provider, uid: string): Promise<string | undefined> {
  const entries = (await provider.contents()).split('\n\n');
  return entries.find((one) => one.includes(`\ndn: uid=${uid},ou=mailboxes,`));
}

/** What the other front asks for (`/`, may it take writes), and Kubernetes (`/reads`, may clients come to it). */
const answers = (provider: Provider, path: string) =>
  fetch(`http://127.0.0.1:${provider.ports.health}${path}`).then(
    ({ ok }) => ok,
    () => false,
  );

it('the second takes the writes while the volume of the first is full, and gives them back with all that there is', async () => {
  expect(await writer()).toBe('1');
  await volumes[0].fill();
  await until(async () => (await writer()) === '2');
  for (let count = 0; count < 20; count += 1) expect(await writer()).toBe('2');
  await volumes[0].makeRoom();
  await until(async () => (await writer()) === '1');
  const [ours, theirs] = await pair.contents();
  expect(ours.match(/^uid: person-\d+$/gm)).toHaveLength(written);
  expect(theirs).toBe(ours);
}, 120_000);

it('nothing changes while the volume of the second is full, but that it comes behind', async () => {
  await volumes[1].fill();
  for (let count = 0; count < 20; count += 1) expect(await writer()).toBe('1');
  await volumes[1].makeRoom();
  const [ours, theirs] = await pair.contents();
  expect(theirs).toBe(ours);
}, 120_000);

it('where neither has room people are still found and let in, and both are led to', async () => {
  await Promise.all(volumes.map((volume) => volume.fill()));
  for (const provider of pair.providers) await until(async () => !(await answers(provider, '/')));
  for (const provider of pair.providers) await until(() => answers(provider, '/reads'));
  await until(isRead);
  await Promise.all(volumes.map((volume) => volume.makeRoom()));
  await until(async () => (await writer()) === '1');
  const [ours, theirs] = await pair.contents();
  expect(theirs).toBe(ours);
}, 120_000);
