/** A mailbox is suspended, drifts, and is deleted while the directory is down. */
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { execa } from 'execa';
import { socTrang as site } from '../support/sites.ts';
import { openWebmail } from './support/browser.ts';
import { hostPort, inAccounts, testCluster } from './support/cluster.ts';
import { attributeOf, inMail, modifyByHand, restartOperator, withQuickResync } from './support/directory.ts';
import { eventually } from './support/eventually.ts';
import { openImap, openPop3, openSubmission } from './support/open-sessions.ts';
import { authorityOf, type Person } from './support/person.ts';
import { apply, field, fresh, people, personSpec, ready } from './support/resources.ts';

const [namespace = ''] = site.namespaces.accounts;
const cli = join(import.meta.dirname, '../../cli/main.ts');

describe('suspension', () => {
  let person: Person;
  let other: Person;

  beforeAll(async () => {
    const both = await people(site, { 'life-suspended': 'Võ Văn Nghỉ', 'life-other': 'Võ Thị Khác' });
    person = both['life-suspended'] as Person;
    other = both['life-other'] as Person;
  });

  it('refuses IMAP, SMTP and webmail within 10 seconds, ends open sessions, keeps the mail, and ends', async () => {
    expect(await person.imap(async () => 'in')).toBe('in');
    const reading = await Promise.all([openImap(person), openPop3(person)]);
    const sending = await openSubmission(person);
    await sending.send(other.address, 'Trước khi nghỉ');
    const suspendedAt = performance.now();
    await apply(site, 'Mailbox', person.name, personSpec('Võ Văn Nghỉ', { state: 'Suspended' }));
    const webmailLogin = async () => {
      const webmail = await openWebmail(site, {
        caPem: await authorityOf(site),
        port: hostPort(site, 'webmail'),
      });
      try {
        await webmail.login(person.address, person.password);
      } finally {
        await webmail.close();
      }
    };
    await Promise.all(reading.map(({ ended }) => ended));
    expect(performance.now() - suspendedAt).toBeLessThan(10_000);
    await expect(sending.send(other.address, 'Sau khi nghỉ')).rejects.toMatchObject({ responseCode: 550 });
    sending.close();
    await eventually(10_000, async () => {
      await expect(person.imap(async () => 'in')).rejects.toMatchObject({ authenticationFailed: true });
      await expect(person.send({ to: other.address, subject: 'x' })).rejects.toMatchObject({
        responseCode: 535,
      });
    });
    await expect(webmailLogin()).rejects.toMatchObject({ name: 'LoginRefused' });
    await other.send({ to: person.address, subject: 'Trong khi nghỉ' });
    await apply(site, 'Mailbox', person.name, personSpec('Võ Văn Nghỉ'));
    await ready(site, `mailbox/${person.name}`);
    await eventually(20_000, () => person.receive('Trong khi nghỉ'));
  });
});

describe('a password', () => {
  const hopthu = (...args: readonly string[]) =>
    execa(process.execPath, [cli, ...args, '-n', namespace, '--context', testCluster().context]);

  it('leaves no Secret behind once it was changed, and is reset once when that is asked for', async () => {
    const name = fresh('life-password');
    const { [name]: person } = await people(site, { [name]: 'Võ Thị Quên' });
    if (person === undefined) throw new Error('nobody');
    const secrets = async () =>
      (await inAccounts(site, ['get', 'secrets', '-o', 'name']))
        .split('\n')
        .filter((line) => line.includes(name));
    // The person's change is made in the directory alone: the next resync sees it.
    await restartOperator(site);
    await eventually(30_000, async () => expect(await secrets()).toEqual([]));
    const { stdout: past } = await hopthu('history', name);
    expect(past).toMatch(/ Directory +Add +by operator: .*userPassword/);
    expect(past).toMatch(/ Directory +Modify +by its owner: .*userPassword/);
    expect(past).not.toMatch(/SSHA|ARGON/);
    await hopthu('reset-password', name);
    await eventually(20_000, async () => expect(await secrets()).toHaveLength(1));
    await ready(site, `mailbox/${name}`);
    await eventually(20_000, () =>
      expect(person.imap(async () => 'in')).rejects.toMatchObject({ authenticationFailed: true }),
    );
    await person.changePassword('Mat-khau-moi-2027', (await hopthu('password', name)).stdout);
    expect(await person.imap(async () => 'in')).toBe('in');
  });

  it('opens nothing while an emergency suspension holds, whatever the spec says', async () => {
    const { 'life-stolen': person } = await people(site, { 'life-stolen': 'Võ Văn Mất' });
    await hopthu('suspend', 'life-stolen');
    await eventually(10_000, () =>
      expect(person?.imap(async () => 'in')).rejects.toMatchObject({ authenticationFailed: true }),
    );
    await apply(site, 'Mailbox', 'life-stolen', personSpec('Võ Văn Mất', { state: 'Active' }));
    await expect(person?.imap(async () => 'in')).rejects.toMatchObject({ authenticationFailed: true });
    await hopthu('resume', 'life-stolen');
    await eventually(20_000, async () => expect(await person?.imap(async () => 'in')).toBe('in'));
  });
});

describe('drift', () => {
  it('is put back within the resync period, and what is not managed is left alone', async () => {
    await people(site, { 'life-drift': 'Võ Trôi' });
    await withQuickResync(site, async () => {
      const dn = await field(site, 'mailbox/life-drift', '.status.entry');
      const before = await attributeOf(site, dn, 'hopThuQuotaBytes');
      await modifyByHand(site, dn, [
        ...['replace: hopThuQuotaBytes', 'hopThuQuotaBytes: 1', '-'],
        ...['replace: description', 'description: by hand'],
      ]);
      await eventually(20_000, async () =>
        expect(await attributeOf(site, dn, 'hopThuQuotaBytes')).toEqual(before),
      );
      expect(await attributeOf(site, dn, 'description')).toEqual(['by hand']);
    });
  });
});

describe('deletion while the directory is down', () => {
  it('keeps the finalizer and says why; both go after the directory returns', async () => {
    const name = fresh('life-leaver');
    const { [name]: leaver } = await people(site, { [name]: 'Võ Văn Đi' });
    const { 'life-writer': writer } = await people(site, { 'life-writer': 'Võ Thị Viết' });
    try {
      await inMail(site, 'scale', 'statefulset/openldap', '--replicas=0');
      for (let number = 0; number < site.directory.replicas; number += 1)
        await inMail(site, 'wait', '--for=delete', `pod/openldap-${number}`, '--timeout=60s');
      await inAccounts(site, ['delete', 'mailbox', name, '--wait=false']);
      await inAccounts(site, [
        'wait',
        `mailbox/${name}`,
        '--timeout=60s',
        '--for=jsonpath={.status.conditions[?(@.type=="Ready")].reason}=LDAPUnavailable',
      ]);
      expect(await field(site, `mailbox/${name}`, '.metadata.finalizers[0]')).toBe('hopthu.io/directory');
    } finally {
      await inMail(site, 'scale', 'statefulset/openldap', `--replicas=${site.directory.replicas}`);
    }
    await inAccounts(site, ['wait', '--for=delete', `mailbox/${name}`, '--timeout=120s']);
    await expect(leaver?.imap(async () => 'in')).rejects.toMatchObject({ authenticationFailed: true });
    await eventually(20_000, () =>
      expect(writer?.send({ to: leaver?.address ?? '', subject: 'x' })).rejects.toMatchObject({
        responseCode: 550,
      }),
    );
  });
});
