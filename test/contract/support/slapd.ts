/** A real slapd on a loopback port, with production's own configuration and first content. */
import { readFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect as dial } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { directoryConfig, placesOf } from '../../../charts/directory-config.ts';
import { serviceDn, suffixOf } from '../../../operator/core/layout.ts';
import { parseSite, type Site } from '../../../operator/core/site.ts';
import { hashPassword } from '../../../operator/credentials/ssha512.ts';
import type { ConnectionOptions } from '../../../operator/ldap/connection.ts';
import { freePort } from '../kube-support/ports.ts';

const siteFile = new URL('../../../charts/sites/soc-trang.yaml', import.meta.url);
export const site = parseSite(readFileSync(siteFile, 'utf8'), 'soc-trang.yaml');
export const suffix = suffixOf(site.domain);
export const operatorDn = serviceDn(site.domain, 'operator');
/** Of the operator's account, until `setPassword`. */
export const firstPassword = 'first-password-of-the-operator';

const program = '/usr/sbin/slapd';
const run = (options: readonly string[]) => execa(program, options, { reject: false });
type Running = ReturnType<typeof run>;

export type SlapdOptions = {
  /** Changes to production's slapd.conf and first content. */
  readonly edit?: (config: string) => string;
  readonly editTree?: (tree: string) => string;
  /** Another site of the same suffix. */
  readonly site?: Site;
};

export class Slapd {
  readonly port: number;
  readonly folder: string;
  #process: Running | undefined;

  private constructor(folder: string, port: number) {
    this.folder = folder;
    this.port = port;
  }

  /** Fills a new directory and starts slapd on it. */
  static async start(options: SlapdOptions = {}): Promise<Slapd> {
    const slapd = new Slapd(await mkdtemp(join(tmpdir(), 'hopthu-slapd-')), await freePort());
    try {
      await slapd.#fill(options);
      await slapd.resume();
    } catch (error) {
      await slapd.stop();
      throw error;
    }
    return slapd;
  }

