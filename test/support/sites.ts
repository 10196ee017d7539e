/** The two real site files, as every test reads them. */
import { readFileSync } from 'node:fs';
import { parseSite, type Site } from '../../operator/core/site.ts';

function load(name: string): Site {
  return parseSite(
    readFileSync(new URL(`../../charts/sites/${name}.yaml`, import.meta.url), 'utf8'),
    `${name}.yaml`,
  );
}

export const socTrang = load('soc-trang');
export const daNang = load('da-nang');
