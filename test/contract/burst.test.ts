/** Faults in the middle of a burst of grants, against a real slapd; its database is then read past slapd and checked. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { MemorySessions } from '../../operator/dovecot/memory-sessions.ts';
import { Unavailable } from '../../operator/errors.ts';
import { MemoryCluster } from '../../operator/kube/memory-cluster.ts';
import { Connection } from '../../operator/ldap/connection.ts';
import { LdaptsDirectory } from '../../operator/ldap/ldapts-directory.ts';
import { MemoryNotices } from '../../operator/mail/memory-notices.ts';
import type { Directory } from '../../operator/ports.ts';
import { type PassResult, runPass } from '../../operator/reconcile/pass.ts';
import { violations } from '../support/checker.ts';
import { parseLdif } from '../support/ldif.ts';
import { killAt, type Perturbation, perturbCluster, perturbDirectory } from '../support/perturbed.ts';
import { Relay } from './support/relay.ts';
import { connectTo, Slapd, site, suffix } from './support/slapd.ts';

const people = 50;
const namespace = 'soc-trang-accounts';
const surnames = ['Lê', 'Lý', 'Võ', 'Vũ', 'Hồ', 'Đỗ', 'Mai', 'Cao', 'Tạ', 'Tô'];

let slapd: Slapd;
let relay: Relay;
let directory: Directory;
let cluster: MemoryCluster;
let round = 0;

beforeAll(async () => {
  slapd = await Slapd.start();
  relay = await Relay.start(slapd.port);
}, 30_000);
afterAll(async () => {
  await directory?.close();
  await relay?.stop();
  await slapd?.stop();
});

beforeEach(async () => {
  await directory?.close();
  directory = new LdaptsDirectory(new Connection({ ...connectTo(slapd, relay.port), deadline: 500 }), suffix);
  for (const { dn, attributes } of await directory.snapshot())
    await directory.remove(dn, attributes['hopThuOwnerUID']?.[0] ?? '');
  cluster = new MemoryCluster();
  round += 1;
  cluster.apply({ kind: 'Organization', name: 'so', namespace, spec: { name: 'Sở Y tế' } });
  for (let index = 0; index < people; index += 1) {
    const fullName = `${surnames[index % surnames.length]} Văn Tám`;
    const spec = { organizationRef: { name: 'so' }, type: 'Personal', person: { fullName } };
    cluster.apply({ kind: 'Mailbox', name: `p${round}-${index}`, namespace, spec });
  }
});

const pass = (around: Perturbation = (_, run) => run()): Promise<PassResult> =>
  runPass({
    site,
    cluster: perturbCluster(cluster, around),
    directory: perturbDirectory(directory, around),
    sessions: new MemorySessions(),
    notices: new MemoryNotices(),
    clock: () => new Date(),
    report: { orphans: () => undefined, held: () => undefined, failure: () => undefined },
  });

/** Does `fault` when the `count`-th entry is being added; the burst goes on. */
const amid =
  (count: number, fault: () => void): Perturbation =>
  async (call, run) => {
    if (call === 'directory.add' && --count === 0) fault();
    return run();
  };

/** Passes, as the loop repeats them, until one has nothing to do. */
async function settle(): Promise<void> {
  for (;;) {
    const result = await pass().catch(() => undefined);
    if (result?.failures === 0 && result.changes.length === 0 && !result.again) return;
  }
}

async function expectSound(): Promise<void> {
  const { mailboxes, organizations } = await cluster.snapshot();
  const entries = parseLdif(await slapd.dump());
  const secrets = [...cluster.secrets].map(([name, { ownerUid, password }]) => ({
    name,
    ownerUid,
    password,
  }));
  expect(violations({ mailboxes, organizations, entries, secrets })).toEqual([]);
  const ready = mailboxes.filter(({ status }) =>
    JSON.stringify(status).includes('"type":"Ready","status":"True"'),
  );
  expect(ready).toHaveLength(people);
  expect(secrets).toHaveLength(people);
}

describe('a burst of 50 grants', () => {
  /** Why a directory may take no writes. The full one comes first: later there would be room that others left. */
  const unwilling: Readonly<Record<string, (config: string) => string>> = {
    'full: its database may not grow': (config) => config.replaceAll(/^maxsize .*$/gm, 'maxsize 65536'),
    'read-only (53)': (config) => `${config}\nreadonly on\n`,
    'a replica that refers to its provider (10)': (config) =>
      `${config}\nsyncrepl rid=1 provider=ldaps://127.0.0.1:1 searchbase="${suffix}" bindmethod=simple\nupdateref ldaps://provider.example\n`,
  };

  it.each(Object.entries(unwilling))(
    'waits while slapd is %s, says so, and is finished after',
    async (_, edit) => {
      let production = '';
      const restart = async (change: (config: string) => string) => {
        await slapd.kill();
        await slapd.configure(change);
        await slapd.resume();
      };
      await restart((config) => {
        production = config;
        return edit(config);
      });
      await pass().catch(() => undefined);
      const { failures } = await pass();
      expect(failures).toBeGreaterThan(0);
      const { mailboxes } = await cluster.snapshot();
      const told = mailboxes.map(({ status }) => JSON.stringify(status));
      expect(told.filter((status) => status.includes('"reason":"LDAPUnavailable"')).length).toBeGreaterThan(
        0,
      );
      expect(told.join()).not.toContain('DirectoryRefused');
      await restart(() => production);
      await settle();
      await expectSound();
    },
    60_000,
  );

  it('is finished after slapd was killed in the middle of it', async () => {
    let killed: Promise<void> | undefined;
    await pass(
      amid(20, () => {
        killed = slapd.kill();
      }),
    ).catch(() => undefined);
    await killed;
    await expect(pass()).rejects.toThrow(Unavailable);
    await slapd.resume();
    await settle();
    await expectSound();
  }, 60_000);

  it('is finished after slapd did what was asked and the answers got lost', async () => {
    await pass(amid(20, () => relay.swallowAnswers())).catch(() => undefined);
    relay.restore();
    await settle();
    await expectSound();
  }, 60_000);

  it('is finished after the operator was killed in the middle of it, five times', async () => {
    for (const moment of [30, 77, 101, 140, 220]) await pass(killAt(moment).around).catch(() => undefined);
    await settle();
    await expectSound();
  }, 60_000);
});
