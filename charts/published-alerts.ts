/** What is alarming of the published directory (R40); a part of the list in `alerts.ts`. */
import type { Alert } from './alerts.ts';

const last = 'max by (namespace) (kube_cronjob_status_last_successful_time{cronjob="publish"})';
const created = 'max by (namespace) (kube_cronjob_created{cronjob="publish"})';
/** Of which day the files are; 0 where there are none yet. */
const shown = `(${last} or 0 * ${created})`;
const failed =
  'max by (namespace) (kube_job_created{job_name=~"publish-.+"} and on (namespace, job_name) (kube_job_failed{condition="true"} > 0))';

export const publishedAlerts: readonly Alert[] = [
  {
    name: 'HopThuNotPublished',
    severity: 'warning',
    expr: `${shown} and on (namespace) ((${failed} > ${shown}) or (time() - (${last} or ${created}) > 691200))`,
    for: '0m',
    summary:
      'The directory was not published: the files are of {{ $value | humanizeTimestamp }} (1970: there are none)',
    runbook: [
      '`kubectl -n NAMESPACE get jobs -l app.kubernetes.io/name=publisher`, then `kubectl -n NAMESPACE logs job/JOB` of the last one: it says what could not be read or written.',
      'What was published before stays as it was. Once repaired: `kubectl -n NAMESPACE create job publish-now --from=cronjob/publish`; the alert ends when it succeeds.',
    ],
  },
  {
    name: 'HopThuPublishedPagesOld',
    severity: 'warning',
    expr: 'time() - min by (site) (hopthu_published_read_timestamp_seconds) > 7200',
    for: '10m',
    summary: 'The pages of the published directory show what was two hours ago',
    runbook: [
      'The log of the pods `portal` says why the directory cannot be read; see its pods, and Secret `published-ldap`.',
      'Who was suspended meanwhile is still in the pages.',
    ],
  },
];
