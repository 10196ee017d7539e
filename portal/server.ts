/** HTTPS for the webmail's web server alone, which shows its certificate. */
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import { join } from 'node:path';
import { checkServerIdentity, type TLSSocket } from 'node:tls';
import { getRequestListener } from '@hono/node-server';
import type { Hono } from 'hono';

export type ServerProps = {
  readonly port: number;
  /** Folder with `tls.crt`, `tls.key` and `ca.crt`. */
  readonly tls: string;
  /** Name in the certificate of who may come. */
  readonly caller: string;
};

export type PortalServer = {
  readonly server: Server;
  /** Reads a renewed certificate; whoever is connected stays. */
  readonly renew: () => void;
};

/** Listens on `port`; resolves when it does. */
export async function servePortal(app: Hono, { port, tls, caller }: ServerProps): Promise<PortalServer> {
  const credentials = () => {
    const [cert, key, ca] = ['tls.crt', 'tls.key', 'ca.crt'].map((name) => readFileSync(join(tls, name)));
    return { cert, key, ca, minVersion: 'TLSv1.3' as const };
  };
  const server = createServer(
    {
      ...credentials(),
      requestCert: true,
      rejectUnauthorized: true,
      handshakeTimeout: 5_000,
      headersTimeout: 10_000,
      requestTimeout: 15_000,
      maxHeaderSize: 16_384,
    },
    getRequestListener(app.fetch),
  );
  // Any part of the site has a certificate of the same authority.
  server.prependListener('secureConnection', (socket: TLSSocket) => {
    if (checkServerIdentity(caller, socket.getPeerCertificate()) !== undefined) socket.destroy();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, resolve);
  });
  return { server, renew: () => server.setSecureContext(credentials()) };
}
