/** What is alarming of logins, and of passwords changed at the portal (R25, R42); a part of the list in `alerts.ts`. */
import type { Alert } from './alerts.ts';

/** More than so many uses of the portal within the time ended so, or so many changes of passwords. */
function often(outcomes: string, most: number, within: string): string {
  const of = (metric: string) =>
    `sum by (site) (increase(${metric}{outcome=~"${outcomes}"}[${within}])) > ${most}`;
  return `${of('hopthu_password_changes_total')} or ${of('hopthu_portal_logins_total')}`;
}

export const loginAlerts: readonly Alert[] = [
  {
    name: 'HopThuPasswordsGuessed',
    severity: 'warning',
    expr: 'sum by (site) (rate(hopthu_logins_total{outcome="refused"}[10m])) > 0.2',
    for: '0m',
    summary: 'Passwords are being guessed',
    runbook: [
      'The log of container `throttle` in pod `dovecot-0` has the addresses and the people; docs/troubleshooting.md, "Guessing", says what each line means.',
      'Report to the Centre and to the official of the organization (R42).',
    ],
  },
  {
    name: 'HopThuPersonGuessedAt',
    severity: 'warning',
    expr: 'sum by (site) (increase(hopthu_logins_total{outcome="delayed"}[10m])) > 0',
    for: '0m',
    summary: 'One person is guessed at from many addresses',
    runbook: ['Tell the person and the organization; if the password was weak, ask for a new one.'],
  },
  {
    name: 'HopThuGuessingNotSlowed',
    severity: 'critical',
    expr: 'sum by (site) (hopthu_mailboxes) unless on (site) sum by (site) (last_over_time(hopthu_logins_total[15m]))',
    for: '15m',
    summary: 'Nobody counts logins: guessing is not slowed',
    runbook: [
      'Container `throttle` of pod `dovecot-0` is down or cannot be scraped: see it and its log.',
      'If nobody has logged in to the site yet, all is well.',
    ],
  },
  {
    name: 'HopThuPortalUnavailable',
    severity: 'warning',
    expr: often('unavailable|busy', 3, '15m'),
    for: '0m',
    summary: 'People were told at the portal that nobody could be asked: no password changed, nobody in',
    runbook: [
      'The log of the pods `portal` says why: lines `password unavailable`, `login unavailable`. Does the directory answer? See HopThuDirectoryAway.',
      '`busy` alone: more than four at once at one pod, each of whom costs slapd some hashes. In the morning after a day on which many passwords ended all is well; else more processors for `resources.openldap`.',
      'Meanwhile nobody whose password must be changed reads mail; whoever is in goes on.',
    ],
  },
  {
    name: 'HopThuPortalGuessed',
    severity: 'warning',
    expr: often('throttled', 20, '10m'),
    for: '0m',
    summary: 'Passwords are being guessed at the portal',
    runbook: [
      '`password throttled` and `login throttled` in the log of the pods `portal` have address and person; see Guessing in troubleshooting.md.',
      'Report to the Centre and to the official of the organization (R42).',
    ],
  },
  {
    name: 'HopThuSessionsOutlivePassword',
    severity: 'warning',
    expr: 'sum by (site) (increase(hopthu_password_changes_total{outcome="changedOnly"}[1h])) > 0',
    for: '0m',
    summary: 'A password was changed, and the sessions of the former one may go on',
    runbook: [
      '`password changedOnly` in the log of the pods `portal` has the person and why; is Dovecot away, or Secret `dovecot-sessions` another one?',
      'Where the former password was stolen: `kubectl hopthu suspend NAME` and `resume` end the sessions.',
    ],
  },
];
