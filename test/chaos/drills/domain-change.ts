/** Provinces merge: the site gets another domain and keeps its former one as alias, and then goes back, while people write and read. */
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Person } from '../../e2e/support/person.ts';
import { apply } from '../../e2e/support/resources.ts';
import { Traffic, type Work } from '../../support/traffic.ts';
import { withChanges } from '../changed-site.ts';
import type { Drill } from '../drill.ts';
import { eventually } from '../ledger.ts';
import { endTraffic, Office } from '../office.ts';
import { countByPop3 } from '../pop3.ts';
import type { Stack } from '../stack.ts';

const next = 'cantho.gov.vn';

type At = (person: Person) => Person;

const inDomain =
  (domain: string): At =>
  (person) =>
    person.at(`${person.address.split('@')[0]}@${domain}`);

/** Logins by the addresses of one domain. */
function readings({ reader }: Office, at: At): readonly Work[] {
  const person = at(reader);
  return [
    {
      name: `IMAP as ${person.address}`,
      once: () => person.imap(async (c) => void (await c.mailboxOpen('INBOX'))),
    },
    { name: `POP3 as ${person.address}`, once: async () => void (await countByPop3(person)) },
  ];
}

/** People use the addresses of these domains while `work` is done. */
async function amidTraffic(
  stack: Stack,
  office: Office,
  domains: readonly string[],
  what: string,
  work: () => Promise<void>,
): Promise<void> {
  const traffic = new Traffic(
    domains.map(inDomain).flatMap((at) => [...office.works(at), ...readings(office, at)]),
  );
  await work();
  await endTraffic(stack, office, traffic, what);
}

/** Lets every plan of renames pass until no address of the site is of another domain. @returns how many there are */
async function approveAll(stack: Stack, domain: string): Promise<number> {
  return eventually(240, async () => {
    const said = await stack.accounts(['get', 'mailboxes', '-o', 'jsonpath={.items[*].status.address}']);
    const addresses = said.split(' ');
    const others = addresses.filter((address) => !address.endsWith(`@${domain}`));
    if (others.length === 0) return addresses.length;
    const hash = await stack.heldPlan();
    if (hash !== '') await stack.hopthu(['approve', hash]);
    throw new Error(`${others.length} are still of another domain, ${others[0]} for one`);
  });
}

/** Whoever comes now gets an address of the domain in force. */
async function grantNewcomer(stack: Stack, office: Office): Promise<void> {
  const name = `${office.name}-newcomer`;
  const spec = {
    organizationRef: { name: office.name },
    type: 'Personal',
    person: { fullName: 'Mai Thị Mới' },
  };
  await apply(stack.site, 'Mailbox', name, spec);
  await stack.accounts(['wait', `mailbox/${name}`, '--for=condition=Ready', '--timeout=60s']);
  const address = await stack.accounts(['get', 'mailbox', name, '-o', 'jsonpath={.status.address}']);
  if (!address.endsWith(`@${stack.site.domain}`)) throw new Error(`a newcomer got ${address}`);
}

/** Somebody may send from either domain, whichever she has logged in by, and what she sends is signed for it. */
async function sendFromBoth({ reader, writer }: Office, domains: readonly string[]): Promise<void> {
  for (const login of domains)
    for (const from of domains) {
      const sender = inDomain(from)(writer);
      const subject = `Gửi từ ${from}, đăng nhập bằng ${login}`;
      await inDomain(login)(writer).send({ to: reader.address, subject, from: sender.address });
      const source = await reader.receive(subject);
      const signed = /^DKIM-Signature:(?:.*\r\n[ \t])*?.*\bd=([^;\s]+)/m.exec(source)?.[1];
      if (signed !== from) throw new Error(`a letter from ${from} is signed for ${signed}`);
    }
}

/** UID and digest of every letter in the inbox: a domain is no reason to touch one. */
function contentsOf(person: Person): Promise<readonly string[]> {
  return person.imap(async (client) => {
    await client.mailboxOpen('INBOX');
    const found = await client.fetchAll('1:*', { source: true, uid: true });
    return found.map(
      ({ uid, source }) =>
        `${uid} ${createHash('sha256')
          .update(source ?? '')
          .digest('hex')}`,
    );
  });
}

export const domainChange: Drill = {
  fault:
    'Another domain, the former one kept as alias, every address renamed, and back, while people write and read',
  run: async ({ stack, ledger, burst }) => {
    const former = stack.site.domain;
    const both = [former, next];
    await ledger.burst(Math.floor(burst / 10));
    await ledger.settled();
    const office = await Office.open(stack, 'domain', 'Sở Hợp nhất');
    return withChanges(stack, async (change) => {
      let merged = stack;
      await amidTraffic(stack, office, [former], 'the new domain applied', async () => {
        merged = await change({ domain: next, domainAliases: [former], 'directory.domain': former });
      });
      const before = await contentsOf(office.reader);
      const started = performance.now();
      await amidTraffic(merged, office, both, `every address in ${next}`, async () => {
        process.stderr.write(`${await approveAll(merged, next)} addresses in ${next}\n`);
      });
      const taken = performance.now() - started;
      await grantNewcomer(merged, office);
      await sendFromBoth(office, both);
      const after = await contentsOf(inDomain(next)(office.reader));
      if (!isDeepStrictEqual(after.slice(0, before.length), before))
        throw new Error('letters are not as they were');
      const back = await change({ domainAliases: [next] });
      await amidTraffic(back, office, both, `every address in ${former} again`, async () => {
        await approveAll(back, former);
      });
      await ledger.probe();
      return taken;
    });
  },
};
