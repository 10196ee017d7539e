/** Two Grafana dashboards: how the service runs, and how the accounts stand. */

type Panel = {
  readonly title: string;
  readonly expr: string;
  /** What each line is called: a template of Grafana over labels. */
  readonly legend: string;
  readonly unit?: 'short' | 's' | 'percentunit' | 'bytes' | 'ops';
};

const service: readonly Panel[] = [
  {
    title: 'Logins',
    expr: rateOf('hopthu_logins_total', 'protocol, outcome'),
    legend: '{{protocol}} {{outcome}}',
    unit: 'ops',
  },
  {
    title: 'Logins at the portal',
    expr: rateOf('hopthu_portal_logins_total', 'outcome'),
    legend: '{{outcome}}',
    unit: 'ops',
  },
  {
    title: 'Wishes for another password',
    expr: rateOf('hopthu_password_changes_total', 'outcome'),
    legend: '{{outcome}}',
    unit: 'ops',
  },
  {
    title: 'Mail that came in',
    expr: rateOf('hopthu_mail_received_total', 'listener'),
    legend: '{{listener}}',
    unit: 'ops',
  },
  {
    title: 'Deliveries',
    expr: rateOf('hopthu_mail_deliveries_total', 'via, status'),
    legend: '{{via}} {{status}}',
    unit: 'ops',
  },
  {
    title: 'Mail that was refused',
    expr: rateOf('hopthu_mail_refusals_total', 'by, code'),
    legend: '{{by}} {{code}}',
    unit: 'ops',
  },
  {
    title: 'Queue',
    expr: 'sum by (queue) (hopthu_queue_messages{site="$site"})',
    legend: '{{queue}}',
  },
  {
    title: 'Oldest message that waits',
    expr: 'max by (to) (hopthu_queue_oldest_seconds{site="$site"})',
    legend: 'to {{to}}',
    unit: 's',
  },
  {
    title: 'What the filter decided',
    expr: rateOf('hopthu_filter_messages_total', 'action'),
    legend: '{{action}}',
    unit: 'ops',
  },
  {
    title: 'IMAP commands',
    expr: rateOf('dovecot_imap_command_count', 'cmd_name'),
    legend: '{{cmd_name}}',
    unit: 'ops',
  },
  {
    title: 'IMAP commands, 95 of 100 within',
    expr: 'histogram_quantile(0.95, sum by (le, cmd_name) (rate(dovecot_imap_command_bucket{site="$site"}[$__rate_interval])))',
    legend: '{{cmd_name}}',
    unit: 's',
  },
  {
    title: 'Operations of the directory',
    expr: rateOf('slapd_operations_total{operation=~"add|bind|modify|search"}', 'pod, operation'),
    legend: '{{pod}} {{operation}}',
    unit: 'ops',
  },
  {
    title: 'How far the copies of the directory are apart',
    expr: 'max(max by (server) (slapd_context_csn_timestamp_seconds{site="$site"}) - min by (server) (slapd_context_csn_timestamp_seconds{site="$site"}))',
    legend: 'apart',
    unit: 's',
  },
  {
    title: 'Databases of the directory, used',
    expr: 'max by (suffix) (slapd_mdb_pages{site="$site", kind="used"}) / max by (suffix) (slapd_mdb_pages{site="$site", kind="max"})',
    legend: '{{suffix}}',
    unit: 'percentunit',
  },
  {
    title: 'Processes of the webmail at work',
    expr: 'sum by (pod) (phpfpm_active_processes{site="$site"})',
    legend: '{{pod}}',
  },
  {
    title: 'Sessions of PostgreSQL',
    expr: 'sum by (datname) (pg_stat_database_numbackends{site="$site", datname="roundcube"})',
    legend: '{{datname}}',
  },
  {
    title: 'Passes of the operator',
    expr: rateOf('controller_runtime_reconcile_total', 'scope, result'),
    legend: '{{scope}} {{result}}',
    unit: 'ops',
  },
  {
    title: 'Length of a pass, 99 of 100',
    expr: 'histogram_quantile(0.99, sum by (le, scope) (rate(controller_runtime_reconcile_time_seconds_bucket{site="$site"}[$__rate_interval])))',
    legend: '{{scope}}',
    unit: 's',
  },
  {
    title: 'Time since the last pass',
    expr: 'time() - max(hopthu_last_pass_timestamp_seconds{site="$site"})',
    legend: 'age',
    unit: 's',
  },
  { title: 'Directory reached', expr: 'max(hopthu_ldap_connected{site="$site"})', legend: 'connected' },
  {
    title: 'Changes sent to the directory',
    expr: rateOf('hopthu_directory_changes_total', 'action'),
    legend: '{{action}}',
    unit: 'ops',
  },
  {
    title: 'Memory of the operator',
    expr: 'process_resident_memory_bytes{site="$site", pod=~"operator-.+"}',
    legend: '{{pod}}',
    unit: 'bytes',
  },
  {
    title: 'Delay of the event loop, 99 of 100',
    expr: 'nodejs_eventloop_lag_p99_seconds{site="$site", pod=~"operator-.+"}',
    legend: '{{pod}}',
    unit: 's',
  },
];

