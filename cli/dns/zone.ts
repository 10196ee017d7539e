/** Records as lines of a zone file, RFC 1035 §5.1. */
import type { DnsRecord } from './records.ts';

/** Octets of one character string, RFC 1035 §3.3. */
const stringLength = 255;

/** A zone file for the domain, and after it, commented out, the records that belong in other zones. */
export function printZone(domain: string, records: readonly DnsRecord[], ttlSeconds: number): string {
  const width = Math.max(...records.map(({ name }) => name.length)) + 1;
  const line = (record: DnsRecord) =>
    `${`${record.name}.`.padEnd(width)} ${record.type.padEnd(5)} ${zoneValue(record)} ; ${record.why}`;
  const own = records.filter(({ name }) => isBelow(domain, name));
  const foreign = records.filter(({ name }) => !isBelow(domain, name));
  const elsewhere =
    foreign.length === 0 ? [] : ['', '; Not of this zone:', ...foreign.map((record) => `; ${line(record)}`)];
  return [`$ORIGIN ${domain}.`, `$TTL ${ttlSeconds}`, ...own.map(line), ...elsewhere].join('\n');
}

function isBelow(domain: string, name: string): boolean {
  return name === domain || name.endsWith(`.${domain}`);
}

function zoneValue({ type, value }: DnsRecord): string {
  if (type !== 'TXT') return value;
  const strings = value.match(new RegExp(`.{1,${stringLength}}`, 'gs')) ?? [''];
  return strings.map((text) => `"${text.replace(/["\\]/g, '\\$&')}"`).join(' ');
}
