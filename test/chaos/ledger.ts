/**
 * What the API server has acknowledged, and what officials were told of it: after every drill all of it must still be
 * true. People share names, so that many of them want the same address.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { apiVersion } from '../../operator/api/resource.ts';
import { CommandFailed } from '../kind/command.ts';
import { type CheckedEntry, type CheckedMailbox, violations } from '../support/checker.ts';
import type { Random } from './random.ts';
import type { Stack } from './stack.ts';

const label = 'chaos.hopthu.io/run';
const surnames = ['Lê', 'Lý', 'Võ', 'Vũ', 'Hồ', 'Đỗ', 'Mai', 'Cao', 'Tạ', 'Tô', 'Từ', 'Hà', 'Phan', 'Bùi'];
const givenNames = ['Tám', 'Bình', 'Hà', 'Sơn', 'Lan', 'Mỹ', 'Quý', 'Ngọc', 'Thảo', 'Khánh', 'Xuân', 'Ý'];
const quotas = ['300Mi', '600Mi', '1Gi', '2Gi'];
/** How many resources one call of kubectl brings. */
const atOnce = 25;

type Spec = { readonly quota: string; readonly [field: string]: unknown };
type Status = {
  readonly address?: string;
  readonly observedGeneration?: number;
  readonly conditions?: readonly {
    readonly type: string;
    readonly status: string;
    readonly reason: string;
    readonly lastTransitionTime: string;
  }[];
};

/** What the ledger needs of a stack. */
export type Witness = Pick<Stack, 'accounts' | 'mailboxes' | 'contents'>;

export class Ledger {
  readonly #stack: Witness;
  readonly #random: Random;
  /** In names and a label, so that runs on one cluster do not meet. */
  readonly #run: string;
  readonly #acknowledged = new Map<string, Spec>();
  readonly #told = new Map<string, string>();
  readonly #seen = new Set<string>();
  /** UIDs of resources that vanished unseen: their accounts stay, and nobody's they are. */
  readonly #orphans = new Set<string>();
  #count = 0;

  constructor(stack: Witness, random: Random) {
    this.#stack = stack;
    this.#random = random;
    this.#run = Date.now().toString(36);
  }

  get selector(): string {
    return `${label}=${this.#run}`;
  }

  get size(): number {
    return this.#acknowledged.size;
  }

  /** The organization of everybody here; accounts that earlier drills have left over are none of ours. */
  async open(): Promise<void> {
    const { mailboxes, entries } = await this.#stack.contents();
    const alive = new Set(mailboxes.map(({ metadata }) => metadata.uid));
    for (const { dn, attributes } of entries) {
      const [owner = ''] = attributes['hopThuOwnerUID'] ?? [];
      const open = dn.includes(',ou=mailboxes,') && attributes['hopThuStatus']?.[0] === 'Active';
      if (open && !alive.has(owner)) this.#orphans.add(owner);
    }
    const metadata = { name: `chaos-${this.#run}`, labels: { [label]: this.#run } };
    const organization = { apiVersion, kind: 'Organization', metadata, spec: { name: 'Sở Diễn tập' } };
    await this.#stack.accounts(['apply', '-f', '-'], JSON.stringify(organization));
    await this.#stack.accounts([
      'wait',
      `organization/${metadata.name}`,
      '--for=condition=Ready',
      '--timeout=120s',
    ]);
  }

