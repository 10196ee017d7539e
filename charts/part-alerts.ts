/** What the parts' own metrics show of mail, directory, database and webmail; a part of the list in `alerts.ts`. */
import type { Alert } from './alerts.ts';

/** Volumes that fill up by what people do; the directory's and the backups' have alerts of their own. */
const volumes =
  'mail-.+|archive.*|queue-postfix-.+|data-postgresql-.+|valkey-rspamd-.+|signatures-rspamd-.+|published';

export const partAlerts: readonly Alert[] = [
  {
    name: 'HopThuMailWaits',
    severity: 'critical',
    expr: 'max by (site) (hopthu_queue_oldest_seconds{to="own"}) > 900',
    for: '5m',
    summary: 'Mail to our own people has waited for more than a quarter of an hour',
    runbook: [
      '`kubectl -n NAMESPACE exec postfix-0 -c postfix -- postqueue -p` lists it, with the last reason for each.',
      '`Connection refused` or `lost connection`: see pod `dovecot-0` and both containers `tunnel`. Nothing is lost for five days.',
      'Once repaired: `postqueue -f` in the same place tries at once.',
    ],
  },
  {
    name: 'HopThuRequestMailWaits',
    severity: 'warning',
    expr: 'max by (site) (hopthu_queue_oldest_seconds{to="clerk"}) > 900',
    for: '5m',
    summary: 'Letters to service addresses have waited for the clerk for more than a quarter of an hour',
    runbook: [
      'The Centre has these letters; only requests are not entered by themselves. Nothing is lost for five days.',
      '`kubectl -n NAMESPACE exec postfix-0 -c postfix -- postqueue -p` shows the reason beside `@clerk.invalid`: what the clerk says, or that it is not there.',
      'See pod `clerk` and its log (`a letter waits in Postfix`). Once repaired: `postqueue -f` in the same place.',
      'A letter that the clerk cannot take at all: enter its list with `hopthu request enter`, and remove the copy with `postsuper -d QUEUE-ID`.',
    ],
  },
  {
    name: 'HopThuQueueGrows',
    severity: 'warning',
    expr: 'sum by (site) (hopthu_queue_messages) > 1000',
    for: '15m',
    summary: 'More than a thousand messages wait',
    runbook: [
      '`qshape deferred` in pod `postfix-0` shows to which domains. If it is one domain, its servers are away, and Postfix goes on trying. If it is all: is port 25 to the outside open, does DNS answer?',
      'If it is mail of one sender to strangers, it may be a stolen password: see HopThuLimitReached. `postsuper -h QUEUE-ID` holds a message, `postsuper -d QUEUE-ID` removes it.',
    ],
  },
  {
    name: 'HopThuMailBounces',
    severity: 'warning',
    expr: 'sum by (site) (increase(hopthu_mail_deliveries_total{status="bounced"}[1h])) > 100',
    for: '0m',
    summary: 'A hundred deliveries were refused for good within the hour',
    runbook: [
      "`kubectl -n NAMESPACE logs postfix-0 -c postfix | grep status=bounced`: the other servers' answers say why. A block list: see DNS and `hopthu dns --check`.",
      'If one sender writes to many unknown recipients: an old list of addresses, or a stolen password.',
    ],
  },
  {
    name: 'HopThuLoginsFail',
    severity: 'warning',
    expr: 'sum by (site) (rate(hopthu_logins_total{outcome!="succeeded"}[10m])) > 0.5 * sum by (site) (rate(hopthu_logins_total[10m])) > 0.1',
    for: '10m',
    summary: 'More than half of all logins fail',
    runbook: [
      '`unanswered` in the panel Logins: the directory does not answer; see its pods.',
      '`failed`: have the passwords of many come to their end on the same day? `refused`: see HopThuPasswordsGuessed.',
    ],
  },
  {
    name: 'HopThuProviderAway',
    severity: 'warning',
    expr: 'min by (site, pod) (slapd_up) == 0',
    for: '10m',
    summary: 'A provider of the directory does not answer',
    runbook: [
      'See container `slapd` of the pod and its log. With two providers people log in by the other one; bring this one back before the other fails, too.',
    ],
  },
  {
    name: 'HopThuCopyBehind',
    severity: 'critical',
    expr: 'max by (site) (max by (site, server) (slapd_context_csn_timestamp_seconds) - min by (site, server) (slapd_context_csn_timestamp_seconds)) > 120',
    for: '10m',
    summary: "One provider of the directory lacks more than two minutes of the other one's writes",
    runbook: [
      'See the logs of both containers `slapd`, their certificates (they know each other by them) and the network between the pods, port 1637.',
      'Until it is over, do not restart the provider that is ahead, and do not drain its node: it has the only copy of the last writes.',
    ],
  },
  {
    name: 'HopThuDirectoriesDiffer',
    severity: 'critical',
    // What each provider keeps for itself, its logs and groups, has other suffixes.
    expr: 'max by (site) (slapd_entries{suffix=~"dc=.+"}) - min by (site) (slapd_entries{suffix=~"dc=.+"}) > 0',
    for: '15m',
    summary: 'The providers of the directory do not have equally many entries',
    runbook: [
      'See HopThuCopyBehind first: a provider that is behind catches up by itself. If their contextCSN is equal, the missing entries do not come by themselves.',
      '"Are both the same?" in docs/directory.md names the entries. Delete claim and pod of the provider that lacks them: it is filled from the other one.',
    ],
  },
  {
    name: 'HopThuDirectoryFull',
    severity: 'critical',
    expr: '(max by (site, pod, suffix) (slapd_mdb_pages{kind="used"}) - max by (site, pod, suffix) (slapd_mdb_pages{kind="free"})) / max by (site, pod, suffix) (slapd_mdb_pages{kind="max"}) > 0.8',
    for: '10m',
    summary: 'A database of the directory is four fifths full',
    runbook: [
      'Its size follows from the volume: enlarge `storage.directory` in the site file, and the claims.',
      'If it is `cn=accesslog` or `cn=logins`, keep less: lower `directory.accessLogDays`. A full directory takes no changes.',
    ],
  },
  {
    name: 'HopThuDatabaseAway',
    severity: 'critical',
    expr: 'max by (site) (pg_up) == 0',
    for: '5m',
    summary: 'PostgreSQL does not answer: nobody can use the webmail',
    runbook: ['See pod `postgresql-0`: its log, its volume. Mail programs go on working.'],
  },
  {
    name: 'HopThuWebmailBusy',
    severity: 'warning',
    expr: 'sum by (site) (increase(phpfpm_max_children_reached[15m])) > 0',
    for: '0m',
    summary: 'All processes of the webmail were busy: people waited',
    runbook: [
      'Once a day in the morning is no fault. Otherwise: is Dovecot or the directory slow? If not, raise `webmail.replicas` or `resources.webmail`.',
    ],
  },
  {
    name: 'HopThuVolumeFull',
    severity: 'critical',
    expr: `kubelet_volume_stats_available_bytes{persistentvolumeclaim=~"${volumes}"} / kubelet_volume_stats_capacity_bytes{persistentvolumeclaim=~"${volumes}"} < 0.1`,
    for: '10m',
    summary: 'Less than a tenth of a volume is free',
    runbook: [
      'Enlarge it: its size in `storage` of the site file, and the claim itself where its class allows it.',
      'A full volume of mail or of the queue takes no more mail; senders are asked to come back, and nothing is lost.',
    ],
  },
  {
    name: 'HopThuCertificateEnds',
    severity: 'critical',
    expr: 'min by (site) (hopthu_certificate_not_after_timestamp_seconds) - time() < 14 * 86400',
    for: '1h',
    summary: 'The certificates expire within two weeks',
    runbook: [
      'From the local CA: `hopthu bootstrap --site SITE`; within two minutes every daemon has taken up the new ones.',
      'From an issuer: `kubectl -n NAMESPACE get certificates,certificaterequests` shows what stops cert-manager.',
    ],
  },
  {
    name: 'HopThuRequestDue',
    severity: 'warning',
    expr: 'min by (site) (hopthu_request_due_timestamp_seconds) - time() < 86400',
    for: '5m',
    summary: 'The term for the answer to a request ends within a day, or has ended (R22)',
    runbook: [
      '`kubectl hopthu request list` shows which; `kubectl hopthu request show NAME` says which letters have not gone, and why.',
      'If Postfix refuses an address, correct `requests.report.to` of the site file, or see the mailbox of the requester.',
    ],
  },
  {
    name: 'HopThuRequestWaits',
    severity: 'warning',
    expr: 'time() - min by (site) (hopthu_request_oldest_timestamp_seconds) > 3 * 86400',
    for: '5m',
    summary: 'A request has waited for three days',
    runbook: [
      '`Pending` in `kubectl hopthu request list`: read it with `show`, then `approve` or `refuse --reason`.',
      '`Approved`: `show` says what it waits for. Where Git manages the site: was the branch of `to-manifests` merged?',
    ],
  },
];
