/** Two provinces write to each other as strangers do: by MX, signed, and believed for their signatures (R34). */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Site } from '../../operator/core/site.ts';
import { daNang, socTrang } from '../support/sites.ts';
import { deliver, type Person } from './support/person.ts';
import { fresh, people } from './support/resources.ts';
import { hopthuDns, serveZones, type Zones } from './support/zones.ts';

let zones: Zones;
let officials: ReadonlyMap<Site, Person>;

beforeAll(async () => {
  zones = await serveZones([socTrang, daNang]);
  const found = [socTrang, daNang].map(async (site) => {
    const { 'provinces-official': person } = await people(site, { 'provinces-official': 'Đinh Liên Tỉnh' });
    return [site, person as Person] as const;
  });
  officials = new Map(await Promise.all(found));
});
afterAll(() => zones.end());

function official(site: Site): Person {
  const person = officials.get(site);
  if (person === undefined) throw new Error(`nobody at ${site.name}`);
  return person;
}

/** The field that the receiver's filter added, unfolded. RFC 8601 */
function resultsIn(source: string): string {
  const unfolded = source.replace(/\r?\n[ \t]+/g, ' ');
  return /^Authentication-Results: (.*)$/m.exec(unfolded)?.[1] ?? '';
}

describe.each([
  [socTrang, daNang],
  [daNang, socTrang],
])('from $name', (from, to) => {
  it(`a mail comes by MX, and is known to be genuine there`, async () => {
    const subject = fresh(`Công văn gửi ${to.title}`);
    await official(from).send({ to: official(to).address, subject });
    const source = await official(to).receive(subject);
    const results = resultsIn(source);
    expect(results.startsWith(`${to.hosts.mail};`)).toBe(true);
    for (const result of ['dkim=pass', 'spf=pass', 'dmarc=pass']) expect(results).toContain(result);
    expect(results).toContain(`header.d=${from.domain}`);
  });

  it('what others send in its name is not believed', async () => {
    const subject = fresh(`Mạo danh ${from.title}`);
    await deliver(to, { from: official(from).address, to: official(to).address, subject });
    const source = await official(to).receive(subject, 'Junk');
    expect(resultsIn(source)).toMatch(/dmarc=fail/);
  });
});

it("hopthu dns --check is content with all but the name of the address, which is in nobody's zone here", async () => {
  for (const site of zones.published) {
    const findings = JSON.parse(
      await hopthuDns(site, '--check', '--resolver', zones.resolver, '-o', 'json'),
    ) as readonly { state: string; record: { type: string } }[];
    expect(findings.length).toBeGreaterThan(18);
    const wrong = findings.filter(({ state }) => state !== 'ok');
    expect(wrong.map(({ state, record }) => `${record.type} ${state}`)).toEqual(['PTR missing']);
  }
});
