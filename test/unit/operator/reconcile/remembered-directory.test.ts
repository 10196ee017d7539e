import { beforeEach, describe, expect, it } from '@jest/globals';
import { Conflict } from '../../../../operator/errors.ts';
import { MemoryDirectory } from '../../../../operator/ldap/memory-directory.ts';
import { RememberedDirectory } from '../../../../operator/reconcile/remembered-directory.ts';

const suffix = 'dc=soctrang,dc=gov,dc=vn';
const dn = `uid=u1,ou=mailboxes,${suffix}`;
const entry = {
  objectClass: ['inetOrgPerson', 'hopThuMailbox'],
  cn: ['Bình'],
  sn: ['Bình'],
  mail: ['binh@soctrang.gov.vn'],
  hopThuAddress: ['binh@soctrang.gov.vn'],
  hopThuStatus: ['Active'],
  hopThuSite: ['soc-trang'],
  hopThuResource: ['a/binh'],
  hopThuOwnerUID: ['u1'],
};

let real: MemoryDirectory;
let directory: RememberedDirectory;
let reads: number;

beforeEach(() => {
  real = new MemoryDirectory(suffix);
  reads = 0;
  real.intercept = (moment, call) => {
    if (moment === 'before' && call === 'snapshot') reads += 1;
  };
  directory = new RememberedDirectory(real);
});

const seen = async () => (await directory.snapshot()).map(({ attributes }) => attributes);
/** What a fresh read of the directory shows. */
const truth = async () => (await real.snapshot()).map(({ attributes }) => attributes);

describe('between two reads', () => {
  it('shows what was added and modified as a read would, and does not read', async () => {
    await directory.snapshot();
    await directory.add(dn, { ...entry, userPassword: ['{SSHA512}x'], pwdReset: ['TRUE'] });
    await directory.modify(dn, 'u1', [
      { attribute: 'title', values: ['Giám đốc'] },
      { attribute: 'pwdReset', values: [] },
    ]);
    const remembered = await seen();
    expect(reads).toBe(1);
    const [{ uid: _, ...shown } = {}] = await truth();
    expect(remembered).toEqual([shown]);
    expect(JSON.stringify(remembered)).not.toContain('SSHA512');
  });
});

describe('the directory itself is read', () => {
  beforeEach(async () => {
    await real.add(dn, entry);
    await directory.snapshot();
    expect(reads).toBe(1);
  });

  it('at a resync: drift is seen then', async () => {
    real.put(dn, { ...entry, title: ['by hand'] });
    expect(await seen()).not.toMatchObject([{ title: ['by hand'] }]);
    directory.forget();
    expect(await seen()).toMatchObject([{ title: ['by hand'] }]);
  });

  it('after a write that failed', async () => {
    real.put(dn, { ...entry, hopThuOwnerUID: ['another'] });
    await expect(directory.modify(dn, 'u1', [{ attribute: 'title', values: ['x'] }])).rejects.toThrow(
      Conflict,
    );
    expect(await seen()).toMatchObject([{ hopThuOwnerUID: ['another'] }]);
  });

  it('after an account was closed, and after an entry was removed', async () => {
    await directory.modify(dn, 'u1', [{ attribute: 'hopThuStatus', values: ['Closed'] }]);
    await directory.snapshot();
    expect(reads).toBe(2);
    await directory.remove(dn, 'u1');
    expect(await seen()).toEqual([]);
    expect(reads).toBe(3);
  });

  it('again and again while it fails', async () => {
    directory.forget();
    real.down();
    await expect(directory.snapshot()).rejects.toThrow();
    await expect(directory.snapshot()).rejects.toThrow();
    real.up();
    expect(await seen()).toHaveLength(1);
  });
});

describe('while the directory is read', () => {
  const other = `uid=u2,ou=mailboxes,${suffix}`;
  const notice = [{ attribute: 'hopThuNotice', values: ['quota 80 2026-11-26T00:00:00Z'] }];

  /** The read that follows sees what was there before `meanwhile`, which ends first. */
  async function readWhile(meanwhile: () => Promise<unknown>): Promise<void> {
    const read = real.snapshot.bind(real);
    real.snapshot = async (...args) => {
      const entries = await read(...args);
      real.snapshot = read;
      await meanwhile();
      return entries;
    };
    directory.forget();
    await directory.snapshot();
  }

  beforeEach(async () => {
    await real.add(dn, entry);
    await directory.snapshot();
  });

  it('keeps what was written meanwhile, so that no notice is due twice', async () => {
    await readWhile(() => directory.modify(dn, 'u1', notice));
    expect(directory.recall(dn)?.attributes).toMatchObject({ hopThuNotice: notice[0]?.values });
  });

  it('keeps what was added meanwhile', async () => {
    const added = { ...entry, mail: ['an@soctrang.gov.vn'], hopThuAddress: ['an@soctrang.gov.vn'] };
    await readWhile(() => directory.add(other, { ...added, hopThuOwnerUID: ['u2'] }));
    expect(directory.recall(other)).toBeDefined();
  });

  it('keeps no entry that was removed meanwhile, once it is read again', async () => {
    await readWhile(() => directory.remove(dn, 'u1'));
    expect(await seen()).toEqual([]);
  });

  it('believes the next read of what was written before it began', async () => {
    await readWhile(() => directory.modify(dn, 'u1', notice));
    real.put(dn, entry);
    expect((await seen())[0]).not.toHaveProperty('hopThuNotice');
  });
});
