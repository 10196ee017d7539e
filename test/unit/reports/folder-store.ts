/** A volume with nothing on it yet; gone after the suite. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from '@jest/globals';
import { Store } from '../../../reports/store.ts';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

export function emptyStore(): { readonly store: Store; readonly folder: string } {
  const folder = mkdtempSync(join(tmpdir(), 'hopthu-reports-'));
  folders.push(folder);
  return { store: new Store(folder), folder };
}
