/** What reports are counted from, read with the rights that the charts give: a real slapd and a real API server. */
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, type SearchOptions } from 'ldapts';
import { stringify } from 'yaml';
import { serviceDn } from '../../operator/core/layout.ts';
import { hashPassword } from '../../operator/credentials/ssha512.ts';
import { Connection } from '../../operator/ldap/connection.ts';
import { LdaptsDirectory } from '../../operator/ldap/ldapts-directory.ts';
import { ClusterLists } from '../../reports/cluster.ts';
import { readDirectory, readLogins } from '../../reports/directory.ts';
import type { Login } from '../../reports/logins.ts';
import { manifestsOf } from '../support/manifests.ts';
import { socTrang as site } from '../support/sites.ts';
import { type ApiServer, startApiServer } from './kube-support/api-server.ts';
import { kubeConfigOf, specs } from './kube-support/worlds.ts';
import { mailbox, mailboxDn } from './support/mailbox.ts';
import { connectTo, Slapd, suffix } from './support/slapd.ts';

const organization = `ou=11111111-2222-3333-4444-555555555555,ou=organizations,${suffix}`;

async function open(slapd: Slapd): Promise<Client> {
  const tlsOptions = { ca: await slapd.ca(), servername: 'localhost' };
  return new Client({ url: `ldaps://127.0.0.1:${slapd.port}`, tlsOptions });
}
const wholeSecond = () => Math.floor(Date.now() / 1000) * 1000;
const nextSecond = () => setTimeout(1001 - (Date.now() % 1000));

describe('the directory', () => {
  let slapd: Slapd;
  const account = () => ({
    ...connectTo(slapd),
    bindDn: serviceDn(site.domain, 'reports'),
    password: async () => 'reports',
  });

  beforeAll(async () => {
    slapd = await Slapd.start();
    await slapd.kill();
    await slapd.setPassword('reports', 'reports');
    await slapd.resume();
    const directory = new LdaptsDirectory(new Connection(connectTo(slapd)), suffix);
    await directory.add(organization, {
      objectClass: ['organizationalUnit', 'hopThuOrganizationUnit'],
      ou: ['11111111-2222-3333-4444-555555555555'],
      cn: ['Sở Nội vụ'],
      hopThuStatus: ['Active'],
      hopThuSite: [site.name],
      hopThuOwnerUID: ['11111111-2222-3333-4444-555555555555'],
      hopThuResource: ['soc-trang-accounts/so-noi-vu'],
    });
    const userPassword = [hashPassword('Kx7m-Qp4r-Wt9h-Zc3e')];
    await directory.add(
      mailboxDn('one'),
      mailbox('one', { hopThuOrganization: [organization], userPassword }),
    );
    await directory.add(mailboxDn('two'), mailbox('two', { hopThuStatus: ['Suspended'] }));
    await directory.close();
  }, 60_000);
  afterAll(() => slapd?.stop());

  it('is read whole: mailboxes with their states and dates, organizations with their names', async () => {
    const { accounts, offices } = await readDirectory(account(), suffix);
    expect(offices).toEqual([
      {
        id: '11111111-2222-3333-4444-555555555555',
        name: 'Sở Nội vụ',
        resource: 'soc-trang-accounts/so-noi-vu',
      },
    ]);
    expect(accounts.map(({ id, status, organization: of }) => [id, status, of]).sort()).toEqual([
      ['one', 'Active', '11111111-2222-3333-4444-555555555555'],
      ['two', 'Suspended', ''],
    ]);
    expect(Math.abs((accounts[0]?.created ?? 0) - Date.now())).toBeLessThan(60_000);
  });

  it('tells of every login and refusal of a mailbox at a provider, of any number, and of nothing before and after', async () => {
    const bind = (password: string) =>
      open(slapd).then((client) => client.bind(mailboxDn('one'), password).finally(() => client.unbind()));
    await nextSecond();
    const from = wholeSecond();
    for (let count = 0; count < 600; count += 1) await bind('Kx7m-Qp4r-Wt9h-Zc3e');
    for (const password of ['Sai-Mat-Khau-1', 'Sai-Mat-Khau-2'])
      await expect(bind(password)).rejects.toThrow();
    await nextSecond();
    const to = wholeSecond();
    await bind('Kx7m-Qp4r-Wt9h-Zc3e');
    const logins: Login[] = [];
    await readLogins(account(), suffix, { from, to }, (login) => logins.push(login));
    const counted = (succeeded: boolean) => logins.filter((login) => login.succeeded === succeeded).length;
    expect([counted(true), counted(false)]).toEqual([600, 2]);
    expect(new Set(logins.map(({ account: name }) => name))).toEqual(new Set(['one']));
  }, 60_000);

  it('shows of these logins who, when and how they ended, and no more of the logs', async () => {
    const client = await open(slapd);
    await client.bind(account().bindDn, 'reports');
    const search: SearchOptions = { scope: 'one', filter: '(reqStart>=20260101000000Z)' };
    const wish: SearchOptions = { ...search, attributes: ['*', '+'], paged: true };
    const { searchEntries } = await client.search('cn=logins', wish);
    const shown = searchEntries.map(({ dn: _, ...line }) =>
      Object.keys(line)
        .filter((name) => line[name]?.length)
        .sort()
        .join(' '),
    );
    expect(new Set(shown)).toEqual(new Set(['reqDN reqResult reqStart']));
    await expect(client.search('cn=accesslog', search)).rejects.toThrow(/0x20/);
    await client.unbind();
  });

  it('is read whole however many mailboxes there are', async () => {
    const directory = new LdaptsDirectory(new Connection(connectTo(slapd)), suffix);
    const more = Array.from({ length: 520 }, (_, number) => `more-${number}`);
    for (const name of more) await directory.add(mailboxDn(name), mailbox(name, {}));
    await directory.close();
    expect((await readDirectory(account(), suffix)).accounts).toHaveLength(522);
  }, 60_000);

  it('is not believed where the account may not see all of it', async () => {
    const other = {
      ...account(),
      bindDn: serviceDn(site.domain, 'operator'),
      password: connectTo(slapd).password,
    };
    const part = readDirectory(other, `ou=mailboxes,${suffix}`);
    await expect(part).rejects.toThrow(/sentinel/);
  });
});

