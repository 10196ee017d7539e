/** Many operations at once: none is lost, and no address is given twice. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'ldapts';
import { attribute } from '../../operator/core/layout.ts';
import { Conflict } from '../../operator/errors.ts';
import { Connection } from '../../operator/ldap/connection.ts';
import { LdaptsDirectory } from '../../operator/ldap/ldapts-directory.ts';
import { at, mailbox, mailboxDn } from './support/mailbox.ts';
import { connectTo, firstPassword, operatorDn, Slapd, suffix } from './support/slapd.ts';

const whoAmI = '1.3.6.1.4.1.4203.1.11.3';
const burst = 2_000;

/** slapd here closes a connection with more than 16 operations under way; by default it does so at 1,000. */
const impatient = (config: string) => `conn_max_pending_auth 16\n${config}`;

let slapd: Slapd;
beforeAll(async () => {
  slapd = await Slapd.start({ edit: impatient });
}, 30_000);
afterAll(() => slapd?.stop());

describe('a burst of 2,000 operations', () => {
  it('keeps to 8 in flight and loses none', async () => {
    const connection = new Connection(connectTo(slapd));
    let [inFlight, most] = [0, 0];
    const operation = async (client: Client) => {
      inFlight += 1;
      most = Math.max(most, inFlight);
      await client.exop(whoAmI);
      inFlight -= 1;
    };
    await Promise.all(Array.from({ length: burst }, () => connection.run(operation)));
    expect(most).toBe(8);
    expect(connection.state()).toMatchObject({ reconnects: 0, inFlight: 0, queued: 0 });
    await connection.close();
  }, 30_000);

  it('would lose most of them with bare ldapts', async () => {
    const bare = new Client({
      url: `ldaps://127.0.0.1:${slapd.port}`,
      tlsOptions: { ca: await slapd.ca(), servername: 'localhost' },
    });
    await bare.bind(operatorDn, firstPassword);
    const outcomes = await Promise.allSettled(Array.from({ length: burst }, () => bare.exop(whoAmI)));
    expect(outcomes.filter(({ status }) => status === 'rejected').length).toBeGreaterThan(0);
    await bare.unbind();
  }, 30_000);

  it.each([0, 17, 1.5])('cannot be allowed %d in flight', (maxInFlight) => {
    expect(() => new Connection({ ...connectTo(slapd), maxInFlight })).toThrow('maxInFlight');
  });
});

describe('one address, asked for over 8 connections at the same moment', () => {
  it('goes to exactly one, 50 times over', async () => {
    const directories = Array.from(
      { length: 8 },
      () => new LdaptsDirectory(new Connection(connectTo(slapd)), suffix),
    );
    await Promise.all(directories.map((directory) => directory.snapshot()));
    for (let round = 0; round < 50; round += 1) {
      const attempts = directories.map((directory, index) => {
        const uid = `r${round}-${index}`;
        const shared = at(`shared${round}`);
        return directory.add(mailboxDn(uid), mailbox(uid, { [attribute.address]: [at(uid), shared] }));
      });
      const outcomes = await Promise.allSettled(attempts);
      const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
      expect(refused).toHaveLength(7);
      for (const { reason } of refused) expect(reason).toBeInstanceOf(Conflict);
    }
    await Promise.all(directories.map((directory) => directory.close()));
  }, 120_000);
});
