/**
 * Who talks to whom, by which port and why: the only list. The NetworkPolicies are derived from it
 * (`components/network-policies.ts`), and so is the table in docs/ports.md. What is not in it does not get through.
 */
import type { Site } from '../operator/core/site.ts';
import type { PortName } from './endpoints.ts';
import { isSharded } from './shards.ts';

/** Pods of this project, by the label `app.kubernetes.io/name`. */
export const podNames = [
  'openldap',
  'dovecot',
  'dovecot-proxy',
  'postfix',
  'rspamd',
  'postgresql',
  'webmail',
  'portal',
  'publisher',
  'operator',
  'clerk',
  'backup',
  'repository',
  'prune',
  'moving',
  'reports',
  'report-backup',
] as const;
export type PodName = (typeof podNames)[number];

/**
 * Who calls from elsewhere: `anybody` is every address outside and inside, `monitoring` the namespace that the site file
 * names. `applications` are every address too, where the site file lists any.
 */
export type Caller = 'anybody' | 'monitoring' | 'applications';

/** What pods call elsewhere; the policies know addresses and ports. */
export type Elsewhere =
  | 'dns'
  | 'apiServer'
  | 'mailServers'
  | 'signatures'
  | 'repositoryElsewhere'
  | 'publishedElsewhere'
  | 'oldServers';

export type Flow =
  | {
      readonly from: PodName | Caller;
      readonly to: PodName;
      readonly ports: readonly [PortName, ...PortName[]];
      readonly why: string;
      readonly shards?: Shards;
    }
  | { readonly from: PodName; readonly to: Elsewhere; readonly why: string; readonly shards?: Shards };

/** Only where one Dovecot has all the mail, or only where several share it; absent on what is so anyhow. */
type Shards = 'one' | 'several';

