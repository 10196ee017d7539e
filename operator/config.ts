/** The operator's only reader of the environment. Everything that a person may want to change is in the site file instead. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type NoticeTexts, noticeFiles, noticeTexts } from './core/notices/texts.ts';
import { parseSite, type Site } from './core/site.ts';
import { need, needNumber } from './environment.ts';

export type Config = {
  readonly site: Site;
  readonly ldap: {
    readonly host: string;
    readonly port: number;
    readonly caFile: string;
    readonly passwordFile: string;
  };
  readonly sessions: {
    /** Of each shard, in their order. */
    readonly hosts: readonly string[];
    readonly port: number;
    readonly caFile: string;
    readonly keyFile: string;
  };
  /** The store of whole accounts, beside each Dovecot. */
  readonly store: {
    readonly hosts: readonly string[];
    readonly port: number;
  };
  /** Folder with the operator's own `tls.crt` and `tls.key`, and `ca.crt`. */
  readonly tlsFolder: string;
  readonly notices: {
    readonly host: string;
    readonly port: number;
    readonly texts: NoticeTexts;
  };
  /** Port of health and metrics. */
  readonly port: number;
  readonly logLevel: string;
  /** The process writes nothing anywhere. */
  readonly planOnly: boolean;
};

/**
 * @param args of the command line: `--plan-only` is the only one
 * @throws Invalid for a variable, the site file or the text of a notice; Error naming an argument that is none
 */
export function readConfig(environment: NodeJS.ProcessEnv, args: readonly string[]): Config {
  const text = (name: string) => need(name, environment);
  const number = (name: string) => needNumber(name, environment);
  const siteFile = text('HOPTHU_SITE_FILE');
  const unknown = args.find((argument) => argument !== '--plan-only');
  if (unknown !== undefined) throw new Error(`${unknown}: the only option is --plan-only`);
  const site = parseSite(readFileSync(siteFile, 'utf8'), siteFile);
  return Object.freeze({
    site,
    ldap: {
      host: text('HOPTHU_LDAP_HOST'),
      port: number('HOPTHU_LDAP_PORT'),
      caFile: text('HOPTHU_LDAP_CA_FILE'),
      passwordFile: text('HOPTHU_LDAP_PASSWORD_FILE'),
    },
    sessions: {
      hosts: text('HOPTHU_SESSIONS_HOST').split(','),
      port: number('HOPTHU_SESSIONS_PORT'),
      caFile: text('HOPTHU_SESSIONS_CA_FILE'),
      keyFile: text('HOPTHU_SESSIONS_KEY_FILE'),
    },
    store: {
      hosts: text('HOPTHU_STORE_HOST').split(','),
      port: number('HOPTHU_STORE_PORT'),
    },
    tlsFolder: text('HOPTHU_TLS_FOLDER'),
    notices: {
      host: text('HOPTHU_NOTICES_HOST'),
      port: number('HOPTHU_NOTICES_PORT'),
      texts: readTexts(text('HOPTHU_NOTICES_TEMPLATES')),
    },
    port: number('HOPTHU_PORT'),
    logLevel: environment['HOPTHU_LOG_LEVEL'] ?? 'info',
    planOnly: site.operator.planOnly || args.includes('--plan-only'),
  });
}

function readTexts(folder: string): NoticeTexts {
  const files = noticeFiles.map((file) => [file, readFileSync(join(folder, file), 'utf8')]);
  return noticeTexts(Object.fromEntries(files));
}
