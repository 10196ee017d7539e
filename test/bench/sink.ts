/** Takes letters as Postfix does from the operator, and throws them away: TLS with a certificate on both sides. */
import { writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { SMTPServer } from 'smtp-server';
import { noticeTemplates } from '../../charts/notice-templates.ts';
import { makeAuthority, makeLeaf } from '../../cli/bootstrap/openssl.ts';
import type { Site } from '../../operator/core/site.ts';
import type { Sink } from './notices.ts';

/** Listens on loopback. @param folder for keys */
export async function startSink(
  folder: string,
  site: Site,
): Promise<{ readonly sink: Sink; readonly stop: () => void }> {
  const authority = await makeAuthority('CA of the bench', 2);
  const [own, operator] = await Promise.all([
    makeLeaf(authority, 'postfix', ['localhost'], 2),
    makeLeaf(authority, 'operator', ['operator'], 2),
  ]);
  const server = new SMTPServer({
    secure: true,
    key: own.key,
    cert: own.certificate,
    ca: [authority.certificate],
    requestCert: true,
    rejectUnauthorized: true,
    minVersion: 'TLSv1.3',
    authOptional: true,
    disableReverseLookup: true,
    onData: (stream, _, taken) => {
      stream.on('end', () => taken()).resume();
    },
  });
  const listening = Promise.withResolvers<void>();
  server.listen(0, '127.0.0.1', () => listening.resolve());
  await listening.promise;
  const files = { ca: authority.certificate, certificate: operator.certificate, key: operator.key };
  const paths = Object.fromEntries(
    Object.entries(files).map(([name, text]) => {
      const path = join(folder, `${name}.pem`);
      writeFileSync(path, text, { mode: 0o600 });
      return [name, path];
    }),
  ) as Record<keyof typeof files, string>;
  const { port } = server.server.address() as AddressInfo;
  return { sink: { port, ...paths, texts: noticeTemplates(site) }, stop: () => server.close() };
}
