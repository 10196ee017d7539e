/** The scripts of the backup as its pods run them: in the image, with the volumes' folders of this machine in their places. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { backupScripts } from '../../../charts/components/backup.ts';
import { repositorySettings } from '../../../charts/components/repository.ts';
import { renderFile } from '../../../charts/config/render.ts';
import { directoryConfig } from '../../../charts/directory-config.ts';
import type { Site } from '../../../operator/core/site.ts';
import { buildImages } from '../../kind/images.ts';
import { ensureTools } from '../../kind/prerequisites.ts';
import type { Runtime } from '../../kind/runtime.ts';
import { credentials, type S3, type User } from './s3.ts';

/** Image and folders: `vmail`, `archive`, `ldap` and `work` below `root`. */
export class BackupPod {
  readonly root: string;
  readonly #runtime: Runtime;
  readonly #image: string;

  private constructor(root: string, runtime: Runtime, image: string) {
    this.root = root;
    this.#runtime = runtime;
    this.#image = image;
  }

  static async make(root: string, site: Site, s3: S3): Promise<BackupPod> {
    const { runtime } = await ensureTools();
    const [image = ''] = await buildImages(runtime, ['backup']);
    const there = { ...site, backup: { ...site.backup, repository: s3.repository } };
    const put = (folder: string, files: Readonly<Record<string, string>>) => {
      mkdirSync(join(root, folder), { recursive: true });
      for (const [name, text] of Object.entries(files)) writeFileSync(join(root, folder, name), text);
    };
    for (const folder of ['vmail', 'archive', 'ldap', 'reports', 'work']) put(folder, {});
    put('scripts', {
      ...backupScripts(there, { host: 'localhost', port: 1 }),
      repository: repositorySettings(there),
      prune: renderFile('backup/prune', { site: site.name, ...site.backup.keep }),
    });
    put('openldap', directoryConfig(site));
    put('key', { password: 'khoa-ma-hoa' });
    for (const user of ['stack', 'platform'] as const)
      put(user, { credentials: credentials(user), 'ca.crt': s3.authority });
    return new BackupPod(root, runtime, image);
  }

  /**
   * What the script says on standard output.
   * @throws execa's error with what it says on standard error
   */
  async run(script: string, args: readonly string[] = [], more: Partial<Options> = {}): Promise<string> {
    const { user = 'stack', input = '', writable = false } = more;
    const mounts = {
      '/etc/hopthu-backup:ro': 'scripts',
      '/etc/hopthu:ro': 'openldap',
      '/run/secrets/backup:ro': 'key',
      '/run/secrets/store:ro': user,
      [`/srv/vmail:${writable ? 'rw' : 'ro'}`]: 'vmail',
      [`/srv/archive:${writable ? 'rw' : 'ro'}`]: 'archive',
      [`/srv/reports:${writable ? 'rw' : 'ro'}`]: 'reports',
      '/var/lib/ldap:rw': 'ldap',
      '/work:rw': 'work',
    };
    const volumes = Object.entries(mounts).flatMap(([at, folder]) => [
      '--volume',
      `${join(this.root, folder)}:${at}`,
    ]);
    const options = ['run', '--rm', '--interactive', '--network=host', '--user=0:0', ...volumes];
    const command = script.includes(' ')
      ? ['-c', script, 'bash', ...args]
      : [`/etc/hopthu-backup/${script}`, ...args];
    const { stdout } = await execa(
      this.#runtime.command,
      [...options, '--entrypoint=/bin/bash', this.#image, ...command],
      { env: this.#runtime.environment, input },
    );
    return stdout;
  }
}

type Options = { readonly user: User; readonly input: string; readonly writable: boolean };