  /** Starts it again on the same data. */
  async resume(): Promise<void> {
    const started = run(['-d', '0', '-f', this.#path('slapd.conf'), '-h', `ldaps://127.0.0.1:${this.port}/`]);
    this.#process = started;
    let output: string | undefined;
    void started.then(({ stderr }) => {
      output = stderr;
    });
    await until(() => {
      if (output !== undefined) throw new Error(`slapd did not start: ${output}`);
      return accepts(this.port);
    });
  }

  /** It keeps its connections and answers nothing, until `kill`. */
  freeze(): void {
    this.#process?.kill('SIGSTOP');
  }

  /** As a power cut would. */
  async kill(): Promise<void> {
    this.#process?.kill('SIGKILL');
    await this.#process;
  }

  /** Stops it and removes its data. */
  async stop(): Promise<void> {
    this.#process?.kill('SIGTERM');
    await this.#process;
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Gives a bind account another password; takes effect with the next start, as in production. */
  async setPassword(account: string, password: string): Promise<void> {
    await this.replace(serviceDn(site.domain, account), 'userPassword', hashPassword(password));
  }

  /** Replaces a value past slapd. */
  async replace(dn: string, name: string, value: string): Promise<void> {
    const input = `dn: ${dn}\nchangetype: modify\nreplace: ${name}\n${name}: ${value}\n`;
    await execa('/usr/sbin/slapmodify', ['-f', this.#path('slapd.conf'), '-b', suffix], { input });
  }

  /** Writes into its log of logins, while it stands still, that somebody logged in or was refused. */
  async pretendLogin(dn: string, at: Date, result: 0 | 49): Promise<void> {
    const time = at.toISOString().replaceAll(/[-:T]/g, '').replace('Z', '000Z');
    const lines = [
      ...[`dn: reqStart=${time},cn=logins`, 'objectClass: auditBind', `reqStart: ${time}`, `reqEnd: ${time}`],
      ...['reqType: bind', 'reqSession: 1', `reqDN: ${dn}`, `reqResult: ${result}`],
      ...['reqMethod: SIMPLE', 'reqVersion: 3'],
    ];
    const options = ['-f', this.#path('slapd.conf'), '-b', 'cn=logins'];
    await execa('/usr/sbin/slapadd', options, { input: `${lines.join('\n')}\n` });
  }

  /** Changes its configuration; takes effect with the next start. */
  async configure(edit: (config: string) => string): Promise<void> {
    const path = this.#path('slapd.conf');
    await writeFile(path, edit(await readFile(path, 'utf8')));
  }

  /** A certificate of another authority; takes effect with the next start. */
  renewCertificate(): Promise<void> {
    return this.#makeCertificate();
  }

  /** All that is in the database, as LDIF; read past slapd, with passwords. */
  async dump(base = suffix): Promise<string> {
    const { stdout } = await execa('/usr/sbin/slapcat', ['-f', this.#path('slapd.conf'), '-b', base]);
    return stdout;
  }

  /** Brings groups in line with the organizations, as the pod does every 20 seconds. */
  async groupsUpToDate(): Promise<void> {
    const [script, providers] = await Promise.all(
      ['groups', 'providers'].map((name) => readFile(this.#path(name), 'utf8')),
    );
    await writeFile(this.#path('providers'), await this.#config(`${providers}`));
    const env = { PATH: `${process.env['PATH']}:/usr/sbin` };
    await execa('sh', ['-s'], { input: await furnished(this.folder, 'groups', `${script}`), env });
  }

  /** What `kubectl exec … sh /etc/hopthu/audit UID` prints. */
  async audit(uid: string): Promise<string> {
    const script = (await readFile(this.#path('audit'), 'utf8')).replace('/etc/hopthu/', `${this.folder}/`);
    const env = { PATH: `${process.env['PATH']}:/usr/sbin` };
    const { stdout } = await execa('sh', ['-s', uid], { input: script, env });
    return stdout;
  }

  ca(): Promise<string> {
    return readFile(this.#path('tls/tls.crt'), 'utf8');
  }

  /** Its certificate and key, for a server that poses as it. */
  async identity(): Promise<{ readonly cert: string; readonly key: string }> {
    return { cert: await this.ca(), key: await readFile(this.#path('tls/tls.key'), 'utf8') };
  }

  #path(name: string): string {
    return join(this.folder, name);
  }

  async #fill({ edit = same, editTree = same, site: configured = site }: SlapdOptions): Promise<void> {
    for (const folder of ['run', 'tls', 'ldap/data', 'ldap/accesslog', 'ldap/logins', 'ldap/groups']) {
      await mkdir(this.#path(folder), { recursive: true });
    }
    await this.#makeCertificate();
    // With one provider.
    const alone = { ...configured, directory: { ...configured.directory, replicas: 1 } };
    const config = directoryConfig(alone, { ...placesOf(alone), slapd: this.port });
    for (const [name, text] of Object.entries(config)) await writeFile(this.#path(name), text);
    await writeFile(this.#path('run/number'), '0');
    await writeFile(
      this.#path('slapd.conf'),
      edit(
        await this.#config(
          `${config['slapd.conf']}`
            .replace('# provider\n', config['provider-0.conf'] ?? '')
            .replace('# groups\n', config['groups.conf'] ?? ''),
        ),
      ),
    );
    const input = editTree(config['tree.ldif'] ?? '');
    await execa('/usr/sbin/slapadd', ['-q', '-f', this.#path('slapd.conf'), '-b', suffix], { input });
    await this.setPassword('operator', firstPassword);
  }

  async #config(text: string): Promise<string> {
    return (await furnished(this.folder, 'slapd.conf', text)).replaceAll('/tls/ca.crt', '/tls/tls.crt');
  }

  async #makeCertificate(): Promise<void> {
    const names = 'subjectAltName=DNS:localhost,IP:127.0.0.1';
    const key = this.#path('tls/tls.key');
    await execa('openssl', [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'],
      ...['-subj', '/CN=openldap', '-addext', names, '-keyout', key, '-out', this.#path('tls/tls.crt')],
    ]);
    await chmod(key, 0o600);
  }
}

/** The folders of a pod, below one folder. */
function placed(folder: string, text: string): string {
  return text
    .replaceAll('/etc/hopthu/', `${folder}/`)
    .replaceAll('/run/slapd/', `${folder}/run/`)
    .replaceAll('%2Frun%2Fslapd%2F', encodeURIComponent(`${folder}/run/`))
    .replaceAll('/run/tls/', `${folder}/tls/`)
    .replaceAll('/run/secrets/', `${folder}/secrets/`)
    .replaceAll('/var/lib/ldap/', `${folder}/ldap/`);
}

/** A file of production's as the slapd of this machine takes it, in a folder of its own. */
export async function furnished(folder: string, name: string, text: string): Promise<string> {
  // Flushing every write takes seconds; a slapd that is killed leaves its writes to the kernel.
  const own = name === 'slapd.conf' ? text.replaceAll(/^maxsize .*$/gm, '$&\ndbnosync') : text;
  const { stderr } = await run(['-VV']);
  const known = stderr.includes('slapd 2.5.') ? own.replaceAll(lacking, '') : own;
  return placed(folder, known);
}

/** Debian 12 has slapd 2.5, which lacks two directives, and ppm's attributes in policies; nothing here is about them. */
const lacking =
  /^(?:ppolicy_check_module|lastbind-precision) .*$|^replace: (pwdUseCheckModule|pwdCheckModuleArg)\n\1.*\n-\n/gm;

/** How the operator reaches it; `port` of a relay in between, if any. */
export function connectTo(slapd: Slapd, port = slapd.port): ConnectionOptions {
  return {
    host: '127.0.0.1',
    servername: 'localhost',
    port,
    bindDn: operatorDn,
    password: async () => firstPassword,
    ca: () => slapd.ca(),
  };
}

/** Waits for a condition; the test's own time limit is the only clock, unless one is given in milliseconds. */
export async function until(condition: () => boolean | Promise<boolean>, limit = Infinity): Promise<void> {
  const started = performance.now();
  for (;;) {
    const asked = performance.now();
    if (await condition()) return;
    if (performance.now() - started > limit) throw new Error(`not so after ${limit} ms`);
    // A program that asks takes processor time from what is waited for.
    const pause = Math.min(Math.max(10, performance.now() - asked), 200);
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

function same(text: string): string {
  return text;
}

export function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = dial(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
