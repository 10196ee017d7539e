/** What is kept on the volume: a file for each day and month, written whole or not at all. */
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Account, Change, Month, Office } from './accounts.ts';
import type { Day } from './day.ts';
import type { ToldByProvider } from './logins.ts';
import type { Standing } from './standing.ts';
import type { DayTraffic } from './traffic.ts';

/** A job that backed something up or read a backup back. */
export type Run = {
  readonly job: string;
  readonly ended: number;
  readonly ok: boolean;
};

/** All that is known of one day; a part that could not be had yet is absent. */
export type DayFile = {
  readonly traffic?: DayTraffic & { readonly at: number };
  /** The last look at the directory on that day. */
  readonly standing?: { readonly at: number; readonly organizations: Readonly<Record<string, Standing>> };
  readonly logins?: ToldByProvider;
  readonly changes: Readonly<Record<string, Change>>;
  readonly runs: Readonly<Record<string, Run>>;
};

const dayName = /^\d{4}-\d\d-\d\d$/;

export class Store {
  readonly #folder: string;

  /** @param folder the volume, with `journal/` that Postfix's pod writes */
  constructor(folder: string) {
    this.#folder = folder;
  }

  async journalDays(): Promise<readonly Day[]> {
    return (await this.#names('journal')).filter((name) => dayName.test(name));
  }

  /** Lines of that day's journal, to be read once; none where there is no such file. */
  async journal(day: Day): Promise<Iterable<string>> {
    return linesOf((await this.#read(join('journal', day))) ?? '');
  }

  removeJournal(day: Day): Promise<void> {
    return rm(join(this.#folder, 'journal', day), { force: true });
  }

  async day(day: Day): Promise<DayFile> {
    return (await this.#json<DayFile>(join('days', `${day}.json`))) ?? { changes: {}, runs: {} };
  }

  writeDay(day: Day, file: DayFile): Promise<void> {
    return this.#write(join('days', `${day}.json`), JSON.stringify(file));
  }

  async month(month: string): Promise<Month> {
    return (await this.#json<Month>(join('months', `${month}.json`))) ?? {};
  }

  writeMonth(month: string, file: Month): Promise<void> {
    return this.#write(join('months', `${month}.json`), JSON.stringify(file));
  }

  /** The last look at the directory, against which the next one is compared. */
  async known(): Promise<ReadonlyMap<string, Account>> {
    const list = (await this.#json<readonly Account[]>('known.json')) ?? [];
    return new Map(list.map((account) => [account.id, account]));
  }

  writeKnown(accounts: readonly Account[]): Promise<void> {
    return this.#write('known.json', JSON.stringify(accounts));
  }

  /** Every organization that there ever was, by the last name that it had. */
  async offices(): Promise<readonly Office[]> {
    return (await this.#json<readonly Office[]>('offices.json')) ?? [];
  }

  writeOffices(offices: readonly Office[]): Promise<void> {
    return this.#write('offices.json', JSON.stringify(offices));
  }

  /** Reports that were made, by name. */
  keptReports(): Promise<readonly string[]> {
    return this.#names('kept');
  }

  /** Text of one of these; undefined where it is not there. */
  kept(name: string): Promise<string | undefined> {
    return this.#read(join('kept', name));
  }

  keep(name: string, content: Buffer): Promise<void> {
    return this.#write(join('kept', name), content);
  }

  removeKept(name: string): Promise<void> {
    return rm(join(this.#folder, 'kept', name), { force: true });
  }

  async #names(folder: string): Promise<readonly string[]> {
    try {
      return (await readdir(join(this.#folder, folder))).sort();
    } catch (error) {
      if (isAbsent(error)) return [];
      throw error;
    }
  }

  async #json<T>(path: string): Promise<T | undefined> {
    const text = await this.#read(path);
    return text === undefined ? undefined : (JSON.parse(text) as T);
  }

  async #read(path: string): Promise<string | undefined> {
    try {
      return await readFile(join(this.#folder, path), 'utf8');
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw error;
    }
  }

  async #write(path: string, content: string | Buffer): Promise<void> {
    const place = join(this.#folder, path);
    await mkdir(join(place, '..'), { recursive: true });
    const file = await open(`${place}.new`, 'w');
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(`${place}.new`, place);
  }
}

/** One after the other: hundreds of thousands at once would be held in memory twice. */
function* linesOf(text: string): Generator<string> {
  let start = 0;
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
    yield text.slice(start, end);
    start = end + 1;
  }
}

function isAbsent(error: unknown): boolean {
  return (error as { code?: string }).code === 'ENOENT';
}
