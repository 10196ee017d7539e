/** A real slapd for the tests of one suite, and the operator's directory on it. */
import { afterAll, beforeAll } from '@jest/globals';
import { Connection } from '../../../operator/ldap/connection.ts';
import { LdaptsDirectory } from '../../../operator/ldap/ldapts-directory.ts';
import { connectTo, Slapd, suffix } from './slapd.ts';

/** Both are there once the suite's own `beforeAll` runs. */
export type SuiteDirectory = { readonly slapd: Slapd; readonly directory: LdaptsDirectory };

/** Starts slapd before the first test of the suite, and removes it after the last. */
export function suiteDirectory(): SuiteDirectory {
  const started: { slapd?: Slapd; directory?: LdaptsDirectory } = {};
  beforeAll(async () => {
    started.slapd = await Slapd.start();
    started.directory = new LdaptsDirectory(new Connection(connectTo(started.slapd)), suffix);
  }, 30_000);
  afterAll(async () => {
    await started.directory?.close();
    await started.slapd?.stop();
  });
  const present = <T>(value: T | undefined): T => {
    if (value === undefined) throw new Error('slapd runs only within tests');
    return value;
  };
  return {
    get slapd() {
      return present(started.slapd);
    },
    get directory() {
      return present(started.directory);
    },
  };
}
