/** For each alert, series of an hour that raise it and series that do not. */

/** Values a minute apart, as promtool(1) writes them: `a+bxn` is a, a+b, … n more times. */
export type Series = Readonly<Record<string, string>>;
export type Case = {
  readonly loud: Series;
  readonly quiet: Series;
  /** Labels of the result, where they are not the site's. */
  readonly labels?: Readonly<Record<string, string>>;
  /** The summary with its value, where it holds one. */
  readonly told?: string;
  /** At which one looks, where it is not 29. */
  readonly minute?: number;
};

const one = (name: string, values: string, more = ''): Series => ({ [`${name}{site="st"${more}}`]: values });
const leading = (pod: string, values: string) =>
  one('leader_election_master_status', values, `,pod="${pod}"`);
const logins = (outcome: string, values: string) =>
  one('hopthu_logins_total', values, `,outcome="${outcome}"`);
const volume = (free: string, claim = 'data-openldap-0'): Series => ({
  [`kubelet_volume_stats_available_bytes{persistentvolumeclaim="${claim}"}`]: free,
  [`kubelet_volume_stats_capacity_bytes{persistentvolumeclaim="${claim}"}`]: '100x60',
});
const queue = (name: string, values: string) => one('hopthu_queue_messages', values, `,queue="${name}"`);
const csn = (pod: string, values: string) =>
  one('slapd_context_csn_timestamp_seconds', values, `,pod="${pod}",server="001"`);
const entries = (pod: string, values: string) =>
  one('slapd_entries', values, `,pod="${pod}",suffix="dc=st,dc=gov,dc=vn"`);
const pages = (used: string, free: string): Series =>
  Object.fromEntries(
    Object.entries({ used, free, max: '100x60' }).flatMap(([kind, values]) =>
      Object.entries(one('slapd_mdb_pages', values, `,pod="openldap-0",suffix="cn=logins",kind="${kind}"`)),
    ),
  );
const cronJob = (name: string, values: string): Series => ({
  [`kube_cronjob_status_last_successful_time{namespace="st-mail",cronjob="${name}"}`]: values,
});
const failedJob = (name: string, values: string): Series => ({
  [`kube_job_failed{namespace="st-mail",job_name="${name}",condition="true"}`]: values,
});
/** Wishes for another password, or logins, at the portal. */
const portal = (metric: 'password_changes' | 'portal_logins', outcome: string, values: string) =>
  one(`hopthu_${metric}_total`, values, `,pod="portal-1",outcome="${outcome}"`);
const failing = (job: string): Case => ({
  loud: failedJob(job, '1x60'),
  quiet: { ...failedJob(job, '0x60'), ...failedJob('another', '1x60') },
  labels: { namespace: 'st-mail', job_name: job },
});

const published = (values: string): Series => cronJob('publish', values);

