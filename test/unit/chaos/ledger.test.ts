/** The drills' ledger sees every kind of loss that it is there for. */
import { beforeEach, expect, it } from '@jest/globals';
import { Ledger, type Witness } from '../../chaos/ledger.ts';
import { randomOf } from '../../chaos/random.ts';
import type { CheckedEntry, CheckedMailbox, Contents } from '../../support/checker.ts';

type Applied = { kind: string; metadata: { name: string }; spec: { quota: string } };

let mailboxes: CheckedMailbox[];
let entries: CheckedEntry[];
let ledger: Ledger;

/** Takes what is applied for granted at once, in an operator's and a directory's stead. */
function take({ kind, metadata: { name }, spec }: Applied): void {
  if (kind !== 'Mailbox') return;
  const uid = `uid-of-${name}`;
  const [quota, bytes] = ['1Gi', '1073741824'];
  const address = `${name}@soctrang.gov.vn`;
  const conditions = [{ type: 'Ready', status: 'True', reason: 'Active', lastTransitionTime: '' }];
  const status = { observedGeneration: 1, address, state: 'Active', quota: { limit: quota }, conditions };
  mailboxes.push({
    metadata: { name, namespace: 'accounts', uid, generation: 1 },
    spec: { ...spec, person: undefined, quota },
    status,
  });
  const attributes = {
    hopThuOwnerUID: [uid],
    hopThuResource: [`accounts/${name}`],
    hopThuStatus: ['Active'],
    hopThuQuotaBytes: [bytes],
    hopThuAddress: [address],
    mail: [address],
  };
  entries.push({ dn: `uid=${uid},ou=mailboxes,dc=vn`, attributes });
}

const witness: Witness = {
  async accounts(args, input = '') {
    if (args[0] !== 'apply') return '';
    const { items = [] } = JSON.parse(input) as { items?: Applied[] };
    items.forEach(take);
    return items.map(({ metadata }) => `mailbox.hopthu.io/${metadata.name} serverside-applied`).join('\n');
  },
  mailboxes: async () => mailboxes,
  contents: async (): Promise<Contents> => ({ mailboxes, entries, organizations: [], secrets: [] }),
};

beforeEach(async () => {
  mailboxes = [];
  entries = [];
  ledger = new Ledger(witness, {
    ...randomOf(1),
    one: <T>(of: readonly T[]) => of[Math.min(2, of.length - 1)] as T,
  });
  await ledger.open();
  await ledger.burst(3);
  await ledger.settled(1);
});

it('finds nothing where nothing is lost', async () => {
  expect(ledger.size).toBe(3);
  expect(await ledger.lost(0)).toEqual([]);
});

const losses: Readonly<Record<string, readonly [() => void, RegExp]>> = {
  'a resource that was acknowledged': [() => mailboxes.pop(), /acknowledged, and not there/],
  'an entry': [() => entries.pop(), /Ready without an entry/],
  'an acknowledged change': [
    () => change(0, { spec: { ...(mailboxes[0]?.spec as object), quota: '300Mi' } }),
    /quota 1Gi was acknowledged/,
  ],
  'an address that somebody was told': [
    () => change(0, { status: { ...(mailboxes[0]?.status as object), address: 'other@soctrang.gov.vn' } }),
    /was told .*, has other@/,
  ],
  'being Ready': [() => change(0, { status: {} }), /not Ready/],
};

function change(index: number, fields: object): void {
  mailboxes[index] = { ...(mailboxes[index] as CheckedMailbox), ...fields };
}

it.each(Object.entries(losses))('finds the loss of %s', async (_, [lose, said]) => {
  lose();
  expect((await ledger.lost(0)).join('\n')).toMatch(said);
});

it('finds accounts of a vanished later time that were closed', async () => {
  const goBack = await ledger.remember();
  await ledger.burst(1);
  await ledger.settled(1);
  await goBack();
  mailboxes.pop();
  expect(await ledger.lost(0)).toEqual([]);
  const [left] = entries.slice(-1);
  entries = [
    ...entries.slice(0, -1),
    { dn: left?.dn ?? '', attributes: { ...left?.attributes, hopThuStatus: ['Closed'] } },
  ];
  expect((await ledger.lost(0)).join()).toMatch(/closed though nobody said so/);
});

it('takes nobody for left behind who had gone before', async () => {
  const uid = 'uid-of-a-later-resource';
  mailboxes = mailboxes.map((one) => ({ ...one, metadata: { ...one.metadata, uid } })).slice(0, 1);
  const goBack = await ledger.remember();
  await goBack();
  expect((await ledger.lost(0)).join()).not.toMatch(/closed though nobody said so/);
  entries = [];
  expect((await ledger.lost(0)).join()).not.toMatch(/closed though nobody said so/);
});
