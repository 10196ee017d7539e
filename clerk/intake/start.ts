/** The clerk's intake, put together: letters in by SMTP, requests and answers out. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { Counter, type Registry } from 'prom-client';
import type { Resource } from '../../operator/api/resource.ts';
import { messageSizeLimit } from '../../operator/core/quota.ts';
import { findingsFile } from '../../operator/core/requests/findings.ts';
import { intakeFiles, intakeTexts } from '../../operator/core/requests/intake-texts.ts';
import { serviceLocalParts } from '../../operator/core/requests/service-address.ts';
import type { Site } from '../../operator/core/site.ts';
import { Unavailable } from '../../operator/errors.ts';
import type { Letters } from '../ports.ts';
import { Intake, type IntakeOptions, type NewRequests } from './intake.ts';
import { filesOf } from './reading.ts';
import { type Receiver, serveIntake } from './receiver.ts';

export type IntakeSetup = {
  readonly site: Site;
  readonly mailboxes: () => Iterable<Resource>;
  readonly requests: NewRequests;
  readonly letters: Pick<Letters, 'send'>;
  /** Folder with the texts of `charts/config/requests`. */
  readonly texts: string;
  /** Folder with the clerk's certificate. */
  readonly tls: string;
  /** Name in Postfix's certificate. */
  readonly caller: string;
  readonly port: number;
  readonly registry: Registry;
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>;
};

/** What Postfix and the filter add to the headers of a letter that is as large as it may be. */
const headers = 2 ** 20;

/** Listens; resolves when it does. @throws Invalid for a faulty text */
export function startIntake(setup: IntakeSetup): Promise<Receiver> {
  const { site, tls, caller, port, log, registry } = setup;
  const files = Object.fromEntries(intakeFiles.map((name) => [name, readFileSync(join(setup.texts, name), 'utf8')]));
  const { observe, failed } = observer(registry, log);
  const intake = new Intake({
    ...setup,
    texts: intakeTexts(files),
    files: (raw) => filesOf(raw, files[findingsFile] ?? ''),
    clock: () => new Date(),
    observe,
  });
  return serveIntake({
    port,
    tls,
    caller,
    largest: messageSizeLimit(site.attachment) + headers,
    services: serviceLocalParts(site),
    take: (handed) => intake.take(handed),
    failure: failed,
  });
}

function observer(registry: Registry, log: IntakeSetup['log']) {
  const letters = new Counter({
    name: 'hopthu_intake_letters_total',
    help: 'Letters to service addresses by outcome: request, answered, dropped or failed; and why.',
    labelNames: ['outcome', 'reason'],
    registers: [registry],
  });
  const observe: IntakeOptions['observe'] = (seen, from) => {
    const reason = seen.outcome === 'request' ? (seen.isNew ? 'new' : 'again') : seen.reason;
    letters.inc({ outcome: seen.outcome, reason });
    log.info({ ...seen, ...from }, `a letter: ${seen.outcome}`);
  };
  const failed = (err: unknown) => {
    const isExpected = err instanceof Unavailable;
    letters.inc({ outcome: 'failed', reason: isExpected ? err.part : 'fault' });
    log[isExpected ? 'warn' : 'error']({ err }, 'a letter waits in Postfix');
  };
  return { observe, failed };
}
