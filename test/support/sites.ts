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

/** The first with its mail on two Dovecots. */
export const sharded: Site = { ...socTrang, storage: { ...socTrang.storage, shards: 2 } };
