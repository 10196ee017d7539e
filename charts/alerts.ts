/**
 * When somebody must look, and what to do then: the only list. The PrometheusRule is made of it
 * (`components/monitoring.ts`), and so is docs/alerts.md; test/contract/alerts.test.ts shows each of them raised.
 */
import { loginAlerts } from './login-alerts.ts';
import { partAlerts } from './part-alerts.ts';
import { publishedAlerts } from './published-alerts.ts';

export type Alert = {
  /** CamelCase, as Prometheus names alerts; also the heading of its runbook. */
  readonly name: string;
  /** `critical` wakes somebody; `warning` waits for the morning. */
  readonly severity: 'critical' | 'warning';
  /** PromQL; the label `site` stays in its result. */
  readonly expr: string;
  /** How long it must hold, as Prometheus writes durations. */
  readonly for: string;
  readonly summary: string;
  /** Steps, in the order in which one takes them. */
  readonly runbook: readonly string[];
};

/** A CronJob that has not succeeded for so many seconds, or never since it is there; as kube-state-metrics tells it. */
function overdue(cronJobs: string, seconds: number): string {
  const of = (metric: string) => `max by (namespace, cronjob) (${metric}{cronjob=~"${cronJobs}"})`;
  const late = (metric: string) => `time() - ${of(metric)} > ${seconds}`;
  const succeeded = 'kube_cronjob_status_last_successful_time';
  return `(${late(succeeded)}) or (${late('kube_cronjob_created')} unless on (namespace, cronjob) ${succeeded})`;
}

