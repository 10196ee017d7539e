/** Every certificate of a site is renewed: each port serves the new one, no container starts again, no session ends. */
import { X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type PartCertificate, partCertificates } from '../../charts/certificates.ts';
import { run } from '../kind/command.ts';
import { kubectl } from '../kind/install.ts';
import { socTrang as site } from '../support/sites.ts';
import { testCluster } from './support/cluster.ts';
import { eventually } from './support/eventually.ts';
import { openImap } from './support/open-sessions.ts';
import type { Person } from './support/person.ts';
import { fresh, people } from './support/resources.ts';
import { sClient, shellIn, tlsPorts } from './support/tls-ports.ts';

const { mail, smtp } = site.namespaces;
/** kubelet looks at a mounted Secret once a minute or so, in this cluster more often; the daemon's script every 10 seconds. */
const withinMs = 150_000;

async function servedSerial(port: (typeof tlsPorts)[number]): Promise<string> {
  return new X509Certificate(await shellIn(site, port[0], `${sClient(port)} | openssl x509`)).serialNumber;
}

async function storedSerials(): Promise<Readonly<Record<string, string>>> {
  const read = async ({ part, namespace, secret }: PartCertificate): Promise<[string, string]> => {
    const get = ['-n', namespace, 'get', 'secret', secret, '-o', 'jsonpath={.data.tls\\.crt}'];
    const pem = await kubectl(testCluster(), get);
    return [part, new X509Certificate(Buffer.from(pem, 'base64')).serialNumber];
  };
  return Object.fromEntries(await Promise.all(partCertificates(site).map(read)));
}

/** Containers with how often they were started. */
async function starts(): Promise<readonly string[]> {
  const of = (list: string) => `{range .status.${list}[*]} {.name} {.restartCount}{end}`;
  const containers = `${of('initContainerStatuses')}${of('containerStatuses')}`;
  const template = `{range .items[*]}{.metadata.uid}${containers}{"\\n"}{end}`;
  const lists = [mail, smtp].map((namespace) =>
    kubectl(testCluster(), ['-n', namespace, 'get', 'pods', '-o', `jsonpath=${template}`]),
  );
  return (await Promise.all(lists)).flatMap((text) => text.split('\n')).sort();
}

let person: Person;
let before: Readonly<Record<string, string>>;
let after: Readonly<Record<string, string>>;
let started: readonly string[];
let session: Awaited<ReturnType<typeof openImap>>;
let hasEnded = false;

beforeAll(async () => {
  const name = fresh('renewal');
  const { [name]: settled } = await people(site, { [name]: 'Lâm Thị Chứng' });
  if (settled === undefined) throw new Error('nobody');
  person = settled;
  session = await openImap(person);
  void session.ended.then(() => {
    hasEnded = true;
  });
  before = await storedSerials();
  started = await starts();
  const program = join(import.meta.dirname, '../../cli/main.ts');
  const args = ['bootstrap', '--site', site.name, '--context', testCluster().context, '--renew-certificates'];
  await run(process.execPath, [program, ...args]);
  after = await storedSerials();
});

afterAll(() => session.close());

it('the Secrets have others', () => {
  for (const [part, serial] of Object.entries(before))
    expect([part, after[part]]).not.toEqual([part, serial]);
});

it.each(tlsPorts)('%s serves its new one on port %s', async (...port) => {
  await eventually(withinMs, async () => expect(await servedSerial(port)).toBe(after[port[0]]));
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
