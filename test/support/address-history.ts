/** Histories of resources as fast-check makes them, and how a site lives through one. */
import fc from 'fast-check';
import type { Site } from '../../operator/core/site.ts';
import { AddressLedger } from './address-ledger.ts';
import { Province } from './province.ts';

export type Wish = {
  readonly name: string;
  readonly fullName: string;
  readonly organization: string;
  readonly title: string | undefined;
  readonly registeredAt: string | undefined;
  readonly localPart: string | undefined;
  readonly aliases: readonly string[];
  readonly lift: string | undefined;
  /** Of an organization's mailbox; who is one and who is not inside comes as it comes (R26). */
  readonly delegates: readonly {
    readonly mailboxRef: { readonly name: string };
    readonly rights: readonly string[];
  }[];
};

export type Step =
  | { readonly kind: 'apply'; readonly wish: Wish }
  | { readonly kind: 'delete'; readonly name: string }
  | { readonly kind: 'days'; readonly days: number }
  /** Passes until nothing changes; the first one dies at its `crash`-th call of a port, before or after it took effect. */
  | { readonly kind: 'passes'; readonly crash: number; readonly moment: 'before' | 'after' };

// Few names and addresses, so that everybody wants the same: all these people are ntbinh or binhnt.
const fullNames = ['Nguyễn Thanh Bình', 'Ngô Thị Bình', 'Nguyễn Tấn Binh'];
const localParts = ['vanthu', 'ntbinh', 'ntbinh.sotttt', 'binhnt1', 'sotttt', 'stttt'];
const maybe = <T>(values: readonly T[], weight = 3) =>
  fc.option(fc.constantFrom(...values), { freq: weight, nil: undefined });

export const wish = (names: readonly string[], site: Site): fc.Arbitrary<Wish> =>
  fc.record({
    name: fc.constantFrom(...names),
    fullName: fc.constantFrom(...fullNames),
    organization: fc.constantFrom('so-tttt', 'so-yt', 'missing'),
    title: maybe(['Giám đốc', 'Chuyên viên']),
    registeredAt: maybe(['2014-10-06T00:00:00Z', '2020-01-01T00:00:00Z']),
    localPart: maybe(localParts, 1),
    aliases: fc.subarray(['vanthu', 'lienhe', 'ntbinh'], { maxLength: 2 }),
    lift: maybe(
      localParts.map((localPart) => `${localPart}@${site.domain}`),
      1,
    ),
    delegates: fc.uniqueArray(
      fc.record({
        mailboxRef: fc.record({ name: fc.constantFrom(...names) }),
        rights: fc.subarray(['Read', 'Write', 'SendAs'], { minLength: 1 }),
      }),
      { maxLength: 2, selector: ({ mailboxRef }) => mailboxRef.name },
    ),
  });

/** Names `org-…` are organizations' mailboxes. */
export const names = ['an', 'ba', 'chi', 'org-mot', 'org-hai'];

export const step = (site: Site): fc.Arbitrary<Step> =>
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('apply' as const), wish: wish(names, site) }) },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('delete' as const), name: fc.constantFrom(...names) }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('days' as const),
        days: fc.constantFrom(1, 89, 90, 91, 364, 366),
      }),
    },
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constant('passes' as const),
        crash: fc.nat(12),
        moment: fc.constantFrom('before' as const, 'after' as const),
      }),
    },
  );

/** One site that lives through a history; every pass is checked by an AddressLedger. */
export class AddressHistory {
  readonly province: Province;
  readonly #ledger: AddressLedger;
  readonly #crashes: boolean;
  #shuffles = 0;

  /** @param crashes whether passes die where the steps say so, and every list comes in another order, as after a re-list */
  constructor(site: Site, crashes: boolean) {
    this.province = new Province(site);
    this.#ledger = new AddressLedger(this.province);
    this.#crashes = crashes;
    this.province.organization('so-tttt', { name: 'Sở Thông tin và Truyền thông' });
    this.province.organization('so-yt', { name: 'Sở Y tế' });
    if (crashes) this.#shuffleLists();
  }

