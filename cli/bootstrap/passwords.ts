/** Fills the Secrets of the table: what is there stays, what is missing is drawn, copies follow their originals. */
import { randomBytes } from 'node:crypto';
import type { DesiredSecret, KeySource } from './secret-table.ts';
import { describeObject, type Store } from './store.ts';

/** @param log takes one line per Secret that was written; never a value */
export async function ensurePasswords(
  store: Store,
  secrets: readonly DesiredSecret[],
  log: (line: string) => void,
): Promise<void> {
  const known = new Map<string, string>();
  for (const { namespace, name, keys } of secrets) {
    const object = { kind: 'Secret', namespace, name } as const;
    const stored = await store.read(object);
    const changed: Record<string, string> = {};
    for (const [key, source] of Object.entries(keys)) {
      const present = stored?.data[key] || undefined;
      const value = resolve(source, present, known);
      known.set(`${namespace}/${name}/${key}`, value);
      if (value !== present) changed[key] = value;
    }
    if (Object.keys(changed).length === 0) continue;
    await store.write(object, changed, stored);
    log(
      stored === undefined
        ? `created ${describeObject(object)}`
        : `completed ${describeObject(object)}: ${Object.keys(changed).join(', ')}`,
    );
  }
}

function resolve(source: KeySource, present: string | undefined, known: ReadonlyMap<string, string>): string {
  if ('random' in source) return present ?? draw(source.random);
  const { namespace, secret, key } = source.copyOf;
  const original = known.get(`${namespace}/${secret}/${key}`);
  if (original === undefined) throw new Error(`${secret}/${key} stands after its copy in the table`);
  return original;
}

/** 256 bits; the des-key is 24 characters because Roundcube's cipher takes no other length, and holds 144 bits. */
function draw(kind: 'password' | 'des-key'): string {
  return randomBytes(kind === 'password' ? 32 : 18).toString('base64url');
}
