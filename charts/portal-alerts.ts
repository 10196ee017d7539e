/** What is alarming of the portal's logins and changes of passwords (R25, R42); a part of the list in `alerts.ts`. */
import type { Alert } from './alerts.ts';

/** More than so many uses of the portal within the time ended so, or so many changes of passwords. */
function often(outcomes: string, most: number, within: string): string {
  const of = (metric: string) =>
    `sum by (site) (increase(${metric}{outcome=~"${outcomes}"}[${within}])) > ${most}`;
  return `${of('hopthu_password_changes_total')} or ${of('hopthu_portal_logins_total')}`;
}

export const portalAlerts: readonly Alert[] = [
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
