/** The clerk's intake, put together: letters in by SMTP, requests and answers out. */
import { Counter, type Registry } from 'prom-client';
import type { Resource } from '../../operator/api/resource.ts';
import { messageSizeLimit } from '../../operator/core/quota.ts';
import { findingsFile } from '../../operator/core/requests/findings.ts';
import { intakeTexts } from '../../operator/core/requests/intake-texts.ts';
import { serviceLocalParts } from '../../operator/core/requests/service-address.ts';
import type { Site } from '../../operator/core/site.ts';
import { Unavailable } from '../../operator/errors.ts';
import type { Letters } from '../ports.ts';
import { Intake, type IntakeOptions, type NewRequests } from './intake.ts';
import { filesOf } from './reading.ts';
import { serveIntake } from './receiver.ts';

type Log = Readonly<Record<'info' | 'warn' | 'error', (fields: object, message: string) => void>>;

export type IntakeSetup = {
  readonly site: Site;
  readonly mailboxes: () => Promise<Iterable<Resource>>;
  readonly requests: NewRequests;
  readonly letters: Pick<Letters, 'send'>;
  /** Text of each of `intakeFiles`, by name. */
  readonly files: Readonly<Record<string, string>>;
  /** Folder with the clerk's certificate. */
  readonly tls: string;
  /** Name in Postfix's certificate. */
  readonly caller: string;
  readonly port: number;
  readonly registry: Registry;
  readonly log: Log;
};

/** What Postfix and the filter add to the headers of a letter that is as large as it may be. */
const headers = 2 ** 20;

/** Milliseconds between two looks at the certificate, which is renewed weeks before its end. */
const renewal = 60_000;

/**
 * Listens; resolves when it does.
 * @returns `close`, which resolves when the letters under way are dealt with
 * @throws Invalid for a faulty text
 */
export async function startIntake(setup: IntakeSetup): Promise<{ readonly close: () => Promise<void> }> {
  const { site, files, tls, caller, port, log, registry } = setup;
  const { observe, failed } = observer(registry, log);
  const intake = new Intake({
    ...setup,
    texts: intakeTexts(files),
    files: (raw) => filesOf(raw, files[findingsFile] ?? ''),
    clock: () => new Date(),
    observe,
  });
  const { server, renew } = await serveIntake({
    port,
    tls,
    caller,
    largest: messageSizeLimit(site.attachment) + headers,
    services: serviceLocalParts(site),
    take: (handed) => intake.take(handed),
    failure: failed,
    disturbed: (err) => log.warn({ err }, 'a connection to the intake broke'),
  });
  const timer = setInterval(() => {
    try {
      renew();
    } catch (err) {
      log.error({ err }, 'a renewed certificate cannot be read: the former one goes on');
    }
  }, renewal);
  return {
    close: () => {
      clearInterval(timer);
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

function observer(registry: Registry, log: Log) {
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
