/** `hopthu incident`: the record of what happened and who was told (R42), as Incident resources beside the mailboxes. */
import { CustomObjectsApi, type KubeConfig, PatchStrategy, setHeaderOptions } from '@kubernetes/client-node';
import { type IncidentSpec, parseIncident } from '../operator/api/incident.ts';
import type { MailboxSpec, MailboxStatus } from '../operator/api/mailbox.ts';
import type { OrganizationSpec } from '../operator/api/organization.ts';
import { apiVersion, group, plural as plurals, version } from '../operator/api/resource.ts';
import { rfc3339 } from '../operator/core/time.ts';
import { inVietnam, parseTime } from './backup/snapshots.ts';
import { Failed, WrongInput } from './failure.ts';
import { callKube, loadKubeConfig } from './kube.ts';
import { readAccount } from './mailbox-account.ts';
import { printData, printTable } from './print.ts';
import { loadSite } from './site.ts';

type Options = { readonly site: string; readonly context?: string };
type Timed = Options & { readonly at?: string };
export type OpenOptions = Timed & { readonly kind: IncidentSpec['kind']; readonly mailbox?: string };
export type NoteOptions = Timed & { readonly told?: string };
export type ListOptions = Options & { readonly open?: boolean; readonly output?: string };

type Stored = {
  readonly metadata: { readonly name: string; readonly resourceVersion: string };
  readonly spec: IncidentSpec;
};

const plural = plurals.Incident;

/** Incidents are in the first of the accounts' namespaces. */
function place({ site, context }: Options) {
  const namespace = loadSite(site).namespaces.accounts[0] ?? '';
  const config = loadKubeConfig(context);
  return { config, api: config.makeApiClient(CustomObjectsApi), path: { group, version, namespace, plural } };
}

function moment(at: string | undefined, now: Date): string {
  return at === undefined ? rfc3339(now) : parseTime(at);
}

/** Prints the name of the new Incident, and on standard error who is to be told. @throws WrongInput, Invalid, Failed */
export async function openIncident(summary: string, options: OpenOptions, now: Date): Promise<void> {
  const { config, api, path } = place(options);
  const spec = parseIncident({
    ...{ kind: options.kind, summary, at: moment(options.at, now) },
    ...(options.mailbox === undefined ? {} : await mailboxOf(config, path.namespace, options.mailbox)),
  });
  const body = { apiVersion, kind: 'Incident', metadata: { generateName: `${spec.at.slice(0, 10)}-` }, spec };
  const made = await known(path.namespace, () => api.createNamespacedCustomObject({ ...path, body }));
  console.log(made.metadata.name);
  if (options.mailbox === undefined) return;
  const officer = await officerFor(api, path.namespace, options.mailbox);
  console.error(
    officer === undefined
      ? 'hopthu: its organization names no mail officer (spec.mailOfficerRef, R29): tell its head'
      : `hopthu: tell the mail officer ${officer} (R29), then: hopthu incident note ${made.metadata.name} --told …`,
  );
}

type Found = { readonly spec?: MailboxSpec & OrganizationSpec; readonly status?: MailboxStatus };

/** The address of who watches over the mail of the mailbox's organization, else of the next one above. */
async function officerFor(
  api: CustomObjectsApi,
  namespace: string,
  mailbox: string,
): Promise<string | undefined> {
  const read = async (kind: 'Mailbox' | 'Organization', name: string): Promise<Found | undefined> => {
    const found: unknown = await callKube(`reading ${kind} ${namespace}/${name}`, () =>
      api.getNamespacedCustomObject({ group, version, namespace, plural: plurals[kind], name }),
    );
    return found as Found | undefined;
  };
  const seen = new Set<string>();
  let next = (await read('Mailbox', mailbox))?.spec?.organizationRef.name;
  while (next !== undefined && !seen.has(next)) {
    seen.add(next);
    const organization: Found | undefined = await read('Organization', next);
    const officer = organization?.spec?.mailOfficerRef?.name;
    if (officer !== undefined) return (await read('Mailbox', officer))?.status?.address ?? officer;
    next = organization?.spec?.parentRef?.name;
  }
  return undefined;
}

async function mailboxOf(config: KubeConfig, namespace: string, name: string) {
  const { address } = await readAccount(config, namespace, name);
  return { mailboxRef: { name }, address };
}

/** @throws WrongInput without a text and somebody who was told; Failed */
export async function noteIncident(
  name: string,
  text: string | undefined,
  options: NoteOptions,
  now: Date,
): Promise<void> {
  if (text === undefined && options.told === undefined)
    throw new WrongInput('incident note: say what was done, or with --told who was told');
  const at = moment(options.at, now);
  await change(name, options, (spec) => ({
    ...spec,
    ...(text === undefined ? {} : { notes: [...(spec.notes ?? []), { at, text }] }),
    ...(options.told === undefined ? {} : { told: [...(spec.told ?? []), { who: options.told, at }] }),
  }));
}

/** @throws Failed */
export async function closeIncident(name: string, options: Timed, now: Date): Promise<void> {
  await change(name, options, (spec) => ({ ...spec, settledAt: moment(options.at, now) }));
}

async function change(
  name: string,
  options: Options,
  edit: (spec: IncidentSpec) => IncidentSpec,
): Promise<void> {
  const { api, path } = place(options);
  const before = await known(`${path.namespace}/${name}`, () =>
    api.getNamespacedCustomObject({ ...path, name }),
  );
  const spec = parseIncident(edit(before.spec));
  // Two who write at once: the later one is told so, and nothing of the first is lost.
  const { resourceVersion } = before.metadata;
  await known(`${path.namespace}/${name}`, () =>
    api.patchNamespacedCustomObject(
      { ...path, name, body: { metadata: { resourceVersion }, spec } },
      setHeaderOptions('Content-Type', PatchStrategy.MergePatch),
    ),
  );
  console.log(`${name}: ${spec.settledAt === undefined ? 'noted' : 'settled'}`);
}

async function known(what: string, call: () => Promise<unknown>): Promise<Stored> {
  const found = await callKube(`Incident ${what}`, call);
  if (found === undefined) throw new Failed(`there is no Incident ${what}: see hopthu incident list`);
  return found as Stored;
}

/** The newest first. @throws Failed */
export async function listIncidents(options: ListOptions): Promise<void> {
  const { api, path } = place(options);
  const found: unknown = await callKube('listing incidents', () => api.listNamespacedCustomObject(path));
  if (found === undefined) throw new Failed('the cluster does not know incidents.hopthu.io: apply crds/');
  const items = ((found as { items?: readonly Stored[] }).items ?? [])
    .filter(({ spec }) => options.open !== true || spec.settledAt === undefined)
    .toSorted((one, other) => (one.spec.at < other.spec.at ? 1 : -1));
  if (options.output !== undefined) {
    console.log(
      printData(
        items.map(({ metadata: { name }, spec }) => ({ name, ...spec })),
        options.output,
      ),
    );
    return;
  }
  const rows = items.map(({ metadata: { name }, spec }) => [
    name,
    inVietnam(spec.at),
    spec.kind,
    spec.address ?? '',
    (spec.told ?? []).map(({ who }) => who).join(', '),
    spec.settledAt === undefined ? 'open' : inVietnam(spec.settledAt),
    spec.summary,
  ]);
  console.log(printTable([['NAME', 'TIME', 'KIND', 'MAILBOX', 'TOLD', 'SETTLED', 'SUMMARY'], ...rows]));
}
