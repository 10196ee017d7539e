/** DKIM keys: made once in the cluster, the private half for the filter alone, the public half for `hopthu dns`. */
import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { dkimConfigMap, dkimKeyFile, dkimSecret } from '../../operator/core/secrets.ts';
import type { Site } from '../../operator/core/site.ts';
import { describeObject, type Store } from './store.ts';

/** What all receivers verify and fits a TXT record: RFC 8301 §3.2. */
const modulusLength = 2048;

/**
 * Makes the key of the site's selector where it is missing; keys of former selectors stay.
 * @param log takes one line per object that was written; never a key
 */
export async function ensureDkim(store: Store, site: Site, log: (line: string) => void): Promise<void> {
  const selector = site.dns.dkimSelector;
  const secret = { kind: 'Secret', namespace: site.namespaces.smtp, name: dkimSecret } as const;
  const stored = await store.read(secret);
  const file = dkimKeyFile(selector);
  const key = stored?.data[file] || makeKey();
  const keys = { ...stored?.data, [file]: key };
  if (key !== stored?.data[file]) {
    await store.write(secret, { [file]: key }, stored);
    log(`${stored === undefined ? 'created' : 'completed'} ${describeObject(secret)}: ${selector}`);
  }
  const published = { kind: 'ConfigMap', namespace: site.namespaces.mail, name: dkimConfigMap } as const;
  const before = await store.read(published);
  const records = Object.fromEntries(
    Object.entries(keys).map(([name, key]) => [name.slice(0, -dkimKeyFile('').length), publicRecord(key)]),
  );
  if (Object.entries(records).every(([name, record]) => before?.data[name] === record)) return;
  await store.write(published, records, before);
  log(`${before === undefined ? 'created' : 'completed'} ${describeObject(published)}`);
}

function makeKey(): string {
  return generateKeyPairSync('rsa', {
    modulusLength,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  }).privateKey;
}

/** The TXT record of a key. RFC 6376 §3.6.1 */
function publicRecord(privateKey: string): string {
  const der = createPublicKey(createPrivateKey(privateKey)).export({ type: 'spki', format: 'der' });
  return `v=DKIM1; k=rsa; p=${der.toString('base64')}`;
}