const accounts: readonly Panel[] = [
  { title: 'Mailboxes', expr: 'max(hopthu_mailboxes{site="$site"})', legend: 'mailboxes', unit: 'short' },
  {
    title: 'Changes that fail',
    expr: 'max(hopthu_failing_changes{site="$site"})',
    legend: 'failing',
    unit: 'short',
  },
  {
    title: 'Changes that wait for approval',
    expr: 'max(hopthu_held_changes{site="$site"})',
    legend: 'held',
    unit: 'short',
  },
  {
    title: 'Accounts without a resource',
    expr: 'max(hopthu_orphan_entries{site="$site"})',
    legend: 'orphans',
    unit: 'short',
  },
  {
    title: 'Mail of ended accounts: waiting',
    expr: 'max(hopthu_mail_steps_waiting{site="$site"})',
    legend: 'waiting',
    unit: 'short',
  },
  {
    title: 'Mail of ended accounts: steps',
    expr: rateOf('hopthu_mail_steps_total', 'step, result'),
    legend: '{{step}} {{result}}',
    unit: 'ops',
  },
  {
    title: 'Mailboxes whose size is not known',
    expr: 'max(hopthu_usage_unread{site="$site"})',
    legend: 'unread',
    unit: 'short',
  },
  {
    title: 'Mail that a rule of ours refused or put off',
    expr: rateOf('hopthu_filter_rule_hits_total', 'rule'),
    legend: '{{rule}}',
    unit: 'ops',
  },
  {
    title: 'Messages that people taught the filter',
    expr: 'sum(rspamd_learned_total{site="$site"})',
    legend: 'learned',
  },
  {
    title: 'Guessing',
    expr: rateOf('hopthu_logins_total{outcome!="succeeded"}', 'outcome'),
    legend: '{{outcome}}',
    unit: 'ops',
  },
];

/** By the name of their file; in Grafana's JSON model, schema 39 (Grafana 10 and newer). */
export function dashboards(): Readonly<Record<string, object>> {
  return {
    service: dashboard('hopthu-service', 'Hộp Thư: service', service),
    accounts: dashboard('hopthu-accounts', 'Hộp Thư: accounts', accounts),
  };
}

/** Per second, over the interval that the graph shows. */
function rateOf(series: string, by: string): string {
  const [name = '', matchers = ''] = series.replace('}', '').split('{');
  const selected = [`site="$site"`, ...(matchers === '' ? [] : [matchers])].join(', ');
  return `sum by (${by}) (rate(${name}{${selected}}[$__rate_interval]))`;
}

const source = { type: 'prometheus', uid: '$source' };
const columns = 2;
const width = 24 / columns;
const height = 8;

function dashboard(uid: string, title: string, panels: readonly Panel[]): object {
  return {
    uid,
    title,
    schemaVersion: 39,
    tags: ['hopthu'],
    timezone: 'Asia/Ho_Chi_Minh',
    time: { from: 'now-24h', to: 'now' },
    refresh: '1m',
    templating: {
      list: [
        { name: 'source', type: 'datasource', query: 'prometheus', label: 'Prometheus' },
        {
          name: 'site',
          type: 'query',
          label: 'Site',
          datasource: source,
          query: 'label_values(hopthu_mailboxes, site)',
          refresh: 1,
        },
      ],
    },
    panels: panels.map(({ title: panel, expr, legend, unit = 'short' }, index) => ({
      id: index + 1,
      type: 'timeseries',
      title: panel,
      datasource: source,
      gridPos: {
        x: (index % columns) * width,
        y: Math.floor(index / columns) * height,
        w: width,
        h: height,
      },
      fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
      targets: [{ refId: 'A', datasource: source, expr, legendFormat: legend }],
    })),
  };
}
