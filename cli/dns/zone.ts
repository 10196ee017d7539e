/** Records as lines of a zone file, RFC 1035 §5.1. */
import type { DnsRecord } from './records.ts';

/** Octets of one character string, RFC 1035 §3.3. */
const stringLength = 255;

/** A zone file for each domain, and after them, commented out, the records that belong in other zones. */
export function printZones(
  domains: readonly string[],
  records: readonly DnsRecord[],
  ttlSeconds: number,
): string {
  const width = Math.max(...records.map(({ name }) => name.length)) + 1;
  const line = (record: DnsRecord) =>
    `${`${record.name}.`.padEnd(width)} ${record.type.padEnd(5)} ${zoneValue(record)} ; ${record.why}`;
  const zones = domains.map((domain) => {
    const own = records.filter(({ name }) => isBelow(domain, name));
    return [`$ORIGIN ${domain}.`, `$TTL ${ttlSeconds}`, ...own.map(line)].join('\n');
  });
  const foreign = records.filter(({ name }) => !domains.some((domain) => isBelow(domain, name)));
  const elsewhere =
    foreign.length === 0
      ? []
      : [['; Not of this zone:', ...foreign.map((record) => `; ${line(record)}`)].join('\n')];
  return [...zones, ...elsewhere].join('\n\n');
}

function isBelow(domain: string, name: string): boolean {
  return name === domain || name.endsWith(`.${domain}`);
}

function zoneValue({ type, value }: DnsRecord): string {
  if (type !== 'TXT') return value;
  const strings = value.match(new RegExp(`.{1,${stringLength}}`, 'gs')) ?? [''];
  return strings.map((text) => `"${text.replace(/["\\]/g, '\\$&')}"`).join(' ');
}
