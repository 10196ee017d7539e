/** Passwords from the person: hidden on a terminal, lines of standard input elsewhere; never arguments. */
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { Failed, WrongInput } from '../failure.ts';

export interface PasswordSource {
  /** The password to set. */
  wanted(): Promise<string>;
  /** The password in force, where the cluster does not know it. */
  current(): Promise<string>;
}

export function passwordSource(): PasswordSource {
  return process.stdin.isTTY ? terminal : standardInput();
}

const terminal: PasswordSource = {
  current: () => askHidden('Current password: '),
  async wanted() {
    const first = await askHidden('New password: ');
    if (first !== (await askHidden('New password again: '))) throw new WrongInput('the two are not the same');
    return checked(first);
  },
};

/** First line: the new password. Second line, only where it is needed: the current one. */
function standardInput(): PasswordSource {
  let read: Promise<string[]> | undefined;
  const line = async (index: number): Promise<string> => {
    read ??= text(process.stdin).then((all) => all.split(/\r?\n/));
    return (await read)[index] ?? '';
  };
  return {
    wanted: async () => checked(await line(0)),
    async current() {
      const current = await line(1);
      if (current !== '') return current;
      throw new Failed(
        'the first password is no longer in force: give the current one on the second line, or use a terminal',
      );
    },
  };
}

/** Not the policy, which is slapd's: only what no policy could mean. */
function checked(password: string): string {
  if (password === '') throw new WrongInput('no new password was given');
  if (/\p{Cc}/u.test(password)) throw new WrongInput('the new password has a control character');
  return password;
}

/** @throws Failed when the person gives up (Ctrl-C, Ctrl-D) */
async function askHidden(question: string): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input: process.stdin, output: silent, terminal: true, historySize: 0 });
  const givenUp = new AbortController();
  // Only now, when the terminal no longer echoes.
  process.stderr.write(question);
  reader.once('SIGINT', () => givenUp.abort());
  reader.once('close', () => givenUp.abort());
  try {
    return await reader.question('', { signal: givenUp.signal });
  } catch {
    throw new Failed('nothing was changed');
  } finally {
    reader.close();
    process.stderr.write('\n');
  }
}
