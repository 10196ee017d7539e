/** A mail server that is not ours, in a namespace of its own: the Dovecot of our image with a plain configuration. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ImapFlow } from 'imapflow';
import { imageReference } from '../../images/tag.ts';
import { run } from '../kind/command.ts';
import { ROOT } from '../kind/images.ts';
import { kubectl } from '../kind/install.ts';
import { fillForeign, foreignClient, foreignConfig } from '../support/foreign.ts';
import { eventually } from './ledger.ts';
import type { Stack } from './stack.ts';

const namespace = 'foreign';
const name = 'imap';
const port = 10993;

export class ForeignServer {
  readonly host = `${name}.${namespace}.svc.cluster.local`;
  readonly port = port;
  /** PEM. */
  readonly authority: string;
  readonly address: string;
  readonly #localPort: number;
  readonly #remove: () => Promise<void>;

  private constructor(
    facts: Pick<ForeignServer, 'authority' | 'address'>,
    localPort: number,
    remove: () => Promise<void>,
  ) {
    this.authority = facts.authority;
    this.address = facts.address;
    this.#localPort = localPort;
    this.#remove = remove;
  }

  static async start({ target, site }: Stack): Promise<ForeignServer> {
    const host = `${name}.${namespace}.svc.cluster.local`;
    const tls = await makeCertificate(host);
    const image = imageReference('dovecot', ROOT, site.images.registry);
    const list = { apiVersion: 'v1', kind: 'List', items: manifests(image, tls) };
    await kubectl(target, ['apply', '-f', '-'], JSON.stringify(list));
    const inside = (...args: readonly string[]) => kubectl(target, ['-n', namespace, ...args]);
    await inside('wait', `pod/${name}`, '--for=condition=Ready', '--timeout=120s');
    const address = await inside('get', 'pod', name, '-o', 'jsonpath={.status.podIP}');
    const localPort = await freePort();
    const forward = [
      '--context',
      target.context,
      '-n',
      namespace,
      'port-forward',
      name,
      `${localPort}:${port}`,
    ];
    const forwarding = spawn(target.kubectl, forward, { stdio: 'ignore' });
    const server = new ForeignServer({ authority: tls.certificate, address }, localPort, async () => {
      forwarding.kill('SIGTERM');
      await kubectl(target, ['delete', 'namespace', namespace, '--ignore-not-found', '--timeout=120s']);
    });
    await eventually(30, () => reach(localPort));
    return server;
  }

  /** As `fillForeign` has it. */
  async fill(user: string, more = 0): Promise<void> {
    await fillForeign(this.#localPort, this.authority, user, more);
  }

  async as<T>(user: string, use: (client: ImapFlow) => Promise<T>): Promise<T> {
    const client = await foreignClient(this.#localPort, this.authority, user);
    try {
      return await use(client);
    } finally {
      await client.logout();
    }
  }

  end(): Promise<void> {
    return this.#remove();
  }
}

type Tls = { readonly key: string; readonly certificate: string };

/** For its name in the cluster, and for who comes through kubectl. */
async function makeCertificate(host: string): Promise<Tls> {
  const folder = mkdtempSync(join(tmpdir(), 'hopthu-foreign-'));
  try {
    const [key, certificate] = [join(folder, 'tls.key'), join(folder, 'tls.crt')];
    await run('openssl', [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'],
      ...['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${host},DNS:localhost`],
      ...['-keyout', key, '-out', certificate],
    ]);
    return { key: readFileSync(key, 'utf8'), certificate: readFileSync(certificate, 'utf8') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function manifests(image: string, { key, certificate }: Tls): readonly object[] {
  const metadata = { name, namespace, labels: { app: name } };
  const files = { ...foreignConfig(port, '*'), 'tls.key': key, 'tls.crt': certificate };
  const container = {
    name,
    image,
    command: ['/usr/sbin/dovecot', '-F', '-c', '/foreign/dovecot.conf'],
    ports: [{ containerPort: port }],
    readinessProbe: { tcpSocket: { port }, periodSeconds: 1 },
    volumeMounts: [
      { name: 'files', mountPath: '/foreign' },
      { name: 'store', mountPath: '/srv/foreign' },
      { name: 'run', mountPath: '/run/dovecot' },
    ],
  };
  const volumes = [
    { name: 'files', secret: { secretName: name } },
    { name: 'store', emptyDir: {} },
    { name: 'run', emptyDir: {} },
  ];
  const spec = { securityContext: { fsGroup: 5000 }, containers: [container], volumes };
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    { apiVersion: 'v1', kind: 'Secret', metadata, stringData: files },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: { clusterIP: 'None', selector: { app: name }, ports: [{ port }] },
    },
    { apiVersion: 'v1', kind: 'Pod', metadata, spec },
  ];
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const found = server.address();
      server.close(() => resolve(typeof found === 'object' && found !== null ? found.port : 0));
    });
  });
}

function reach(localPort: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(localPort, '127.0.0.1').once('error', reject);
    socket.once('connect', () => {
      socket.destroy();
      resolve();
    });
  });
}
