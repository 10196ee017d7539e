/** `hopthu move` against what the API server would answer. */
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Failed, WrongInput } from '../../../cli/failure.ts';
import { type MoveOptions, move } from '../../../cli/move.ts';
import { Invalid } from '../../../operator/errors.ts';
import { changedText } from '../../support/changed-text.ts';

const namespace = 'soc-trang-accounts';
const folder = mkdtempSync(join(tmpdir(), 'hopthu-move-'));
const [twoDovecots, kubeconfig] = [join(folder, 'two.yaml'), join(folder, 'kubeconfig')];
const organizations: Readonly<Record<string, object>> = {
  'so-tttt': { spec: { name: 'Sở Thông tin và Truyền thông' } },
  'phong-cntt': { spec: { name: 'Phòng Công nghệ thông tin', parentRef: { name: 'so-tttt' } } },
};
const path = `/apis/hopthu.io/v1alpha1/namespaces/${namespace}/organizations/`;

const before = process.env['KUBECONFIG'];
const site = twoDovecots;

let server: Server;
let said: string[];
let patches: { readonly url: string; readonly type: string; readonly body: unknown }[];
/** What the API server says to a change, where it refuses. */
let refusal: number | undefined;

beforeAll(async () => {
  writeFileSync(twoDovecots, changedText('soc-trang', { 'storage.shards': 2 }));
  server = createServer(async (request, response) => {
    const { url = '', method, headers } = request;
    const organization = url.startsWith(path) ? organizations[url.slice(path.length)] : undefined;
    const body = await text(request);
    if (method === 'PATCH')
      patches.push({ url, type: headers['content-type'] ?? '', body: JSON.parse(body) as unknown });
    const refused = organization === undefined ? 404 : method === 'PATCH' ? refusal : undefined;
    response.writeHead(refused ?? 200, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(refused === undefined ? organization : { message: 'it says no' }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name: 'here', cluster: { server: `http://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true } },
    ],
    users: [{ name: 'me', user: {} }],
    contexts: [{ name: 'here', context: { cluster: 'here', user: 'me' } }],
    'current-context': 'here',
  };
  writeFileSync(kubeconfig, JSON.stringify(config));
  process.env['KUBECONFIG'] = kubeconfig;
});
beforeEach(() => {
  patches = [];
  refusal = undefined;
  said = [];
  jest.spyOn(console, 'log').mockImplementation((line: string) => said.push(line));
});
afterAll(async () => {
  jest.restoreAllMocks();
  if (before === undefined) delete process.env['KUBECONFIG'];
  else process.env['KUBECONFIG'] = before;
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
  rmSync(folder, { recursive: true });
});

describe('an organization', () => {
  it('gets the annotation that the operator carries out, and where to look is told', async () => {
    await move('so-tttt', { to: 'dovecot-1', site });
    expect(patches).toEqual([
      {
        url: `${path}so-tttt`,
        type: 'application/merge-patch+json',
        body: { metadata: { annotations: { 'hopthu.io/shard': 'dovecot-1' } } },
      },
    ]);
    expect(said).toEqual([
      `the mail of Organization ${namespace}/so-tttt goes to dovecot-1, one mailbox after the other; see SHARD of`,
      `kubectl get mailboxes -n ${namespace} -o wide`,
    ]);
  });

  it('is found by its namespace where the site has its file in charts/sites', async () => {
    await move('so-tttt', { to: 'dovecot-0', namespace });
    expect(patches).toHaveLength(1);
  });
});

describe('refused is, and nothing changed,', () => {
  it.each<[string, string, MoveOptions, new (...args: never[]) => Error, RegExp]>([
    [
      'a unit',
      'phong-cntt',
      { to: 'dovecot-1', site },
      WrongInput,
      /^phong-cntt belongs to so-tttt, .*: move that one$/,
    ],
    [
      'one that is not there',
      'so-y-te',
      { to: 'dovecot-1', site },
      Failed,
      /^there is no Organization soc-trang-accounts\/so-y-te: see kubectl get organizations -n soc-trang-accounts$/,
    ],
    ['a Dovecot that is not there', 'so-tttt', { to: 'dovecot-2', site }, Invalid, /dovecot-2/],
    ['the second of one', 'so-tttt', { to: 'dovecot-1', namespace }, Invalid, /dovecot-1/],
    ['a namespace of no site', 'so-tttt', { to: 'dovecot-1', namespace: 'default' }, WrongInput, /use -n/],
  ])('%s', async (_what, name, options, kind, message) => {
    const refused = move(name, options);
    await expect(refused).rejects.toThrow(kind);
    await expect(refused).rejects.toThrow(message);
    expect({ patches, said }).toEqual({ patches: [], said: [] });
  });
});

it('what the API server refuses is told in one line, and nothing is promised', async () => {
  refusal = 403;
  await expect(move('so-tttt', { to: 'dovecot-1', site })).rejects.toThrow(
    new Failed(
      `changing Organization ${namespace}/so-tttt: you may not (it says no); ask an administrator of the cluster for this right`,
    ),
  );
  expect(said).toEqual([]);
});
