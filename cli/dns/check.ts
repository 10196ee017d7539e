/** Compares the records that a site needs with what a resolver answers. */
import { Resolver } from 'node:dns/promises';
import { Failed } from '../failure.ts';
import type { DnsRecord, RecordType } from './records.ts';

export type Finding = {
  readonly record: DnsRecord;
  readonly state: 'ok' | 'missing' | 'different';
  /** What is answered, where that is something else. */
  readonly found: readonly string[];
};

/** Every value of a name and type, in the form of `DnsRecord.value`; none when the name has none. */
export type Lookup = (name: string, type: RecordType) => Promise<readonly string[]>;

/** @throws Failed when the resolver cannot be asked: no answer is not the answer "none" */
export async function checkRecords(
  records: readonly DnsRecord[],
  lookup: Lookup,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const record of records) {
    const wanted = records
      .filter(({ name, type }) => name === record.name && type === record.type)
      .map(({ value }) => fold(record.type, value));
    const answered = competing(record, await lookup(record.name, record.type));
    const values = answered.map((value) => fold(record.type, value));
    const found = answered.filter((_, index) => !wanted.includes(values[index] ?? ''));
    const present = values.includes(fold(record.type, record.value));
    const state = present && found.length === 0 ? 'ok' : values.length === 0 ? 'missing' : 'different';
    findings.push({ record, state, found });
  }
  return findings;
}

/**
 * Other people's TXT records at the same name do no harm, but two of the same version do: the second SPF record makes
 * both void (RFC 7208 §4.5), as the second DMARC record does (RFC 7489 §6.6.3). The names of an address may be several.
 */
function competing(record: DnsRecord, answered: readonly string[]): readonly string[] {
  if (record.type === 'PTR')
    return answered.filter((value) => fold('PTR', value) === fold('PTR', record.value));
  if (record.type !== 'TXT') return answered;
  const version = /^v=[^;\s]+/.exec(record.value)?.[0].toLowerCase() ?? '';
  return answered.filter((value) => value.toLowerCase().startsWith(version));
}

function fold(type: RecordType, value: string): string {
  return type === 'TXT' ? value.trim() : value.toLowerCase();
}

/**
 * Asks by DNS, never the machine's hosts file.
 * @param server `192.0.2.53` or `192.0.2.53:5353`; the machine's own resolvers when undefined
 */
export function resolverLookup(server: string | undefined): Lookup {
  const resolver = new Resolver({ timeout: 3000, tries: 2 });
  if (server !== undefined) setServer(resolver, server);
  return async (name, type) => {
    try {
      return await ask(resolver, name, type);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENODATA' || code === 'ENOTFOUND') return [];
      throw new Failed(`asking for ${type} of ${name}: the resolver says ${code ?? String(error)}`);
    }
  };
}

function setServer(resolver: Resolver, server: string): void {
  try {
    resolver.setServers([server]);
  } catch {
    throw new Failed(`--resolver ${server}: use an address, such as 192.0.2.53 or 192.0.2.53:5353`);
  }
}

async function ask(resolver: Resolver, name: string, type: RecordType): Promise<readonly string[]> {
  switch (type) {
    case 'A':
      return resolver.resolve4(name);
    case 'AAAA':
      return resolver.resolve6(name);
    case 'CNAME':
      return (await resolver.resolveCname(name)).map((host) => `${host}.`);
    case 'MX':
      return (await resolver.resolveMx(name)).map(({ priority, exchange }) => `${priority} ${exchange}.`);
    case 'PTR':
      return (await resolver.resolvePtr(name)).map((host) => `${host}.`);
    case 'SRV':
      return (await resolver.resolveSrv(name)).map(
        ({ priority, weight, port, name: target }) => `${priority} ${weight} ${port} ${target}.`,
      );
    case 'TXT':
      return (await resolver.resolveTxt(name)).map((strings) => strings.join(''));
  }
}
