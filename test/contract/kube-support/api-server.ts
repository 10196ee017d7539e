/** A real API server and etcd for one test file: on loopback, in a temporary folder, with the project's CRDs. */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { stringify } from 'yaml';
import { ensureKubernetesBinary } from '../../kind/kubernetes-binary.ts';
import { eventually, freePort } from './ports.ts';

const CRDS = join(import.meta.dirname, '..', '..', '..', 'crds');

export type ApiServer = {
  /** Path of a kubeconfig with every right. */
  readonly kubeconfig: string;
  readonly port: number;
  /** Runs kubectl as administrator and gives its standard output. @throws ExecaError when it fails */
  kubectl(args: readonly string[], input?: string): Promise<string>;
  /** kill -9; etcd goes on. */
  kill(): Promise<void>;
  /** Starts the API server again on the same port and data, and waits until it is ready. */
  restart(): Promise<void>;
  stop(): Promise<void>;
};

type Process = { readonly ended: Promise<unknown>; kill(signal: 'SIGKILL'): void };

type Folder = {
  readonly path: string;
  readonly binary: string;
  readonly port: number;
  readonly etcd: string;
  readonly token: string;
};

function startEtcd(folder: Folder, peerPort: number): Process {
  const peer = `http://127.0.0.1:${peerPort}`;
  const flags = {
    'data-dir': join(folder.path, 'etcd'),
    'listen-client-urls': folder.etcd,
    'advertise-client-urls': folder.etcd,
    'listen-peer-urls': peer,
    'initial-advertise-peer-urls': peer,
    'initial-cluster': `default=${peer}`,
    'unsafe-no-fsync': 'true',
  };
  return start(folder, 'etcd', flags);
}

function startServer(folder: Folder): Process {
  const key = join(folder.path, 'service-accounts.pem');
  return start(folder, 'kube-apiserver', {
    'etcd-servers': folder.etcd,
    'bind-address': '127.0.0.1',
    'secure-port': String(folder.port),
    // Without a certificate of its own it signs one for itself there.
    'cert-dir': join(folder.path, 'certificates'),
    'token-auth-file': join(folder.path, 'tokens.csv'),
    'authorization-mode': 'RBAC',
    'service-account-issuer': 'https://kubernetes.default.svc',
    'service-account-key-file': key,
    'service-account-signing-key-file': key,
    'service-cluster-ip-range': '10.0.0.0/24',
    'disable-admission-plugins': 'ServiceAccount',
  });
}

function start(folder: Folder, part: string, flags: Readonly<Record<string, string>>): Process {
  const args = Object.entries(flags).map(([name, value]) => `--${name}=${value}`);
  const log = { file: join(folder.path, `${part}.log`), append: true };
  const options = { reject: false, stdin: 'ignore', stdout: log, stderr: log } as const;
  const process = execa(folder.binary, [part, ...args], options);
  return { ended: process.then(() => {}), kill: (signal) => process.kill(signal) };
}

async function writeCredentials(folder: Folder): Promise<void> {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
  await writeFile(join(folder.path, 'service-accounts.pem'), pem, { mode: 0o600 });
  const tokens = `${folder.token},admin,admin,system:masters\n`;
  await writeFile(join(folder.path, 'tokens.csv'), tokens, { mode: 0o600 });
}

async function writeKubeconfig(folder: Folder, ca: Buffer): Promise<string> {
  const path = join(folder.path, 'kubeconfig');
  const server = `https://127.0.0.1:${folder.port}`;
  const kubeconfig = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server, 'certificate-authority-data': ca.toString('base64') } }],
    users: [{ name: 'admin', user: { token: folder.token } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'admin' } }],
    'current-context': 'test',
  };
  await writeFile(path, stringify(kubeconfig), { mode: 0o600 });
  return path;
}

function isReady(folder: Folder, ca: Buffer): Promise<true | undefined> {
  return new Promise((resolve) => {
    const headers = { authorization: `Bearer ${folder.token}` };
    const options = { host: '127.0.0.1', port: folder.port, path: '/readyz', ca, headers, agent: false };
    const call = request(options, (response) => {
      response.resume();
      resolve(response.statusCode === 200 ? true : undefined);
    });
    call.on('error', () => resolve(undefined));
    call.end();
  });
}

/** The server's key is written after it: where the key is, the certificate is whole. */
async function certificate(folder: Folder): Promise<Buffer> {
  const path = (ending: 'crt' | 'key'): string => join(folder.path, 'certificates', `apiserver.${ending}`);
  return eventually('the certificate of kube-apiserver', () =>
    existsSync(path('key')) ? readFile(path('crt')) : undefined,
  );
}

async function kill(process: Process): Promise<void> {
  process.kill('SIGKILL');
  await process.ended;
}

/**
 * Starts etcd and kube-apiserver (about 3 s) and installs the CRDs. There are no controllers: nothing is garbage
 * collected, and a deleted namespace never goes, so every test takes a namespace of its own.
 * @throws Error when they do not come up; their logs are in the message
 */
export async function startApiServer(): Promise<ApiServer> {
  const folder: Folder = {
    path: await mkdtemp(join(tmpdir(), 'hopthu-api-server-')),
    binary: await ensureKubernetesBinary(),
    port: await freePort(),
    etcd: `http://127.0.0.1:${await freePort()}`,
    token: randomBytes(16).toString('hex'),
  };
  await writeCredentials(folder);
  const etcd = startEtcd(folder, await freePort());
  let server = startServer(folder);
  const stop = async (): Promise<void> => {
    await kill(server);
    await kill(etcd);
    await rm(folder.path, { recursive: true });
  };
  try {
    const ca = await certificate(folder);
    const ready = (): Promise<true> => eventually('kube-apiserver ready', () => isReady(folder, ca), 60);
    await ready();
    const kubeconfig = await writeKubeconfig(folder, ca);
    const kubectl: ApiServer['kubectl'] = async (args, input) => {
      const all = ['kubectl', `--kubeconfig=${kubeconfig}`, ...args];
      const environment = { KUBECACHEDIR: join(folder.path, 'kubectl') };
      return (await execa(folder.binary, all, { input: input ?? '', env: environment })).stdout;
    };
    const crds = ['organization.yaml', 'mailbox.yaml', 'mailboxrequest.yaml', 'incident.yaml'].map(
      (file) => `--filename=${join(CRDS, file)}`,
    );
    await kubectl(['create', ...crds]);
    await kubectl(['wait', '--for=condition=Established', '--timeout=30s', ...crds]);
    return {
      kubeconfig,
      port: folder.port,
      kubectl,
      stop,
      kill: () => kill(server),
      async restart() {
        server = startServer(folder);
        await ready();
      },
    };
  } catch (error) {
    const log = await readFile(join(folder.path, 'kube-apiserver.log'), 'utf8').catch(() => '(no log)');
    await stop();
    throw new Error(`kube-apiserver did not start:\n${log.slice(-4000)}`, { cause: error });
  }
}
