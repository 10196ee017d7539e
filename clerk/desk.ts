/**
 * What the clerk does with requests, pass by pass (R20–R22): numbers them, reviews them, looks at what has come about, and writes
 * the letters that are owed. Every pass is a function of what is read; what was told is remembered in the status.
 */
import { isDeepStrictEqual } from 'node:util';
import { type MailboxRequest, parseRequest, type RequestStatus } from '../operator/api/request.ts';
import type { RequestTexts } from '../operator/core/requests/texts.ts';
import type { Site } from '../operator/core/site.ts';
import { dateInVietnam, rfc3339 } from '../operator/core/time.ts';
import { Blocked, Invalid, Unavailable } from '../operator/errors.ts';
import { turn } from '../operator/reconcile/turn.ts';
import { isDue, isOver, type Look, type Moment } from './attention.ts';
import type { Attachment, ClerkSnapshot, Letters, RequestCluster, RequestResource } from './ports.ts';
import { type Letter, type LetterWorld, lettersDue } from './review/letters.ts';
import { progressOf } from './review/progress.ts';
import { type Reviewed, reviewRequest } from './review/review.ts';
import { invalidStatus, statusOf } from './review/verdict.ts';
import { ReviewWorld } from './review/world.ts';

export type DeskOptions = {
  readonly site: Site;
  readonly texts: RequestTexts;
  readonly cluster: RequestCluster;
  readonly letters: Letters;
  /** The written report of a request that came to its end (R22). */
  readonly report: (request: MailboxRequest, world: LetterWorld) => Promise<readonly Attachment[]>;
  readonly clock: () => Date;
  /** Told of what went wrong and is tried again. */
  readonly failure: (what: string, error: Error) => void;
  /** Milliseconds between two reviews of an undecided request that did not change itself. @default 60000 */
  readonly reviewEvery?: number;
};

/** What a request came to, for metrics. */
export type Seen = {
  readonly spec: Pick<MailboxRequest['spec'], 'received'>;
  readonly status: RequestStatus;
};

/** What a pass saw. */
export type PassResult = {
  readonly requests: readonly Seen[];
  /** Letters that went out. */
  readonly sent: number;
  readonly failures: number;
};

type Known = { readonly generation: number; readonly reviewed: Reviewed };

export class Desk {
  readonly #options: DeskOptions;
  /** By UID. */
  readonly #looks = new Map<string, Look & Seen>();
  readonly #reviews = new Map<string, Known>();
  /** Only while a request is open: a province's mailboxes take room. */
  #world: ReviewWorld | undefined;

  constructor(options: DeskOptions) {
    this.#options = options;
  }

  /** @throws Unavailable when the cluster cannot be read */
  async pass(): Promise<PassResult> {
    const { cluster, reviewEvery = 60_000 } = this.#options;
    const snapshot = await cluster.snapshot();
    // In the order in which they came: so are their numbers.
    const resources = snapshot.requests
      .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
      .toSorted((a, b) => orderOf(a).localeCompare(orderOf(b)));
    this.#forget(new Set(resources.map(({ metadata }) => metadata.uid)));
    const isOpen = resources.some((resource) => {
      const look = this.#lookAt(resource);
      return look === undefined || !isOver(look);
    });
    if (!isOpen) this.#world = undefined;
    const world = isOpen ? await this.#worldOf(snapshot) : undefined;
    const seen: Seen[] = [];
    let [sent, failures] = [0, 0];
    for (const resource of resources) {
      const look = this.#lookAt(resource);
      const moment = this.#moment(world);
      if (look !== undefined && (isOver(look) || !isDue(look, moment, reviewEvery))) {
        seen.push(look);
        continue;
      }
      if (world === undefined)
        throw new Error('a request is open, and nothing is known of what it speaks of');
      const done = await this.#tryToHandle(resource, snapshot, world);
      const { uid } = resource.metadata;
      if (done.seen !== undefined) seen.push(done.seen);
      if (done.seen === undefined || done.failed) this.#looks.delete(uid);
      else this.#looks.set(uid, { ...moment, ...done.seen, resource });
      sent += done.sent;
      failures += done.failed ? 1 : 0;
      // Probes and letters to the intake are heard meanwhile.
      await turn();
    }
    return { requests: seen, sent, failures };
  }

