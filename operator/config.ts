/** The operator's only reader of the environment. Everything that a person may want to change is in the site file instead. */
import { readFileSync } from 'node:fs';
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
    readonly host: string;
    readonly port: number;
    readonly caFile: string;
    readonly keyFile: string;
  };
  /** The store of whole accounts, beside Dovecot. */
  readonly store: {
    readonly host: string;
    readonly port: number;
    /** Folder with `tls.crt`, `tls.key` and `ca.crt`. */
    readonly tlsFolder: string;
  };
  /** Port of health and metrics. */
  readonly port: number;
  readonly logLevel: string;
  /** The process writes nothing anywhere. */
  readonly planOnly: boolean;
};

/**
 * @param args of the command line: `--plan-only` is the only one
 * @throws Invalid for a faulty site file; Error naming a variable that is missing or an argument that is none
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
      host: need('HOPTHU_SESSIONS_HOST'),
      port: Number(need('HOPTHU_SESSIONS_PORT')),
      caFile: need('HOPTHU_SESSIONS_CA_FILE'),
      keyFile: need('HOPTHU_SESSIONS_KEY_FILE'),
    },
    store: {
      host: need('HOPTHU_STORE_HOST'),
      port: Number(need('HOPTHU_STORE_PORT')),
      tlsFolder: need('HOPTHU_STORE_TLS_FOLDER'),
    },
    port: Number(need('HOPTHU_PORT')),
    logLevel: environment['HOPTHU_LOG_LEVEL'] ?? 'info',
    planOnly: site.operator.planOnly || args.includes('--plan-only'),
  });
}
