/** Production's policy of passwords in the first content of a slapd under test. */
import { directoryConfig } from '../../../charts/directory-config.ts';
import { site } from './slapd.ts';

/** What production's start script sets; the module that counts classes is not in every slapd. */
const production = directoryConfig(site)['policies.ldif'] ?? '';
const policy = ['pwdMinLength', 'pwdInHistory', 'pwdCheckQuality', 'pwdMustChange', 'pwdAllowUserChange']
  .map((name) => `${new RegExp(`^${name}: .*$`, 'm').exec(production)?.[0]}\n`)
  .join('');

/** @param tree the first content, as LDIF */
export function withPasswordPolicy(tree: string): string {
  return tree.replace('cn: people\n', `cn: people\n${policy}`);
}
