/** One suite for the directory in memory and for a real slapd: what the one refuses, the other refuses too. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { childDn, dnKey } from '../../operator/core/dn.ts';
import { attribute, container, objectClass } from '../../operator/core/layout.ts';
import { Blocked, Conflict, Invalid, Unavailable } from '../../operator/errors.ts';
import { Connection } from '../../operator/ldap/connection.ts';
import { LdaptsDirectory } from '../../operator/ldap/ldapts-directory.ts';
import { MemoryDirectory } from '../../operator/ldap/memory-directory.ts';
import type { Directory, DirectoryEntry } from '../../operator/ports.ts';
import { at, mailbox, mailboxDn, mailboxes } from './support/mailbox.ts';
import { connectTo, Slapd, site, suffix } from './support/slapd.ts';

type Subject = {
  readonly directory: Directory;
  readonly down: () => void | Promise<void>;
  readonly up: () => void | Promise<void>;
  readonly stop: () => Promise<void>;
};

async function inMemory(): Promise<Subject> {
  const directory = new MemoryDirectory(suffix);
  return { directory, down: () => directory.down(), up: () => directory.up(), stop: () => directory.close() };
}

async function onSlapd(): Promise<Subject> {
  const slapd = await Slapd.start();
  const directory = new LdaptsDirectory(new Connection(connectTo(slapd)), suffix);
  const stop = async () => {
    await directory.close();
    await slapd.stop();
  };
  return { directory, down: () => slapd.kill(), up: () => slapd.resume(), stop };
}

describe.each([
  ['in memory', inMemory],
  ['on slapd', onSlapd],
])('directory %s', (_, start) => {
  let subject: Subject;
  let directory: Directory;
  let count = 0;
  const nextUid = () => `u${++count}`;

  beforeAll(async () => {
    subject = await start();
    directory = subject.directory;
  }, 30_000);
  afterAll(() => subject?.stop());

  const find = async (dn: string): Promise<DirectoryEntry | undefined> => {
    const entries = await directory.snapshot();
    return entries.find((entry) => dnKey(entry.dn) === dnKey(dn));
  };
  const added = async (changes = {}): Promise<string> => {
    const uid = nextUid();
    await directory.add(mailboxDn(uid), mailbox(uid, changes));
    return uid;
  };

  it('is empty at first: containers, policies and accounts are not entries', async () => {
    expect(await directory.snapshot()).toEqual([]);
  });

  it('gives back what was added, spelled as the layout spells it, without the password', async () => {
    const uid = nextUid();
    const secret = { userPassword: ['{SSHA512}x'], pwdReset: ['TRUE'] };
    const { cn, mail, ...rest } = mailbox(uid, { [attribute.address]: [at(uid), at(`${uid}.cu`)] });
    await directory.add(mailboxDn(uid), {
      ...rest,
      CN: cn ?? [],
      MAIL: mail ?? [],
      ...secret,
    });
    const found = await find(mailboxDn(uid));
    // slapd notes by itself when the password was set; the twin in memory has no clock.
    const { pwdChangedTime: _, ...attributes } = found?.attributes ?? {};
    const given = mailbox(uid, { [attribute.address]: [at(uid), at(`${uid}.cu`)] });
    expect(attributes).toEqual({ ...given, pwdReset: ['TRUE'] });
  });

  it('leaves absent attributes out', async () => {
    const uid = await added();
    expect((await find(mailboxDn(uid)))?.attributes).not.toHaveProperty('title');
  });

  it('takes organizations and entries that nobody owns', async () => {
    const organization = childDn('ou', 'o1', `${container.organizations},${suffix}`);
    await directory.add(organization, {
      objectClass: ['organizationalUnit', objectClass.organization],
      ou: ['o1'],
      cn: ['Sở Thông tin và Truyền thông'],
      [attribute.abbreviation]: ['sotttt'],
      [attribute.site]: ['soc-trang'],
      [attribute.resource]: ['soc-trang-accounts/sotttt'],
      [attribute.ownerUid]: ['o1'],
    });
    const foreign = mailboxDn('foreign');
    await directory.add(foreign, { objectClass: ['inetOrgPerson'], cn: ['Foreign'], sn: ['F'] });
    expect(await find(organization)).toBeDefined();
    expect((await find(foreign))?.attributes['uid']).toEqual(['foreign']);
    await expect(directory.modify(foreign, 'me', [{ attribute: 'cn', values: ['Mine'] }])).rejects.toThrow(
      Conflict,
    );
    await expect(directory.remove(foreign, 'me')).rejects.toThrow(Conflict);
    expect((await find(foreign))?.attributes['cn']).toEqual(['Foreign']);
  });

  it('keeps since when and by which approved plan a status is', async () => {
    const uid = await added();
    const closed = [
      { attribute: attribute.status, values: ['Closed'] },
      { attribute: attribute.statusSince, values: ['20261121000000Z'] },
      { attribute: attribute.approvedPlan, values: ['0123456789ab'] },
    ];
    await directory.modify(mailboxDn(uid), uid, closed);
    expect((await find(mailboxDn(uid)))?.attributes).toMatchObject({
      [attribute.statusSince]: ['20261121000000Z'],
      [attribute.approvedPlan]: ['0123456789ab'],
    });
  });

  it('takes a name once, in whatever case', async () => {
    const uid = await added();
    await expect(directory.add(mailboxDn(uid.toUpperCase()), mailbox(nextUid()))).rejects.toThrow(Conflict);
  });

  it('takes an address once, in whatever case', async () => {
    const [uid, other] = [await added(), nextUid()];
    for (const taken of [at(uid), at(uid).toUpperCase()]) {
      const addresses = [at(other), taken];
      const entry = mailbox(other, { [attribute.address]: addresses });
      await expect(directory.add(mailboxDn(other), entry)).rejects.toThrow(Conflict);
    }
    await directory.add(mailboxDn(other), mailbox(other));
    const grab = [{ attribute: attribute.address, values: [at(other), at(uid)] }];
    await expect(directory.modify(mailboxDn(other), other, grab)).rejects.toThrow(Conflict);
    const more = [{ attribute: attribute.address, values: [at(other), at(`${other}.x`)] }];
    await directory.modify(mailboxDn(other), other, more);
  });

  it.each<[string, Record<string, readonly string[]>]>([
    ['no sn', { sn: [] }],
    ['no status', { [attribute.status]: [] }],
    ['no owner', { [attribute.ownerUid]: [] }],
    ['no object class', { objectClass: [] }],
    ['auxiliary classes only', { objectClass: [objectClass.mailbox] }],
    ['an unknown object class', { objectClass: ['inetOrgPerson', 'nosuch'] }],
    ['an unknown attribute', { nosuch: ['x'] }],
    ['an attribute of another class', { [attribute.sector]: ['Department'] }],
    ['an unknown status', { [attribute.status]: ['Sleeping'] }],
    ['a time in another form', { [attribute.statusSince]: ['2026-11-21T00:00:00Z'] }],
    ['a notice without its time', { [attribute.notice]: ['30'] }],
    ['an unknown type', { [attribute.type]: ['Other'] }],
    ['a quota of nothing', { [attribute.quotaBytes]: ['0'] }],
    ['a quota in words', { [attribute.quotaBytes]: ['500Mi'] }],
    ['two owners', { [attribute.ownerUid]: ['a', 'b'] }],
    ['two primary addresses', { mail: [at('x'), at('y')], [attribute.address]: [at('x'), at('y')] }],
    ['an address in upper case', { mail: [at('Bad')], [attribute.address]: [at('Bad')] }],
    ['an address that is none', { mail: ['x'], [attribute.address]: ['x'] }],
    ['an address beyond ASCII', { mail: [at('đ')], [attribute.address]: [at('đ')] }],
    ['a former address without its end', { [attribute.formerAddress]: [at('cu')] }],
    ['a primary address that is not held', { [attribute.address]: [at('held-only')] }],
    ['a value twice', { cn: ['Bình', 'BÌNH'] }],
    ['an empty value', { cn: [''] }],
    ['an unpaired surrogate', { cn: ['a\ud800'] }],
    ['an organization that is no name', { [attribute.organization]: ['no name'] }],
    ['pwdReset that is neither TRUE nor FALSE', { pwdReset: ['yes'] }],
  ])('refuses %s', async (_fault, changes) => {
    const uid = nextUid();
    await expect(directory.add(mailboxDn(uid), mailbox(uid, changes))).rejects.toThrow(Blocked);
    expect(await find(mailboxDn(uid))).toBeUndefined();
  });

  it('keeps addresses that were let go, beside whoever has them, and changes them for their account alone', async () => {
    const uid = await added();
    const dn = childDn('uid', uid, `${container.held},${suffix}`);
    const held = (...values: string[]) => ({
      objectClass: [objectClass.held],
      uid: [uid],
      [attribute.heldAddress]: values,
      [attribute.site]: [site.name],
      [attribute.resource]: [`soc-trang-accounts/${uid}`],
      [attribute.ownerUid]: [uid],
    });
    const until = `${at(uid)} 2027-11-21T00:00:00Z`;
    await directory.add(dn, held(until));
    expect((await find(dn))?.attributes).toEqual(held(until));
    const more = { attribute: attribute.heldAddress, values: [until, `${at('cu')} 2028-01-01T00:00:00Z`] };
    await expect(directory.modify(dn, 'another', [more])).rejects.toThrow(Conflict);
    await directory.modify(dn, uid, [more]);
    expect((await find(dn))?.attributes).toEqual(held(...more.values));
    for (const faulty of [
      [],
      [at(uid)],
      [`${at(uid)} soon`],
      [`${at(uid)}x 2027-11-21T00:00:00Z`.toUpperCase()],
    ]) {
      const refused = { attribute: attribute.heldAddress, values: faulty };
      await expect(directory.modify(dn, uid, [refused])).rejects.toThrow(Blocked);
    }
  });

  it('lets a closed account keep its entry without any address', async () => {
    const uid = await added({ [attribute.status]: ['Closed'] });
    const none = ['mail', attribute.address].map((name) => ({ attribute: name, values: [] }));
    await directory.modify(mailboxDn(uid), uid, none);
    expect((await find(mailboxDn(uid)))?.attributes).not.toHaveProperty('mail');
  });

  it('takes nothing outside its containers', async () => {
    const entry = mailbox('elsewhere');
    const [parent, missing] = [await added(), `ou=nowhere,${suffix}`];
    await expect(directory.add(childDn('uid', 'elsewhere', mailboxDn(parent)), entry)).rejects.toThrow(
      Blocked,
    );
    await expect(directory.add(childDn('uid', 'elsewhere', missing), entry)).rejects.toThrow(Unavailable);
    await expect(directory.add('elsewhere', entry)).rejects.toThrow(Blocked);
  });

  it('replaces and clears attributes, all or none', async () => {
    const uid = await added({ title: ['Chuyên viên'] });
    const dn = mailboxDn(uid);
    await directory.modify(dn, uid, [
      { attribute: 'TITLE', values: [] },
      { attribute: 'o', values: ['Sở Y tế'] },
      { attribute: 'employeeNumber', values: [] },
    ]);
    const halfWrong = [
      { attribute: 'o', values: ['Sở Tài chính'] },
      { attribute: attribute.status, values: ['Sleeping'] },
    ];
    await expect(directory.modify(dn, uid, halfWrong)).rejects.toThrow(Blocked);
    await expect(directory.modify(dn, uid, [{ attribute: 'sn', values: [] }])).rejects.toThrow(Blocked);
    await expect(directory.modify(dn, uid, [{ attribute: 'uid', values: ['x'] }])).rejects.toThrow(Blocked);
    await directory.modify(dn, uid, []);
    expect((await find(dn))?.attributes).toEqual(mailbox(uid, { o: ['Sở Y tế'] }));
  });

  it('changes and removes only what is still the owner’s', async () => {
    const uid = await added();
    const dn = mailboxDn(uid);
    const changes = [{ attribute: 'cn', values: ['Other'] }];
    const addresses = [{ attribute: attribute.address, values: [at(uid), at('another')] }];
    await expect(directory.modify(dn, 'another', changes)).rejects.toThrow(Conflict);
    await expect(directory.modify(dn, 'another', addresses)).rejects.toThrow(Conflict);
    await expect(directory.remove(dn, 'another')).rejects.toThrow(Conflict);
    expect((await find(dn))?.attributes).toEqual(mailbox(uid));
    await directory.remove(dn, uid);
    expect(await find(dn)).toBeUndefined();
    await directory.remove(dn, uid);
    await expect(directory.modify(dn, uid, changes)).rejects.toThrow(Conflict);
  });

  it('stores any name exactly or refuses it', async () => {
    const odd = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.string({
        unit: fc.constantFrom(...' ,+"\\<>;=#*()\0\n\u200b\u202eĐđ&|!'),
        minLength: 1,
        maxLength: 8,
      }),
      fc.constantFrom('\ud800', 'x)(uid=*', '\u00ad', '\0', ' '),
    );
    let stored = 0;
    await fc.assert(
      fc.asyncProperty(odd, odd, async (uid, name) => {
        try {
          const dn = childDn('uid', uid, mailboxes);
          await directory.add(dn, { ...mailbox('odd'), uid: [uid], cn: [name] });
          const found = await find(dn);
          await directory.remove(dn, 'odd');
          expect(found?.attributes['uid']).toEqual([uid]);
          expect(found?.attributes['cn']).toEqual([name]);
          expect(await find(dn)).toBeUndefined();
          stored += 1;
        } catch (error) {
          if (!(error instanceof Blocked || error instanceof Invalid)) throw error;
        }
      }),
      { numRuns: 200 },
    );
    expect(stored).toBeGreaterThan(50);
  }, 60_000);

  it('says Unavailable while it is down, and loses nothing', async () => {
    const uid = await added();
    const dn = mailboxDn(uid);
    const before = await directory.snapshot();
    await subject.down();
    await expect(directory.snapshot()).rejects.toThrow(Unavailable);
    await expect(directory.add(dn, mailbox(uid))).rejects.toThrow(Unavailable);
    await expect(directory.modify(dn, uid, [{ attribute: 'cn', values: ['x'] }])).rejects.toThrow(
      Unavailable,
    );
    await expect(directory.remove(dn, uid)).rejects.toThrow(Unavailable);
    await subject.up();
    expect(await directory.snapshot()).toEqual(before);
  });
});
