/** Site files as the commands name them: a name of charts/sites, or a path. */
import { readFileSync } from 'node:fs';
import type { KubeConfig } from '@kubernetes/client-node';
import { isPath, siteFile, siteNames } from '../charts/site-files.ts';
import { parseSite, type Site } from '../operator/core/site.ts';
import { fileFault, WrongInput } from './failure.ts';

/**
 * @param nameOrPath `soc-trang`, or a path: anything with a slash or ending in .yaml or .yml
 * @throws WrongInput when there is no such file; Invalid when it is not a site
 */
export function loadSite(nameOrPath: string): Site {
  if (!isPath(nameOrPath) && !siteNames().includes(nameOrPath)) {
    throw new WrongInput(
      `no site "${nameOrPath}": use ${siteNames().join(' or ')}, or the path of a site file`,
    );
  }
  const path = siteFile(nameOrPath);
  try {
    return parseSite(readFileSync(path, 'utf8'), path);
  } catch (error) {
    throw new WrongInput(`cannot read the site file ${path}: ${fileFault(error)}`);
  }
}

/**
 * The site whose resources live in `namespace`.
 * @throws WrongInput when it is no site's
 */
export function siteOfNamespace(namespace: string): Site {
  const sites = siteNames().map(loadSite);
  const site = sites.find(({ namespaces }) => namespaces.accounts.includes(namespace));
  if (site !== undefined) return site;
  const known = sites.flatMap(({ namespaces }) => namespaces.accounts).join(' or ');
  throw new WrongInput(`no site keeps its mailboxes in namespace "${namespace}": use -n ${known}, or --site`);
}

/** Where a Mailbox is looked for: the namespace that was asked for, else the site's first one, else that of the context. */
export function mailboxNamespace(
  config: KubeConfig,
  site: Site | undefined,
  asked: string | undefined,
): string {
  const ofContext = config.getContextObject(config.getCurrentContext())?.namespace;
  return asked ?? site?.namespaces.accounts[0] ?? ofContext ?? 'default';
}
