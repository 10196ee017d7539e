/** Writes the reference pages from the schemas that the code checks by; `make docs`. */
import { writeFileSync } from 'node:fs';
import { alerts, numbered } from '../charts/alerts.ts';
import { customResourceDefinition } from '../operator/api/crd.ts';
import type { AnyKind } from '../operator/api/resource.ts';
import { siteSchema } from '../operator/core/site.ts';
import { portsPage } from './ports-page.ts';
import { type Schema, schemaTable } from './schema-table.ts';

type Definition = {
  readonly spec: {
    readonly names: { readonly shortNames: readonly string[]; readonly categories: readonly string[] };
    readonly versions: readonly {
      readonly additionalPrinterColumns: readonly { name: string; jsonPath: string; description: string }[];
      readonly schema: { readonly openAPIV3Schema: Schema };
    }[];
  };
};

const note = (source: string) => `<!-- Generated from ${source} by docs/generate.ts; do not edit. -->`;

/** File name and text of every generated page. */
export function pages(): readonly { readonly name: string; readonly text: string }[] {
  return [
    { name: 'reference-organization.md', text: resourcePage('Organization') },
    { name: 'reference-mailbox.md', text: resourcePage('Mailbox') },
    { name: 'reference-mailboxrequest.md', text: resourcePage('MailboxRequest') },
    { name: 'reference-incident.md', text: resourcePage('Incident') },
    { name: 'reference-site.md', text: sitePage() },
    { name: 'alerts.md', text: alertsPage() },
    { name: 'ports.md', text: `${note('charts/flows.ts')}\n\n${portsPage()}` },
  ];
}

function alertsPage(): string {
  const rows = alerts.map(
    ({ name, severity, summary }) => `| [${name}](#${name.toLowerCase()}) | ${severity} | ${summary} |`,
  );
  const sections = alerts.map(
    ({ name, severity, expr, for: duration, summary, runbook }) => `## ${name}
${summary}. \`${severity}\`, when this holds for ${duration}:

\`\`\`promql
${expr}
\`\`\`

${numbered(runbook)}
`,
  );
  return `${note('charts/alerts.ts')}

# Alerts

What the rules of \`monitoring.prometheusOperator\` raise, and what to do then. \`critical\` wakes somebody, \`warning\` waits for the morning. All metrics are in [metrics](metrics.md).
Pods and nodes that are down are not in this list: whatever watches the cluster reports them.

In the commands \`SITE\` is the site, and \`NAMESPACE\` the namespace that the alert or the step names: for openldap, dovecot, rspamd, webmail, portal, operator and clerk the
site's \`namespaces.mail\`, for postfix and reports \`namespaces.smtp\`.

| alert | severity | what is wrong |
|---|---|---|
${rows.join('\n')}

${sections.join('\n')}`;
}

function resourcePage(kind: AnyKind): string {
  const { names, versions } = (customResourceDefinition(kind) as Definition).spec;
  const [version] = versions;
  if (version === undefined) throw new Error(`${kind} has no version`);
  const schema = version.schema.openAPIV3Schema;
  const { spec, status } = schema.properties ?? {};
  if (spec === undefined || status === undefined) throw new Error(`${kind} has no spec or no status`);
  const rules = (schema['x-kubernetes-validations'] ?? []).map(({ message }) => `- ${message}`);
  const columns = version.additionalPrinterColumns.map(
    ({ name, jsonPath, description }) => `| ${name} | \`${jsonPath}\` | ${description} |`,
  );
  const hasStatus = Object.keys(status.properties ?? {}).length > 0;
  const statusSection = hasStatus ? `\n## status\n${schemaTable(status)}\n` : '';
  return `${note('operator/api')}

# ${kind}

${schema.description ?? ''} \`apiVersion: hopthu.io/v1alpha1\`, \`kind: ${kind}\`; short name \`${names.shortNames.join('`, `')}\`,
category \`${names.categories.join('`, `')}\`. What reasons in \`status.conditions\` mean: [conditions](conditions.md#reasons).

## Rules over several fields
${rules.join('\n')}

## spec
${schemaTable(spec)}
${statusSection}
## Columns of \`kubectl get\`
| Column | From | Meaning |
|---|---|---|
${columns.join('\n')}
`;
}

function sitePage(): string {
  return `${note('operator/core/site.ts')}

# The site file

A province is one file in \`charts/sites/\`, and every value that a person may want to change is in it. Charts, operator
and commands read it with one loader. A wrong value or an unknown key is an error that names the file, the field and what is
allowed there. \`required\` below says which keys must be there.

${schemaTable(siteSchema() as Schema)}
`;
}

if (import.meta.main) {
  for (const { name, text } of pages()) writeFileSync(new URL(name, import.meta.url), text);
}
