/** `hopthu approve` and `hopthu reject`: show what the guard holds back, and settle exactly that. */
import type { MailboxStatus } from '../operator/api/mailbox.ts';
import { annotation, type Resource } from '../operator/api/resource.ts';
import { type Approval, readApproval } from '../operator/core/approval.ts';
import type { HeldArchives } from '../operator/core/archive-retention.ts';
import { siteConfigMap } from '../operator/core/secrets.ts';
import type { Site } from '../operator/core/site.ts';
import { annotateSite } from './annotate-site.ts';
import { Failed } from './failure.ts';
import { loadKubeConfig } from './kube.ts';
import { counted } from './print.ts';
import { listResources } from './resources.ts';
import { loadSite } from './site.ts';
import { type Held, readSiteReport } from './site-report.ts';

export type ApproveOptions = { readonly site: string; readonly context?: string };

/** A plan that waits: its lines are those of the operator. */
export type HeldPlan = { readonly hash: string; readonly reason: string; readonly lines: readonly string[] };

/** What the site's ConfigMap is annotated with, so that of two verdicts on one plan the later one counts. */
const verdicts = {
  approved: (hash: string) => ({ [annotation.approvePlan]: hash, [annotation.rejectPlan]: null }),
  rejected: (hash: string) => ({ [annotation.approvePlan]: null, [annotation.rejectPlan]: hash }),
} as const;

/** Lets the plan pass. @throws Failed when the plan of this hash is not the one that waits, or the cluster refuses */
export function approve(hash: string | undefined, options: ApproveOptions): Promise<void> {
  return settle('approved', hash, options);
}

/** Lets nothing of the plan happen: deleted resources go, their accounts stay. @throws Failed as `approve` does */
export function reject(hash: string | undefined, options: ApproveOptions): Promise<void> {
  return settle('rejected', hash, options);
}

async function settle(
  verdict: keyof typeof verdicts,
  hash: string | undefined,
  options: ApproveOptions,
): Promise<void> {
  const site = loadSite(options.site);
  const { plans, archives } = await readWaiting(options);
  if (hash === undefined) {
    const told = [...plans.map((plan) => describe(plan, site.name)), ...describeArchives(site, archives)];
    console.log(told.join('\n\n') || 'nothing waits for approval');
    return;
  }
  const plan = plans.find((candidate) => candidate.hash === hash);
  if (plan === undefined) {
    const waiting = plans.map((candidate) => candidate.hash).join(' and ') || 'nothing';
    throw new Failed(
      `no plan ${hash} waits for approval, ${waiting} does: run hopthu approve --site ${site.name}`,
    );
  }
  await annotateSite(loadKubeConfig(options.context), site.namespaces.mail, verdicts[verdict](hash));
  console.log(`${verdict}: ${counted(plan.lines.length, 'change')}`);
}

type Waiting = { readonly plans: readonly HeldPlan[]; readonly archives?: HeldArchives | undefined };

/** What the guard of the site holds, and archives. @throws Failed when the cluster refuses */
export async function readWaiting({ site, context }: ApproveOptions): Promise<Waiting> {
  const { namespaces } = loadSite(site);
  const config = loadKubeConfig(context);
  const report = await readSiteReport(config, namespaces.mail);
  const mailboxes = await listResources(config, 'Mailbox', namespaces.accounts);
  return { plans: heldPlans(mailboxes, report?.held), archives: report?.archives };
}

/**
 * While resources are still being told, two plans may stand beside each other.
 * @param held the operator's report, which has also the lines of entries without a resource
 */
function heldPlans(resources: readonly Resource[], held: Held = {}): readonly HeldPlan[] {
  const approvals = resources.flatMap((resource) => approvalOf(resource) ?? []);
  const told = (held.lines ?? []).map((line) => ({ hash: held.hash ?? '', reason: held.reason ?? '', line }));
  return [...Map.groupBy([...approvals, ...told], ({ hash }) => hash)].map(([hash, of]) => ({
    hash,
    reason: of[0]?.reason ?? '',
    lines: [...new Set(of.map(({ line }) => line))].sort(),
  }));
}

function approvalOf({ status }: Resource): Approval | undefined {
  const { conditions = [] } = (status ?? {}) as MailboxStatus;
  const held = conditions.find(({ type, reason }) => type === 'Ready' && reason === 'AwaitingApproval');
  return held === undefined ? undefined : readApproval(held.message);
}

function describe({ hash, reason, lines }: HeldPlan, site: string): string {
  return [
    ...lines,
    reason,
    `to let it pass: hopthu approve --site ${site} ${hash}`,
    `to let nothing of it happen: hopthu reject --site ${site} ${hash}`,
  ].join('\n');
}

/** Archives wait for a day, not for a hash: others may come to theirs meanwhile. */
export function describeArchives(
  { namespaces }: Site,
  { count, until }: HeldArchives = { count: 0 },
): readonly string[] {
  if (until === undefined) return [];
  const annotate = `kubectl -n ${namespaces.mail} annotate configmap ${siteConfigMap} --overwrite`;
  return [
    [
      `${count} archives whose retention has ended would be removed at once`,
      `to let them go: ${annotate} ${annotation.purgeUntil}=${until}`,
      `to keep some: ${annotate} ${annotation.keepArchives}="ACCOUNT OR ADDRESS …"`,
    ].join('\n'),
  ];
}
