/** Samples against the schema and against the operator's own checks: all three must agree. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { parseIncident } from '../../operator/api/incident.ts';
import { parseMailbox } from '../../operator/api/mailbox.ts';
import { parseOrganization } from '../../operator/api/organization.ts';
import { parseRequest } from '../../operator/api/request.ts';
import type { AnyKind, Resource } from '../../operator/api/resource.ts';
import { parseBytes } from '../../operator/core/quota.ts';
import { Invalid } from '../../operator/errors.ts';
import { manifestOf } from '../../portal/mailbox/proposal.ts';
import { type ApiServer, startApiServer } from './kube-support/api-server.ts';

const samples = join(import.meta.dirname, '..', '..', 'crds', 'samples');
const sites = ['soc-trang', 'da-nang'];
/** What is written down beside the accounts; no `make up` installs it. */
const folders = [...sites, 'records'];
const legal = folders.flatMap((folder) =>
  readdirSync(join(samples, folder)).map((file) => join(folder, file)),
);
const illegal = readdirSync(samples).filter((file) => file.startsWith('illegal-'));

const document = z.object({
  kind: z.enum(['Organization', 'Mailbox', 'MailboxRequest', 'Incident']),
  metadata: z.object({ name: z.string(), namespace: z.string() }),
  spec: z.unknown(),
});

type Sample = Omit<Resource, 'kind'> & { readonly kind: AnyKind };

/** The documents of a file as the operator would read them from the API server. */
function resources(file: string): Sample[] {
  return parseAllDocuments(readFileSync(join(samples, file), 'utf8')).map((text) => {
    const { kind, metadata, spec } = document.parse(text.toJS());
    const made = { uid: 'u', resourceVersion: '1', generation: 1, creationTimestamp: '2026-01-01T00:00:00Z' };
    return { kind, metadata: { ...metadata, ...made, finalizers: [], annotations: {} }, spec, status: {} };
  });
}

/** What operator and clerk do when they read a resource. */
const checks: Readonly<Record<AnyKind, (sample: Sample) => void>> = {
  Organization: (sample) => {
    const { quota } = parseOrganization({ ...sample, kind: 'Organization' }).spec;
    for (const size of Object.values(quota ?? {})) if (size !== undefined) parseBytes(size);
  },
  Mailbox: (sample) => {
    const { quota } = parseMailbox({ ...sample, kind: 'Mailbox' }).spec;
    if (quota !== undefined) parseBytes(quota, 'spec.quota');
  },
  MailboxRequest: parseRequest,
  Incident: ({ spec }) => parseIncident(spec),
};

/** @throws Invalid */
function checkAsOperator(sample: Sample): void {
  checks[sample.kind](sample);
}

