/** A province, and the clerk at work in it, in memory. */
import { requestTextFiles } from '../../../charts/request-texts.ts';
import { Desk } from '../../../clerk/desk.ts';
import { MemoryLetters } from '../../../clerk/memory-letters.ts';
import type { ClerkSnapshot, RequestCluster, RequestResource } from '../../../clerk/ports.ts';
import { ReviewWorld } from '../../../clerk/review/world.ts';
import {
  type MailboxRequest,
  parseRequest,
  type RequestRow,
  type RequestSpec,
  type RequestStatus,
} from '../../../operator/api/request.ts';
import { requestTexts } from '../../../operator/core/requests/texts.ts';
import type { Site } from '../../../operator/core/site.ts';
import { Conflict } from '../../../operator/errors.ts';
import { Province } from '../../support/province.ts';

/** Requests in memory, as an API server keeps them. */
class MemoryRequests implements RequestCluster {
  readonly #province: Province;
  readonly stored = new Map<string, RequestResource>();
  readonly numbers = new Map<string, number>();
  writes = 0;
  /** Runs before a status is written; what it throws is what the clerk gets. */
  intercept: () => void = () => undefined;

  constructor(province: Province) {
    this.#province = province;
  }

  async snapshot(): Promise<ClerkSnapshot> {
    const { organizations, mailboxes } = await this.#province.cluster.snapshot();
    return { organizations, mailboxes, requests: [...this.stored.values()] };
  }

  async writeStatus({ metadata }: RequestResource, status: RequestStatus): Promise<void> {
    this.intercept();
    const found = this.stored.get(metadata.name);
    if (found === undefined) throw new Conflict('it is gone');
    this.writes += 1;
    // As JSON over the wire: what is undefined is not there.
    this.stored.set(metadata.name, { ...found, status: JSON.parse(JSON.stringify(status)) });
  }

  async nextNumber(year: string, above: number): Promise<number> {
    const number = Math.max(this.numbers.get(year) ?? 0, above) + 1;
    this.numbers.set(year, number);
    return number;
  }
}

export class Office {
  readonly province: Province;
  readonly requests: MemoryRequests;
  readonly letters = new MemoryLetters();
  readonly failures: Error[] = [];
  readonly desk: Desk;
  #count = 0;

  constructor(site: Site) {
    this.province = new Province(site);
    this.requests = new MemoryRequests(this.province);
    this.desk = new Desk({
      site,
      texts: requestTexts(requestTextFiles(site)),
      cluster: this.requests,
      letters: this.letters,
      report: async ({ status }) => [
        { filename: 'bao-cao.pdf', content: Buffer.from(String(status.number)), type: 'application/pdf' },
      ],
      clock: () => this.province.now,
      failure: (_, error) => this.failures.push(error),
      reviewEvery: 0,
    });
  }

  async world(): Promise<ReviewWorld> {
    return ReviewWorld.of(this.province.site, await this.requests.snapshot());
  }

  /** A request on paper, unless `more` says otherwise. */
  enter(organization: string, rows: readonly Partial<RequestRow>[], more: Partial<RequestSpec> = {}): string {
    this.#count += 1;
    const name = `request-${this.#count}`;
    const spec: RequestSpec = {
      source: 'Paper',
      reference: { number: '12/CV', date: '2026-11-20' },
      requester: { organizationRef: { name: organization } },
      received: '2026-11-21T01:00:00Z',
      rows: rows.map((row, index) => ({ number: index + 1, ...row })),
      ...more,
    };
    const metadata = {
      name,
      namespace: this.province.namespace,
      uid: `uid-${name}`,
      resourceVersion: '1',
      generation: 1,
      creationTimestamp: `2026-11-21T01:00:${String(this.#count).padStart(2, '0')}Z`,
      finalizers: [],
      annotations: {},
    };
    this.requests.stored.set(name, { kind: 'MailboxRequest', metadata, spec, status: undefined });
    return name;
  }

  request(name: string): MailboxRequest {
    const found = this.requests.stored.get(name);
    if (found === undefined) throw new Error(`no request ${name}`);
    return parseRequest(found);
  }

  status(name: string): RequestStatus {
    return this.request(name).status;
  }

  decide(name: string, verdict: 'Approved' | 'Refused', reason?: string): void {
    const { spec, metadata } = this.request(name);
    const decision = {
      ...{ verdict, by: 'truong-trung-tam', at: this.province.now.toISOString() },
      ...(reason === undefined ? {} : { reason }),
    };
    const found = this.requests.stored.get(name) as RequestResource;
    const changed = { ...metadata, generation: metadata.generation + 1 };
    this.requests.stored.set(name, { ...found, metadata: changed, spec: { ...spec, decision } });
  }

  /** `<letter> <address>` of everything that went out. */
  get told(): readonly string[] {
    return this.letters.sent.map(({ letter: { id, to } }) => `${kindOf(id)} ${to.join(' ')}`);
  }

  textOf(kind: string): string {
    return this.letters.sent.find(({ letter }) => kindOf(letter.id) === kind)?.letter.text ?? '';
  }
}

/** `uid.result`, `uid.person.3` */
function kindOf(id: string): string | undefined {
  return id.split('.')[1];
}
