import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from './cache.ts';
import { ensureGo, goInstall } from './go.ts';
import { step } from './steps.ts';

const version = 'v1.8.0';

/** An S3 server on a folder, for tests: built once (80 s), then kept in the cache. */
export async function ensureVersitygw(): Promise<string> {
  const folder = cacheFolder('versitygw', version);
  const binary = join(folder, 'versitygw');
  if (existsSync(binary)) return binary;
  await step(`Building versitygw ${version}`, async () =>
    goInstall(await ensureGo(), `github.com/versity/versitygw/cmd/versitygw@${version}`, folder),
  );
  return binary;
}
