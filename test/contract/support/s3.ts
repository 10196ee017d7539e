/** versitygw on loopback with a bucket, whose policy lets one user add and read and another do everything. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { makeAuthority, makeLeaf } from '../../../cli/bootstrap/openssl.ts';
import { ensureVersitygw } from '../../kind/versitygw.ts';
import { bucketPolicy } from '../../support/bucket-policy.ts';
import { eventually, freePort } from '../kube-support/ports.ts';

export type S3 = {
  /** As restic names the repository in the bucket. */
  readonly repository: string;
  /** PEM of who signed its certificate. */
  readonly authority: string;
  readonly stop: () => Promise<void>;
};

/** Users of the bucket and their secrets. */
export const users = { stack: 'khoa-cua-he-thong', platform: 'khoa-cua-trung-tam' } as const;
export type User = keyof typeof users;

/** The file in which AWS's libraries look for a user's key. */
export function credentials(user: User): string {
  return `[default]\naws_access_key_id = ${user}\naws_secret_access_key = ${users[user]}\n`;
}

/** @param folder for its objects, users and certificate */
export async function startS3(folder: string): Promise<S3> {
  const binary = await ensureVersitygw();
  const authority = await makeAuthority('s3', 2);
  const leaf = await makeLeaf(authority, 's3', ['localhost'], 1);
  for (const name of ['objects', 'users']) mkdirSync(join(folder, name));
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const port = await freePort();
  const root = { ROOT_ACCESS_KEY_ID: 'root', ROOT_SECRET_ACCESS_KEY: 'khoa-goc' };
  const options = ['--port', `127.0.0.1:${port}`, '--iam-dir', join(folder, 'users'), '--quiet'];
  const tls = ['--cert', file('tls.crt', leaf.certificate), '--key', file('tls.key', leaf.key)];
  const server = execa(binary, [...options, ...tls, 'posix', join(folder, 'objects')], {
    env: root,
    reject: false,
    stdio: 'ignore',
  });
  const endpoint = `https://localhost:${port}`;
  const ca = file('ca.crt', authority.certificate);
  const stop = async () => {
    server.kill('SIGKILL');
    await server;
  };
  const signed = [
    '--aws-sigv4',
    'aws:amz:us-east-1:s3',
    '--header',
    'x-amz-content-sha256: UNSIGNED-PAYLOAD',
  ];
  const request = (...args: readonly string[]) =>
    execa('curl', ['--fail', '--silent', '--cacert', ca, ...signed, '--config', '-', ...args], {
      input: `user = "root:${root.ROOT_SECRET_ACCESS_KEY}"`,
    });
  await eventually('versitygw answers', async () =>
    request(endpoint).then(
      () => true,
      () => undefined,
    ),
  ).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  const admin = { ADMIN_ACCESS_KEY_ID: 'root', ADMIN_SECRET_ACCESS_KEY: root.ROOT_SECRET_ACCESS_KEY };
  for (const [user, secret] of Object.entries(users))
    await execa(
      binary,
      ['admin', '-er', endpoint, '--allow-insecure', 'create-user', '-a', user, '-s', secret, '-r', 'user'],
      { env: admin },
    );
  await request('--request', 'PUT', `${endpoint}/backup`);
  const policy = file('policy.json', JSON.stringify(bucketPolicy('backup', 'stack', 'platform')));
  await request('--request', 'PUT', '--data-binary', `@${policy}`, `${endpoint}/backup?policy=`);
  return {
    repository: `s3:${endpoint}/backup/soc-trang`,
    authority: authority.certificate,
    stop,
  };
}