  async live(steps: readonly Step[]): Promise<void> {
    for (const next of steps) await this.#live(next);
    await this.#settle();
  }

  apply(wanted: Wish): void {
    const { name, fullName, organization, title, registeredAt, localPart, aliases, lift, delegates } = wanted;
    const isPerson = !name.startsWith('org-');
    this.province.cluster.apply({
      kind: 'Mailbox',
      name,
      namespace: this.province.namespace,
      annotations: lift === undefined ? {} : { 'hopthu.io/lift-hold': lift },
      spec: {
        organizationRef: { name: organization },
        type: isPerson ? 'Personal' : 'Organization',
        ...(isPerson ? { person: { fullName, title, registeredAt } } : { delegates }),
        localPart,
        aliases,
      },
    });
  }

  /** What everybody got in the end, by name. */
  async addresses(): Promise<Readonly<Record<string, unknown>>> {
    const { mailboxes } = await this.province.cluster.snapshot();
    const listed = mailboxes.map(({ metadata, status }) => {
      const { address, aliases, conditions } = (status ?? {}) as ReturnType<Province['status']>;
      return [metadata.name, { address, aliases, reason: conditions?.[0]?.reason }] as const;
    });
    return Object.fromEntries(listed);
  }

  async #live(next: Step): Promise<void> {
    const { province } = this;
    if (next.kind === 'apply') this.apply(next.wish);
    else if (next.kind === 'delete') province.delete(next.name);
    else if (next.kind === 'days') province.now = new Date(province.now.getTime() + next.days * 86_400_000);
    else {
      if (this.#crashes) await this.#crash(next.crash, next.moment);
      await this.#settle();
    }
  }

  /** The operator is killed within a pass: from one call on, nothing of it happens any more. */
  async #crash(at: number, moment: 'before' | 'after'): Promise<void> {
    const { cluster, directory } = this.province;
    let calls = 0;
    let isDead = false;
    const die = (when: 'before' | 'after') => {
      if (when === moment) calls += 1;
      isDead ||= calls > at;
      if (isDead) throw new Error('killed');
    };
    await this.#ledger.before();
    cluster.intercept = die;
    directory.intercept = die;
    const outcome = await this.province.pass().catch((error: Error) => error);
    cluster.intercept = () => undefined;
    directory.intercept = () => undefined;
    if (outcome instanceof Error && outcome.message !== 'killed') throw outcome;
    await this.#ledger.after();
  }

  async #settle(): Promise<void> {
    for (let count = 0; count < 15; count += 1) {
      const before = JSON.stringify([this.province.cluster.writes, this.province.directory.writes]);
      await this.#ledger.before();
      await this.province.pass();
      await this.#ledger.after();
      if (before === JSON.stringify([this.province.cluster.writes, this.province.directory.writes])) return;
    }
    throw new Error('the site does not settle');
  }

  #shuffleLists(): void {
    const { cluster, directory } = this.province;
    const [readCluster, readDirectory] = [cluster.snapshot.bind(cluster), directory.snapshot.bind(directory)];
    cluster.snapshot = async () => {
      const { mailboxes, organizations, ...rest } = copyOf(await readCluster());
      return { ...rest, mailboxes: this.#rotated(mailboxes), organizations: this.#rotated(organizations) };
    };
    directory.snapshot = async () => this.#rotated(copyOf(await readDirectory()));
  }

  /** Another order at every call, and the same one in every run of a history. */
  #rotated<T>(list: readonly T[]): readonly T[] {
    this.#shuffles += 1;
    const cut = list.length === 0 ? 0 : this.#shuffles % list.length;
    const rotated = [...list.slice(cut), ...list.slice(0, cut)];
    return this.#shuffles % 2 === 0 ? rotated : rotated.reverse();
  }
}

/** New objects, as a client that starts anew reads them. */
function copyOf<T>(value: T): T {
  return JSON.parse(JSON.stringify(value));
}
