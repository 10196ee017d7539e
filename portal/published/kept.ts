/** The published directory in memory, read anew on an interval: a failed read leaves what was read before (R40). */
import { createHash } from 'node:crypto';
import { showsMoreToMembers, type Viewer, visibleTo } from '../../operator/core/published.ts';
import type { Site } from '../../operator/core/site.ts';
import { cardsOf } from './cards.ts';
import { buildDirectory, type Directory, type Listed } from './model.ts';
import { SearchIndex } from './search.ts';

/** The directory as one kind of viewer sees it. */
export type View = {
  readonly directory: Directory;
  readonly index: SearchIndex;
  /** When the reading of it began: what was changed before is in it. */
  readonly readAt: Date;
  /** Names what is in it: the same in every pod, and until something of it changes. */
  readonly digest: string;
};

export type KeptProps = {
  readonly site: Site;
  readonly read: () => Promise<Listed>;
  readonly now: () => Date;
  /** Sees why a read failed. */
  readonly fault: (error: unknown) => void;
};

/** Seconds until the next attempt after a failed one: nobody is shown anything before the first one that succeeds. */
const impatience = { before: 1, after: 15 };

export class KeptDirectory {
  readonly #props: KeptProps;
  #views: Readonly<Record<Viewer, View>> | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(props: KeptProps) {
    this.#props = props;
  }

  /** Undefined until it was read once. */
  view(viewer: Viewer): View | undefined {
    return this.#views?.[viewer];
  }

  /** Milliseconds since the epoch; 0 until it was read once. */
  get readAt(): number {
    return this.#views?.public.readAt.getTime() ?? 0;
  }

  /** @throws what the read ends with; what was read before stays */
  async refresh(): Promise<void> {
    const { site, read, now } = this.#props;
    const readAt = now();
    const listed = await read();
    const members = viewOf(site, 'members', listed, readAt);
    const open = showsMoreToMembers(site.published) ? viewOf(site, 'public', listed, readAt) : members;
    this.#views = { members, public: open };
  }

  /** Reads now and then every `published.refreshSeconds`, until `stop`. */
  start(): void {
    const { refreshSeconds } = this.#props.site.published;
    const again = (seconds: number) => {
      this.#timer = setTimeout(() => this.start(), seconds * 1000).unref();
    };
    this.refresh().then(
      () => again(refreshSeconds),
      (error: unknown) => {
        this.#props.fault(error);
        again(Math.min(this.#views === undefined ? impatience.before : impatience.after, refreshSeconds));
      },
    );
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}

function viewOf(site: Site, viewer: Viewer, listed: Listed, readAt: Date): View {
  const directory = buildDirectory(listed, visibleTo(viewer, site.published), site.naming.titles);
  return { directory, index: new SearchIndex(directory), readAt, digest: digestOf(directory) };
}

function digestOf({ roots }: Directory): string {
  const hash = createHash('sha256');
  for (const card of cardsOf(roots)) hash.update(JSON.stringify(card));
  return hash.digest('base64url');
}
