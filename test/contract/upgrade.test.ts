/** A filled site of a former release (test/upgrade/, made by its make.ts) under what there is today. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { parse, stringify } from 'yaml';
import { dovecotConfig } from '../../charts/components/dovecot-config.ts';
import { parseMailbox } from '../../operator/api/mailbox.ts';
import { parseOrganization } from '../../operator/api/organization.ts';
import { apiVersion, type Resource } from '../../operator/api/resource.ts';
import { delegatedFolder } from '../../operator/core/mail-settings.ts';
import { MemoryCluster } from '../../operator/kube/memory-cluster.ts';
import { Connection } from '../../operator/ldap/connection.ts';
import { LdaptsDirectory } from '../../operator/ldap/ldapts-directory.ts';
import { parseLdif } from '../support/ldif.ts';
import { quietPass } from '../support/quiet-pass.ts';
import { type ApiServer, startApiServer } from './kube-support/api-server.ts';
import { account, DovecotPod } from './support/dovecot-pod.ts';
import { fillAsRelease, found, ldifOf } from './support/former.ts';
import { Pair, until } from './support/pair.ts';
import { site, suffix } from './support/slapd.ts';

// Each of these asks programs of their own, on a machine that may be busy.
jest.setTimeout(120_000);

const folder = join(import.meta.dirname, '../upgrade');
const releases = globSync('*/resources.yaml', { cwd: folder }).map((path) => path.split('/')[0] ?? '');
const resourcesOf = (release: string) =>
  parse(readFileSync(join(folder, release, 'resources.yaml'), 'utf8')) as readonly Resource[];

type Entries = ReadonlyMap<string, Readonly<Record<string, readonly string[]>>>;
const entriesOf = (ldif: string): Entries =>
  new Map(parseLdif(ldif).map(({ dn, attributes }) => [dn, attributes]));

/** What slapd keeps of its own at each write. */
const kept = new Set(['entryCSN', 'contextCSN', 'modifiersName', 'modifyTimestamp']);

/** People find the mailboxes of organizations below it; it had this name until 2026-11-26. */
const renamed = (value: string) => value.replace('/prefix=Hộp thư cơ quan/', `/prefix=${delegatedFolder}/`);

/** Values that were there before and are not any more. */
function missing(before: Entries, after: Entries): readonly string[] {
  return [...before].flatMap(([dn, attributes]) => {
    const now = after.get(dn);
    if (now === undefined) return [dn];
    const isThere = (name: string) => (value: string) =>
      now[name]?.includes(value) === true || now[name]?.includes(renamed(value)) === true;
    return Object.entries(attributes).flatMap(([name, values]) =>
      kept.has(name) || values.every(isThere(name)) ? [] : [`${dn} ${name}: ${values.join()}`],
    );
  });
}

it('there is a former release', () => expect(releases.length).toBeGreaterThan(0));

describe.each(releases)('a directory of %s', (release) => {
  const openldap = join(folder, release, 'openldap');
  const before = entriesOf(readFileSync(join(openldap, 'directory.ldif'), 'utf8'));
  const cluster = new MemoryCluster();
  let pair: Pair;
  let directory: LdaptsDirectory;

  beforeAll(async () => {
    pair = await Pair.create();
    // Of the indexes only what no search can do without: all others are new.
    await fillAsRelease(pair.providers[0], openldap, (text) =>
      text.replaceAll(/^index (cn|objectClass|hopThu\w+|pwdChangedTime).*$/gm, ''),
    );
    await pair.start();
    directory = new LdaptsDirectory(new Connection(pair.connection()), suffix);
    await until(() =>
      directory.snapshot().then(
        () => true,
        () => false,
      ),
    );
    cluster.restore(resourcesOf(release));
  }, 120_000);
  afterAll(async () => {
    await directory?.close();
    await pair?.stop();
  });

  const pass = () => quietPass({ site, cluster, directory });

  it('is there whole, at both providers', async () => {
    const [ours, theirs] = await pair.contents();
    expect(theirs).toBe(ours);
    // Policies and bind accounts are of today.
    const people: Entries = new Map([...before].filter(([dn]) => !/,ou=(policies|services),/.test(dn)));
    expect(people.size).toBeGreaterThan(10);
    expect(missing(people, entriesOf(await ldifOf(pair.providers[0])))).toEqual([]);
  });

  it('is found by indexes that are newer than its entries', async () => {
    const [dn = ''] = [...before.keys()].filter((name) => name.includes(',ou=mailboxes,'));
    const [mail = ''] = before.get(dn)?.['mail'] ?? [];
    const listed = await found(
      pair.providers[0],
      `(&(objectClass=hopThuMailbox)(mail=${mail.slice(0, 4)}*))`,
    );
    expect(listed).toContain(`dn: ${dn}`);
    expect(await found(pair.providers[0], `(hopThuAddress=${mail})`)).toContain(`dn: ${dn}`);
  });

  it('gives the operator nothing to close, remove or rename, and nothing at all the second time', async () => {
    const { changes, failures, held, orphans } = await pass();
    expect({ failures, held, orphans }).toEqual({ failures: 0, held: 0, orphans: 0 });
    expect([...new Set(changes.map(({ action }) => action))].filter((action) => action !== 'update')).toEqual(
      [],
    );
    expect((await pass()).changes).toEqual([]);
    const people: Entries = new Map(
      [...before].filter(([dn]) => /,ou=(mailboxes|organizations|held),/.test(dn)),
    );
    expect(missing(people, entriesOf(await ldifOf(pair.providers[0])))).toEqual([]);
  });

  it('leaves everybody as they were: address, state, ready', async () => {
    for (const { kind, metadata, status } of resourcesOf(release)) {
      const now = cluster.get(kind, metadata.namespace, metadata.name);
      const told = ({ address, localPart, state, entry, conditions }: Record<string, unknown>) => ({
        ...{ address, localPart, state, entry },
        ready: (conditions as readonly { type: string; status: string }[]).find(
          ({ type }) => type === 'Ready',
        )?.status,
      });
      expect([metadata.name, told(now?.status as Record<string, unknown>)]).toEqual([
        metadata.name,
        told(status as Record<string, unknown>),
      ]);
    }
  });
});

