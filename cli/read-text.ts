/** Files that options name. */
import { readFileSync } from 'node:fs';
import { fileFault, WrongInput } from './failure.ts';

/** By its descriptor: /dev/stdin cannot be opened where another program has handed over a socket. */
export const standardInput = 0;

/** @param file a path, or standard input @throws WrongInput naming the option and the file */
export function readText(option: string, file: string | typeof standardInput): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const what = file === standardInput ? 'standard input' : file;
    throw new WrongInput(`${option}: cannot read ${what}: ${fileFault(error)}`);
  }
}
