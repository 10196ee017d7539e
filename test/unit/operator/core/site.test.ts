/** What is wrong with a site file is said in words, with the name of the field. */
import { expect, it } from '@jest/globals';
import { parseSite } from '../../../../operator/core/site.ts';
import { Invalid } from '../../../../operator/errors.ts';
import { changedText } from '../../../support/changed-text.ts';

const text = changedText('soc-trang', {});
const faultsOf = (changed: string): string => {
  try {
    parseSite(changed, 'tinh.yaml');
  } catch (error) {
    if (error instanceof Invalid) return error.message;
    throw error;
  }
  return '';
};

it.each<[string, (text: string) => string, string]>([
  ['an empty file', () => '', 'tinh.yaml: has no settings: see docs/reference-site.md'],
  ['a text', () => 'Sóc Trăng', 'tinh.yaml: has no settings: see docs/reference-site.md'],
  ['a key that is not there', (all) => all.replace(/^domain: .*$/m, ''), 'tinh.yaml: domain: is missing'],
  [
    'a section that is misspelled',
    (all) => all.replace(/^naming:/m, 'namings:'),
    'tinh.yaml: naming: is missing; there is no setting "namings"',
  ],
  [
    'a key that is misspelled',
    (all) => all.replace('resyncSeconds:', 'resyncSecond:'),
    'tinh.yaml: operator.resyncSeconds: is missing; operator: there is no setting "resyncSecond"',
  ],
  [
    'no address',
    (all) => all.replace('203.0.113.10', '203.0.113'),
    'tinh.yaml: dns.addresses.0: an IPv4 or IPv6 address',
  ],
  [
    'a size that Kubernetes does not know',
    () => changedText('soc-trang', { 'backup.volume': '10GB' }),
    'tinh.yaml: backup.volume: a size such as 10Gi',
  ],
  ['no YAML', () => 'domain: [', 'tinh.yaml: Flow sequence in block collection must be'],
])('%s', (_, change, message) => {
  expect(faultsOf(change(text))).toContain(message);
  expect(faultsOf(change(text))).not.toMatch(/undefined|\n/);
});