export const alerts: readonly Alert[] = [
  {
    name: 'HopThuNotOneWriter',
    severity: 'critical',
    expr: 'sum by (site) (leader_election_master_status) != 1',
    for: '2m',
    summary: 'None of the operators writes, or two do',
    runbook: [
      'See the pods of the operator: `kubectl -n NAMESPACE get pods -l app.kubernetes.io/name=operator`.',
      'See who holds Lease `hopthu-operator`; do not delete it while a pod runs.',
      'With two writers, delete the pod that the Lease does not name.',
    ],
  },
  {
    name: 'HopThuNoPass',
    severity: 'critical',
    expr: 'time() - max by (site) (hopthu_last_pass_timestamp_seconds) > 1200',
    for: '0m',
    summary: 'No pass of the operator has ended for 20 minutes',
    runbook: [
      'See the log of the pod that the Lease names: it says what could not be read.',
      'Nobody is locked out meanwhile: what was granted goes on, changes wait.',
    ],
  },
  {
    name: 'HopThuWorldUnreadable',
    severity: 'warning',
    expr: 'sum by (site) (increase(controller_runtime_reconcile_total{result="error"}[10m])) > 20',
    for: '0m',
    summary: 'Passes fail because LDAP or the API server cannot be read',
    runbook: ["The operator's log says which of the two; see its pods, then the network between them."],
  },
  {
    name: 'HopThuDirectoryAway',
    severity: 'critical',
    expr: 'max by (site) (hopthu_ldap_connected) == 0',
    for: '2m',
    summary: 'The operator has no session with the directory',
    runbook: [
      'See the pods of openldap and their logs; a full volume and an expired certificate are the usual reasons.',
      'Nobody can log in while the directory is down; resources say `LDAPUnavailable` (docs/conditions.md).',
    ],
  },
  {
    name: 'HopThuDirectoryVolumeFull',
    severity: 'critical',
    expr: 'kubelet_volume_stats_available_bytes{persistentvolumeclaim=~"data-openldap-.*"} / kubelet_volume_stats_capacity_bytes{persistentvolumeclaim=~"data-openldap-.*"} < 0.2',
    for: '10m',
    summary: "Less than a fifth of the directory's volume is free",
    runbook: [
      'Enlarge the volume: `storage.directory` in the site file, and the claim itself where its class allows it.',
      "Full, it takes no grants and no logins' times; reading goes on.",
    ],
  },
  {
    name: 'HopThuChangesFail',
    severity: 'warning',
    expr: 'max by (site) (hopthu_failing_changes) > 0',
    for: '10m',
    summary: 'Changes of accounts fail',
    runbook: [
      '`kubectl hopthu status --problems` names the resources and reasons; docs/conditions.md says what to do for each.',
    ],
  },
  {
    name: 'HopThuPlanHeld',
    severity: 'warning',
    expr: 'max by (site) (hopthu_held_changes) > 0',
    for: '0m',
    summary: 'The guard holds changes that would take access from many',
    runbook: [
      '`kubectl hopthu approve --site SITE` prints the plan and its hash.',
      'Ask whoever merged it; then approve or reject exactly that hash.',
    ],
  },
  {
    name: 'HopThuBackupMissing',
    severity: 'critical',
    expr: overdue('backup-(site|mail)', 26 * 3600),
    for: '0m',
    summary: 'There is no backup of the last night',
    runbook: [
      '`kubectl hopthu backup list --site SITE` says what there is; `kubectl -n NAMESPACE get jobs` what was tried.',
      '`kubectl -n NAMESPACE logs job/JOB` of the last one; is its pod waiting for the node of `dovecot-0` or `openldap-0`?',
      'Once mended: `kubectl hopthu backup now --site SITE`.',
    ],
  },
  {
    name: 'HopThuNotCounted',
    severity: 'warning',
    expr: overdue('report-collect', 6 * 3600),
    for: '0m',
    summary: 'Mailboxes and mail have not been counted for six hours',
    runbook: [
      '`kubectl -n NAMESPACE get jobs -l app.kubernetes.io/name=reports` in the namespace of Postfix, then `kubectl -n NAMESPACE logs job/JOB`.',
      'Mail is counted later from what Postfix wrote down; uses of mailboxes within these hours may be missing from the reports.',
    ],
  },
  {
    name: 'HopThuReportFailed',
    severity: 'warning',
    expr: 'max by (namespace, job_name) (kube_job_failed{condition="true",job_name=~"report-(monthly|quarterly|yearly)-.+"}) > 0',
    for: '0m',
    summary: 'A periodic report was not made or not mailed',
    runbook: [
      '`kubectl -n NAMESPACE logs job/JOB_NAME` says why.',
      'Once mended: `kubectl -n NAMESPACE create job --from=cronjob/report-monthly report-monthly-again`; who has the report already is not mailed again.',
      'Then delete the Job that failed, so that the alert ends.',
    ],
  },
  {
    name: 'HopThuBackupUnchecked',
    severity: 'warning',
    expr: overdue('check-(site|mail)|prune', 8 * 86_400),
    for: '0m',
    summary: 'No backup was read back, or none pruned, for more than a week',
    runbook: [
      'A backup that was never read back is a hope: `kubectl hopthu backup check --site SITE`, and see its log.',
      'Where it is the pruning: `kubectl -n NAMESPACE logs job/JOB` in the namespace of the repository; it fills up meanwhile.',
    ],
  },
  {
    name: 'HopThuBackupFailed',
    severity: 'critical',
    expr: 'max by (namespace, job_name) (kube_job_failed{condition="true",job_name=~"(backup|check)-(site|mail)-.+"}) > 0',
    for: '0m',
    summary: 'A backup failed, or what was read back is not what was written',
    runbook: [
      '`kubectl -n NAMESPACE logs job/JOB` says which. "differs from" or "pack … is damaged": make a new backup to another place before anything else.',
      'When it is understood, delete the failed Job: the alert ends with it.',
    ],
  },
  {
    name: 'HopThuBackupVolumeFull',
    severity: 'warning',
    expr: 'kubelet_volume_stats_available_bytes{persistentvolumeclaim="data-repository-0"} / kubelet_volume_stats_capacity_bytes{persistentvolumeclaim="data-repository-0"} < 0.15',
    for: '10m',
    summary: 'Less than a seventh of the volume of the backups is free',
    runbook: [
      'Enlarge the volume (`backup.volume`), or let `backup.keep` keep less and run CronJob `prune`.',
    ],
  },
  {
    name: 'HopThuArchivesHeldBack',
    severity: 'warning',
    expr: 'max by (site) (hopthu_archives_held_back) > 0',
    for: '10m',
    summary: 'Archives have come to the end of their retention and are not purged',
    runbook: [
      '`kubectl hopthu approve --site SITE` lists them. A slip in `retention` of the site file or a wrong clock looks like this: read "Many archives at once" in docs/archive.md before you let them go.',
    ],
  },
  {
    name: 'HopThuNoticesWaiting',
    severity: 'warning',
    expr: 'max by (site) (hopthu_notices_waiting_seconds) > 86400',
    for: '10m',
    summary: 'People are not told for a day what they shall be told (R23 to R30)',
    runbook: [
      "`hopthu_notices_waiting` says of what, by `topic`. The operator's log says why (`notice to …`): is Postfix away, or a mailbox full?",
      "Nothing in the log: nobody can read it. Has anybody logged in to the organization's mailbox and to the Centre's (`centre` in the site file), or is their password too old?",
      'Nobody is reclaimed meanwhile.',
    ],
  },
  {
    name: 'HopThuOrphans',
    severity: 'warning',
    expr: 'max by (site) (hopthu_orphan_entries) > 0',
    for: '10m',
    summary: 'Accounts have lost their resource',
    runbook: [
      '`kubectl hopthu orphans --site SITE` lists them. Was a finalizer stripped, or the cluster restored?',
      'Bring the resources back, or close the accounts one by one with `kubectl hopthu orphans close`.',
    ],
  },
  {
    name: 'HopThuMailboxesVanish',
    severity: 'critical',
    expr: 'max by (site) (max_over_time(hopthu_mailboxes[5m])) < 0.9 * max by (site) (hopthu_mailboxes offset 15m)',
    for: '0m',
    summary: 'A tenth of the Mailboxes went within 15 minutes',
    runbook: [
      "Was a path of Git emptied, or another cluster's context used? Stop the synchronization first.",
      'Accounts are held by the guard: look before approving anything.',
    ],
  },
  {
    name: 'HopThuWatchesBreak',
    severity: 'warning',
    expr: 'sum by (site) (delta(hopthu_informer_restarts[10m])) > 50',
    for: '0m',
    summary: "The operator's watches break again and again",
    runbook: ['See the API server, and the network to it.'],
  },
  {
    name: 'HopThuStatusesWithoutChanges',
    severity: 'warning',
    expr: 'sum by (site) (increase(hopthu_status_writes_total[1h])) - (sum by (site) (increase(hopthu_notices_total{result="sent"}[1h])) or sum by (site) (hopthu_status_writes_total) * 0) > 1000',
    for: '0m',
    summary: 'Statuses are written more often than people change things',
    runbook: [
      'Was much changed within the hour? Then all is well.',
      'If not, two parties write the same resources: `kubectl get mbx NAME -o yaml --show-managed-fields` names them.',
    ],
  },
  ...loginAlerts,
  {
    name: 'HopThuFilterAway',
    severity: 'critical',
    expr: 'min by (site, part) (hopthu_filter_up) == 0',
    for: '5m',
    summary: 'A part of the mail filter does not answer',
    runbook: [
      'Without clamd mail waits at its senders and nothing is lost; without Valkey nobody is limited.',
      'See the container of that name in pod `rspamd-0`: its memory limit, its volume, its log.',
    ],
  },
  {
    name: 'HopThuLimitReached',
    severity: 'warning',
    expr: 'sum by (site) (increase(hopthu_filter_rule_hits_total{rule="LIMIT_REACHED"}[10m])) > 0',
    for: '0m',
    summary: 'A login or an address sends more than `filter.limits` allows: a stolen password?',
    runbook: [
      'The log of container `rspamd` in pod `rspamd-0` has who: lines with `LIMIT_REACHED`, `user` or `ip`.',
      'If it is not the person: `kubectl hopthu suspend`, then a new first password, and look at `postqueue -p` in pod `postfix-0`.',
      'Report to the official of the organization (R42). A login that sends so much by right: raise the limit.',
    ],
  },
  {
    name: 'HopThuSignaturesOld',
    severity: 'warning',
    expr: 'time() - max by (site) (hopthu_signatures_timestamp_seconds) > 259200',
    for: '1h',
    summary: 'The signatures of viruses are more than three days old',
    runbook: [
      'The log of container `signatures` in pod `rspamd-0` says what the mirror (`filter.signatures.mirror`) answered.',
    ],
  },
  ...partAlerts,
  ...publishedAlerts,
];
