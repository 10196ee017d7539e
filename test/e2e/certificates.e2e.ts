/** Every certificate of a site is renewed: each port serves the new one, no container starts again, no session ends. */
import { X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { beforeAll, expect, it } from '@jest/globals';
import { partCertificates } from '../../charts/certificates.ts';
import { ports } from '../../charts/endpoints.ts';
import { run } from '../kind/command.ts';
import { kubectl } from '../kind/install.ts';
import { socTrang as site } from '../support/sites.ts';
import { testCluster } from './support/cluster.ts';
import { eventually } from './support/eventually.ts';
import { openImap } from './support/open-sessions.ts';
import type { Person } from './support/person.ts';
import { fresh, people } from './support/resources.ts';

const { mail, smtp } = site.namespaces;
/** kubelet looks at a mounted Secret once a minute or so, the daemon's script every 10 seconds. */
const withinMs = 150_000;

/** Every port that speaks TLS, as seen from inside its pod, and how TLS begins there. */
const served: readonly (readonly [part: string, port: number, starttls?: string])[] = [
  ['openldap', ports.ldaps.container],
  ['postgresql', ports.postgresql.container, 'postgres'],
  ['dovecot', ports.imaps.container],
  ['dovecot', ports.pop3s.container],
  ['dovecot', ports.sieve.container, 'sieve'],
  ['dovecot', ports.sessions.container],
  ['dovecot', ports.store.container],
  ['dovecot', ports.lmtpTunnel.container],
  ['dovecot', ports.saslTunnel.container],
  ['dovecot', ports.quotaTunnel.container],
  ['webmail', ports.webmail.container],
  ['postfix', ports.smtp.container, 'smtp'],
  ['postfix', ports.submission.container, 'smtp'],
  ['postfix', ports.submissions.container],
  ['postfix', ports.notices.container],
];

const inNamespace = (part: string, args: readonly string[]) =>
  kubectl(testCluster(), ['-n', part === 'postfix' ? smtp : mail, ...args]);

async function servedSerial(part: string, port: number, starttls?: string): Promise<string> {
  const [pod = ''] = (
    await inNamespace(part, ['get', 'pods', '-l', `app.kubernetes.io/name=${part}`, '-o', 'name'])
  ).split('\n');
  const begin = starttls === undefined ? '' : `-starttls ${starttls}`;
  const ask = `openssl s_client -connect 127.0.0.1:${port} ${begin} </dev/null 2>/dev/null | openssl x509`;
  return new X509Certificate(await inNamespace(part, ['exec', pod, '--', 'sh', '-c', ask])).serialNumber;
}

async function storedSerials(): Promise<Readonly<Record<string, string>>> {
  const read = async ({ part, secret }: { part: string; secret: string }): Promise<[string, string]> => {
    const pem = await inNamespace(part, ['get', 'secret', secret, '-o', 'jsonpath={.data.tls\\.crt}']);
    return [part, new X509Certificate(Buffer.from(pem, 'base64')).serialNumber];
  };
  return Object.fromEntries(await Promise.all(partCertificates(site).map(read)));
}

/** Containers with how often they were started. */
async function starts(): Promise<readonly string[]> {
  const template =
    '{range .items[*]}{.metadata.uid}{range .status.containerStatuses[*]} {.name} {.restartCount}{end}{"\\n"}{end}';
  const lists = [mail, smtp].map((namespace) =>
    kubectl(testCluster(), ['-n', namespace, 'get', 'pods', '-o', `jsonpath=${template}`]),
  );
  return (await Promise.all(lists)).flatMap((text) => text.split('\n')).sort();
}

let person: Person;
let before: Readonly<Record<string, string>>;
let after: Readonly<Record<string, string>>;
let started: readonly string[];
let hasEnded = false;

beforeAll(async () => {
  const name = fresh('renewal');
  const { [name]: settled } = await people(site, { [name]: 'Lâm Thị Chứng' });
  if (settled === undefined) throw new Error('nobody');
  person = settled;
  const { ended } = await openImap(person);
  void ended.then(() => {
    hasEnded = true;
  });
  before = await storedSerials();
  started = await starts();
  const program = join(import.meta.dirname, '../../cli/main.ts');
  const args = ['bootstrap', '--site', site.name, '--context', testCluster().context, '--renew-certificates'];
  await run(process.execPath, [program, ...args]);
  after = await storedSerials();
});

it('the Secrets have others', () => {
  for (const [part, serial] of Object.entries(before))
    expect([part, after[part]]).not.toEqual([part, serial]);
});

it.each(served)('%s serves its new one on port %s', async (part, port, starttls) => {
  await eventually(withinMs, async () => expect(await servedSerial(part, port, starttls)).toBe(after[part]));
});

it('mail is sent, delivered and read, and the session from before is open', async () => {
  const subject = `Sau khi gia hạn ${Date.now()}`;
  await person.send({ to: person.address, subject });
  await person.receive(subject);
  expect(hasEnded).toBe(false);
});

it('no container was started again', async () => {
  expect(await starts()).toEqual(started);
});
