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

/** The steps as one text, as the alert itself and docs/alerts.md have them. */
export function numbered(runbook: Alert['runbook']): string {
  return runbook.map((step, index) => `${index + 1}. ${step}`).join('\n');
}

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
      'Nobody is locked out meanwhile: accounts go on working, and changes wait.',
    ],
  },
  {
    name: 'HopThuWorldUnreadable',
    severity: 'warning',
    expr: 'sum by (site) (increase(controller_runtime_reconcile_total{result="error"}[10m])) > 20',
    for: '0m',
    summary: 'Passes fail because LDAP or the API server cannot be read',
    runbook: [
      "The operator's log says which of the two cannot be read; see its pods, then the network between them.",
    ],
  },
  {
    name: 'HopThuDirectoryAway',
    severity: 'critical',
    expr: 'max by (site) (hopthu_ldap_connected) == 0',
    for: '2m',
    summary: 'The operator has no session with the directory',
    runbook: [
      'See the pods of openldap and their logs. The usual reasons are a full volume or an expired certificate.',
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
      'A full volume takes no changes and no times of logins; reading and logging in go on.',
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
    expr: overdue('backup-(site|mail|reports)', 26 * 3600),
    for: '0m',
    summary: 'There is no backup of the last night',
    runbook: [
      '`kubectl hopthu backup list --site SITE` shows what there is, `kubectl -n NAMESPACE get jobs` what was tried.',
      '`kubectl -n NAMESPACE logs job/JOB` of the last Job says why. If its pod is pending: it has to run on the node of `dovecot-0` or `openldap-0`, which may be full or away.',
      'Once repaired: `kubectl hopthu backup now --site SITE`.',
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
      'Mail is counted later, from the lines that Postfix wrote. Which mailboxes were used in these hours may be missing from the reports.',
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
      'Once repaired: `kubectl -n NAMESPACE create job --from=cronjob/report-monthly report-monthly-again`. Recipients who have the report already do not get it again.',
      'Then delete the failed Job, so that the alert ends.',
    ],
  },
  {
    name: 'HopThuBackupUnchecked',
    severity: 'warning',
    expr: overdue('check-(site|mail)|prune', 8 * 86_400),
    for: '0m',
    summary: 'No backup was read back, or none pruned, for more than a week',
    runbook: [
      'Nobody knows whether a backup that was never read back can be restored: run `kubectl hopthu backup check --site SITE`, and see its log.',
      'If it is the pruning: see `kubectl -n NAMESPACE logs job/JOB` in the namespace of the repository, which fills up meanwhile.',
    ],
  },
  {
    name: 'HopThuBackupFailed',
    severity: 'critical',
    expr: 'max by (namespace, job_name) (kube_job_failed{condition="true",job_name=~"(backup|check)-(site|mail|reports)-.+"}) > 0',
    for: '0m',
    summary: 'A backup failed, or what was read back is not what was written',
    runbook: [
      '`kubectl -n NAMESPACE logs job/JOB` says what failed. If it says "differs from" or "pack … is damaged", first of all make a new backup at another place.',
      'When the reason is understood, delete the failed Job: that ends the alert.',
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
    summary: 'Notices to people have been waiting for a day (R23 to R30)',
    runbook: [
      "`hopthu_notices_waiting` shows which, by `topic`. The operator's log says why (`notice to …`): is Postfix away, or a mailbox full?",
      "If the log says nothing, there is nobody who could read the notice. Has anybody ever logged in to the organization's mailbox and to the Centre's (`centre` in the site file), and are their passwords still valid?",
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
      "Stop the synchronization from Git first. Was a path emptied, or the wrong cluster's context used?",
      'The guard holds the accounts: read the plan before you approve anything.',
    ],
  },
  {
    name: 'HopThuWatchesBreak',
    severity: 'warning',
    expr: 'sum by (site) (delta(hopthu_informer_restarts[10m])) > 50',
    for: '0m',
    summary: 'The operator loses its watches again and again',
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
      'If not, something else writes the same resources, too: `kubectl get mbx NAME -o yaml --show-managed-fields` names them.',
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
      'Without rspamd or clamd mail waits at its senders, and nothing is lost. Without Valkey mail flows, but nobody is limited.',
      'See the container of that name in pod `rspamd-0`: its memory limit, its volume, its log.',
    ],
  },
  {
    name: 'HopThuLimitReached',
    severity: 'warning',
    expr: 'sum by (site) (increase(hopthu_filter_rule_hits_total{rule="LIMIT_REACHED"}[10m])) > 0',
    for: '0m',
    summary: 'A login or an address sends more than `filter.limits` allows; it may be a stolen password',
    runbook: [
      'The log of container `rspamd` in pod `rspamd-0` shows who: lines with `LIMIT_REACHED`, with `user` or `ip`.',
      'If it is not the person who sends: follow docs/runbook-stolen-account.md, which begins with `kubectl hopthu suspend`.',
      'If the login has good reason to send so much: raise the limit.',
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
