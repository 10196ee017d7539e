/** Names that try to be something else in LDAP: what a spec may hold reaches slapd as it is, and nothing beside it. */
import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Resource } from '../../operator/api/resource.ts';
import { decide, type World } from '../../operator/core/desired.ts';
import { type Change, planChanges } from '../../operator/core/plan.ts';
import { site } from './support/slapd.ts';
import { suiteDirectory } from './support/suite-directory.ts';

const suite = suiteDirectory();

let count = 0;
function resource(kind: Resource['kind'], name: string, spec: object): Resource {
  count += 1;
  const metadata = {
    name,
    namespace: 'soc-trang-accounts',
    uid: `00000000-0000-4000-8000-${String(count).padStart(12, '0')}`,
    resourceVersion: '1',
    generation: 1,
    creationTimestamp: '2026-01-01T00:00:00Z',
    finalizers: [],
    annotations: {},
  };
  return { kind, metadata, spec, status: undefined };
}

/** Pieces that mean something in a filter, a name, LDIF, a header or to the eye. */
const pieces = [
  ...[
    '*',
    '(',
    ')',
    '\\',
    '\0',
    ',',
    '+',
    '"',
    '<',
    '>',
    ';',
    '=',
    '#',
    ' ',
    '  ',
    '\n',
    '\r',
    '&',
    '|',
    '!',
    '/',
  ],
  ...[
    '\\2a',
    '\\00',
    'x)(uid=*',
    'dc=vn',
    ':: ',
    '{SSHA}',
    '%s',
    '$(id)',
    '\u202e',
    '\u200b',
    '\ud800',
    '\u0301',
  ],
  ...[
    'Nguyễn',
    'Bình',
    'ß',
    'İ',
    'ﬀ',
    'Ａ',
    'а',
    'Đ',
    'ơ',
    '用户',
    '😀',
    'e\u0302\u0301',
    '\u00a0',
    '’',
    '.',
    '-',
  ],
];
const hostile = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...pieces) },
      { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 3 }) },
    ),
    {
      minLength: 1,
      maxLength: 8,
    },
  )
  .map((parts) => parts.join(''));
/** Hostile after a beginning that the patterns accept, so that many get as far as the suite.directory. */
const text = fc.oneof(
  hostile,
  hostile.map((rest) => `An ${rest} An`),
);

const worldOf = async (
  organizations: readonly Resource[],
  mailboxes: readonly Resource[],
): Promise<World> => ({
  site,
  organizations,
  mailboxes,
  now: new Date('2026-11-21T00:00:00Z'),
  entries: await suite.directory.snapshot(),
});

/** As the operator adds it: a mailbox has a first password that must be changed. */
const passwordOf = ({ resource: { kind } }: Change): Record<string, string[]> =>
  kind === 'Mailbox' ? { userPassword: ['{SSHA512}x'], pwdReset: ['TRUE'] } : {};

/** Adds what may be added; gives how many entries that were. */
async function apply(world: World): Promise<number> {
  let added = 0;
  for (const change of planChanges(decide(world), world.now)) {
    if (change.action === 'create')
      await suite.directory.add(change.dn, { ...change.attributes, ...passwordOf(change) });
    else if (change.action === 'remove') await suite.directory.remove(change.dn, change.ownerUid);
    else await suite.directory.modify(change.dn, change.ownerUid, change.replacements);
    if (change.action === 'create') added += 1;
  }
  return added;
}

it('every name is refused, or stored exactly and never asked for again', async () => {
  let stored = 0;
  let refused = 0;
  let number = 0;
  await fc.assert(
    fc.asyncProperty(text, text, text, text, async (fullName, title, organizationName, address) => {
      number += 1;
      const organizations = [
        resource('Organization', 'so', { name: 'Sở Y tế', abbreviation: `s${number}` }),
        resource('Organization', 'ten', {
          name: organizationName,
          abbreviation: `t${number}`,
          contact: { address },
        }),
      ];
      const one = { organizationRef: { name: 'so' }, type: 'Personal', localPart: `p${number}` };
      organizations.push(
        resource('Organization', 'so-may', {
          name: 'Sở Y tế',
          abbreviation: `u${number}`,
          contact: { phone: title },
        }),
      );
      const mailboxes = [
        resource('Mailbox', 'ten', { ...one, person: { fullName } }),
        resource('Mailbox', 'chuc-danh', {
          ...one,
          localPart: `q${number}`,
          person: { fullName: 'Lê An', title },
        }),
        resource('Mailbox', 'dia-chi', { ...one, localPart: address, person: { fullName: 'Lê An' } }),
        resource('Mailbox', 'ma-so', {
          ...one,
          localPart: `r${number}`,
          person: { fullName: 'Lê An', id: title },
        }),
      ];
      const before = (await suite.directory.snapshot()).length;
      const added = await apply(await worldOf(organizations, mailboxes));
      const world = await worldOf(organizations, mailboxes);
      expect(world.entries).toHaveLength(before + added);
      expect(planChanges(decide(world), world.now)).toEqual([]);
      stored += added;
      refused += organizations.length + mailboxes.length - added;
    }),
    { numRuns: 250 },
  );
  expect(stored).toBeGreaterThan(200);
  expect(refused).toBeGreaterThan(200);
}, 60_000);

it.each([
  ...[
    '*',
    'x)(uid=*',
    'a,ou=services',
    'a+cn=x',
    'a"b',
    'a\\b',
    '<a>',
    'a;b',
    'a=b',
    '#a',
    'a\0',
    'á',
    'a b',
  ],
])('%j is no local part', async (localPart) => {
  const one = { organizationRef: { name: 'so' }, type: 'Personal', person: { fullName: 'Lê An' }, localPart };
  const so = resource('Organization', 'so', { name: 'Sở Y tế' });
  const [desired] = decide(await worldOf([so], [resource('Mailbox', 'a', one)])).desired.slice(1);
  expect(desired?.problems).toMatchObject([{ kind: 'stalled', reason: 'Invalid' }]);
  expect(desired?.attributes).toBeUndefined();
});
