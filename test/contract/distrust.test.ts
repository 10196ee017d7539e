/** What the operator must not believe: answers that are incomplete, or given to somebody else. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { sentinel } from '../../operator/core/layout.ts';
import { Unavailable } from '../../operator/errors.ts';
import { Connection } from '../../operator/ldap/connection.ts';
import { LdaptsDirectory } from '../../operator/ldap/ldapts-directory.ts';
import { Impostor } from './support/impostor.ts';
import { mailbox, mailboxDn } from './support/mailbox.ts';
import { connectTo, Slapd, type SlapdOptions, suffix } from './support/slapd.ts';

const running: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of running.splice(0).reverse()) await stop();
});

async function start(options: SlapdOptions = {}): Promise<Slapd> {
  const slapd = await Slapd.start(options);
  running.push(() => slapd.stop());
  return slapd;
}

function directoryAt(slapd: Slapd, port = slapd.port): LdaptsDirectory {
  const directory = new LdaptsDirectory(new Connection(connectTo(slapd, port)), suffix);
  running.push(() => directory.close());
  return directory;
}

describe('a snapshot', () => {
  it('without the sentinel is not believed', async () => {
    const slapd = await start({ editTree: (tree) => tree.slice(0, tree.indexOf(`dn: ${sentinel}`)) });
    await expect(directoryAt(slapd).snapshot()).rejects.toThrow(sentinel);
  }, 30_000);

  it('that may not show the sentinel is not believed', async () => {
    const hidden = `access to dn.exact="${sentinel},${suffix}" by * none`;
    const slapd = await start({
      edit: (config) => config.replace(/^include .*acl\.conf$/m, `${hidden}\n$&`),
    });
    await expect(directoryAt(slapd).snapshot()).rejects.toThrow(sentinel);
  }, 30_000);

  it('that ends at a size limit is not believed', async () => {
    const slapd = await start({
      edit: (config) => config.replace(/^limits dn.exact="cn=operator.*$/m, 'sizelimit 5'),
    });
    const directory = directoryAt(slapd);
    for (const uid of ['a', 'b', 'c', 'd', 'e', 'f']) await directory.add(mailboxDn(uid), mailbox(uid));
    await expect(directory.snapshot()).rejects.toThrow(Unavailable);
  }, 30_000);
});

describe('a server that binds everybody as nobody', () => {
  it('gets no read and no write', async () => {
    const slapd = await start();
    const impostor = await Impostor.start(slapd);
    running.push(() => impostor.stop());
    const directory = directoryAt(slapd, impostor.port);
    const changes = [{ attribute: 'cn', values: ['x'] }];
    await expect(directory.snapshot()).rejects.toThrow('anonymous');
    await expect(directory.add(mailboxDn('a'), mailbox('a'))).rejects.toThrow(Unavailable);
    await expect(directory.modify(mailboxDn('a'), 'a', changes)).rejects.toThrow(Unavailable);
    await expect(directory.remove(mailboxDn('a'), 'a')).rejects.toThrow(Unavailable);
    const [bind, extended] = [0x60, 0x77];
    expect(impostor.requests).toEqual([bind, extended, bind, extended, bind, extended, bind, extended]);
  }, 30_000);
});
