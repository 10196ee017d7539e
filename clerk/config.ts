/** The clerk's only reader of the environment. Everything that a person may want to change is in the site file instead. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { intakeFiles } from '../operator/core/requests/intake-texts.ts';
import { type RequestTexts, requestFiles, requestTexts } from '../operator/core/requests/texts.ts';
import { parseSite, type Site } from '../operator/core/site.ts';
import { need, needNumber } from '../operator/environment.ts';

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
};

/** @throws Invalid naming what is at fault: a variable, the site file or a text */
export function readConfig(environment: NodeJS.ProcessEnv): Config {
  const text = (name: string) => need(name, environment);
  const number = (name: string) => needNumber(name, environment);
  const siteFile = text('HOPTHU_SITE_FILE');
  const folder = text('HOPTHU_REQUEST_TEXTS');
  const read = (names: readonly string[]) =>
    Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
  return Object.freeze({
    site: parseSite(readFileSync(siteFile, 'utf8'), siteFile),
    notices: { host: text('HOPTHU_NOTICES_HOST'), port: number('HOPTHU_NOTICES_PORT') },
    texts: requestTexts(read(requestFiles)),
    intake: {
      files: read(intakeFiles),
      port: number('HOPTHU_INTAKE_PORT'),
      caller: text('HOPTHU_INTAKE_CALLER'),
    },
    tlsFolder: text('HOPTHU_TLS_FOLDER'),
    port: number('HOPTHU_PORT'),
  });
}
