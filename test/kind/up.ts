#!/usr/bin/env node
/** `make up`, `make install`, `make restore`, `make down`: the main job on a cluster that anybody can start. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readSite, siteNames } from '../../charts/site-files.ts';
import { PARTS } from '../../images/tag.ts';
import type { Site } from '../../operator/core/site.ts';
import { createCluster, deleteCluster, loadImages } from './cluster.ts';
import type { PortMapping } from './cluster-config.ts';
import { attempt, run } from './command.ts';
import { buildImages } from './images.ts';
import { applySamples, installSite, kubectl, synthesize, type Target } from './install.ts';
import { findKubectl } from './kubectl.ts';
import { ensureCommands } from './packages.ts';
import { ensureTools, findTools, type Tools } from './prerequisites.ts';
import { step } from './steps.ts';
import { uninstallSite } from './uninstall.ts';

/** The node ports of every site, opened on 127.0.0.1 under the same numbers plus `offset`. */
function sitePorts(sites: readonly Site[], offset: number): readonly PortMapping[] {
  return sites.flatMap(({ expose }) =>
    Object.values(expose.ports).flatMap((port) =>
      port === undefined ? [] : { hostPort: port + offset, nodePort: port },
    ),
  );
}

/** A kind cluster with the images of this checkout; made, mended or left as it is. */
export async function ensureCluster(name: string, portOffset = 0): Promise<Target> {
  await ensureCommands([
    {
      command: 'openssl',
      why: 'makes certificates',
      packages: { debian: ['openssl'], fedora: 'openssl', brew: 'openssl' },
    },
  ]);
  const tools = await ensureTools();
  const cluster = await createCluster(tools, name, sitePorts(siteNames().map(readSite), portOffset));
  await loadImages(tools, name, await ensureImages(tools));
  return cluster;
}

/** The images of this checkout, in the local storage; gives their names. */
export async function ensureImages({ runtime }: Tools): Promise<readonly string[]> {
  await bundleOperator();
  return buildImages(runtime, PARTS);
}

/** A cluster that is there already: its images come from the registry that the site file names. */
async function existingCluster(context: string): Promise<Target> {
  const kubectl = (await findKubectl()) ?? 'kubectl';
  if ((await attempt(kubectl, ['config', 'get-contexts', context])) === undefined) {
    throw new Error(`There is no context ${context} in the kubeconfig; see: kubectl config get-contexts`);
  }
  await bundleOperator();
  return { context, kubectl };
}

let bundled: Promise<string> | undefined;

/** The image's tag is the hash of what it is built from, the bundle included: it is made once, and then others read it. */
export function bundleOperator(): Promise<string> {
  const script = join(import.meta.dirname, '..', '..', 'images/operator/bundle.ts');
  bundled ??= step('Bundling the operator', () => run(process.execPath, [script]));
  return bundled;
}

async function up(name: string, context: string | undefined, sites: readonly Site[]): Promise<void> {
  const target = context === undefined ? await ensureCluster(name) : await existingCluster(context);
  await synthesize(sites);
  for (const site of sites) {
    await installSite(target, site);
    await applySamples(target, site);
  }
  for (const site of sites) process.stdout.write(await welcome(target, site));
}

/** The stack alone, on a cluster that stays: no sample is granted, nobody is there yet. */
async function install(context: string | undefined, sites: readonly Site[]): Promise<void> {
  if (context === undefined) throw new Error('make install needs CONTEXT=name, a context of your kubeconfig');
  const target = await existingCluster(context);
  await synthesize(sites);
  for (const site of sites) await installSite(target, site);
}

/** The stack without samples, then what the last backup holds. */
async function restore(name: string, context: string | undefined, sites: readonly Site[]): Promise<void> {
  const target = context === undefined ? await ensureCluster(name) : await existingCluster(context);
  await synthesize(sites);
  for (const site of sites) {
    await installSite(target, site);
    const options = ['--site', site.name, '--context', target.context];
    await step(`Restoring ${site.title}`, () =>
      run(process.execPath, [join(import.meta.dirname, '../../cli/main.ts'), 'restore', 'site', ...options]),
    );
  }
}

async function down(name: string, context: string | undefined, sites: readonly Site[]): Promise<void> {
  if (context === undefined) {
    const tools = await findTools();
    if (tools !== undefined) await deleteCluster(tools, name);
    return;
  }
  const target = await existingCluster(context);
  for (const site of sites) await uninstallSite(target, site);
}

/** What a person wants to know next. */
async function welcome(target: Target, site: Site): Promise<string> {
  const [namespace = ''] = site.namespaces.accounts;
  const mailboxes = await kubectl(target, ['-n', namespace, 'get', 'mailboxes']);
  const personal = '{.items[?(@.spec.type=="Personal")].metadata.name}';
  const people = await kubectl(target, ['-n', namespace, 'get', 'mailboxes', '-o', `jsonpath=${personal}`]);
  const person = people.split(' ')[0] ?? '';
  const { ports } = site.expose;
  const use = `kubectl --context ${target.context} -n ${namespace}`;
  return `
${site.title}: ${site.regulation}

${mailboxes}

Webmail     https://${site.hosts.webmail}:${ports.webmail}/
            (put "127.0.0.1 ${site.hosts.webmail}" into /etc/hosts; the certificate is of a local CA:
             ${use} get configmap hopthu-ca -o jsonpath='{.data.ca\\.crt}')
Portal      there, too: /danh-ba (the directory, read every few minutes), /huong-dan (handbooks), /tai-khoan (the own mailbox)
IMAP        127.0.0.1:${ports.imaps} (TLS)   POP3  127.0.0.1:${ports.pop3s} (TLS)
Submission  127.0.0.1:${ports.submission} (STARTTLS), 127.0.0.1:${ports.submissions} (TLS)

Log in      the login name is the address. A first password has to be changed before it opens the mailbox (R25):
              npx hopthu password ${person} -n ${namespace} --context ${target.context}
              npx hopthu password ${person} -n ${namespace} --context ${target.context} --change
            or in the browser, where the webmail leads to: /tai-khoan/mat-khau

Try next    ${use} get mail
            ${use} describe mailbox
            kubectl --context ${target.context} explain mailbox.spec
            npx hopthu request --help ; npx hopthu report --help
            ${use} patch mailbox ${person} --type merge -p '{"spec":{"state":"Suspended"}}'
`;
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      name: { type: 'string', default: 'hopthu' },
      context: { type: 'string' },
      site: { type: 'string', multiple: true, default: ['soc-trang'] },
    },
  });
  try {
    const sites = values.site.map(readSite);
    if (positionals[0] === 'down') await down(values.name, values.context, sites);
    else if (positionals[0] === 'install') await install(values.context, sites);
    else if (positionals[0] === 'restore') await restore(values.name, values.context, sites);
    else await up(values.name, values.context, sites);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
