/** Fifty people who are granted at once into a real slapd, over a way that a test disturbs. */
import { expect } from '@jest/globals';
import { MemorySessions } from '../../../operator/dovecot/memory-sessions.ts';
import { MemoryCluster } from '../../../operator/kube/memory-cluster.ts';
import { Connection } from '../../../operator/ldap/connection.ts';
import { LdaptsDirectory } from '../../../operator/ldap/ldapts-directory.ts';
import { MemoryNotices } from '../../../operator/mail/memory-notices.ts';
import type { Directory } from '../../../operator/ports.ts';
import { type PassResult, runPass } from '../../../operator/reconcile/pass.ts';
import { violations } from '../../support/checker.ts';
import { parseLdif } from '../../support/ldif.ts';
import { type Perturbation, perturbCluster, perturbDirectory } from '../../support/perturbed.ts';
import { connectTo, type Slapd, site, suffix } from './slapd.ts';

const people = 50;
const namespace = 'soc-trang-accounts';
const surnames = ['Lê', 'Lý', 'Võ', 'Vũ', 'Hồ', 'Đỗ', 'Mai', 'Cao', 'Tạ', 'Tô'];
let rounds = 0;

export class Burst {
  readonly cluster = new MemoryCluster();
  readonly #slapd: Slapd;
  readonly #directory: Directory;

  private constructor(slapd: Slapd, directory: Directory) {
    this.#slapd = slapd;
    this.#directory = directory;
  }

  /**
   * An empty directory, and fifty who wait.
   * @param port where slapd is reached
   * @param deadline milliseconds for one operation
   */
  static async waiting(slapd: Slapd, port: number, deadline: number): Promise<Burst> {
    const directory = new LdaptsDirectory(new Connection({ ...connectTo(slapd, port), deadline }), suffix);
    for (const { dn, attributes } of await directory.snapshot())
      await directory.remove(dn, attributes['hopThuOwnerUID']?.[0] ?? '');
    const burst = new Burst(slapd, directory);
    burst.cluster.apply({ kind: 'Organization', name: 'so', namespace, spec: { name: 'Sở Y tế' } });
    rounds += 1;
    for (let index = 0; index < people; index += 1) {
      const fullName = `${surnames[index % surnames.length]} Văn Tám`;
      const spec = { organizationRef: { name: 'so' }, type: 'Personal', person: { fullName } };
      burst.cluster.apply({ kind: 'Mailbox', name: `p${rounds}-${index}`, namespace, spec });
    }
    return burst;
  }

  pass(around: Perturbation = (_, run) => run()): Promise<PassResult> {
    return runPass({
      site,
      cluster: perturbCluster(this.cluster, around),
      directory: perturbDirectory(this.#directory, around),
      sessions: new MemorySessions(),
      notices: new MemoryNotices(),
      clock: () => new Date(),
      report: {
        orphans: () => undefined,
        held: () => undefined,
        planned: () => undefined,
        failure: () => undefined,
      },
    });
  }

  /** Passes, as the loop repeats them, until one has nothing to do. */
  async settle(): Promise<void> {
    for (;;) {
      const result = await this.pass().catch(() => undefined);
      if (result?.failures === 0 && result.changes.length === 0 && !result.again) return;
    }
  }

  /** Everybody is Ready, and the database, read past slapd, is as it should be. */
  async expectSound(): Promise<void> {
    const { mailboxes, organizations } = await this.cluster.snapshot();
    const entries = parseLdif(await this.#slapd.dump());
    const secrets = [...this.cluster.secrets].map(([name, { ownerUid, password }]) => ({
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

  end(): Promise<void> {
    return this.#directory.close();
  }
}
