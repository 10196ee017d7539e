import { beforeEach, describe, expect, it } from '@jest/globals';
import type { OrganizationStatus } from '../../../../operator/api/organization.ts';
import { Unavailable } from '../../../../operator/errors.ts';
import type { Perturbation } from '../../../support/perturbed.ts';
import { Province } from '../../../support/province.ts';
import { socTrang } from '../../../support/sites.ts';

let province: Province;

const told = () =>
  province.cluster.events
    .filter(({ reason }) => reason === 'DeletionBlocked')
    .map(({ resource, message }) => `${resource} ${/still: (\w+)/.exec(message)?.[1]}`);
const passes = (minutes: number) => {
  province.now = new Date(province.now.getTime() + minutes * 60_000);
};
const down: Perturbation = async (call, run) => {
  if (call === 'directory.snapshot')
    throw new Unavailable('LDAP', `no answer, ${province.now.toISOString()}`);
  return run();
};

beforeEach(async () => {
  province = new Province(socTrang);
  province.organization('so-tttt', { name: 'Sở Thông tin và Truyền thông' });
  province.person('binh', 'Nguyễn Thanh Bình', 'so-tttt');
  province.person('tam', 'Lê Văn Tám', 'so-tttt');
  await province.settle();
});

describe('a deletion that does not end', () => {
  it('is told after five minutes while the directory is down, in the same words each time', async () => {
    province.delete('binh');
    await expect(province.pass(down)).rejects.toThrow(Unavailable);
    passes(4);
    await expect(province.pass(down)).rejects.toThrow(Unavailable);
    expect(told()).toEqual([]);
    for (let count = 0; count < 2; count += 1) {
      passes(1);
      await expect(province.pass(down)).rejects.toThrow(Unavailable);
    }
    expect(told()).toEqual(Array(2).fill(`${province.namespace}/binh LDAPUnavailable`));
    expect(new Set(province.cluster.events.map(({ message }) => message).slice(-2)).size).toBe(1);
    await province.settle();
    expect(province.cluster.get('Mailbox', province.namespace, 'binh')).toBeUndefined();
  });

  it('is told while the guard holds it', async () => {
    for (let index = 0; index < 12; index += 1)
      province.person(`p${index}`, `Lê Văn ${String.fromCharCode(65 + index)}n`, 'so-tttt');
    await province.settle();
    for (let index = 0; index < 12; index += 1) province.delete(`p${index}`);
    await province.settle();
    expect(told()).toEqual([]);
    passes(6);
    await province.pass();
    expect(told().filter((line) => line.endsWith('AwaitingApproval'))).toHaveLength(12);
  });

  it('is told at once of an organization that is named, and ends with the last that names it', async () => {
    province.delete('so-tttt', 'Organization');
    await province.settle();
    expect(new Set(told())).toEqual(new Set([`${province.namespace}/so-tttt StillInUse`]));
    const organization = () => province.cluster.get('Organization', province.namespace, 'so-tttt');
    const status = organization()?.status as OrganizationStatus | undefined;
    const message = '2 mailboxes and units still belong to it: move or delete them first';
    expect(status?.conditions?.[0]).toMatchObject({ reason: 'StillInUse', message });
    for (const name of ['binh', 'tam']) province.delete(name);
    await province.settle();
    expect(organization()).toBeUndefined();
    await province.expectSound();
  });

  it('is nobody’s news once it has ended', async () => {
    province.delete('binh');
    await province.settle();
    passes(6);
    await province.pass();
    expect(told()).toEqual([]);
  });
});
