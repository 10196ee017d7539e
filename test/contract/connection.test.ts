/** What a network and a dying slapd do to the operator's connection, on a real slapd behind a relay. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Client } from 'ldapts';
import { Conflict, Unavailable } from '../../operator/errors.ts';
import { Connection, type ConnectionOptions } from '../../operator/ldap/connection.ts';
import { LdaptsDirectory } from '../../operator/ldap/ldapts-directory.ts';
import { mailbox, mailboxDn } from './support/mailbox.ts';
import { Relay } from './support/relay.ts';
import { connectTo, firstPassword, operatorDn, Slapd, suffix, until } from './support/slapd.ts';

const whoAmI = '1.3.6.1.4.1.4203.1.11.3';
const identityOn = async (client: Client) => (await client.exop(whoAmI)).value;
const times = <T>(count: number, work: (index: number) => Promise<T>) =>
  Array.from({ length: count }, (_, index) => work(index));

let slapd: Slapd;
let relay: Relay;
let connection: Connection;
let directory: LdaptsDirectory;
let count = 0;

const connect = (changes: Partial<ConnectionOptions> = {}) =>
  new Connection({ ...connectTo(slapd, relay.port), ...changes });

beforeAll(async () => {
  slapd = await Slapd.start();
}, 30_000);
afterAll(() => slapd?.stop());
beforeEach(async () => {
  relay = await Relay.start(slapd.port);
  connection = connect();
  directory = new LdaptsDirectory(connection, suffix);
});
afterEach(async () => {
  await connection.close();
  await relay.stop();
});

const newEntry = () => {
  const uid = `c${++count}`;
  return { uid, dn: mailboxDn(uid), attributes: mailbox(uid) };
};

describe('when slapd dies', () => {
  it('settles all of 64 operations, then serves 64 more over one new socket, bound', async () => {
    await connection.run(identityOn);
    slapd.freeze();
    const lost = times(64, () => connection.run(identityOn));
    await until(() => connection.state().inFlight === 8);
    await slapd.kill();
    for (const outcome of await Promise.allSettled(lost)) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: expect.any(Unavailable) });
    }
    expect(connection.state()).toMatchObject({ inFlight: 0, queued: 0 });
    expect(connection.state().connectedSince).toBeUndefined();
    await slapd.resume();
    const { opened } = relay;
    const identities = await Promise.all(times(64, () => connection.run(identityOn)));
    expect(new Set(identities)).toEqual(new Set([`dn:${operatorDn}`]));
    expect(relay.opened - opened).toBe(1);
    expect(relay.open).toBe(1);
    expect(connection.state()).toMatchObject({ reconnects: 1, connectedSince: expect.any(Date) });
  }, 30_000);

  it('is mended: bare ldapts opens a socket for each operation and forgets who it is', async () => {
    const bare = new Client({
      url: `ldaps://127.0.0.1:${relay.port}`,
      tlsOptions: { ca: await slapd.ca(), servername: 'localhost' },
    });
    await bare.bind(operatorDn, firstPassword);
    await slapd.kill();
    await until(() => !bare.isConnected);
    await slapd.resume();
    const { opened } = relay;
    const outcomes: string[] = [];
    for (const attempt of times(8, () => identityOn(bare))) {
      attempt.then(
        (identity) => outcomes.push(`${identity}`),
        (error) => outcomes.push(String(error)),
      );
    }
    await until(() => relay.opened - opened === 8 && outcomes.length >= 7);
    expect(outcomes).not.toContain(`dn:${operatorDn}`);
    await bare.unbind();
  }, 30_000);

  it('says so once for each session in place of a lost one, before anybody is served by it', async () => {
    const told: string[] = [];
    const telling = connect({ onReconnect: () => told.push('reconnected') });
    const serve = () => telling.run(identityOn).then(() => told.push('served'));
    await serve();
    expect(told).toEqual(['served']);
    await slapd.kill();
    await expect(telling.run(identityOn)).rejects.toThrow(Unavailable);
    await expect(telling.run(identityOn)).rejects.toThrow(Unavailable);
    await slapd.resume();
    await Promise.all(times(3, serve));
    expect(told).toEqual(['served', 'reconnected', 'served', 'served', 'served']);
    await telling.close();
  }, 30_000);

  it('binds with the password that stands in the file by then', async () => {
    let password = firstPassword;
    const rotated = connect({ password: async () => password });
    await rotated.run(identityOn);
    await slapd.kill();
    await slapd.setPassword('operator', 'second-password');
    await slapd.resume();
    await expect(rotated.run(identityOn)).rejects.toThrow(Unavailable);
    expect(rotated.state().lastFailure).toContain('cannot log in');
    password = 'second-password';
    expect(await rotated.run(identityOn)).toBe(`dn:${operatorDn}`);
    expect(rotated.state().lastFailure).toBeUndefined();
    await rotated.close();
    await slapd.kill();
    await slapd.setPassword('operator', firstPassword);
    await slapd.resume();
  }, 30_000);
});

describe('when the connection breaks', () => {
  it('does not let ldapts open another one by itself, which would be anonymous', async () => {
    const afterCut = async (client: Client) => {
      relay.cut();
      await until(() => !client.isConnected);
      return identityOn(client);
    };
    await expect(connection.run(afterCut)).rejects.toThrow(Unavailable);
    expect(relay.opened).toBe(1);
    expect(await connection.run(identityOn)).toBe(`dn:${operatorDn}`);
  });
});

describe('in a black hole', () => {
  const deadline = 1_000;

  it('gives an operation up after its deadline and frees its place', async () => {
    const hasty = connect({ deadline });
    await hasty.run(identityOn);
    relay.swallowAll();
    const failures = await Promise.allSettled(times(8, () => hasty.run(identityOn)));
    for (const failure of failures) expect(failure).toMatchObject({ reason: expect.any(Unavailable) });
    expect(hasty.state()).toMatchObject({ inFlight: 0, queued: 0 });
    relay.restore();
    expect(await hasty.run(identityOn)).toBe(`dn:${operatorDn}`);
    await hasty.close();
  });

  it('gives connecting up after the deadline, for all 2,000 who wait at once', async () => {
    relay.swallowAll();
    const hasty = connect({ deadline });
    const outcomes = await Promise.allSettled(times(2_000, () => hasty.run(identityOn)));
    expect(outcomes.every((outcome) => outcome.status === 'rejected')).toBe(true);
    expect(relay.opened).toBe(1);
    await hasty.close();
  });

  it('gives up a password file that cannot be read in time', async () => {
    const hasty = connect({ deadline, password: () => new Promise(() => undefined) });
    await expect(hasty.run(identityOn)).rejects.toThrow(Unavailable);
    expect(relay.opened).toBe(0);
    await hasty.close();
  });

  it('does not take a lost answer for a refusal: the entry is found when looked for', async () => {
    const hasty = new LdaptsDirectory(connect({ deadline }), suffix);
    await hasty.snapshot();
    const { uid, dn, attributes } = newEntry();
    relay.swallowAnswers();
    await expect(hasty.add(dn, attributes)).rejects.toThrow(Unavailable);
    relay.restore();
    await expect(hasty.add(dn, attributes)).rejects.toThrow(Conflict);
    const found = (await hasty.snapshot()).find((entry) => entry.dn === dn);
    expect(found?.attributes).toMatchObject({ hopThuOwnerUID: [uid] });
    await hasty.close();
  });
});

describe('a snapshot that is cut', () => {
  it('is rejected as a whole', async () => {
    const entries = Array.from({ length: 600 }, newEntry);
    await Promise.all(entries.map(({ dn, attributes }) => directory.add(dn, attributes)));
    const before = relay.answered;
    await directory.snapshot();
    // In the second page: a page has 500 entries.
    relay.cutAfter(Math.floor((relay.answered - before) * 0.9));
    await expect(directory.snapshot()).rejects.toThrow(Unavailable);
    relay.restore();
    const dns = (await directory.snapshot()).map(({ dn }) => dn);
    expect(dns).toEqual(expect.arrayContaining(entries.map(({ dn }) => dn)));
  }, 30_000);

  it('does not disturb the next one, nor one asked for at the same time', async () => {
    const [first, second] = await Promise.all([directory.snapshot(), directory.snapshot()]);
    expect(first).toEqual(second);
  });
});

describe('who the operator is', () => {
  it.each<[string, string, Partial<ConnectionOptions>]>([
    ['an empty password', 'is empty', { password: async () => '' }],
    ['a wrong password', 'cannot log in', { password: async () => 'wrong' }],
    ['an unknown account', 'cannot log in', { bindDn: `cn=nobody,${suffix}` }],
    ['a certificate of another name', 'altnames', { servername: 'elsewhere.example' }],
    ['an authority that it does not trust', 'self-signed', { ca: async () => '' }],
  ])('is never taken on trust: %s', async (_, reason, changes) => {
    const stranger = connect(changes);
    await expect(stranger.run(identityOn)).rejects.toMatchObject({
      name: 'Unavailable',
      message: expect.stringContaining(reason),
    });
    expect(stranger.state().connectedSince).toBeUndefined();
    await stranger.close();
    await until(() => relay.open === 0);
  });
});

describe('close', () => {
  it('ends the socket, the queue and what is in flight', async () => {
    await connection.run(identityOn);
    relay.swallowAnswers();
    const pending = Promise.allSettled(times(20, () => connection.run(identityOn)));
    await until(() => connection.state().queued === 12);
    await connection.close();
    for (const outcome of await pending) expect(outcome).toMatchObject({ reason: expect.any(Unavailable) });
    await expect(connection.run(identityOn)).rejects.toThrow(Unavailable);
    await until(() => relay.open === 0);
  });
});