/** What the comments at the top of an illegal sample promise. */
function promise(file: string): { message: string; byOperator: boolean } {
  const text = readFileSync(join(samples, file), 'utf8');
  const message = /^# refused: (.+)\n/.exec(text)?.[1];
  if (message === undefined) throw new Error(`${file}: its first line must say "# refused: <message>"`);
  return { message, byOperator: !/^# by the API server alone: /m.test(text) };
}

/** The last name on the path in a message: `fullName`. */
function fieldOf(message: string): string {
  const field = /spec(?:(?:\[\d+\])?\.(\w+))+/.exec(message)?.[1];
  if (field === undefined) throw new Error(`no field in "${message}"`);
  return field;
}

describe('samples', () => {
  let api: ApiServer;

  beforeAll(async () => {
    api = await startApiServer();
    for (const site of sites) await api.kubectl(['create', 'namespace', `${site}-accounts`]);
  }, 300_000);
  afterAll(() => api.stop());

  it.each(folders)('%s is accepted by the API server with one command', async (folder) => {
    const count = legal.filter((file) => file.startsWith(folder)).flatMap(resources).length;
    const lines = await api.kubectl(['apply', '--filename', join(samples, folder)]);
    expect(lines.split('\n').filter((line) => line.endsWith(' created'))).toHaveLength(count);
  });

  it.each(legal)('%s is accepted by the operator', (file) => {
    for (const resource of resources(file)) expect(() => checkAsOperator(resource)).not.toThrow();
  });

  it('is wrong in at least fourteen ways', () => expect(illegal.length).toBeGreaterThanOrEqual(14));

  it.each(illegal)('%s is refused by the API server in the words of its first line', async (file) => {
    const apply = api.kubectl(['apply', '--dry-run=server', '--filename', join(samples, file)]);
    await expect(apply).rejects.toThrow(promise(file).message);
  });

  it.each(illegal.filter((file) => promise(file).byOperator))('%s is refused by the operator', (file) => {
    const [resource] = resources(file);
    if (resource === undefined) throw new Error(`${file} is empty`);
    expect(() => checkAsOperator(resource)).toThrow(Invalid);
    expect(() => checkAsOperator(resource)).toThrow(fieldOf(promise(file).message));
  });

  const mailbox = 'nguyen-thanh-binh';
  const patch = (spec: object) =>
    api.kubectl([
      ...['patch', 'mailbox', mailbox, '--namespace=soc-trang-accounts', '--type=merge'],
      ...['--patch', JSON.stringify({ spec })],
    ]);

  it('keeps the type of a mailbox', async () => {
    const changed = patch({ type: 'Organization', person: null });
    await expect(changed).rejects.toThrow(/spec\.type: Invalid value: .*is immutable/);
  });

  it('keeps the staff number of a person once it is set', async () => {
    const immutable = /spec\.person\.id: Invalid value: .*is immutable once set/;
    await expect(patch({ person: { id: 'CB-99999' } })).rejects.toThrow(immutable);
    await expect(patch({ person: { id: null } })).rejects.toThrow(immutable);
  });

  it('lets the staff number be set later, and the rest of the spec change', async () => {
    const name = ['y-bhiam', '--namespace=soc-trang-accounts'];
    const metadata = { name: 'y-bhiam', namespace: 'soc-trang-accounts' };
    const person = { fullName: 'Y Bhiăm Niê Kdăm' };
    const spec = { organizationRef: { name: 'so-tttt' }, type: 'Personal', person };
    const made = { apiVersion: 'hopthu.io/v1alpha1', kind: 'Mailbox', metadata, spec };
    await api.kubectl(['create', '--filename=-'], JSON.stringify(made));
    const later = {
      organizationRef: { name: 'phong-cntt' },
      quota: '1Gi',
      state: 'Suspended',
      localPart: 'bhiam',
      deletionPolicy: 'Archive',
    };
    const change = { spec: { ...later, person: { id: 'CB-1', title: 'Chuyên viên' } } };
    await api.kubectl(['patch', 'mailbox', ...name, '--type=merge', '--patch', JSON.stringify(change)]);
    const read = JSON.parse(await api.kubectl(['get', 'mailbox', ...name, '--output=json']));
    expect(read.spec).toEqual({ ...spec, ...later, person: { ...person, ...change.spec.person } });
  });

  it('takes what the portal proposes for an organization’s delegates, which leaves alone what it does not name (R26)', async () => {
    const metadata = { name: 'office', namespace: 'soc-trang-accounts' };
    const delegates = [{ mailboxRef: { name: 'a' }, rights: ['Read'] }];
    const spec = { organizationRef: { name: 'so-tttt' }, type: 'Organization', quota: '700Mi', delegates };
    const made = { apiVersion: 'hopthu.io/v1alpha1', kind: 'Mailbox', metadata, spec };
    await api.kubectl(['apply', '--filename=-'], JSON.stringify(made));
    const entryOf = (name: string) => ({
      dn: `uid=${name}`,
      attributes: { hopThuResource: [`soc-trang-accounts/${name}`] },
    });
    const shared = { entry: entryOf('office'), organization: entryOf('so-tttt'), delegates: [] };
    const patching = ['patch', 'mailbox', 'office', `--namespace=${metadata.namespace}`, '--type=merge'];
    const manifest = manifestOf(shared, [{ name: 'b', rights: ['Read', 'SendAs'] }], 'Đề nghị');
    await api.kubectl([...patching, '--patch', manifest]);
    const read = await api.kubectl([
      'get',
      'mailbox',
      'office',
      `--namespace=${metadata.namespace}`,
      '--output=json',
    ]);
    expect(JSON.parse(read).spec).toMatchObject({
      quota: '700Mi',
      delegates: [{ mailboxRef: { name: 'b' }, rights: ['Read', 'SendAs'] }],
    });
  });
});
