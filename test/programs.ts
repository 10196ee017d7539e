/** Programs that suites call, and the packages that bring them. */
import type { Requirement } from './kind/packages.ts';

const ldapLibrary: Requirement = {
  // That of the packages, whatever else is on PATH.
  command: '/usr/bin/python3',
  trial: ['-c', 'import ldap3'],
  why: 'logs people in as another application would',
  packages: { debian: ['python3', 'python3-ldap3'], fedora: 'python3-ldap3' },
};

export const contractPrograms: readonly Requirement[] = [
  ldapLibrary,
  {
    command: 'slapd',
    why: 'the directory of the contract tests',
    packages: { debian: ['slapd', 'slapd-contrib'], fedora: 'openldap-servers' },
    debconf: 'slapd slapd/no_configuration boolean true',
  },
  {
    command: 'ldapsearch',
    why: 'asks the directory as people do',
    packages: { debian: ['ldap-utils'], fedora: 'openldap-clients', brew: 'openldap' },
  },
  {
    command: 'promtool',
    why: 'shows each alert raised',
    packages: { debian: ['prometheus'], fedora: 'golang-github-prometheus', brew: 'prometheus' },
  },
  {
    command: 'pdftotext',
    why: 'reads documents as people copy from them',
    packages: { debian: ['poppler-utils'], fedora: 'poppler-utils', brew: 'poppler' },
  },
  {
    command: 'haproxy',
    why: 'leads to the active one of two directories',
    packages: { debian: ['haproxy'], fedora: 'haproxy', brew: 'haproxy' },
  },
  {
    command: 'openssl',
    why: 'makes certificates',
    packages: { debian: ['openssl'], fedora: 'openssl', brew: 'openssl' },
  },
];

export const journeyPrograms: readonly Requirement[] = [
  ldapLibrary,
  {
    command: 'chromium',
    why: 'reads the webmail',
    packages: { debian: ['chromium', 'fonts-noto-core'], fedora: 'chromium' },
  },
  { command: 'testssl', why: 'looks for weak TLS', packages: { debian: ['testssl.sh'], fedora: 'testssl' } },
  {
    command: 'swaks',
    why: 'tries what mail servers must refuse',
    packages: { debian: ['swaks', 'libnet-ssleay-perl'], fedora: 'swaks' },
  },
  { command: 'nmap', why: 'looks for an open relay', packages: { debian: ['nmap'], fedora: 'nmap' } },
];