describe.each(releases)('mail of %s', (release) => {
  const former = readFileSync(join(folder, release, 'mail.json'), 'utf8').trim();
  let pod: DovecotPod;

  beforeAll(async () => {
    const config = dovecotConfig(site, { host: 'localhost', port: 636 });
    pod = await DovecotPod.start(config, join(folder, release, 'mail.tar.gz'));
  }, 900_000);
  afterAll(() => pod?.end());

  it('is what it was, letter by letter: folders, UIDs, flags, days, every byte', async () => {
    expect(JSON.parse(former)).toHaveLength(4);
    expect(JSON.parse(await pod.letters())).toEqual(JSON.parse(former));
  });

  it('is searched, and takes more', async () => {
    const search = (words: string) => pod.sh(`doveadm search -u ${account} mailbox INBOX subject '${words}'`);
    expect((await search('cong van')).split('\n')).toHaveLength(3);
    await pod.sh(`printf 'Subject: Công văn mới\\r\\n\\r\\n' | doveadm save -u ${account} -m INBOX`);
    expect((await search('cong van')).split('\n')).toHaveLength(4);
    expect(await pod.sh(`doveadm sieve list -u ${account}`)).toContain('mine');
  });
});

describe.each(releases)('resources of %s', (release) => {
  let server: ApiServer;
  const stored = resourcesOf(release).map(({ kind, metadata: { name, namespace }, spec, status }) => ({
    ...{ apiVersion, kind, metadata: { name, namespace } },
    ...{ spec, status },
  }));
  const definitions = (of: string) => globSync('*.yaml', { cwd: of }).map((file) => join(of, file));

  beforeAll(async () => {
    server = await startApiServer();
    const [namespace = ''] = site.namespaces.accounts;
    await server.kubectl(['create', 'namespace', namespace]);
    await server.kubectl(['delete', 'crd', 'mailboxes.hopthu.io', 'organizations.hopthu.io']);
    for (const file of definitions(join(folder, release, 'crds'))) {
      await server.kubectl(['create', '-f', file]);
      await server.kubectl(['wait', '--for=condition=Established', '-f', file]);
    }
    for (const { status, ...resource } of stored) {
      await server.kubectl(['create', '-f', '-'], stringify(resource));
      const patch = JSON.stringify({ status });
      const { name, namespace: of } = resource.metadata;
      await server.kubectl([
        'patch',
        resource.kind,
        name,
        '-n',
        of,
        '--subresource=status',
        '--type=merge',
        '-p',
        patch,
      ]);
    }
  }, 300_000);
  afterAll(() => server?.stop());

  it('are read, written and understood under the definitions of today', async () => {
    for (const file of definitions(join(import.meta.dirname, '../../crds')))
      await server.kubectl(['apply', '--server-side', '--force-conflicts', '-f', file]);
    const list = JSON.parse(await server.kubectl(['get', 'mailboxes,organizations', '-A', '-o', 'json']));
    const items = list.items as readonly (Resource & { spec: object; status: object })[];
    const plain = (
      of: readonly { kind: string; metadata: { name: string }; spec?: unknown; status?: unknown }[],
    ) =>
      of
        .map(({ kind, metadata: { name }, spec, status }) => ({ kind, name, spec, status }))
        .sort((a, b) => (`${a.kind}${a.name}` < `${b.kind}${b.name}` ? -1 : 1));
    // Defaults may have come; nothing has gone.
    expect(plain(items)).toMatchObject(plain(stored));
    for (const { kind, metadata, ...rest } of items) {
      const resource = {
        kind,
        metadata: { ...metadata, finalizers: [], annotations: {} },
        ...rest,
      } as Resource;
      if (kind === 'Mailbox') parseMailbox(resource);
      else parseOrganization(resource);
    }
    // Every write is checked as a whole.
    await server.kubectl(['annotate', 'mailboxes,organizations', '-A', '--all', 'example.org/touched=yes']);
    for (const { status, ...resource } of stored)
      await server.kubectl(
        ['apply', '--server-side', '--field-manager=git', '--force-conflicts', '-f', '-'],
        stringify(resource),
      );
  });
});