  /** Asks for `count` new mailboxes, and changes the quota of every tenth older one; until all of it is acknowledged. */
  async burst(count: number): Promise<void> {
    for (let left = count; left > 0; left -= atOnce) {
      const fresh = Array.from({ length: Math.min(atOnce, left) }, () => this.#newcomer());
      const older = this.#random.some([...this.#acknowledged], Math.floor(fresh.length / 10));
      const changed = older.map(
        ([name, spec]) => [name, { ...spec, quota: this.#random.one(quotas) }] as const,
      );
      await this.apply([...fresh, ...new Map(changed)]);
    }
  }

  /** One new mailbox; gives the milliseconds from now until it is Ready. */
  async probe(): Promise<number> {
    const started = performance.now();
    const [name, spec] = this.#newcomer();
    await this.apply([[name, spec]]);
    await eventually(300, async () => {
      await this.#stack.accounts(['wait', `mailbox/${name}`, '--for=condition=Ready', '--timeout=60s']);
    });
    return performance.now() - started;
  }

  /** `kubectl apply` until everything is acknowledged: whatever an answer that got lost had done, it is asked for again. */
  async apply(wanted: readonly (readonly [string, Spec])[]): Promise<void> {
    let left = wanted;
    await eventually(300, async () => {
      const items = left.map(([name, spec]) => this.#manifest(name, spec));
      const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
      const output = await this.#stack
        .accounts(['apply', '--server-side', '--force-conflicts', '--request-timeout=10s', '-f', '-'], list)
        .catch((error: unknown) => {
          if (error instanceof CommandFailed) return error.message;
          throw error;
        });
      const done = new Set([...output.matchAll(/^mailbox\.hopthu\.io\/(\S+) /gm)].map(([, name]) => name));
      for (const [name, spec] of left) if (done.has(name)) this.#acknowledged.set(name, spec);
      left = left.filter(([name]) => !done.has(name));
      if (left.length > 0) throw new Error(`${left.length} are not acknowledged: ${output.slice(-300)}`);
    });
  }

  /** Waits until everybody is Ready as the last acknowledged spec says. */
  async settled(seconds = 600): Promise<void> {
    await eventually(seconds, async () => {
      const mailboxes = await this.#stack.mailboxes(this.selector);
      this.#hear(mailboxes);
      const waiting = mailboxes.filter((mailbox) => !isReady(mailbox));
      if (mailboxes.length < this.size || waiting.length > 0)
        throw new Error(
          `of ${this.size} there are ${mailboxes.length}, ${waiting.length} not Ready: ${reasons(waiting)}`,
        );
    });
  }

  /** Asks for everything that was ever acknowledged once more, as a GitOps tool does. */
  async applyAll(): Promise<void> {
    const all = [...this.#acknowledged];
    for (let from = 0; from < all.length; from += atOnce) await this.apply(all.slice(from, from + atOnce));
  }

  /** @returns takes the ledger to what was acknowledged up to this moment: of what came later, only the accounts are left */
  async remember(): Promise<() => Promise<void>> {
    const acknowledged = [...this.#acknowledged];
    // Those who are there now, and those who had gone before: neither is left behind.
    for (const { metadata } of await this.#stack.mailboxes(this.selector)) this.#seen.add(metadata.uid);
    const known = new Set(this.#seen);
    return async () => {
      this.#acknowledged.clear();
      for (const [name, spec] of acknowledged) this.#acknowledged.set(name, spec);
      for (const uid of this.#seen) if (!known.has(uid)) this.#orphans.add(uid);
    };
  }

  /** Everything that is lost, doubled or wrong, as lines; waits `patience` seconds for what is being put right. */
  async lost(patience = 60): Promise<readonly string[]> {
    let found: readonly string[] = [];
    await eventually(patience, async () => {
      const contents = await this.#stack.contents();
      found = [
        ...violations(contents, this.#orphans),
        ...this.#broken(contents.mailboxes),
        ...this.#closed(contents.entries),
      ];
      if (found.length > 0) throw new Error(found.join('\n'));
    }).catch(() => undefined);
    return found;
  }

  /** What was acknowledged stays, and an address that somebody was told is kept. */
  #broken(mailboxes: readonly CheckedMailbox[]): readonly string[] {
    const byName = new Map(mailboxes.map((mailbox) => [mailbox.metadata.name, mailbox]));
    return [...this.#acknowledged].flatMap(([name, { quota }]) => {
      const mailbox = byName.get(name);
      if (mailbox === undefined) return [`${name}: acknowledged, and not there`];
      const { address } = statusOf(mailbox);
      const told = this.#told.get(name);
      return [
        ...((mailbox.spec as Spec).quota === quota ? [] : [`${name}: quota ${quota} was acknowledged`]),
        ...(isReady(mailbox) ? [] : [`${name}: not Ready`]),
        ...(told === address ? [] : [`${name}: was told ${told}, has ${address}`]),
      ];
    });
  }

  /** Nobody has said that an orphan's account shall be closed. */
  #closed(entries: readonly CheckedEntry[]): readonly string[] {
    const open = entries.filter(({ attributes }) => attributes['hopThuStatus']?.[0] === 'Active');
    const owners = new Set(open.map(({ attributes }) => attributes['hopThuOwnerUID']?.[0]));
    return [...this.#orphans]
      .filter((uid) => !owners.has(uid))
      .map((uid) => `${uid}: closed though nobody said so`);
  }

  /** The first address that somebody is told is the one that counts. */
  #hear(mailboxes: readonly CheckedMailbox[]): void {
    for (const mailbox of mailboxes) {
      const { address } = statusOf(mailbox);
      const { name, uid } = mailbox.metadata;
      this.#seen.add(uid);
      if (address !== undefined && !this.#told.has(name)) this.#told.set(name, address);
    }
  }

  #newcomer(): readonly [string, Spec] {
    const fullName = `${this.#random.one(surnames)} Văn ${this.#random.one(givenNames)}`;
    const organizationRef = { name: `chaos-${this.#run}` };
    this.#count += 1;
    const name = `chaos-${this.#run}-${this.#count}`;
    return [
      name,
      { organizationRef, type: 'Personal', person: { fullName }, quota: this.#random.one(quotas) },
    ];
  }

  #manifest(name: string, spec: Spec): object {
    return { apiVersion, kind: 'Mailbox', metadata: { name, labels: { [label]: this.#run } }, spec };
  }
}

export function statusOf({ status }: CheckedMailbox): Status {
  return (status ?? {}) as Status;
}

function isReady(mailbox: CheckedMailbox): boolean {
  const { conditions, observedGeneration } = statusOf(mailbox);
  const ready = conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true;
  return ready && observedGeneration === mailbox.metadata.generation;
}

function reasons(mailboxes: readonly CheckedMailbox[]): string {
  const found = mailboxes.map((mailbox) => statusOf(mailbox).conditions?.[0]?.reason ?? 'no status');
  return [...Map.groupBy(found, (reason) => reason)]
    .map(([reason, of]) => `${of.length} ${reason}`)
    .join(', ');
}

/** Repeats `attempt` until it does not throw. @throws its last error after `seconds` */
export async function eventually<T>(seconds: number, attempt: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + seconds * 1000;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await sleep(500);
    }
  }
}
