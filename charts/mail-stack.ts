/** Everything of one site, in the order in which it is applied. */
import { type App, Chart } from 'cdk8s';
import { backup } from './components/backup.ts';
import { certificates } from './components/certificates.ts';
import { clerk } from './components/clerk.ts';
import { dovecot } from './components/dovecot.ts';
import { filter } from './components/filter.ts';
import { monitoring } from './components/monitoring.ts';
import { mounted } from './components/mounted.ts';
import { moving } from './components/moving.ts';
import { namespaces } from './components/namespaces.ts';
import { networkPolicies } from './components/network-policies.ts';
import { openldap } from './components/openldap.ts';
import { operator } from './components/operator.ts';
import { portal } from './components/portal.ts';
import { postfix } from './components/postfix.ts';
import { postgresql } from './components/postgresql.ts';
import { publisher } from './components/publisher.ts';
import { reports } from './components/reports.ts';
import { repository } from './components/repository.ts';
import { webmail } from './components/webmail.ts';
import type { Context } from './workload.ts';

/**
 * Adds the site's charts to `app`; each becomes one file, numbered in this order.
 * @param siteFile text of the site file, which the operator is given as it stands
 */
export function mailStack(app: App, context: Context, siteFile: string): void {
  let count = 0;
  // Numbered here: cdk8s would number them by dependencies, which it keeps for every pair of objects.
  const chart = <T>(name: string, fill: (scope: Chart) => T): T => {
    const number = String(count++).padStart(4, '0');
    return fill(new Chart(app, `${number}-${name}`, { disableResourceNameHashes: true }));
  };
  chart('namespaces', (scope) => namespaces(scope, context));
  chart('network-policies', (scope) => networkPolicies(scope, context));
  if (context.site.tls.issuer !== undefined) chart('certificates', (scope) => certificates(scope, context));
  chart('mounted', (scope) => mounted(scope, context, siteFile));
  const { directory, readers, providers } = chart('openldap', (scope) => openldap(scope, context));
  const { imaps, sieve, hosts: dovecots } = chart('dovecot', (scope) => dovecot(scope, context, directory));
  chart('filter', (scope) => filter(scope, context));
  const { submission, notices } = chart('postfix', (scope) =>
    postfix(scope, context, { directory, readers }),
  );
  const database = chart('postgresql', (scope) => postgresql(scope, context));
  const behind = chart('portal', (scope) =>
    portal(scope, context, { directory, readers, dovecots, siteFile }),
  );
  const endpoints = { database, imap: imaps, smtp: submission, sieve, directory, readers, portal: behind };
  chart('webmail', (scope) => webmail(scope, context, endpoints));
  if (context.site.published.files !== undefined)
    chart('publisher', (scope) => publisher(scope, context, readers));
  chart('repository', (scope) => repository(scope, context));
  chart('backup', (scope) => backup(scope, context, database));
  chart('reports', (scope) => reports(scope, context, { directory, providers, notices, siteFile }));
  if (context.site.moving.from.length > 0) chart('moving', (scope) => moving(scope, context));
  chart('operator', (scope) => operator(scope, context, { directory, dovecots, notices, siteFile }));
  chart('clerk', (scope) => clerk(scope, context, { notices, siteFile }));
  const { prometheusOperator, dashboards } = context.site.monitoring;
  if (prometheusOperator || dashboards) chart('monitoring', (scope) => monitoring(scope, context));
}