  /** A defect that a request brings out is reported like any failure: the others do not wait for it. */
  async #tryToHandle(
    resource: RequestResource,
    snapshot: ClerkSnapshot,
    world: ReviewWorld,
  ): Promise<{ readonly seen?: Seen; readonly sent: number; readonly failed: boolean }> {
    const { name, namespace } = resource.metadata;
    try {
      const { request, ...done } = await this.#handle(resource, snapshot, world);
      const { status, spec } = request;
      // What cannot be read may have no spec at all.
      const { received = '' } = (spec ?? {}) as Partial<typeof spec>;
      return { seen: { spec: { received }, status }, ...done };
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      this.#options.failure(`request ${namespace}/${name}`, error);
      return { sent: 0, failed: true };
    }
  }

  /** The last look at it, where it is as it was then. */
  #lookAt(resource: RequestResource) {
    const look = this.#looks.get(resource.metadata.uid);
    return look?.resource === resource ? look : undefined;
  }

  async #worldOf(snapshot: ClerkSnapshot): Promise<ReviewWorld> {
    const world = this.#world ?? new ReviewWorld(this.#options.site);
    await world.replace(snapshot);
    this.#world = world;
    return world;
  }

  #moment(world: ReviewWorld | undefined): Moment {
    const at = this.#options.clock().getTime();
    return { revision: world?.revision ?? 0, day: dateInVietnam(at), at };
  }

  #forget(alive: ReadonlySet<string>): void {
    for (const known of [this.#looks, this.#reviews])
      for (const uid of known.keys()) if (!alive.has(uid)) known.delete(uid);
  }

  async #handle(resource: RequestResource, snapshot: ClerkSnapshot, known: ReviewWorld) {
    const { cluster, clock } = this.#options;
    const now = rfc3339(clock());
    let request: MailboxRequest;
    try {
      request = parseRequest(resource);
    } catch (error) {
      if (!(error instanceof Invalid)) throw error;
      const before = (resource.status ?? {}) as RequestStatus;
      const status = invalidStatus({ metadata: resource.metadata, status: before }, error.message, now);
      if (!isDeepStrictEqual(status, before)) await cluster.writeStatus(resource, status);
      return { request: { ...resource, status } as MailboxRequest, sent: 0, failed: false };
    }
    const world = this.#letterWorld(request, known);
    if (request.status.number === undefined) request = await this.#numbered(resource, request, snapshot);
    const facts = this.#facts(request, known, world);
    return this.#tell(
      resource,
      { ...request, status: { ...request.status, ...facts } },
      world,
      request.status,
    );
  }

  #letterWorld({ metadata: { namespace } }: MailboxRequest, world: ReviewWorld): LetterWorld {
    const { site, texts } = this.#options;
    const [organizations, mailboxes] = [world.organizationsIn(namespace), world.mailboxesIn(namespace)];
    return { site, texts, organizations, mailboxes };
  }

  /** The number is written before anything is told, so that two letters never name two of them. */
  async #numbered(
    resource: RequestResource,
    request: MailboxRequest,
    { requests }: ClerkSnapshot,
  ): Promise<MailboxRequest> {
    const { cluster, clock } = this.#options;
    const year = dateInVietnam(clock().getTime()).slice(0, 4);
    const given = requests.flatMap(({ status }) => {
      const [, of, number] =
        /^(\d{4})-(\d+)$/.exec((status as RequestStatus | undefined)?.number ?? '') ?? [];
      return of === year ? [Number(number)] : [];
    });
    const number = await cluster.nextNumber(year, Math.max(0, ...given));
    const status = { ...request.status, number: `${year}-${String(number).padStart(4, '0')}` };
    await cluster.writeStatus(resource, status);
    return { ...request, status };
  }

  #facts(request: MailboxRequest, known: ReviewWorld, world: LetterWorld): Partial<RequestStatus> {
    const { decision, rows } = request.spec;
    const { phase, results } = request.status;
    if (phase === 'Settled' || phase === 'Refused') return {};
    const foundBefore = decision !== undefined && results !== undefined;
    const reviewed = foundBefore ? request.status : this.#review(request, known);
    const { plan = [], findings = [], results: found = [] } = reviewed;
    const facts = { plan, findings, results: found };
    if (decision === undefined) return facts;
    if (decision.verdict === 'Refused') {
      const message = decision.reason ?? '';
      return { ...facts, results: rows.map(({ number }) => ({ row: number, outcome: 'Refused', message })) };
    }
    const ready = { ...request, status: { ...request.status, ...facts } };
    return { ...facts, results: [...progressOf(world, ready)] };
  }

  #review(request: MailboxRequest, world: ReviewWorld): Reviewed {
    const { uid, generation } = request.metadata;
    const known = this.#reviews.get(uid);
    const before = known?.generation === generation ? known.reviewed : undefined;
    const reviewed = reviewRequest(world, request, this.#options.clock(), before);
    this.#reviews.set(uid, { generation, reviewed });
    return reviewed;
  }

  /** Sends first and remembers afterwards: whoever dies in between sends it again, under the same Message-ID. */
  async #tell(resource: RequestResource, request: MailboxRequest, world: LetterWorld, before: RequestStatus) {
    const now = rfc3339(this.#options.clock());
    let current = await this.#save(resource, request, world, before, failureIn(before));
    let sent = 0;
    let failed: Error | undefined;
    for (const letter of lettersDue(world, current)) {
      const answer = await this.#send(letter, current, world);
      if (answer instanceof Error) {
        failed = answer;
        this.#options.failure(`letter ${letter.id}`, answer);
        // The next one would fail in the same way.
        if (answer instanceof Unavailable) break;
        continue;
      }
      sent += answer.length === 0 ? 0 : 1;
      const { kind, row } = letter;
      const told = { letter: kind, ...(row === undefined ? {} : { row }), to: [...answer], at: now };
      const remembering = { ...current.status, told: [...(current.status.told ?? []), told] };
      current = await this.#save(resource, { ...current, status: remembering }, world, current.status);
    }
    if (failed !== undefined)
      current = await this.#save(resource, current, world, current.status, failed.message);
    return { request: current, sent, failed: failed !== undefined };
  }

  /** Writes the status that follows, where it differs from the one before. */
  async #save(
    resource: RequestResource,
    request: MailboxRequest,
    world: LetterWorld,
    before: RequestStatus,
    failure?: string,
  ): Promise<MailboxRequest> {
    const { site, cluster, clock } = this.#options;
    const now = rfc3339(clock());
    const { conditions } = request.status;
    const settled = { ...statusOf(site, request, { letters: [] }, now), conditions };
    const due = lettersDue(world, { ...request, status: settled });
    const letters = [...new Set(due.map(({ kind }) => kind))];
    const status = statusOf(site, request, { letters, ...(failure === undefined ? {} : { failure }) }, now);
    if (!isDeepStrictEqual(status, before)) await cluster.writeStatus(resource, status);
    return { ...request, status };
  }

  /** @returns who was told, nobody where there is no mailbox to tell; or why it could not go */
  async #send(
    letter: Letter,
    request: MailboxRequest,
    world: LetterWorld,
  ): Promise<readonly string[] | Blocked | Unavailable> {
    if (letter.to.length === 0) return [];
    const attachments = letter.withReport ? await this.#options.report(request, world) : [];
    try {
      await this.#options.letters.send(letter, attachments);
      return letter.to;
    } catch (error) {
      // A person whose mailbox is gone by now: the organization was told.
      if (error instanceof Blocked && letter.kind === 'person') return [];
      if (error instanceof Blocked || error instanceof Unavailable) return error;
      throw error;
    }
  }
}

/** Why the letters that are owed could not go at the last try. */
function failureIn({ conditions = [] }: RequestStatus): string | undefined {
  return conditions.find(({ type, reason }) => type === 'Ready' && reason === 'LetterNotSent')?.message;
}

function orderOf({ metadata, spec }: RequestResource): string {
  const { received } = (spec ?? {}) as { received?: unknown };
  return `${metadata.creationTimestamp} ${String(received)} ${metadata.name}`;
}