describe('the cluster', () => {
  const { mail, smtp, accounts } = site.namespaces;
  const namespace = accounts[0] ?? '';
  let server: ApiServer;
  let lists: ClusterLists;

  beforeAll(async () => {
    server = await startApiServer();
    const wanted = manifestsOf(site).filter(({ kind }) =>
      ['Namespace', 'Role', 'RoleBinding'].includes(kind),
    );
    await server.kubectl(
      ['create', '--filename=-'],
      wanted.map((manifest) => stringify(manifest)).join('---\n'),
    );
    const one = {
      apiVersion: 'hopthu.io/v1alpha1',
      kind: 'Mailbox',
      metadata: { name: 'one', namespace },
      spec: specs.mailbox,
    };
    await server.kubectl(['create', '--filename=-'], JSON.stringify(one));
    const status = { status: { entry: mailboxDn('one'), quota: { limit: '500Mi', used: '25Mi' } } };
    await server.kubectl([
      ...['patch', 'mailbox', 'one', `--namespace=${namespace}`, '--subresource=status', '--type=merge'],
      ...['--patch', JSON.stringify(status)],
    ]);
    const config = kubeConfigOf(server);
    const user = `system:serviceaccount:${smtp}:reports`;
    config.users = config.users.map((known) => ({ ...known, impersonateUser: user }));
    lists = new ClusterLists(config);
  }, 600_000);
  afterAll(() => server?.stop());

  it('tells how full mailboxes are, and which jobs of the backup have ended how', async () => {
    expect(await lists.used(accounts)).toEqual(new Map([['one', 25 * 2 ** 20]]));
    const job = {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: {
        name: 'backup-site-1',
        namespace: mail,
        labels: { 'app.kubernetes.io/name': 'backup', 'app.kubernetes.io/component': 'backup-site' },
      },
      spec: {
        template: {
          spec: {
            restartPolicy: 'Never',
            containers: [{ name: 'x', image: 'x', ...hardened }],
            ...restricted,
          },
        },
      },
    };
    await server.kubectl(['create', '--filename=-'], JSON.stringify(job));
    expect(await lists.runs([mail, smtp])).toEqual({});
    const at = new Date(Date.now() + 1000).toISOString().slice(0, 19);
    const condition = { status: 'True', lastTransitionTime: `${at}Z`, lastProbeTime: `${at}Z` };
    const ended = {
      status: {
        ...{ startTime: `${at}Z`, completionTime: `${at}Z`, succeeded: 1 },
        conditions: ['SuccessCriteriaMet', 'Complete'].map((type) => ({ type, ...condition })),
      },
    };
    await server.kubectl([
      ...['patch', 'job', 'backup-site-1', `--namespace=${mail}`, '--subresource=status', '--type=merge'],
      ...['--patch', JSON.stringify(ended)],
    ]);
    expect(Object.values(await lists.runs([mail, smtp]))).toEqual([
      { job: 'backup-site', ended: Date.parse(`${at}Z`), ok: true },
    ]);
  });

  it('has nothing to tell of a kind that it does not know', async () => {
    expect(await lists.list('strangethings', accounts).catch(() => 'forbidden')).toBe('forbidden');
  });

  it.each([
    ['list', 'secrets', () => namespace],
    ['get', 'mailboxes', () => namespace],
    ['patch', 'mailboxes', () => namespace],
    ['create', 'jobs', () => mail],
    ['list', 'secrets', () => smtp],
    ['create', 'pods/exec', () => smtp],
  ])('lets reports not %s %s', async (verb, what, where) => {
    const asked = server.kubectl([
      ...[
        'auth',
        'can-i',
        verb,
        what,
        `--namespace=${where()}`,
        `--as=system:serviceaccount:${smtp}:reports`,
      ],
    ]);
    await expect(asked).rejects.toThrow();
  });
});

const hardened = { securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } } };
const restricted = { securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } } };
