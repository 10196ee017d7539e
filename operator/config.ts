/** The operator's only reader of the environment. Everything that a person may want to change is in the site file instead. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type NoticeTexts, noticeFiles, noticeTexts } from './core/notices/texts.ts';
import { parseSite, type Site } from './core/site.ts';

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
 * @throws Invalid for a faulty site file or text of a notice; Error naming a variable that is missing or an argument that is none
 */
export function readConfig(environment: NodeJS.ProcessEnv, args: readonly string[]): Config {
  const need = (name: string): string => {
    const value = environment[name];
    if (value === undefined || value === '') throw new Error(`${name} is not set`);
    return value;
  };
  const siteFile = need('HOPTHU_SITE_FILE');
  const unknown = args.find((argument) => argument !== '--plan-only');
  if (unknown !== undefined) throw new Error(`${unknown}: the only option is --plan-only`);
  const site = parseSite(readFileSync(siteFile, 'utf8'), siteFile);
  return Object.freeze({
    site,
    ldap: {
      host: need('HOPTHU_LDAP_HOST'),
      port: Number(need('HOPTHU_LDAP_PORT')),
      caFile: need('HOPTHU_LDAP_CA_FILE'),
      passwordFile: need('HOPTHU_LDAP_PASSWORD_FILE'),
    },
    sessions: {
      hosts: need('HOPTHU_SESSIONS_HOST').split(','),
      port: Number(need('HOPTHU_SESSIONS_PORT')),
      caFile: need('HOPTHU_SESSIONS_CA_FILE'),
      keyFile: need('HOPTHU_SESSIONS_KEY_FILE'),
    },
    store: {
      hosts: need('HOPTHU_STORE_HOST').split(','),
      port: Number(need('HOPTHU_STORE_PORT')),
    },
    tlsFolder: need('HOPTHU_TLS_FOLDER'),
    notices: {
      host: need('HOPTHU_NOTICES_HOST'),
      port: Number(need('HOPTHU_NOTICES_PORT')),
      texts: readTexts(need('HOPTHU_NOTICES_TEMPLATES')),
    },
    port: Number(need('HOPTHU_PORT')),
    logLevel: environment['HOPTHU_LOG_LEVEL'] ?? 'info',
    planOnly: site.operator.planOnly || args.includes('--plan-only'),
  });
}

function readTexts(folder: string): NoticeTexts {
  const files = noticeFiles.map((file) => [file, readFileSync(join(folder, file), 'utf8')]);
  return noticeTexts(Object.fromEntries(files));
}
