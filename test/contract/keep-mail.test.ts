/** What holds mail or accounts goes only when it says so itself, whatever deletes it, in whatever order: against a real API server. */
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { KubeConfig, KubernetesObjectApi } from '@kubernetes/client-node';
import { keepMail, removal } from '../../charts/keep-mail.ts';
import { emptyOtherProviders } from '../../cli/restore/second-directory.ts';
import { asYaml, type Manifest, manifestsOf } from '../support/manifests.ts';
import { socTrang as site } from '../support/sites.ts';
import { type ApiServer, startApiServer } from './kube-support/api-server.ts';
import { eventually } from './kube-support/ports.ts';

// Each of these asks programs of their own, on a machine that may be busy.
jest.setTimeout(60_000);

const { mail, accounts } = site.namespaces;
const [accountsNamespace = ''] = accounts;
const definition = 'mailboxes.hopthu.io';

let server: ApiServer;
const remove = (...args: readonly string[]) => server.kubectl(['delete', '--wait=false', ...args]);
const allow = (...args: readonly string[]) => server.kubectl(['annotate', ...args]);
const claim = (name: string, namespace: string) => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name, namespace },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
});
const names = async (...args: readonly string[]) =>
  (await server.kubectl(['get', '-o', 'name', ...args])).trim();

beforeAll(async () => {
  server = await startApiServer();
  const apply = (...manifests: readonly object[]) =>
    server.kubectl(['apply', '--server-side', '-f', '-'], asYaml(manifests as readonly Manifest[]));
  await apply(...manifestsOf(site).filter(({ kind }) => ['Namespace', 'PriorityClass'].includes(kind)));
  await server.kubectl(['create', 'namespace', 'others']);
  await apply(claim('mail-dovecot-0', mail), claim('data', 'others'));
  await apply(...keepMail());
  // A policy counts from the moment on that the server has read it.
  await eventually('the policy counts', async () => {
    const refusal = await remove('namespace', mail, '--dry-run=server').catch(
      ({ message }: Error) => message,
    );
    return /hopthu-keep-mail/.test(refusal) || undefined;
  });
}, 120_000);
afterAll(() => server?.stop());

it.each([
  [
    'a claim',
    ['pvc', 'mail-dovecot-0', '-n', mail],
    `annotate persistentvolumeclaims mail-dovecot-0 -n ${mail} ${removal}=mail-dovecot-0`,
  ],
  ['every claim', ['pvc', '--all', '-n', mail], 'annotate persistentvolumeclaims mail-dovecot-0'],
  ['the namespace of the parts', ['namespace', mail], `annotate namespaces ${mail} ${removal}=${mail}`],
  ['that of the accounts', ['namespace', accountsNamespace], `annotate namespaces ${accountsNamespace}`],
  ['a definition, with everybody', ['crd', definition], `annotate customresourcedefinitions ${definition}`],
])('%s is kept, and the refusal says what to do where it is meant', async (_, what, advice) => {
  await expect(remove(...what)).rejects.toThrow(advice);
});

it('everything that the manifests hold is deleted, in their order and twice, and what holds mail is still there', async () => {
  const everything = asYaml(manifestsOf(site));
  await server.kubectl(['apply', '--server-side', '-f', '-'], everything);
  for (let count = 0; count < 2; count += 1)
    await expect(
      server.kubectl(['delete', '--ignore-not-found', '--wait=false', '-f', '-'], everything),
    ).rejects.toThrow(/hopthu-keep-mail/);
  expect(await names('statefulsets,deployments,services,configmaps', '-n', mail)).toBe('');
  expect((await names('pvc', '-n', mail)).split('\n').sort()).toEqual([
    'persistentvolumeclaim/archive',
    'persistentvolumeclaim/mail-dovecot-0',
    'persistentvolumeclaim/published',
  ]);
  expect(await names('crd', definition)).toContain(definition);
});

it('a name that is not its own lets nothing go', async () => {
  await allow('namespace', mail, `${removal}=yes`);
  await expect(remove('namespace', mail)).rejects.toThrow(/hopthu-keep-mail/);
  await allow('--overwrite', 'namespace', mail, `${removal}-`);
});

it('a restore empties the second provider of the directory all the same', async () => {
  const name = 'data-openldap-1';
  const apply = ['apply', '--server-side', '-f', '-'];
  await server.kubectl(apply, asYaml([claim(name, mail)] as readonly Manifest[]));
  const config = new KubeConfig();
  config.loadFromFile(server.kubeconfig);
  const emptied = emptyOtherProviders(KubernetesObjectApi.makeApiClient(config), site);
  // The controller that sees that no pod uses it is not there.
  const free = ['patch', 'pvc', name, '-n', mail, '--type=merge', '-p', '{"metadata":{"finalizers":null}}'];
  await eventually('it is to go', async () => {
    const since = await server.kubectl([
      'get',
      'pvc',
      name,
      '-n',
      mail,
      '-o',
      'jsonpath={.metadata.deletionTimestamp}',
    ]);
    return since === '' ? undefined : true;
  });
  await server.kubectl(free);
  await emptied;
});

it('what says so goes: a claim, a definition, a namespace with its claims', async () => {
  await allow('pvc', 'archive', '-n', mail, `${removal}=archive`);
  await remove('pvc', 'archive', '-n', mail);
  await allow('crd', definition, `${removal}=${definition}`);
  await remove('crd', definition);
  await allow('namespace', mail, `${removal}=${mail}`);
  await remove('namespace', mail);
  await remove('pvc', '--all', '-n', mail);
});

it('objects of others are none of its business', async () => {
  await remove('pvc', 'data', '-n', 'others');
  await remove('namespace', 'others');
});
