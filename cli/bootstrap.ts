/** `hopthu bootstrap`: everything that must exist in the cluster before the charts are applied. */
import { siteNamespaces } from '../charts/namespaces.ts';
import { ensureDkim } from './bootstrap/dkim.ts';
import { KubeStore } from './bootstrap/kube-store.ts';
import { ensurePasswords } from './bootstrap/passwords.ts';
import { desiredSecrets } from './bootstrap/secret-table.ts';
import { ensureTls } from './bootstrap/tls.ts';
import { loadKubeConfig } from './kube.ts';
import { loadSite } from './site.ts';

export type BootstrapOptions = {
  readonly site: string;
  readonly context?: string;
  /** Makes every certificate of the local CA anew, however long it has left: its key is in wrong hands, or may be. */
  readonly renewCertificates?: boolean;
};

/** Running it again changes nothing but what is missing or due. Prints a line per object written, nothing secret. */
export async function bootstrap(options: BootstrapOptions): Promise<void> {
  const site = loadSite(options.site);
  const store = new KubeStore(loadKubeConfig(options.context), site);
  const log = (line: string) => console.log(line);
  for (const namespace of siteNamespaces(site)) {
    if (await store.ensureNamespace(namespace)) log(`created Namespace ${namespace.name}`);
  }
  await ensurePasswords(store, desiredSecrets(site), log);
  await ensureDkim(store, site, log);
  await ensureTls(store, site, new Date(), log, options.renewCertificates === true);
}
