import { createPrivateKey, createPublicKey, createSign, createVerify } from 'node:crypto';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { ensureDkim } from '../../../../cli/bootstrap/dkim.ts';
import { socTrang } from '../../../support/sites.ts';
import { MemoryStore } from './memory-store.ts';

const secret = 'Secret soc-trang-smtp/dkim-keys';
const published = 'ConfigMap soc-trang-mail/hopthu-dkim';

describe('the DKIM keys of a site', () => {
  let store: MemoryStore;
  let lines: string[];
  const ensure = (dkimSelector = 'ht2026') =>
    ensureDkim(store, { ...socTrang, dns: { ...socTrang.dns, dkimSelector } }, (line) => lines.push(line));

  beforeEach(() => {
    store = new MemoryStore();
    lines = [];
  });

  it('are made once; what is published verifies what the private half signs', async () => {
    await ensure();
    expect(lines).toEqual([`created ${secret}: ht2026`, `created ${published}`]);
    const record = store.value(published, 'ht2026');
    const key = createPublicKey({
      key: Buffer.from(/^v=DKIM1; k=rsa; p=(.+)$/.exec(record)?.[1] ?? '', 'base64'),
      format: 'der',
      type: 'spki',
    });
    expect(key.asymmetricKeyDetails?.modulusLength).toBe(2048);
    const signature = createSign('sha256')
      .update('Kính gửi')
      .sign(createPrivateKey(store.value(secret, 'ht2026.key')));
    expect(createVerify('sha256').update('Kính gửi').verify(key, signature)).toBe(true);
    const before = new Map(store.objects);
    await ensure();
    expect(store.objects).toEqual(before);
  });

  it('stay when the selector changes, so that mail on its way can still be verified', async () => {
    await ensure();
    const former = store.value(secret, 'ht2026.key');
    await ensure('ht2027');
    expect(store.value(secret, 'ht2026.key')).toBe(former);
    expect(Object.keys(store.objects.get(published)?.data ?? {})).toEqual(['ht2026', 'ht2027']);
  });

  it('are published again where only the Secret was kept, and never printed', async () => {
    await ensure();
    const record = store.value(published, 'ht2026');
    store.objects.delete(published);
    await ensure();
    expect(store.value(published, 'ht2026')).toBe(record);
    expect(lines.join('\n')).not.toContain('PRIVATE');
  });
});
