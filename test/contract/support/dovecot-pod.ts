/** Dovecot with a site's configuration and mail of one account, in a container that talks to nobody. */
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeAuthority, makeLeaf } from '../../../cli/bootstrap/openssl.ts';
import { imageReference } from '../../../images/tag.ts';
import { eventually } from '../../e2e/support/eventually.ts';
import { buildImages, ROOT } from '../../kind/images.ts';
import { ensureTools } from '../../kind/prerequisites.ts';
import { runContainer } from '../../kind/runtime.ts';
import { removeAtOnce } from './containers.ts';

/** Whose mail it is: there is no directory, everybody is who he says. */
export const account = '0b2c4c1e-5d3f-4a49-9d5b-1f8f6d7c1a01';

const people = `passdb static {
  password = nobody-logs-in
}
userdb static {
  fields {
    home = /srv/vmail/%{user}
  }
}
`;

export class DovecotPod {
  readonly #name = `hopthu-dovecot-${randomBytes(4).toString('hex')}`;
  readonly #folder = mkdtempSync(join(tmpdir(), 'hopthu-dovecot-'));
  #podman: (args: readonly string[]) => Promise<string> = () => Promise.reject(new Error('not started'));

  /**
   * @param config files of the part's ConfigMap
   * @param archive a gzipped tar of the account's folder; without one it is empty
   */
  static async start(config: Readonly<Record<string, string>>, archive?: string): Promise<DovecotPod> {
    const pod = new DovecotPod();
    const { runtime } = await ensureTools();
    await buildImages(runtime, ['dovecot']);
    pod.#podman = (args) => runContainer(runtime, args);
    await pod.#write(config);
    await pod.#run(archive);
    return pod;
  }

  async #write(config: Readonly<Record<string, string>>): Promise<void> {
    const authority = await makeAuthority('test', 2);
    const { certificate, key } = await makeLeaf(authority, 'dovecot', ['localhost'], 1);
    const own =
      config['dovecot.conf']?.replaceAll(/^(?:passdb|userdb) ldap[-a-z]* \{[\s\S]*?^\}\n/gm, '') ?? '';
    const files = {
      'dovecot.conf': `${own}\n${people}`,
      ...{ 'tls.crt': certificate, 'tls.key': key, 'ca.crt': authority.certificate },
      ...{ password: 'none', key: 'none' },
    };
    mkdirSync(join(this.#folder, 'sieve'));
    for (const [name, text] of Object.entries(config)) writeFileSync(join(this.#folder, 'sieve', name), text);
    for (const [name, text] of Object.entries(files)) {
      writeFileSync(join(this.#folder, name), text);
      chmodSync(join(this.#folder, name), 0o644);
    }
    chmodSync(this.#folder, 0o777);
  }

  async #run(archive: string | undefined): Promise<void> {
    const mounts = {
      '/etc/dovecot/dovecot.conf': 'dovecot.conf',
      '/etc/dovecot/sieve': 'sieve',
      '/run/tls': '',
      '/run/secrets/ldap': '',
      '/run/secrets/sessions': '',
      '/exchange': '',
    };
    const volumes = Object.entries(mounts).flatMap(([to, from]) => [
      '-v',
      `${join(this.#folder, from)}:${to}`,
    ]);
    const memory = ['/tmp', '/run/dovecot', '/srv/vmail'].flatMap((path) => ['--tmpfs', `${path}:mode=1777`]);
    const given = archive === undefined ? [] : ['-v', `${archive}:/given.tar.gz:ro`];
    const image = imageReference('dovecot', ROOT);
    await this.#podman([
      'run',
      '-d',
      '--name',
      this.#name,
      '--network',
      'none',
      ...volumes,
      ...memory,
      ...given,
      image,
    ]);
    if (archive !== undefined) await this.sh('tar -xzf /given.tar.gz -C /srv/vmail');
    await eventually(30_000, () => this.sh('doveadm service status lmtp'));
  }

  /** Standard output of a shell script in the container. @throws CommandFailed */
  sh(script: string): Promise<string> {
    return this.#podman(['exec', this.#name, 'bash', '-euc', script]);
  }

  /** Everything that there is of every letter, folder by folder. */
  letters(): Promise<string> {
    const fields = 'mailbox uid guid flags date.received size.physical text';
    return this.sh(`doveadm -f json fetch -u ${account} '${fields}' ALL`);
  }

  /** What it stores, as a gzipped tar in this folder of the machine. */
  async save(): Promise<string> {
    await this.sh(`tar -czf /exchange/mail.tar.gz -C /srv/vmail ${account}`);
    return join(this.#folder, 'mail.tar.gz');
  }

  async end(): Promise<void> {
    await removeAtOnce(this.#podman, [this.#name]);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
