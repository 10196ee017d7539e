/** The full manifests of both sites, reviewed as a diff: `UPDATE_GOLDEN=1 make unit` writes them anew. */
import { readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { asYaml, manifestsOf } from '../support/manifests.ts';
import { daNang, socTrang } from '../support/sites.ts';

it.each([socTrang, daNang])('$name', (site) => {
  const file = new URL(`${site.name}.yaml`, import.meta.url);
  const text = asYaml(manifestsOf(site));
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(file, text);
  expect(text).toBe(readFileSync(file, 'utf8'));
});
