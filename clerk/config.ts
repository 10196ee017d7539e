/** The clerk's only reader of the environment. Everything that a person may want to change is in the site file instead. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { intakeFiles } from '../operator/core/requests/intake-texts.ts';
import { type RequestTexts, requestFiles, requestTexts } from '../operator/core/requests/texts.ts';
import { parseSite, type Site } from '../operator/core/site.ts';

export type Config = {
  readonly site: Site;
  /** Where Postfix takes its letters. */
  readonly notices: { readonly host: string; readonly port: number };
  readonly texts: RequestTexts;
  /** What takes letters to service addresses: its texts by name, its port, and the name in Postfix's certificate. */
  readonly intake: {
    readonly files: Readonly<Record<string, string>>;
    readonly port: number;
    readonly caller: string;
  };
  /** Folder with the clerk's own `tls.crt` and `tls.key`, and `ca.crt`. */
  readonly tlsFolder: string;
  /** Port of health and metrics. */
  readonly port: number;
  readonly logLevel: string;
};

/** @throws Invalid for a faulty site file or text; Error naming a variable that is missing */
export function readConfig(environment: NodeJS.ProcessEnv): Config {
  const need = (name: string): string => {
    const value = environment[name];
    if (value === undefined || value === '') throw new Error(`${name} is not set`);
    return value;
  };
  const siteFile = need('HOPTHU_SITE_FILE');
  const folder = need('HOPTHU_REQUEST_TEXTS');
  const read = (names: readonly string[]) =>
    Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
  return Object.freeze({
    site: parseSite(readFileSync(siteFile, 'utf8'), siteFile),
    notices: { host: need('HOPTHU_NOTICES_HOST'), port: Number(need('HOPTHU_NOTICES_PORT')) },
    texts: requestTexts(read(requestFiles)),
    intake: {
      files: read(intakeFiles),
      port: Number(need('HOPTHU_INTAKE_PORT')),
      caller: need('HOPTHU_INTAKE_CALLER'),
    },
    tlsFolder: need('HOPTHU_TLS_FOLDER'),
    port: Number(need('HOPTHU_PORT')),
    logLevel: environment['HOPTHU_LOG_LEVEL'] ?? 'info',
  });
}
