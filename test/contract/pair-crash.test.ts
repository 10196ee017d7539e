/** Two providers, one of which is killed between the write that it acknowledges and its passing on, or in the midst of its copy. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { attribute } from '../../operator/core/layout.ts';
import { Connection } from '../../operator/ldap/connection.ts';
import { LdaptsDirectory } from '../../operator/ldap/ldapts-directory.ts';
import { mailbox, mailboxDn } from './support/mailbox.ts';
import { Pair, type Provider, until } from './support/pair.ts';
import { Relay } from './support/relay.ts';
import { accepts, suffix } from './support/slapd.ts';

let pair: Pair;
let first: Provider;
let second: Provider;
let relay: Relay;
const open: LdaptsDirectory[] = [];

beforeEach(async () => {
  pair = await Pair.create();
  [first, second] = pair.providers;
  relay = await Relay.start(first.ports.slapd);
  await pullThrough(relay);
  await pair.start();
  await until(() => isWritable(directory(0)));
}, 60_000);
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
  await pair.stop();
  await relay.stop();
});

/** The second one copies what the first one writes through a relay; all else goes the direct way. */
async function pullThrough({ port }: Relay): Promise<void> {
  const file = join(second.folder, 'provider-1.conf');
  const text = await readFile(file, 'utf8');
  await writeFile(file, text.replace(/^( *provider=ldaps:.*:)\d+$/m, `$1${port}`));
}

/** Whom a front leads to. */
function directory(front: 0 | 1): LdaptsDirectory {
  const made = new LdaptsDirectory(new Connection(pair.connection(front)), suffix);
  open.push(made);
  return made;
}

const isWritable = (by: LdaptsDirectory) =>
  by.snapshot().then(
    () => true,
    () => false,
  );

async function add(by: LdaptsDirectory, ...uids: readonly string[]): Promise<void> {
  for (const uid of uids) await by.add(mailboxDn(uid), mailbox(uid));
}

/** One write of each kind. */
async function write(by: LdaptsDirectory): Promise<void> {
  await add(by, 'new');
  await by.modify(mailboxDn('changed'), 'changed', [{ attribute: attribute.status, values: ['Suspended'] }]);
  await by.remove(mailboxDn('removed'), 'removed');
}

async function expectWritten(): Promise<void> {
  const [ours, theirs] = await pair.contents();
  expect(theirs).toBe(ours);
  expect(ours.match(/^dn: uid=.*(?=,ou=mailboxes)/gm)?.sort()).toEqual(
    ['changed', 'later', 'new', 'stays'].map((uid) => `dn: uid=${uid}`),
  );
  const changed = ours.split('\n\n').find((entry) => entry.includes(`dn: ${mailboxDn('changed')}`));
  expect(changed).toContain('hopThuStatus: Suspended');
}

it('the last writes of the first, which it was killed before it had passed on, come to the second', async () => {
  const before = directory(0);
  await add(before, 'changed', 'removed', 'stays');
  await pair.contents();
  relay.swallowAnswers();
  await write(before);
  await first.kill();
  relay.cut();
  relay.restore();
  const meanwhile = directory(1);
  await until(() => isWritable(meanwhile));
  await add(meanwhile, 'later');
  first.startSlapd();
  await pair.whenReady();
  await expectWritten();
}, 60_000);

it('the last writes of the second, of the time when it was alone, come to the first', async () => {
  const by = directory(1);
  await add(by, 'changed', 'removed', 'stays');
  await pair.contents();
  await first.kill();
  await until(() => isWritable(by));
  await write(by);
  await second.kill();
  first.startSlapd();
  // It has waited for the other one, and goes on without it.
  await until(() => isWritable(by));
  await add(by, 'later');
  second.startSlapd();
  await pair.whenReady();
  await expectWritten();
}, 90_000);

it('a copy that was killed half way does not pass for the whole: it is begun again', async () => {
  await add(directory(0), ...Array.from({ length: 100 }, (_, number) => `person-${number}`));
  await second.stop('SIGKILL');
  await second.loseVolume();
  const had = async () => (await second.contents().catch(() => '')).match(/^dn: /gm)?.length ?? 0;
  // The copy begins, and gets no further than some entries.
  relay.cutAfter(60_000);
  second.start();
  await until(async () => (await had()) > 10);
  await Promise.all([first.stop('SIGKILL'), second.stop('SIGKILL')]);
  expect(await had()).toBeLessThan(100);
  second.start();
  await until(() => accepts(second.ports.slapd));
  expect(await had()).toBe(0);
  relay.restore();
  first.start();
  await pair.whenReady();
  const [ours, theirs] = await pair.contents();
  expect(theirs).toBe(ours);
  expect(ours.match(/^uid: person-\d+$/gm)).toHaveLength(100);
}, 90_000);