/** Each line opens the way at both ends; a reader of docs/ports.md sees it as it stands here. */
export const flows: readonly Flow[] = [
  { from: 'anybody', to: 'postfix', ports: ['smtp'], why: 'mail from other servers' },
  {
    from: 'anybody',
    to: 'postfix',
    ports: ['submission', 'submissions'],
    why: 'people send, after a login (R2)',
  },
  {
    from: 'anybody',
    to: 'dovecot',
    ports: ['imaps', 'pop3s', 'sieve'],
    why: 'people read and filter (R2)',
    shards: 'one',
  },
  {
    from: 'anybody',
    to: 'dovecot-proxy',
    ports: ['imaps', 'pop3s', 'sieve'],
    why: 'people read and filter (R2), led to the Dovecot that has their mail',
    shards: 'several',
  },
  { from: 'anybody', to: 'webmail', ports: ['webmail'], why: 'people read and send in a browser (R2)' },
  { from: 'anybody', to: 'webmail', ports: ['http'], why: 'sends browsers on to HTTPS' },

  { from: 'applications', to: 'openldap', ports: ['ldaps'], why: 'logins of other applications (R6)' },

  { from: 'postfix', to: 'mailServers', why: 'mail to other servers' },
  { from: 'postfix', to: 'dovecot', ports: ['lmtpTunnel'], why: 'delivery' },
  { from: 'postfix', to: 'dovecot', ports: ['saslTunnel'], why: 'logins of people who send', shards: 'one' },
  {
    from: 'postfix',
    to: 'dovecot-proxy',
    ports: ['saslTunnel'],
    why: 'logins of people who send',
    shards: 'several',
  },
  { from: 'postfix', to: 'dovecot', ports: ['quotaTunnel'], why: 'full mailboxes are refused at once (R30)' },
  { from: 'postfix', to: 'rspamd', ports: ['milterTunnel'], why: 'every message is judged (R34)' },
  { from: 'postfix', to: 'clerk', ports: ['intake'], why: 'letters to service addresses (R20)' },
  {
    from: 'postfix',
    to: 'openldap',
    ports: ['ldaps', 'ldapsRead'],
    why: 'recipients, aliases, who may send as whom',
  },

  {
    from: 'openldap',
    to: 'openldap',
    ports: ['ldaps', 'provider', 'providerHealth'],
    why: 'two providers copy from each other, and lead to the active one',
  },

  { from: 'dovecot', to: 'openldap', ports: ['ldaps'], why: 'logins and mailboxes' },
  {
    from: 'dovecot-proxy',
    to: 'openldap',
    ports: ['ldaps'],
    why: 'logins, and who is where',
    shards: 'several',
  },
  {
    from: 'dovecot-proxy',
    to: 'dovecot',
    ports: ['shardImap', 'shardPop3', 'sieve'],
    why: 'whoever is logged in',
    shards: 'several',
  },
  { from: 'dovecot', to: 'dovecot', ports: ['carrier'], why: 'accounts that are moved', shards: 'several' },
  { from: 'dovecot', to: 'postfix', ports: ['replies'], why: 'replies of people who are away' },
  { from: 'dovecot', to: 'rspamd', ports: ['learnTunnel'], why: 'learns what people move in or out of Junk' },
  { from: 'rspamd', to: 'signatures', why: 'signatures of viruses, where the site names a mirror' },

  {
    from: 'webmail',
    to: 'dovecot',
    ports: ['imaps', 'sieve'],
    why: 'reads and filters for who is logged in',
    shards: 'one',
  },
  {
    from: 'webmail',
    to: 'dovecot-proxy',
    ports: ['imaps', 'sieve'],
    why: 'reads and filters for who is logged in',
    shards: 'several',
  },
  { from: 'webmail', to: 'postfix', ports: ['submission'], why: 'sends for who is logged in' },
  {
    from: 'webmail',
    to: 'openldap',
    ports: ['ldaps', 'ldapsRead'],
    why: 'change of a password; address book (R4)',
  },
  { from: 'webmail', to: 'postgresql', ports: ['postgresql'], why: 'settings and sessions' },

  {
    from: 'webmail',
    to: 'portal',
    ports: ['portal'],
    why: 'hands over who asks for a page of the portal (R25, R40)',
  },
  {
    from: 'portal',
    to: 'openldap',
    ports: ['ldaps', 'ldapsRead'],
    why: 'changes a password as the person; the published directory (R40)',
  },
  { from: 'portal', to: 'dovecot', ports: ['sessions'], why: 'ends the sessions of the former password' },

  { from: 'operator', to: 'apiServer', why: 'reads resources, writes their status' },
  { from: 'operator', to: 'openldap', ports: ['ldaps'], why: 'writes the directory' },
  { from: 'operator', to: 'dovecot', ports: ['sessions'], why: 'ends sessions (R24), reads sizes (R30)' },
  { from: 'operator', to: 'dovecot', ports: ['store'], why: 'archives whole accounts (R38)' },
  { from: 'operator', to: 'postfix', ports: ['notices'], why: 'notices to people (R23)' },
  { from: 'clerk', to: 'apiServer', why: 'reads requests, writes their status (R20)' },
  { from: 'clerk', to: 'postfix', ports: ['notices'], why: 'answers, results and reports (R22)' },
  { from: 'monitoring', to: 'operator', ports: ['operator'], why: 'metrics' },
  { from: 'monitoring', to: 'clerk', ports: ['operator'], why: 'metrics of requests' },
  {
    from: 'monitoring',
    to: 'dovecot-proxy',
    ports: ['operator'],
    why: 'metrics of the throttle',
    shards: 'several',
  },
  {
    from: 'monitoring',
    to: 'dovecot',
    ports: ['exporter'],
    why: 'metrics of Dovecot',
    shards: 'several',
  },
  {
    from: 'monitoring',
    to: 'dovecot',
    ports: ['operator', 'exporter'],
    why: 'metrics of the throttle and of Dovecot',
    shards: 'one',
  },
  { from: 'monitoring', to: 'rspamd', ports: ['operator'], why: 'metrics of the filter' },
  { from: 'monitoring', to: 'postfix', ports: ['exporter'], why: 'metrics: queue, deliveries, refusals' },
  { from: 'monitoring', to: 'openldap', ports: ['exporter'], why: 'metrics of slapd' },
  { from: 'monitoring', to: 'postgresql', ports: ['exporter'], why: 'metrics of PostgreSQL' },
  { from: 'monitoring', to: 'webmail', ports: ['exporter'], why: 'metrics of PHP' },
  { from: 'monitoring', to: 'portal', ports: ['operator'], why: 'metrics of the portal' },

  {
    from: 'publisher',
    to: 'openldap',
    ports: ['ldaps', 'ldapsRead'],
    why: 'what of the directory is public (R40)',
  },
  {
    from: 'publisher',
    to: 'publishedElsewhere',
    why: 'the files of it, where `published.files.target` is S3',
  },

  { from: 'backup', to: 'repository', ports: ['repository'], why: 'backups, and reading them back (R34)' },
  { from: 'backup', to: 'repositoryElsewhere', why: 'the same, where the repository is no volume' },
  { from: 'report-backup', to: 'repository', ports: ['repository'], why: 'what reports are made of (R41)' },
  { from: 'report-backup', to: 'repositoryElsewhere', why: 'the same, where the repository is no volume' },
  {
    from: 'prune',
    to: 'repositoryElsewhere',
    why: 'removes backups by rule, where the repository is no volume',
  },
  { from: 'backup', to: 'postgresql', ports: ['postgresql'], why: "the webmail's database" },
  { from: 'backup', to: 'apiServer', why: 'reads the resources' },

  {
    from: 'reports',
    to: 'openldap',
    ports: ['ldaps', 'provider'],
    why: 'counts mailboxes, and logins at each provider (R41)',
  },
  { from: 'reports', to: 'postfix', ports: ['notices'], why: 'mails reports' },
  { from: 'reports', to: 'apiServer', why: 'reads sizes, jobs of the backup, requests and incidents' },

  { from: 'moving', to: 'oldServers', why: 'copies mail, while the site file names servers' },
  { from: 'moving', to: 'dns', why: 'the servers' },

  { from: 'backup', to: 'dns', why: 'Services, and the repository' },
  { from: 'prune', to: 'dns', why: 'the repository' },
  { from: 'report-backup', to: 'dns', why: 'the repository' },
  { from: 'reports', to: 'dns', why: 'Services' },
  { from: 'postfix', to: 'dns', why: 'Services, and where mail goes' },
  { from: 'openldap', to: 'dns', why: 'Services' },
  { from: 'dovecot', to: 'dns', why: 'Services' },
  { from: 'dovecot-proxy', to: 'dns', why: 'Services', shards: 'several' },
  { from: 'rspamd', to: 'dns', why: 'who a sender is: names, SPF, DKIM, DMARC' },
  { from: 'webmail', to: 'dns', why: 'Services' },
  { from: 'portal', to: 'dns', why: 'Services' },
  { from: 'publisher', to: 'dns', why: 'Services, and S3' },
  { from: 'operator', to: 'dns', why: 'Services' },
  { from: 'clerk', to: 'dns', why: 'Services' },
];

/** Those of one site. */
export function flowsOf(site: Site): readonly Flow[] {
  const shards: Shards = isSharded(site) ? 'several' : 'one';
  return flows.filter(
    ({ from, shards: when = shards }) =>
      when === shards &&
      (from !== 'applications' || site.applications.length > 0) &&
      (from !== 'moving' || site.moving.from.length > 0) &&
      (from !== 'publisher' || site.published.files !== undefined),
  );
}

/** Kinds of pods that one site has. */
export function podNamesOf(site: Site): readonly PodName[] {
  const present: Partial<Record<PodName, boolean>> = {
    moving: site.moving.from.length > 0,
    'dovecot-proxy': isSharded(site),
    publisher: site.published.files !== undefined,
  };
  return podNames.filter((name) => present[name] ?? true);
}
