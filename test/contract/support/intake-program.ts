/** The clerk's intake as the chart runs it, with a folder instead of the API server and of the way out. */
import { appendFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { ports, serviceHost } from '../../../charts/endpoints.ts';
import { requestTextFiles } from '../../../charts/request-texts.ts';
import { startIntake } from '../../../clerk/intake/start.ts';
import { Unavailable } from '../../../operator/errors.ts';
import { serveHealth } from '../../../operator/health.ts';
import { socTrang as site } from '../../support/sites.ts';

const folder = process.env['HOPTHU_FOLDER'] ?? '';
const registry = new Registry();
await startIntake({
  site,
  mailboxes: async () => JSON.parse(readFileSync(join(folder, 'mailboxes.json'), 'utf8')),
  requests: {
    create: async (request) => {
      if (existsSync(join(folder, 'away'))) throw new Unavailable('Kubernetes', 'the API server is away');
      const path = join(folder, `${request.name}.request`);
      const isNew = !existsSync(path);
      if (!isNew) return false;
      // Whoever reads requests must not find half of one.
      writeFileSync(`${path}.unfinished`, JSON.stringify(request));
      renameSync(`${path}.unfinished`, path);
      return true;
    },
  },
  letters: {
    send: async ({ to, subject }) => appendFileSync(join(folder, 'answers'), `${to.join()} ${subject}\n`),
  },
  files: requestTextFiles(site),
  tls: '/run/tls',
  caller: serviceHost('postfix', site.namespaces.smtp),
  port: ports.intake.container,
  registry,
  log: pino(),
});
await serveHealth(Number(process.env['HOPTHU_PORT']), { registry, isReady: () => true });