export const cases: Readonly<Record<string, Case>> = {
  HopThuNotOneWriter: {
    loud: { ...leading('a', '1x60'), ...leading('b', '1x60') },
    quiet: { ...leading('a', '1x60'), ...leading('b', '0x60') },
  },
  HopThuNoPass: {
    loud: one('hopthu_last_pass_timestamp_seconds', '0x60'),
    quiet: one('hopthu_last_pass_timestamp_seconds', '0+60x60'),
  },
  HopThuWorldUnreadable: {
    loud: one('controller_runtime_reconcile_total', '0+4x60', ',result="error"'),
    quiet: one('controller_runtime_reconcile_total', '0+4x60', ',result="success"'),
  },
  HopThuDirectoryAway: {
    loud: one('hopthu_ldap_connected', '0x60'),
    quiet: { ...one('hopthu_ldap_connected', '0x60', ',pod="b"'), ...one('hopthu_ldap_connected', '1x60') },
  },
  HopThuDirectoryVolumeFull: {
    loud: volume('19x60'),
    quiet: volume('21x60'),
    labels: { persistentvolumeclaim: 'data-openldap-0' },
  },
  HopThuChangesFail: {
    loud: one('hopthu_failing_changes', '1x60'),
    // One that is mended within ten minutes wakes nobody.
    quiet: one('hopthu_failing_changes', '0x24 1x5 0x30'),
  },
  HopThuPlanHeld: { loud: one('hopthu_held_changes', '1x60'), quiet: one('hopthu_held_changes', '0x60') },
  HopThuBackupMissing: {
    loud: cronJob('backup-mail', '-93600x60'),
    quiet: cronJob('backup-mail', '-80000x60'),
    labels: { namespace: 'st-mail', cronjob: 'backup-mail' },
  },
  HopThuNotCounted: {
    loud: cronJob('report-collect', '-21700x60'),
    quiet: cronJob('report-collect', '-10000x60'),
    labels: { namespace: 'st-mail', cronjob: 'report-collect' },
  },
  HopThuReportFailed: failing('report-monthly-29411520'),
  HopThuBackupUnchecked: {
    // It never succeeded.
    loud: { 'kube_cronjob_created{namespace="st-mail",cronjob="check-site"}': '-691200x60' },
    quiet: {
      'kube_cronjob_created{namespace="st-mail",cronjob="check-site"}': '-691200x60',
      ...cronJob('check-site', '0x60'),
    },
    labels: { namespace: 'st-mail', cronjob: 'check-site' },
  },
  HopThuBackupFailed: failing('check-mail-29411520'),
  HopThuBackupVolumeFull: {
    loud: volume('14x60', 'data-repository-0'),
    quiet: volume('16x60', 'data-repository-0'),
    labels: { persistentvolumeclaim: 'data-repository-0' },
  },
  HopThuArchivesHeldBack: {
    loud: one('hopthu_archives_held_back', '1x60'),
    quiet: one('hopthu_archives_held_back', '0x60'),
  },
  HopThuNoticesWaiting: {
    loud: one('hopthu_notices_waiting_seconds', '87000x60'),
    // Some hours are what a whole province at once may take.
    quiet: one('hopthu_notices_waiting_seconds', '80000x60'),
  },
  HopThuOrphans: { loud: one('hopthu_orphan_entries', '1x60'), quiet: one('hopthu_orphan_entries', '0x60') },
  HopThuMailboxesVanish: {
    loud: one('hopthu_mailboxes', '1000x20 890x40'),
    quiet: one('hopthu_mailboxes', '1000x20 910x40'),
  },
  HopThuWatchesBreak: {
    loud: one('hopthu_informer_restarts', '0+6x60'),
    quiet: one('hopthu_informer_restarts', '0+1x60'),
  },
  HopThuStatusesWithoutChanges: {
    loud: one('hopthu_status_writes_total', '0+60x60'),
    // A notice is written into the status of whom it was sent to.
    quiet: {
      ...one('hopthu_status_writes_total', '0+60x60'),
      ...one('hopthu_notices_total', '0+58x60', ',result="sent"'),
    },
  },
  HopThuPasswordsGuessed: {
    loud: logins('refused', '0+20x60'),
    quiet: { ...logins('refused', '0+2x60'), ...logins('failed', '0+20x60') },
  },
  HopThuPersonGuessedAt: { loud: logins('delayed', '0+1x60'), quiet: logins('delayed', '3x60') },
  HopThuGuessingNotSlowed: {
    loud: one('hopthu_mailboxes', '5x60'),
    quiet: { ...one('hopthu_mailboxes', '5x60'), ...logins('succeeded', '9x60') },
  },
  HopThuPortalUnavailable: {
    loud: {
      ...portal('portal_logins', 'busy', '0x20 3x60'),
      ...portal('portal_logins', 'unavailable', '0x20 1x60'),
    },
    // Wrong passwords are nobody's fault here, and each of the two may fail three times.
    quiet: {
      ...portal('portal_logins', 'unavailable', '0x20 3x60'),
      ...portal('password_changes', 'unavailable', '0x20 3x60'),
      ...portal('password_changes', 'wrong', '0+9x60'),
    },
  },
  HopThuPortalGuessed: {
    loud: portal('password_changes', 'throttled', '0+3x60'),
    quiet: {
      ...portal('password_changes', 'throttled', '0+1x60'),
      ...portal('portal_logins', 'wrong', '0+9x60'),
    },
  },
  HopThuSessionsOutlivePassword: {
    loud: portal('password_changes', 'changedOnly', '0x20 1x60'),
    quiet: {
      ...portal('password_changes', 'changedOnly', '1x60'),
      ...portal('password_changes', 'changed', '0+5x60'),
    },
  },
  HopThuFilterAway: {
    loud: one('hopthu_filter_up', '0x60', ',part="clamav"'),
    // A restart takes a minute.
    quiet: one('hopthu_filter_up', '1x25 0 1x60', ',part="clamav"'),
    labels: { site: 'st', part: 'clamav' },
  },
  HopThuLimitReached: {
    loud: one('hopthu_filter_rule_hits_total', '0+1x60', ',rule="LIMIT_REACHED"'),
    quiet: {
      ...one('hopthu_filter_rule_hits_total', '7x60', ',rule="LIMIT_REACHED"'),
      ...one('hopthu_filter_rule_hits_total', '0+1x60', ',rule="SECRET"'),
    },
  },
  HopThuSignaturesOld: {
    loud: one('hopthu_signatures_timestamp_seconds', '-300000x120'),
    quiet: one('hopthu_signatures_timestamp_seconds', '-200000x120'),
    minute: 100,
  },
  HopThuMailWaits: {
    loud: one('hopthu_queue_oldest_seconds', '0+60x60', ',to="own"'),
    // Others' servers may be away for days.
    quiet: one('hopthu_queue_oldest_seconds', '0+60x60', ',to="elsewhere"'),
  },
  HopThuRequestMailWaits: {
    loud: one('hopthu_queue_oldest_seconds', '0+60x60', ',to="clerk"'),
    quiet: one('hopthu_queue_oldest_seconds', '0+60x60', ',to="elsewhere"'),
  },
  HopThuQueueGrows: {
    loud: { ...queue('active', '500x60'), ...queue('deferred', '501x60') },
    quiet: { ...queue('active', '500x60'), ...queue('deferred', '500x60') },
  },
  HopThuMailBounces: {
    loud: one('hopthu_mail_deliveries_total', '0+4x60', ',status="bounced"'),
    quiet: {
      ...one('hopthu_mail_deliveries_total', '0+1x60', ',status="bounced"'),
      ...one('hopthu_mail_deliveries_total', '0+400x60', ',status="sent"'),
    },
  },
  HopThuLoginsFail: {
    loud: { ...logins('unanswered', '0+40x60'), ...logins('succeeded', '0+30x60') },
    // One wrong password in a quiet night.
    quiet: { ...logins('failed', '0+1x60'), ...logins('succeeded', '0x60') },
  },
  HopThuProviderAway: {
    loud: {
      ...one('slapd_up', '0x60', ',pod="openldap-1"'),
      ...one('slapd_up', '1x60', ',pod="openldap-0"'),
    },
    quiet: one('slapd_up', '1x22 0x4 1x60', ',pod="openldap-1"'),
    labels: { site: 'st', pod: 'openldap-1' },
  },
  HopThuCopyBehind: {
    loud: { ...csn('openldap-0', '0+60x60'), ...csn('openldap-1', '0x60') },
    // They are not asked at the same moment.
    quiet: { ...csn('openldap-0', '0+60x60'), ...csn('openldap-1', '-60+60x60') },
  },
  HopThuDirectoriesDiffer: {
    loud: { ...entries('openldap-0', '81x60'), ...entries('openldap-1', '80x60') },
    // A burst of grants, of which the copy has a few less at each moment, and then all.
    quiet: { ...entries('openldap-0', '80+5x10 130x50'), ...entries('openldap-1', '75+5x11 130x49') },
  },
  HopThuDirectoryFull: {
    loud: pages('90x60', '5x60'),
    // Pages that were used once and are free again count as free.
    quiet: pages('90x60', '15x60'),
    labels: { site: 'st', pod: 'openldap-0', suffix: 'cn=logins' },
  },
  HopThuDatabaseAway: { loud: one('pg_up', '0x60'), quiet: one('pg_up', '1x25 0 1x60') },
  HopThuWebmailBusy: {
    loud: one('phpfpm_max_children_reached', '0x20 1x60'),
    quiet: one('phpfpm_max_children_reached', '1x60'),
  },
  HopThuVolumeFull: {
    loud: volume('9x60', 'mail-dovecot-0'),
    quiet: { ...volume('11x60', 'mail-dovecot-0') },
    labels: { persistentvolumeclaim: 'mail-dovecot-0' },
  },
  HopThuCertificateEnds: {
    loud: one('hopthu_certificate_not_after_timestamp_seconds', '1200000x120'),
    quiet: one('hopthu_certificate_not_after_timestamp_seconds', '1300000x120'),
    minute: 100,
  },
  HopThuRequestDue: {
    loud: one('hopthu_request_due_timestamp_seconds', '86400x60'),
    quiet: one('hopthu_request_due_timestamp_seconds', '172800x60'),
  },
  HopThuRequestWaits: {
    loud: one('hopthu_request_oldest_timestamp_seconds', '-300000x60'),
    quiet: one('hopthu_request_oldest_timestamp_seconds', '-200000x60'),
  },
  HopThuNotPublished: {
    loud: {
      ...published('1795000000x60'),
      ...failedJob('publish-29411520', '1x60'),
      'kube_job_created{namespace="st-mail",job_name="publish-29411520"}': '1795086400x60',
    },
    // A later run made up for it.
    quiet: {
      ...published('1795172800x60'),
      ...failedJob('publish-29411520', '1x60'),
      'kube_job_created{namespace="st-mail",job_name="publish-29411520"}': '1795086400x60',
    },
    labels: { namespace: 'st-mail' },
    told: 'The directory was not published: the files are of 2026-11-18 11:06:40 +0000 UTC (1970: there are none)',
  },
  HopThuPublishedPagesOld: {
    loud: one('hopthu_published_read_timestamp_seconds', '0x180'),
    quiet: one('hopthu_published_read_timestamp_seconds', '0+60x180'),
    minute: 140,
  },
};
