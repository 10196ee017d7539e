import { createSocket } from 'node:dgram';
import { afterAll, describe, expect, it } from '@jest/globals';
import { checkRecords, type Lookup, resolverLookup } from '../../../../cli/dns/check.ts';
import type { DnsRecord, RecordType } from '../../../../cli/dns/records.ts';

const record = (type: RecordType, value: string): DnsRecord => ({
  name: 'soctrang.gov.vn',
  type,
  value,
  why: '',
});
const answering =
  (...values: readonly string[]): Lookup =>
  async () =>
    values;

describe('hopthu dns --check', () => {
  const refusing = createSocket('udp4');
  afterAll(() => {
    refusing.close();
  });

  it.each([
    [record('MX', '10 mail.vn.'), ['10 mail.vn.'], 'ok', []],
    [record('MX', '10 mail.vn.'), ['10 MAIL.vn.'], 'ok', []],
    [record('MX', '10 mail.vn.'), [], 'missing', []],
    [record('MX', '10 mail.vn.'), ['5 other.vn.', '10 mail.vn.'], 'different', ['5 other.vn.']],
    [record('TXT', 'v=spf1 mx -all'), ['google-site-verification=x', 'v=spf1 mx -all'], 'ok', []],
    [record('TXT', 'v=spf1 mx -all'), ['google-site-verification=x'], 'missing', []],
    [record('TXT', 'v=spf1 mx -all'), ['v=spf1 mx -all', 'v=spf1 ~all'], 'different', ['v=spf1 ~all']],
    [record('TXT', 'v=DKIM1; k=rsa; p=Ab'), ['v=DKIM1; k=rsa; p=aB'], 'different', ['v=DKIM1; k=rsa; p=aB']],
    [record('PTR', 'mail.vn.'), ['mail.vn.', 'www.vn.'], 'ok', []],
    [record('PTR', 'mail.vn.'), ['www.vn.'], 'missing', []],
  ])('%j answered by %j is %s', async (wanted, answered, state, found) => {
    expect(await checkRecords([wanted], answering(...answered))).toEqual([{ record: wanted, state, found }]);
  });

  it('takes several addresses of one name together', async () => {
    const both = [record('A', '192.0.2.1'), record('A', '192.0.2.2')];
    const states = async (...answered: string[]) =>
      (await checkRecords(both, answering(...answered))).map(({ state }) => state);
    expect(await states('192.0.2.2', '192.0.2.1')).toEqual(['ok', 'ok']);
    expect(await states('192.0.2.1')).toEqual(['ok', 'different']);
  });

  it('does not take a resolver that fails for one that has no such record', async () => {
    refusing.on('message', (question, { port, address }) => {
      const answer = Buffer.from(question);
      answer.writeUInt16BE(0x8185, 2); // QR, RD, RA; REFUSED
      refusing.send(answer, port, address);
    });
    await new Promise<void>((done) => refusing.bind(0, '127.0.0.1', done));
    const lookup = resolverLookup(`127.0.0.1:${refusing.address().port}`);
    await expect(lookup('soctrang.gov.vn', 'MX')).rejects.toThrow(
      'asking for MX of soctrang.gov.vn: the resolver says EREFUSED',
    );
  });
});
