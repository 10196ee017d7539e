/** The whole operator in a process of its own, against a real API server and a real slapd. */
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { KubeConfig, PatchStrategy, setHeaderOptions } from '@kubernetes/client-node';
import { apiVersion, group, plural, version } from '../../operator/api/resource.ts';
import { attribute } from '../../operator/core/layout.ts';
import { connectKubernetes } from '../../operator/kube/client.ts';
import { type ApiServer, startApiServer } from './kube-support/api-server.ts';
import { eventually } from './kube-support/ports.ts';
import { mailboxDn } from './support/mailbox.ts';
import { installOperator, OperatorProcess, type ProcessOptions } from './support/operator-process.ts';
import { firstPassword, Slapd, site } from './support/slapd.ts';

jest.setTimeout(90_000);

const [namespace = ''] = site.namespaces.accounts;
const account = [`--namespace=${site.namespaces.mail}`, 'serviceaccount', 'operator'] as const;

let server: ApiServer;
let slapd: Slapd;
let operator: OperatorProcess | undefined;

beforeAll(async () => {
  [server, slapd] = await Promise.all([startApiServer(), Slapd.start()]);
  await installOperator(server);
  await apply('Organization', 'so', { name: 'Sở Y tế' });
}, 600_000);
afterAll(async () => {
  await slapd?.stop();
  await server?.stop();
});
afterEach(async () => {
  await operator?.stop();
  operator = undefined;
});

async function start(options: ProcessOptions = {}): Promise<OperatorProcess> {
  operator = await OperatorProcess.start({ server, slapd }, options);
  return operator;
}

function apply(kind: 'Organization' | 'Mailbox', name: string, spec: object): Promise<string> {
  const manifest = { apiVersion, kind, metadata: { name, namespace }, spec };
  return server.kubectl(['apply', '--filename=-'], JSON.stringify(manifest));
}

/** Asks for a mailbox; gives the seconds until it was Ready. */
async function grant(name: string, more: object = {}): Promise<number> {
  const person = { fullName: 'Lê Văn Tám' };
  await apply('Mailbox', name, { organizationRef: { name: 'so' }, type: 'Personal', person, ...more });
  const started = performance.now();
  const wait = [`--namespace=${namespace}`, `mailbox/${name}`, '--for=condition=Ready', '--timeout=40s'];
  await server.kubectl(['wait', ...wait]).catch((error: Error) => {
    throw new Error(`${error.message}\n${operator?.output}`);
  });
  return (performance.now() - started) / 1000;
}

const loggedAs = (message: string) => (operator?.output ?? '').includes(`"msg":"${message}"`);

describe('a running operator', () => {
  it("takes up the directory's new password, its new authority and a new token of its own", async () => {
    const running = await start();
    await grant('before-rotation');
    await slapd.kill();
    await slapd.setPassword('operator', 'second-password');
    await slapd.renewCertificate();
    await slapd.resume();
    // Tokens are of an account with a UID: the former ones are refused from now on.
    await server.kubectl(['delete', ...account]);
    await server.kubectl(['create', ...account]);
    await running.give('second-password');
    await grant('after-rotation');
    expect(loggedAs('stopped')).toBe(false);
    await slapd.kill();
    await slapd.setPassword('operator', firstPassword);
    await slapd.resume();
  });

  it('reads everything anew with the next session, which may lead to a provider that lacks something', async () => {
    await start();
    await grant('unlucky');
    const get = [`--namespace=${namespace}`, 'mailbox/unlucky', '-o', 'jsonpath={.metadata.uid}'];
    const dn = mailboxDn(await server.kubectl(['get', ...get]));
    await slapd.kill();
    await slapd.replace(dn, attribute.quotaBytes, '1');
    await slapd.resume();
    // Somebody else's change is what finds the former session lost.
    await grant('beside-the-unlucky');
    await eventually('it is put right', async () => {
      const unwrapped = (await slapd.dump()).replaceAll('\n ', '');
      const entry = unwrapped.split('\n\n').find((one) => one.startsWith(`dn: ${dn}\n`));
      return entry?.includes(`${attribute.quotaBytes}: 524288000`) || undefined;
    });
  });

  it('ends what is under way when it is told to end, gives the Lease back, and exits with 0', async () => {
    const { ended } = await start();
    await eventually('it leads', () => loggedAs('this process writes') || undefined, 40);
    operator?.signal('SIGTERM');
    expect(await ended).toMatchObject({ exitCode: 0 });
    expect(loggedAs('stopped')).toBe(true);
    const lease = [`--namespace=${site.namespaces.mail}`, 'lease', 'hopthu-operator'];
    expect(await server.kubectl(['get', ...lease, '-o', 'jsonpath={.spec.holderIdentity}'])).toBe('');
  });

  it('exits with 1 at a failure that nobody caught, and says which', async () => {
    const defect = 'setTimeout(()=>Promise.reject(new Error("nobody%20caught%20me")),1500)';
    const { ended } = await start({ node: [`--import=data:text/javascript,${defect}`] });
    expect(await ended).toMatchObject({ exitCode: 1 });
    expect(operator?.output).toMatch(/"level":60,.*nobody caught me.*"msg":"unhandledRejection"/);
  });

  it('gathers a resource that changes all the time into few passes, and keeps nobody else waiting', async () => {
    const running = await start();
    await grant('hot');
    const config = new KubeConfig();
    config.loadFromFile(server.kubeconfig);
    const { resources } = connectKubernetes(config);
    const path = { group, version, namespace, plural: plural.Mailbox, name: 'hot' };
    const asMerge = setHeaderOptions('Content-Type', PatchStrategy.MergePatch);
    const passes = () => running.metric('controller_runtime_reconcile_total');
    const before = await passes();
    let changes = 0;
    let changing = true;
    const change = async () => {
      for (; changing; changes += 1) {
        const spec = { quota: `${1 + (changes % 900)}Mi` };
        await resources.patchNamespacedCustomObject({ ...path, body: { spec } }, asMerge);
      }
    };
    const changed = Promise.all([change(), change(), change(), change()]);
    await eventually('a hundred changes', () => changes > 100 || undefined);
    const seconds = await grant('beside-the-hot-one');
    changing = false;
    await changed;
    const made = (await passes()) - before;
    expect(seconds).toBeLessThan(10);
    expect(made).toBeLessThan(changes);
    await grant('hot', { quota: '2Gi' });
  });

  it('with --plan-only says what it would do, and writes neither to the cluster nor to the directory', async () => {
    const person = { fullName: 'Trần Thị Lan' };
    await apply('Mailbox', 'lan', { organizationRef: { name: 'so' }, type: 'Personal', person });
    const { mail } = site.namespaces;
    // What slapd itself notes of the operator's bind is no write of the operator.
    const ofSlapd = /^(pwdLastSuccess|authTimestamp|entryCSN|contextCSN|modifyTimestamp|modifiersName):/;
    const everything = async () => [
      await server.kubectl(['get', 'org,mbx,secrets,events', `--namespace=${namespace}`, '-o', 'json']),
      await server.kubectl(['get', 'leases,configmaps', `--namespace=${mail}`, '-o', 'json']),
      (await slapd.dump()).split('\n').filter((line) => !ofSlapd.test(line)),
    ];
    const before = await everything();
    const running = await start({ operator: ['--plan-only'] });
    await eventually(
      'the plan in the log',
      () => running.output.includes('ttlan@soctrang.gov.vn') || undefined,
    );
    expect(await running.metric('hopthu_planned_changes')).toBeGreaterThan(0);
    expect(await running.metric('leader_election_master_status')).toBe(0);
    expect(await everything()).toEqual(before);
  });
});
